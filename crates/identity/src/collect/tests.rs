//! What is collected for whom, from where, and what a request may not choose.

use super::*;
use crate::RegisterDirectory;
use decision::ClaimSource;
use decision::{Screening, ScreeningResult};
use register::model::{DataClass, Person, PlaceSetName, Purpose, Site};
use std::net::IpAddr;
use territory::Place;

const NOW: Instant = Instant(1_784_106_000);
const SYNCED: Instant = Instant(1_784_100_000);

fn place(code: &str) -> PlaceFact {
    PlaceFact::Known(Place::parse(code).unwrap())
}

fn person(id: &str, worker: Worker, application: Option<&str>) -> Person {
    Person {
        id: id.to_owned(),
        name: "A person".to_owned(),
        worker,
        entity: "larkmoor-hk".to_owned(),
        engaging_entity: "larkmoor-hk".to_owned(),
        place: place("HK"),
        site: Some("hong-kong".to_owned()),
        residence: PlaceFact::Unknown,
        citizenships: vec![Place::parse("CN").unwrap()],
        us_status: None,
        groups: vec!["all-staff".to_owned()],
        named_in: Vec::new(),
        end_users: Vec::new(),
        application: application.map(str::to_owned),
        position: Default::default(),
    }
}

fn application(id: &str, purposes: &[Purpose]) -> Application {
    Application {
        id: id.to_owned(),
        name: id.to_owned(),
        purposes: purposes.to_vec(),
        data: vec![DataClass::Internal, DataClass::Client],
        output_to: vec![place("GB")],
        residency: Some(PlaceSetName::Group("eu".to_owned())),
        registered: true,
        human_review: false,
        resale: false,
        service: None,
        substitution: false,
        position: Default::default(),
    }
}

fn register() -> Register {
    let mut summaries = person("summary-service", Worker::Service, Some("coding"));
    summaries.end_users = vec![place("DE")];
    let mut nowhere = person("nowhere", Worker::Employee, Some("coding"));
    nowhere.place = PlaceFact::Unknown;
    Register {
        people: vec![
            person("hk-analyst", Worker::Employee, Some("coding")),
            person("no-application", Worker::Employee, None),
            person("silent-service", Worker::Service, Some("coding")),
            summaries,
            nowhere,
        ],
        applications: vec![
            application("coding", &[Purpose::Coding, Purpose::Summarise]),
            application("empty", &[]),
        ],
        sites: vec![Site {
            id: "london".to_owned(),
            name: "London".to_owned(),
            place: Place::parse("GB").unwrap(),
            networks: vec!["127.0.1.0/24".to_owned()],
            position: Default::default(),
        }],
        ..Register::default()
    }
}

fn collect(who: &str, app: Option<&str>, peer: &str, choice: Choice<'_>) -> Result<Facts, CollectError> {
    let register = register();
    let directory = Arc::new(RegisterDirectory::of(&register, SYNCED));
    let collector = FactCollector::new(&register, Zones::of(&register).unwrap(), directory)
        .with_egress(vec![("anthropic".to_owned(), place("US"))]);
    let holder = KeyHolder {
        person: who.to_owned(),
        application: app.map(str::to_owned),
    };
    collector
        .collect(&holder, peer.parse::<IpAddr>().unwrap(), choice, NOW)
        .map(|collected| collected.facts.facts().clone())
}

fn claims(who: &str, peer: &str) -> Vec<(ClaimSource, Option<PlaceFact>, Option<String>, Instant)> {
    let facts = collect(who, None, peer, Choice::default()).unwrap();
    facts
        .claims
        .into_iter()
        .map(|claim| (claim.source, claim.place, claim.site, claim.observed_at))
        .collect()
}

#[test]
fn each_source_makes_a_claim_of_its_own() {
    let directory = (
        ClaimSource::Directory,
        Some(place("HK")),
        Some("hong-kong".to_owned()),
        SYNCED,
    );
    let zone = (
        ClaimSource::Zone,
        Some(place("GB")),
        Some("london".to_owned()),
        NOW,
    );
    assert_eq!(claims("hk-analyst", "127.0.1.7"), [zone, directory.clone()]);
    assert_eq!(claims("hk-analyst", "127.0.0.1"), [directory]);
}

#[test]
fn a_directory_without_a_place_claims_none() {
    let directory = (ClaimSource::Directory, None, Some("hong-kong".to_owned()), SYNCED);
    assert_eq!(claims("nowhere", "127.0.0.1"), [directory]);
}

#[test]
fn the_application_says_what_a_request_is_for_and_a_request_may_choose_within_it() {
    let facts = collect("hk-analyst", None, "127.0.0.1", Choice::default()).unwrap();
    assert_eq!(
        (facts.request.purpose, facts.request.data),
        (Purpose::Coding, DataClass::Internal)
    );
    assert_eq!(facts.request.output_to, [place("GB")]);
    assert!(facts.request.registered_application && facts.request.residency.is_some());
    assert_eq!(facts.egress, [("anthropic".to_owned(), place("US"))]);
    let choice = Choice {
        purpose: Some("summarise"),
        data: Some("client"),
    };
    let facts = collect("hk-analyst", None, "127.0.0.1", choice).unwrap();
    assert_eq!(
        (facts.request.purpose, facts.request.data),
        (Purpose::Summarise, DataClass::Client)
    );
}

#[test]
fn people_are_taken_as_the_directory_has_them() {
    let facts = collect("hk-analyst", None, "127.0.0.1", Choice::default()).unwrap();
    assert_eq!(facts.person.citizenships, [place("CN")]);
    assert_eq!(facts.person.entitlement, Entitlement::ByRegister);
    let clean = Screening {
        result: Some(ScreeningResult::Clean),
        screened_at: Some(SYNCED),
    };
    assert_eq!(facts.person.screening, clean);
    assert_eq!(facts.request.end_users, None);
}

#[test]
fn services_bring_their_end_users_or_none() {
    let end_users = |who| {
        collect(who, None, "127.0.0.1", Choice::default())
            .unwrap()
            .request
            .end_users
    };
    assert_eq!(end_users("summary-service"), Some(vec![place("DE")]));
    assert_eq!(end_users("silent-service"), None);
}

#[track_caller]
fn check_refused(who: &str, app: Option<&str>, choice: Choice<'_>, message: &str) {
    assert_eq!(
        collect(who, app, "127.0.0.1", choice).unwrap_err().to_string(),
        message
    );
}

#[test]
fn what_cannot_be_collected_is_said() {
    let none = Choice::default();
    check_refused(
        "stranger",
        None,
        none,
        "the key belongs to `stranger`, whom the directory does not know",
    );
    let message = "no application is set for `no-application`, so nothing says what the request is for";
    check_refused("no-application", None, none, message);
    check_refused(
        "hk-analyst",
        Some("gone"),
        none,
        "the register has no application `gone`",
    );
    check_refused(
        "hk-analyst",
        Some("empty"),
        none,
        "application `empty` allows no purpose",
    );
    let message = "application `coding` does not allow purpose `weapons`; it allows `coding`, `summarise`";
    check_refused(
        "hk-analyst",
        None,
        Choice {
            purpose: Some("weapons"),
            data: None,
        },
        message,
    );
    let message = "application `coding` does not allow data class `mnpi`; it allows `internal`, `client`";
    check_refused(
        "hk-analyst",
        None,
        Choice {
            purpose: None,
            data: Some("mnpi"),
        },
        message,
    );
}

#[test]
fn a_sync_never_goes_back() {
    let directory = RegisterDirectory::of(&register(), SYNCED);
    directory.mark_synced(NOW);
    directory.mark_synced(SYNCED);
    assert_eq!(directory.synced_at(), Some(NOW));
}
