//! Cedar values from plain ones.

use crate::error::{OracleError, one_line};
use crate::given::{TestedPlace, Where};
use crate::places::{Gazetteer, Spot};
use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use std::collections::BTreeSet;
use std::str::FromStr;

/// The one action.
pub(crate) const ACTION: &str = "use";

/// The identity of an entity.
pub(crate) fn uid(kind: &str, id: &str) -> Result<EntityUid, OracleError> {
    let name = EntityTypeName::from_str(kind).map_err(|error| OracleError::Request {
        reason: one_line(&error),
    })?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

/// A text.
pub(crate) fn text(text: impl Into<String>) -> RestrictedExpression {
    RestrictedExpression::new_string(text.into())
}

/// A truth value.
pub(crate) fn truth(truth: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(truth)
}

/// A number; what is larger than Cedar's largest counts as that.
pub(crate) fn number(number: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(number)
}

/// A set of texts.
pub(crate) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(text))
}

/// A record.
pub(crate) fn record(
    fields: impl IntoIterator<Item = (String, RestrictedExpression)>,
) -> Result<RestrictedExpression, OracleError> {
    RestrictedExpression::new_record(fields).map_err(|error| OracleError::Request {
        reason: one_line(&error),
    })
}

/// The places of somebody or something, spot by spot.
pub(crate) fn place(found: &Where, gazetteer: &Gazetteer) -> Result<RestrictedExpression, OracleError> {
    let spots: BTreeSet<Spot> = found
        .places
        .iter()
        .flat_map(|place| spots_of(*place, gazetteer))
        .collect();
    record([
        ("places".to_owned(), texts(spots.iter().map(Spot::to_string))),
        ("missing".to_owned(), truth(found.missing)),
        ("unrecognised".to_owned(), truth(found.unrecognised)),
    ])
}

/// The spots of a tested place; "anywhere" stands for all single ones.
pub(crate) fn spots_of(place: TestedPlace, gazetteer: &Gazetteer) -> Vec<Spot> {
    match place {
        TestedPlace::Named(place) => vec![gazetteer.stand(place)],
        TestedPlace::Anywhere => gazetteer.everywhere(),
        TestedPlace::AnywhereBut(but) => {
            let mut spots = gazetteer.everywhere();
            let out = gazetteer.within(gazetteer.stand(but));
            spots.retain(|spot| !out.contains(spot) || !gazetteer.tells_apart(but));
            spots
        }
    }
}
