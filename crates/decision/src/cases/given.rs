//! Facts about people of the register: as its own data has them, and as a test says otherwise.

use crate::facts::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
    Trip,
};
use register::model::{
    Case, DataClass, Given, GivenScreening, Instant, Origin, OriginSource, Person, PlaceFact, Purpose,
    Register, Worker,
};
use std::collections::BTreeSet;

/// Facts about a person of the register, as evidence from its own data would give them.
///
/// `from` are places in which a network zone sees the person; without any, the directory's place stands.
pub fn facts_of(register: &Register, person: &Person, from: &[PlaceFact], at: Instant) -> Facts {
    let from: Vec<_> = from.iter().cloned().map(Origin::zone).collect();
    facts_from(register, person, &from, at)
}

/// Facts that a test puts to the decision.
pub(super) fn facts_of_case(register: &Register, person: &Person, case: &Case, at: Instant) -> Facts {
    let mut facts = facts_from(register, person, &case.from, at);
    facts.request.purpose = case.purpose.unwrap_or(facts.request.purpose);
    facts.request.data = case.data.unwrap_or(facts.request.data);
    facts.person.screening = screening(&case.given, at);
    if let Some(egress) = &case.given.egress {
        let connectors: BTreeSet<_> = register.deployments.iter().map(|d| &d.connector).collect();
        let everywhere = |connector: &String| (connector.clone(), egress.clone());
        facts.egress = connectors.into_iter().map(everywhere).collect();
    }
    replace(&mut facts.request, &case.given);
    facts
}

fn facts_from(register: &Register, person: &Person, from: &[Origin], at: Instant) -> Facts {
    let application = person.application.as_ref();
    let application = application.and_then(|id| register.applications.iter().find(|app| app.id == *id));
    Facts {
        person: person_facts(person, at),
        claims: claims_of(person, from, at),
        entity: person.entity.clone(),
        engaging_entity: person.engaging_entity.clone(),
        request: RequestFacts {
            purpose: application
                .and_then(|app| app.purposes.first().copied())
                .unwrap_or(Purpose::Coding),
            data: application
                .and_then(|app| app.data.first().copied())
                .unwrap_or(DataClass::Internal),
            end_users: (person.worker == Worker::Service).then(|| person.end_users.clone()),
            residency: application.and_then(|app| app.residency.clone()),
            output_to: application.map(|app| app.output_to.clone()).unwrap_or_default(),
            beneficiary: None,
            human_review: application.is_some_and(|app| app.human_review),
            registered_application: application.is_some_and(|app| app.registered),
            patterns: Vec::new(),
            resale: application.is_some_and(|app| app.resale),
            exception: None,
            side_call: None,
        },
        egress: Vec::new(),
    }
}

fn person_facts(person: &Person, at: Instant) -> PersonFacts {
    PersonFacts {
        id: person.id.clone(),
        worker: person.worker,
        citizenships: person
            .citizenships
            .iter()
            .copied()
            .map(PlaceFact::Known)
            .collect(),
        us_status: person.us_status,
        groups: person.groups.clone(),
        named: NamedUser::Of(person.named_in.clone()),
        residence: person.residence.clone(),
        assigned_site: person.site.clone(),
        entitlement: Entitlement::ByRegister,
        screening: Screening {
            result: Some(ScreeningResult::Clean),
            screened_at: Some(at),
        },
    }
}

fn claims_of(person: &Person, from: &[Origin], at: Instant) -> Vec<Claim> {
    let said = |source| from.iter().any(|origin| origin.source == source);
    let directory = Origin {
        source: OriginSource::Directory,
        ..Origin::zone(person.place.clone())
    };
    let by_default = (!said(OriginSource::Directory)).then_some(&directory);
    let origins = by_default.into_iter().chain(from);
    origins.map(|origin| claim(person, origin, at)).collect()
}

fn claim(person: &Person, origin: &Origin, at: Instant) -> Claim {
    let known = origin.place != PlaceFact::Unknown;
    // a zone of the assigned place is that of the assigned site
    let at_work = origin.source == OriginSource::Zone && known && origin.place == person.place;
    let assigned = person.site.clone().filter(|_| at_work);
    Claim {
        source: source(origin.source),
        place: known.then(|| origin.place.clone()),
        site: origin.site.clone().or(assigned),
        marked: origin.marked,
        observed_at: at.plus(origin.age.saturating_neg()),
        trip: (origin.source == OriginSource::Trip).then_some(Trip {
            from: origin.days.from,
            to: origin.days.to,
        }),
    }
}

const fn source(source: OriginSource) -> ClaimSource {
    match source {
        OriginSource::Badge => ClaimSource::Badge,
        OriginSource::Zone => ClaimSource::Zone,
        OriginSource::Device => ClaimSource::Device,
        OriginSource::Session => ClaimSource::SessionFeed,
        OriginSource::GeoIp => ClaimSource::GeoIp,
        OriginSource::Trip => ClaimSource::Trip,
        OriginSource::Directory => ClaimSource::Directory,
        OriginSource::VpnExit => ClaimSource::VpnExit,
        OriginSource::ProxyEgress => ClaimSource::ProxyEgress,
        OriginSource::ClientHeader => ClaimSource::ClientHeader,
    }
}

fn screening(given: &Given, at: Instant) -> Screening {
    let result = match given.screening.unwrap_or(GivenScreening::Clean) {
        GivenScreening::Clean => Some(ScreeningResult::Clean),
        GivenScreening::Hit => Some(ScreeningResult::Hit),
        GivenScreening::Never => None,
    };
    Screening {
        result,
        screened_at: result.map(|_| at.plus(given.screening_age.saturating_neg())),
    }
}

/// Puts what is given in the place of what the application says.
fn replace(request: &mut RequestFacts, given: &Given) {
    request.patterns.clone_from(&given.patterns);
    request.side_call.clone_from(&given.side_call);
    request.exception = given.exception;
    request.beneficiary.clone_from(&given.beneficiary);
    request.resale = given.resale.unwrap_or(request.resale);
    request.human_review = given.human_review.unwrap_or(request.human_review);
    request.registered_application = given.registered.unwrap_or(request.registered_application);
    if given.end_users.is_some() {
        // the empty list means that none were declared, as it does with a service of the register
        request.end_users.clone_from(&given.end_users);
    }
    if let Some(output_to) = &given.output_to {
        request.output_to.clone_from(output_to);
    }
    if given.residency.is_some() {
        request.residency.clone_from(&given.residency);
    }
}
