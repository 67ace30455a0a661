//! Opinions about a small register that a person can check by reading it, and its export as an auditor gets it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the failure itself, in its helpers too"
)]

use decision::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
    State, Trip,
};
use oracle::{Opinion, OracleError, export, opinion};
use register::model::{DataClass, Instant, PlaceFact, Purpose, Register, Worker};
use register::source::Source;

const AGREEMENT: &str = include_str!("agreement.toml");
const ORDER: &str = include_str!("order.toml");
const LAW: &str = include_str!("law.toml");
const HOUSE: &str = include_str!("house.toml");
const FIRM: &str = include_str!("firm.toml");

fn register() -> Register {
    let files = [
        ("a.toml", AGREEMENT),
        ("b.toml", ORDER),
        ("c.toml", LAW),
        ("d.toml", HOUSE),
        ("e.toml", FIRM),
    ];
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        })
        .collect();
    let outcome = register::parse(&sources);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

fn at() -> Instant {
    Instant::parse("2026-07-15T09:00:00Z").unwrap()
}

fn seen(source: ClaimSource, place: &str) -> Claim {
    let trip = (source == ClaimSource::Trip).then(|| Trip {
        from: Some(at().plus(-2 * Instant::DAY)),
        to: None,
    });
    let place = Some(PlaceFact::read(place));
    Claim {
        source,
        place,
        site: None,
        marked: false,
        observed_at: at().plus(-60),
        trip,
    }
}

/// An employee with a badge in this place.
fn facts(place: &str) -> Facts {
    Facts {
        person: PersonFacts {
            id: "analyst".to_owned(),
            worker: Worker::Employee,
            citizenships: vec![PlaceFact::read("US")],
            us_status: None,
            groups: vec!["all-staff".to_owned()],
            named: NamedUser::OfNone,
            residence: PlaceFact::read("US"),
            assigned_site: None,
            entitlement: Entitlement::ByRegister,
            screening: Screening {
                result: Some(ScreeningResult::Clean),
                screened_at: Some(at()),
            },
        },
        claims: vec![seen(ClaimSource::Badge, place)],
        entity: "larkmoor-us".to_owned(),
        engaging_entity: "larkmoor-us".to_owned(),
        request: RequestFacts {
            purpose: Purpose::Coding,
            data: DataClass::Internal,
            end_users: None,
            residency: None,
            output_to: Vec::new(),
            beneficiary: None,
            human_review: false,
            registered_application: false,
            patterns: Vec::new(),
            resale: false,
            exception: None,
            side_call: None,
        },
        egress: Vec::new(),
    }
}

fn ask(facts: &Facts, deployment: &str) -> Opinion {
    opinion(&register(), facts, deployment, at(), at()).unwrap()
}

/// Checks an opinion: its reasons, each with its state, in order.
fn check(why: &str, place: &str, deployment: &str, change: impl Fn(&mut Facts), expected: &[(&str, State)]) {
    let mut facts = facts(place);
    change(&mut facts);
    let found = ask(&facts, deployment);
    let expected = expected
        .iter()
        .map(|(id, state)| ((*id).to_owned(), *state))
        .collect();
    assert_eq!(found.reasons, expected, "{why}");
}

const SAME: fn(&mut Facts) = |_| {};

#[test]
fn places_decide() {
    use State::{Met, Unclear, Unknown};
    check("a listed place", "US", "direct", SAME, &[]);
    check(
        "a denied place",
        "HK",
        "direct",
        SAME,
        &[("claude 2.3", Met), ("claude 2.4", Met)],
    );
    check("coded twice", "PR", "direct", SAME, &[("claude 2.4", Unclear)]);
    check(
        "carved out",
        "UA-43",
        "direct",
        SAME,
        &[("claude 2.4", Met), ("embargo 1", Met)],
    );
    check("beside the part", "UA-30", "direct", SAME, &[]);
    check(
        "a whole with a part carved out",
        "UA",
        "direct",
        SAME,
        &[("claude 2.4", Unknown), ("embargo 1", Unknown)],
    );
    check(
        "nobody knows that name",
        "Atlantis",
        "direct",
        SAME,
        &[
            ("claude 2.3", Unclear),
            ("claude 2.4", Unclear),
            ("embargo 1", Unclear),
            ("house 1", Unclear),
        ],
    );
}

#[test]
fn silence_is_no_consent() {
    let silent = |facts: &mut Facts| facts.claims.clear();
    let unknown = ["claude 2.3", "claude 2.4", "embargo 1", "house 1"].map(|id| (id, State::Unknown));
    check("no claim", "US", "direct", silent, &unknown);
    let stale = |facts: &mut Facts| facts.claims[0].observed_at = at().plus(-12 * 3600 - 1);
    check("a second too old", "US", "direct", stale, &unknown);
    let fresh = |facts: &mut Facts| facts.claims[0].observed_at = at().plus(-12 * 3600);
    check("exactly the limit", "US", "direct", fresh, &[]);
    let future = |facts: &mut Facts| facts.claims[0].observed_at = at().plus(1);
    check("from the future", "US", "direct", future, &unknown);
}

#[test]
fn exceptions_act_on_places() {
    use State::Met;
    let named = |facts: &mut Facts| facts.person.named = NamedUser::Of(vec!["order".to_owned()]);
    check(
        "not a named user",
        "HK",
        "order",
        SAME,
        &[("claude 2.3", Met), ("claude 2.4", Met)],
    );
    check("a named user", "HK", "order", named, &[]);
    check(
        "named, elsewhere",
        "MO",
        "order",
        named,
        &[("claude 2.3", Met), ("claude 2.4", Met)],
    );
    let both = |facts: &mut Facts| {
        facts.person.named = NamedUser::OfAll;
        facts.claims.push(seen(ClaimSource::Device, "MO"));
    };
    check(
        "two places, one excepted",
        "HK",
        "order",
        both,
        &[("claude 2.3", Met), ("claude 2.4", Met), ("house 2", Met)],
    );
    let trip = |facts: &mut Facts| facts.claims.push(seen(ClaimSource::Trip, "SG"));
    check("third day of a trip", "SG", "order", trip, &[]);
    check("no trip", "SG", "order", SAME, &[("claude 2.4", Met)]);
}

#[test]
fn owners_are_followed() {
    let employed = |facts: &mut Facts| {
        facts.person.worker = Worker::Contractor;
        facts.entity = "vendor".to_owned();
    };
    check(
        "60 % of 60 %: 36 % or all, by method",
        "US",
        "direct",
        employed,
        &[("claude 4", State::Unclear), ("house 3", State::Unclear)],
    );
}

#[test]
fn positives_are_reasons() {
    let nobody = |facts: &mut Facts| facts.person.groups.clear();
    check(
        "no group, no grant",
        "US",
        "direct",
        nobody,
        &[("missing:entitlement", State::Met)],
    );
    let granted = |facts: &mut Facts| {
        facts.person.groups.clear();
        facts.person.id = "guest".to_owned();
    };
    check("a grant", "US", "direct", granted, &[]);
    let purpose = |facts: &mut Facts| facts.request.purpose = Purpose::Military;
    check(
        "approved for other purposes",
        "US",
        "direct",
        purpose,
        &[("missing:approval", State::Met)],
    );
    let affiliate = |facts: &mut Facts| {
        facts.entity = "larkmoor-hk".to_owned();
        facts.engaging_entity = "larkmoor-hk".to_owned();
    };
    check("an affiliate of the licensee", "US", "direct", affiliate, &[]);
}

#[test]
fn obligations_of_a_permit() {
    let mut facts = facts("US");
    facts.request.purpose = Purpose::ClientAdvice;
    facts.request.human_review = true;
    let found = ask(&facts, "direct");
    assert_eq!(
        found.obligations.into_iter().collect::<Vec<_>>(),
        ["AI disclosure", "human review"]
    );
    facts.request.human_review = false;
    let found = ask(&facts, "direct");
    assert!(found.obligations.is_empty() && found.reasons.contains(&("house 4".to_owned(), State::Met)));
}

#[test]
fn readings_count_once_known() {
    let register = register();
    let before = Instant::parse("2026-04-19T23:59:59Z").unwrap();
    let ask = |known_at| opinion(&register, &facts("HK"), "direct", at(), known_at).unwrap();
    assert_eq!(
        ask(before).reasons.len(),
        1,
        "only 2.4, while 2.3 was read as about hosting"
    );
    assert_eq!(ask(before.plus(1)).reasons.len(), 2);
}

#[test]
fn a_stranger_is_an_error() {
    let asked = opinion(&register(), &facts("US"), "nowhere", at(), at());
    assert!(matches!(asked, Err(OracleError::NoDeployment { id }) if id == "nowhere"));
}

/// What an auditor reads. Change it with `INSTA_UPDATE=always cargo test -p oracle`, and read the difference.
#[test]
fn exported_as_an_auditor_reads_it() {
    let export = export(&register(), at(), at()).unwrap();
    insta::assert_snapshot!("policies", export.policies);
    insta::assert_snapshot!("schema", export.schema);
}
