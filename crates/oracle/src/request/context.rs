//! The circumstances of a request as a Cedar context.

use super::values::{ACTION, number, place, record, text, texts, truth, uid};
use super::{Asked, reach};
use crate::error::{OracleError, one_line};
use crate::given::Where;
use cedar_policy::{Context, RestrictedExpression, Schema};
use decision::ScreeningResult;
use register::model::{Instant, PlaceFact};

/// Everything that is neither person nor deployment.
pub(crate) fn context(asked: &Asked, schema: &Schema) -> Result<Context, OracleError> {
    let refused = |reason: String| OracleError::Request { reason };
    let fields = fields(asked)?
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let context = Context::from_pairs(fields).map_err(|error| refused(one_line(&error)))?;
    context
        .validate(schema, &uid("Action", ACTION)?)
        .map_err(|error| refused(one_line(&error)))?;
    Ok(context)
}

fn fields(asked: &Asked) -> Result<Vec<(&'static str, RestrictedExpression)>, OracleError> {
    let request = &asked.facts.request;
    let evidence = &asked.evidence;
    let gazetteer = &asked.text.gazetteer;
    let claims = Where {
        places: evidence.claims.places.clone(),
        missing: false,
        unrecognised: false,
    };
    let screening = &asked.facts.person.screening;
    let result = match screening.result {
        None => "",
        Some(ScreeningResult::Clean) => "clean",
        Some(ScreeningResult::Hit) => "hit",
    };
    Ok(vec![
        ("purpose", text(request.purpose.as_str())),
        ("data", text(request.data.as_str())),
        ("registeredApplication", truth(request.registered_application)),
        ("humanReview", truth(request.human_review)),
        ("pattern", truth(!request.patterns.is_empty())),
        ("resale", truth(request.resale)),
        (
            "exceptionApproval",
            text(request.exception.map_or("", |way| way.as_str())),
        ),
        ("sideCall", truth(request.side_call.is_some())),
        ("overVpn", truth(evidence.over_vpn)),
        ("screening", text(result)),
        ("screeningAge", number(age(screening.screened_at, asked.text.at))),
        ("people", place(&evidence.people, gazetteer)?),
        ("claims", place(&claims, gazetteer)?),
        ("placeless", truth(evidence.placeless)),
        ("misnamed", truth(evidence.claims.unrecognised)),
        ("conflict", truth(evidence.conflict)),
        ("sites", texts(evidence.sites.iter().cloned())),
        ("output", place(&Where::of(&request.output_to), gazetteer)?),
        ("billing", place(&Where::of([billing(asked)]), gazetteer)?),
        ("egress", place(&Where::of([egress(asked)]), gazetteer)?),
        ("beneficiary", place(&Where::of(&request.beneficiary), gazetteer)?),
        ("residencyAsked", truth(request.residency.is_some())),
        ("residencyBinds", truth(reach::residency_binds(asked))),
        ("reach", record(reach::records(asked)?)?),
    ])
}

/// Age in seconds; negative if it is not known, or from the future.
fn age(since: Option<Instant>, at: Instant) -> i64 {
    since.map_or(-1, |since| at.0.saturating_sub(since.0))
}

/// Where the buying account is billed: the deployment's own place, else that of the engaging entity.
pub(super) fn billing<'a>(asked: &'a Asked) -> &'a PlaceFact {
    if asked.deployment.billing != PlaceFact::Unknown {
        return &asked.deployment.billing;
    }
    let engaging = asked
        .text
        .register
        .entities
        .iter()
        .find(|entity| entity.id == asked.facts.engaging_entity);
    engaging.map_or(&PlaceFact::Unknown, |entity| &entity.billing)
}

/// Where the call leaves: as the replica says of the connector that carries it, else as the register has it.
pub(super) fn egress<'a>(asked: &'a Asked) -> &'a PlaceFact {
    let own = asked
        .facts
        .egress
        .iter()
        .find(|(connector, _)| *connector == asked.deployment.connector);
    own.map_or(&asked.deployment.hosting.egress, |(_, place)| place)
}
