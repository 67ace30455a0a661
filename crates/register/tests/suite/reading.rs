//! What the reader makes of the sample: defaults, dates, names resolved, variants.

use crate::common::{sample, shown};
use register::model::{
    Clause, Condition, Disclosure, Effect, ExceptionApproval, ExpectedMissing, ExpectedState, Given,
    GivenScreening, HostingPlace, Instant, Instrument, Kind, Layer, LiftPlaces, Obligation, Obliged, Origin,
    OriginSource, Outcome, Pattern, PlaceFact, PlaceSetName, PlaceSubject, Polarity, ReadingTests, Register,
    Span, Test,
};
use register::source::Source;
use territory::{Definition, Member, Place};

fn register() -> Register {
    let outcome = register::parse(&sample());
    outcome
        .register
        .unwrap_or_else(|| panic!("{}", shown(&outcome.diagnostics)))
}

fn instrument<'a>(register: &'a Register, id: &str) -> &'a Instrument {
    register
        .instruments
        .iter()
        .find(|instrument| instrument.id == id)
        .unwrap()
}

fn clause<'a>(register: &'a Register, id: &str, reference: &str) -> &'a Clause {
    let clauses = &instrument(register, id).clauses;
    clauses
        .iter()
        .find(|clause| clause.reference == reference)
        .unwrap()
}

fn at(text: &str) -> Option<Instant> {
    Some(Instant::parse(text).unwrap())
}

fn place(code: &str) -> Place {
    Place::parse(code).unwrap()
}

fn only_test(clause: &Clause) -> &Test {
    let Effect::Conditions(conditions) = &clause.effect else {
        panic!("{:?}", clause.effect)
    };
    &conditions[0].test
}

#[test]
fn the_sample_uses_every_kind() {
    let register = register();
    let used = |kind: &Kind| {
        register
            .instruments
            .iter()
            .flat_map(|i| &i.clauses)
            .any(|clause| clause.kind == Some(*kind))
    };
    let unused: Vec<_> = Kind::ALL.iter().filter(|kind| !used(kind)).collect();
    assert_eq!(unused, Vec::<&Kind>::new());
}

#[test]
fn the_warnings_of_the_sample_are_those_it_is_made_to_cause() {
    let codes: Vec<_> = register::parse(&sample())
        .diagnostics
        .0
        .into_iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(
        codes,
        [
            "group-without-reading",
            "unknown-obligation",
            "unread-clause",
            "unrecognised-place"
        ]
    );
}

#[test]
fn dates_are_those_of_the_instrument_s_zone() {
    let register = register();
    let agreement = instrument(&register, "northwind-2024");
    assert_eq!(
        agreement.validity,
        Span {
            from: at("2024-01-01T05:00:00Z"),
            to: at("2028-01-01T05:00:00Z")
        }
    );
    assert_eq!(agreement.known_from, at("2023-12-15T05:00:00Z"));
    assert_eq!(agreement.notice.days, 30);
    // Without a zone of its own, a variant has that of its base.
    let variant = instrument(&register, "northwind-hk");
    assert_eq!(
        variant.validity,
        Span {
            from: at("2024-01-01T05:00:00Z"),
            to: at("2027-01-01T05:00:00Z")
        }
    );
    let law = clause(&register, "us-law", "BIS-1");
    assert_eq!(
        law.validity,
        Span {
            from: at("2026-06-12"),
            to: at("2026-07-01")
        }
    );
}

#[test]
fn a_clause_is_known_from_its_own_date_else_its_start_else_its_instrument() {
    let register = register();
    let check = |id: &str, reference: &str, expected: Option<Instant>| {
        assert_eq!(
            clause(&register, id, reference).known_from,
            expected,
            "{reference}"
        );
    };
    check("northwind-2024", "2.1", at("2023-12-20T05:00:00Z"));
    check("northwind-2024", "3.1", at("2025-09-04T04:00:00Z"));
    check("northwind-2024", "2.2", at("2023-12-15T05:00:00Z"));
    check("us-law", "BIS-3", None);
    let status = &clause(&register, "northwind-2024", "7.4").status;
    assert_eq!(status[0].known_from, at("2026-06-12T21:21:00Z"));
    assert_eq!(status[1].known_from, status[1].span.from);
}

#[test]
fn law_is_law_wherever_it_stands() {
    let register = register();
    assert_eq!(clause(&register, "northwind-2024", "6.1").layer, Layer::Law);
    assert_eq!(clause(&register, "northwind-2024", "6.2").layer, Layer::Law);
    assert_eq!(clause(&register, "northwind-2024", "2.1").layer, Layer::Agreement);
    assert_eq!(
        clause(&register, "northwind-hk", "9.1").layer,
        Layer::ServiceTerms
    );
}

#[test]
fn names_of_sets_are_looked_up_nearest_first() {
    let register = register();
    let set = |id: &str, reference: &str| match only_test(clause(&register, id, reference)) {
        Test::Places { set, .. } => set.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        set("northwind-2024", "2.3"),
        PlaceSetName::Group("northwind-2024/greater-china".into())
    );
    assert_eq!(set("northwind-2024", "2.5"), PlaceSetName::Group("eea".into()));
    assert_eq!(
        set("northwind-2024", "2.1"),
        PlaceSetName::List("supported".into())
    );
    assert_eq!(
        set("northwind-2024", "2.7"),
        PlaceSetName::Group("northwind-2024/greater-china".into())
    );
    let crimea = Definition {
        members: vec![Member::Place(place("UA-43"))],
        ..Definition::default()
    };
    assert_eq!(set("northwind-2024", "2.8"), PlaceSetName::Inline(crimea));
    let PlaceSetName::Inline(world) = set("northwind-2024", "2.6") else {
        panic!()
    };
    assert!(world.members.contains(&Member::World));
    assert_eq!(world.except, [place("CN"), place("HK"), place("MO")]);
    assert!(world.disputed.contains(&place("TW")));
}

#[test]
fn groups_in_groups_are_resolved() {
    let register = register();
    let group = register
        .groups
        .iter()
        .find(|group| group.id == "northern")
        .unwrap();
    let members: Vec<_> = ["DE", "FR", "GB", "IE", "LI"]
        .map(|code| Member::Place(place(code)))
        .into();
    assert_eq!(group.definition.members, members);
    // Taken away: Iceland, and Norway by name; Svalbard is part of neither for certain.
    assert!(group.definition.except.contains(&place("IS")) && group.definition.except.contains(&place("NO")));
    assert!(
        register
            .groups
            .iter()
            .find(|group| group.id == "apac")
            .unwrap()
            .reading
            .is_none()
    );
}

/// A group is understood once everything in it is.
#[test]
fn a_group_is_known_when_the_last_group_in_it_is() {
    let text = "
[groups.inner]
members = ['FR']
reading = { by = 'legal', known_from = 2026-04-20 }
[groups.middle]
members = ['DE', 'group:inner']
reading = { by = 'legal' }
[groups.outer]
members = ['GB', 'group:middle']
reading = { by = 'legal', known_from = 2024-01-01 }
[groups.without]
members = ['*']
except = ['group:inner']
reading = { by = 'legal', known_from = 2024-01-01 }
[groups.later]
members = ['group:inner']
reading = { by = 'legal', known_from = 2026-05-01 }
[groups.unread]
members = ['ES']
[groups.doubtful]
members = ['GB', 'group:unread']
reading = { by = 'legal', known_from = 2024-01-01 }
";
    let source = Source {
        path: "groups.toml".to_owned(),
        text: text.to_owned(),
    };
    let all = sample().into_iter().chain([source]).collect::<Vec<_>>();
    let register = register::parse(&all).register.unwrap();
    let check = |id: &str, expected: Option<Option<Instant>>| {
        let group = register.groups.iter().find(|group| group.id == id).unwrap();
        let reading = group.reading.as_ref().map(|reading| reading.known_from);
        assert_eq!(reading, expected, "{id}");
    };
    check("inner", Some(at("2026-04-20")));
    check("middle", Some(at("2026-04-20")));
    check("outer", Some(at("2026-04-20")));
    check("without", Some(at("2026-04-20")));
    check("later", Some(at("2026-05-01")));
    check("doubtful", None);
}

#[test]
fn lists_keep_versions_and_changes() {
    let register = register();
    let list = &register.lists[0];
    assert_eq!(
        list.versions[0].span,
        Span {
            from: at("2024-01-01"),
            to: at("2026-01-01")
        }
    );
    assert_eq!(
        (list.versions[0].known_from, list.versions[1].known_from),
        (at("2024-01-05"), at("2026-01-01"))
    );
    assert_eq!(list.changes[0].add, [place("CH")]);
}

#[test]
fn kinds_test_what_they_are_about() {
    let register = register();
    let subject = |reference: &str| match only_test(clause(&register, "northwind-2024", reference)) {
        Test::Places {
            subject, polarity, ..
        } => (*subject, *polarity),
        other => panic!("{other:?}"),
    };
    assert_eq!(subject("2.1"), (PlaceSubject::People, Polarity::NotIn));
    assert_eq!(subject("2.4"), (PlaceSubject::Establishment, Polarity::NotIn));
    assert_eq!(subject("2.5"), (PlaceSubject::PrincipalPlace, Polarity::In));
    assert_eq!(
        subject("2.6"),
        (PlaceSubject::PeopleAndInference, Polarity::NotIn)
    );
    assert_eq!(subject("2.7"), (PlaceSubject::Output, Polarity::In));
    assert_eq!(subject("2.9"), (PlaceSubject::Billing, Polarity::In));
    assert_eq!(subject("5.3"), (PlaceSubject::Storage, Polarity::NotIn));
    assert_eq!(
        only_test(clause(&register, "house", "H-5")),
        &Test::PlaceClausesOnEgress
    );
    assert_eq!(
        only_test(clause(&register, "house", "H-1")),
        &Test::EvidenceRequired
    );
    let ban = clause(&register, "northwind-2024", "4.1");
    let Effect::Conditions(conditions) = &ban.effect else {
        panic!()
    };
    assert_eq!(
        conditions[1],
        Condition {
            test: Test::UnregisteredPattern,
            outcome: Outcome::Review
        }
    );
}

#[test]
fn clauses_that_deny_nothing_say_why() {
    let register = register();
    let effect = |reference: &str| &clause(&register, "northwind-2024", reference).effect;
    assert_eq!(
        effect("1.1"),
        &Effect::Defines("northwind-2024/greater-china".into())
    );
    assert_eq!(effect("1.3"), &Effect::CoversAffiliates);
    assert_eq!(effect("3.8"), &Effect::Conditions(Vec::new()));
    assert_eq!(effect("8.2"), &Effect::Recorded("onboarding does that".into()));
    assert_eq!(effect("8.5"), &Effect::Unread);
    assert!(matches!(effect("8.1"), Effect::Recorded(_)) && matches!(effect("7.2"), Effect::Recorded(_)));
    assert!(matches!(effect("8.3"), Effect::NoBearing { .. }));
    let Effect::ContractingParty(parties) = effect("7.6") else {
        panic!()
    };
    assert_eq!(parties[1].1, "Northwind Inc.");
}

#[test]
fn texts_obligations_and_readings_are_kept() {
    let register = register();
    let words = clause(&register, "northwind-2024", "2.1").words.clone().unwrap();
    assert_eq!(
        (words.text.lines().count(), words.disclose),
        (2, Disclosure::Staff)
    );
    let readings = &clause(&register, "northwind-2024", "2.3").readings;
    let tests: Vec<_> = readings.iter().map(|reading| reading.tests).collect();
    assert_eq!(tests, [ReadingTests::Inference, ReadingTests::People]);
    let obliges = &clause(&register, "house", "H-6").obliges;
    assert_eq!(
        obliges,
        &[
            Obliged::Known(Obligation::FullCapture),
            Obliged::Other("sing a song".into())
        ]
    );
    assert!(clause(&register, "house", "H-10").scope.registered_application);
}

#[test]
fn words_are_for_the_legal_role_unless_said_otherwise() {
    let mut sources = sample();
    for source in &mut sources {
        source.text = source.text.replace("disclose = \"staff\"\n", "");
    }
    let register = register::parse(&sources).register.unwrap();
    let words = clause(&register, "northwind-2024", "2.1").words.clone().unwrap();
    assert_eq!(words.disclose, Disclosure::Legal);
}

#[test]
fn exceptions_know_what_they_lift() {
    let register = register();
    let Effect::Lift(lift) = &clause(&register, "northwind-travel", "T-1").effect else {
        panic!()
    };
    let pair = |instrument: &str, reference: &str| (instrument.to_owned(), reference.to_owned());
    let expected = [
        pair("northwind-2024", "2.1"),
        pair("northwind-2024", "2.3"),
        pair("northwind-policies", "P-1"),
    ];
    assert_eq!(lift.clauses, expected);
    assert_eq!((&lift.places, lift.max_days), (&LiftPlaces::OpenTrip, Some(14)));
    let Effect::Lift(lift) = &clause(&register, "northwind-travel", "T-2").effect else {
        panic!()
    };
    assert_eq!(lift.places, LiftPlaces::Named(vec![place("HK")]));
    assert!(lift.if_named && lift.seats == Some(50) && lift.if_inference_not_in.is_some());
}

#[test]
fn a_variant_copies_replaces_and_adds() {
    let register = register();
    let (base, variant) = (
        instrument(&register, "northwind-2024"),
        instrument(&register, "northwind-hk"),
    );
    assert_eq!(variant.clauses.len(), base.clauses.len() + 1);
    assert_eq!(
        (variant.layer, &variant.covers, &variant.channels),
        (base.layer, &base.covers, &base.channels)
    );
    assert_eq!(variant.licensee.as_deref(), Some("larkmoor-hk"));
    assert_eq!(variant.variant_of.as_deref(), Some("northwind-2024"));
    assert_eq!(
        clause(&register, "northwind-hk", "2.3").plain,
        "Not in mainland China."
    );
    let copied = clause(&register, "northwind-hk", "2.4");
    assert_eq!(
        copied.position,
        clause(&register, "northwind-2024", "2.4").position
    );
    assert_eq!(copied.validity.to, at("2027-01-01T05:00:00Z"));
    let added = clause(&register, "northwind-hk", "9.1");
    assert_eq!(
        added.validity,
        Span {
            from: at("2024-01-01T05:00:00Z"),
            to: at("2026-07-01T04:00:00Z")
        }
    );
}

#[test]
fn defaults_of_the_catalogue() {
    let register = register();
    let deployment = |id: &str| {
        register
            .deployments
            .iter()
            .find(|deployment| deployment.id == id)
            .unwrap()
    };
    let other = deployment("claude-sonnet-elsewhere");
    assert_eq!(other.model, "claude-sonnet", "an alias is resolved");
    assert_eq!(
        (other.connector.as_str(), other.upstream_model.as_str()),
        ("anthropic-api", "claude-sonnet")
    );
    assert_eq!((other.priority, other.tier), (100, None));
    let somewhere = HostingPlace::Unrecognised("somewhere".into());
    assert_eq!(
        other.hosting.inference,
        [HostingPlace::AnywhereBut(place("CN")), somewhere]
    );
    assert_eq!(other.hosting.storage, PlaceFact::Unknown);
    assert_eq!(
        deployment("gpt-azure").hosting.inference,
        [HostingPlace::Anywhere]
    );
    let person = register
        .people
        .iter()
        .find(|person| person.id == "hk-analyst")
        .unwrap();
    assert_eq!(person.place, PlaceFact::Known(place("HK")));
    assert_eq!(person.engaging_entity, person.entity);
    assert_eq!(register.grants[0].known_from, at("2026-06-30T14:00:00Z"));
    assert_eq!(
        register.entities[1].principal_place,
        PlaceFact::Known(place("HK"))
    );
    assert_eq!(register.entities[2].owners[0].owned, "tallow-consulting");
    assert_eq!(register.display[&place("TW")], "Taiwan");
}

#[test]
fn tests_and_invariants_are_data() {
    let register = register();
    let case = &register.tests[0];
    assert_eq!(case.expect.clause, Some(("northwind-2024".into(), "2.3".into())));
    assert_eq!((case.from.len(), case.at), (2, at("2026-07-15T09:00:00Z")));
    assert_eq!(
        case.known_at,
        at("2026-03-01T05:00:00Z"),
        "a date is one of the file's zone"
    );
    let never = &register.nevers[0];
    assert_eq!(never.person_in, Some(PlaceSetName::Group("northern".into())));
    assert_eq!(
        never.span,
        Span {
            from: at("2026-01-01"),
            to: at("2027-01-02")
        }
    );
}

#[test]
fn claims_of_a_test_are_read_as_written() {
    let case = &register().tests[1];
    let known = |code: &str| PlaceFact::Known(place(code));
    let of = |source, place| Origin {
        source,
        ..Origin::zone(place)
    };
    let expected = [
        Origin::zone(known("US")),
        Origin {
            age: 3 * 3600,
            ..of(OriginSource::Directory, known("HK"))
        },
        Origin {
            age: 13 * 3600,
            site: Some("hong-kong-central".into()),
            ..of(OriginSource::Badge, known("HK"))
        },
        Origin {
            marked: true,
            ..of(OriginSource::GeoIp, known("US"))
        },
        Origin {
            // days of trips are those of UTC, whatever the zone of the file; the last one is included
            days: Span {
                from: at("2026-07-13T00:00:00Z"),
                to: at("2026-07-21T00:00:00Z"),
            },
            ..of(OriginSource::Trip, known("US"))
        },
        of(OriginSource::Session, PlaceFact::Unknown),
    ];
    assert_eq!(case.from, expected);
    let expect = &case.expect;
    assert_eq!(
        (expect.state, expect.missing),
        (Some(ExpectedState::Met), Some(ExpectedMissing::Agreement))
    );
    assert_eq!(expect.lift, Some(("northwind-travel".into(), "T-1".into())));
    assert_eq!(case.given, Given::default());
}

#[test]
fn what_is_given_in_a_test_is_read_as_written() {
    let case = &register().tests[2];
    let known = |code: &str| PlaceFact::Known(place(code));
    let expected = Given {
        patterns: vec![Pattern::Templated],
        side_call: Some("telemetry.example".into()),
        exception: Some(ExceptionApproval::SelfApproved),
        resale: Some(true),
        beneficiary: Some(known("IR")),
        human_review: Some(false),
        registered: Some(false),
        screening: Some(GivenScreening::Hit),
        screening_age: 30 * 3600,
        end_users: Some(vec![known("HK")]),
        output_to: Some(vec![known("FR")]),
        residency: Some(PlaceSetName::Group("eea".into())),
        egress: Some(known("HK")),
    };
    assert_eq!(case.given, expected);
    let sources: Vec<_> = case.from.iter().map(|origin| origin.source).collect();
    assert_eq!(sources, [OriginSource::VpnExit], "one claim needs no list");
}

#[test]
fn files_are_read_in_the_order_of_their_paths() {
    let mut turned = sample();
    turned.reverse();
    assert_eq!(register::parse(&turned), register::parse(&sample()));
    assert_eq!(register::digest(&turned), register::digest(&sample()));
}
