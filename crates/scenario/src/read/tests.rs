//! The strictness of the reader, fault by fault, and its defaults, field by field.

use super::read;
use crate::error::ScenarioError;
use decision::{ClaimSource, Screening, ScreeningResult, Trip};
use register::model::{Account, Holding, HostingPlace, Instant, PlaceFact, Share, Worker};
use serde_json::{Value, json};

/// A file with one scenario in which everything that may be left out is left out.
fn minimal() -> Value {
    json!({
        "schema": "territory.scenarios/2",
        "rules": [],
        "lists": {},
        "agreements": {},
        "bank_default_entity": {"id": "Bank"},
        "catalogue": [],
        "count": 1,
        "scenarios": [{
            "id": "T001",
            "kind": "seed",
            "title": "…",
            "at": "2026-07-15T09:00:00Z",
            "person": {"worker": "employee"},
            "evidence": [],
            "model": "claude-sonnet",
            "channel": "anthropic-api",
            "instruments": ["A"],
            "hosting": {"inference": ["US"], "storage": "US", "gateway_egress": "US"},
            "request": {"use": "coding", "data": "internal"},
            "expect": {"decision": "permit"}
        }]
    })
}

/// The minimal file with the value at a JSON pointer replaced, added, or (by null inside `Change::Remove`) removed.
fn with(pointer: &str, value: Value) -> Value {
    let mut file = minimal();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = file.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        object => object[key] = value,
    }
    file
}

fn without(pointer: &str) -> Value {
    let mut file = minimal();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    file.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(key)
        .unwrap();
    file
}

fn faults(file: &Value) -> Vec<String> {
    read(&file.to_string())
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn faults_name_the_scenario_and_the_field() {
    let check = |file: Value, expected: &str| assert_eq!(faults(&file), [expected]);
    let s = "/scenarios/0";
    check(
        with(&format!("{s}/colour"), json!(1)),
        "scenario `T001`, field `colour`: the format has no such field",
    );
    check(
        with(&format!("{s}/request/user"), json!("x")),
        "scenario `T001`, field `request.user`: the format has no such field",
    );
    check(
        with(&format!("{s}/person/worker"), json!("robot")),
        "scenario `T001`, field `person.worker`: `robot` is not one of `employee`, `contractor`, `service`",
    );
    check(
        with(
            &format!("{s}/evidence"),
            json!([{"source": "badge", "place": "HK"}, {"source": "session", "place": "HK"}]),
        ),
        "scenario `T001`, field `evidence[1].source`: `session` is not one of `badge`, `zone`, `device`, `geoip`, `hr`, \
         `trip`, `vpn-exit`, `proxy-egress`, `client-header`",
    );
    check(
        with(&format!("{s}/at"), json!("2026-07-15T09:00:00+08:00")),
        "scenario `T001`, field `at`: `2026-07-15T09:00:00+08:00` is not an instant such as `2026-07-15T09:00:00Z`",
    );
    check(
        with(&format!("{s}/at"), json!("2026-02-30T09:00:00Z")),
        "scenario `T001`, field `at`: `2026-02-30T09:00:00Z` is not an instant such as `2026-07-15T09:00:00Z`",
    );
    check(
        without(&format!("{s}/request/use")),
        "scenario `T001`, field `request.use` is missing",
    );
    check(without(&format!("{s}/id")), "field `scenarios[0].id` is missing");
    check(
        with(&format!("{s}/hosting/inference"), json!(["*-ZZ"])),
        "scenario `T001`, field `hosting.inference[0]`: `*-ZZ` is not `*-` and the code of a place",
    );
    check(
        with(&format!("{s}/request/output_to"), json!(["Hong Kong"])),
        "scenario `T001`, field `request.output_to[0]`: `Hong Kong` is not a place code such as `HK` or `UA-43`",
    );
    check(
        with(&format!("{s}/entity"), json!({"id": "E", "unlisted_pct": 100.5})),
        "scenario `T001`, field `entity.unlisted_pct`: `100.5` is not a percentage from 0 to 100",
    );
    check(
        with(&format!("{s}/instruments"), json!(["A", "A"])),
        "scenario `T001`, field `instruments[1]` is given twice",
    );
    let hosting = json!({"inference": ["US"], "storage": "US", "gateway_egress": "US"});
    check(
        with(
            "/catalogue",
            json!([{"channel": "vertex", "instruments": ["A"], "hosting": hosting}]),
        ),
        "field `catalogue[0].model` is missing",
    );
}

#[test]
fn parts_that_the_register_stands_in_for_are_checked_too() {
    let agreement = |agreement: Value| with("/agreements", json!({ "A": agreement }));
    let check = |file: Value, expected: &str| assert_eq!(faults(&file), [expected]);
    check(
        agreement(json!({"kind": "handshake"})),
        "field `agreements.A.kind`: `handshake` is not one of `negotiated`, \
         `public terms`, `order form`, `amendment`, `variant`, `regulation`, `internal policy`",
    );
    check(
        agreement(json!({"kind": "variant", "clauses": [{"id": "1", "type": "territory.mood"}]})),
        "field `agreements.A.clauses[0].type`: `territory.mood` is not a kind of clause",
    );
    check(
        agreement(json!({"kind": "variant", "replace": {"1": {"deny_if_bored": true}}})),
        "field `agreements.A.replace.1.deny_if_bored`: the format has no such field",
    );
    check(
        with("/schema", json!("territory.scenarios/3")),
        "field `schema`: `territory.scenarios/3` is not `territory.scenarios/2`",
    );
}

#[test]
fn expectations_go_with_their_decision() {
    let expect = |expect: Value| with("/scenarios/0/expect", expect);
    let check = |file: Value, expected: &str| {
        assert_eq!(faults(&file), [format!("scenario `T001`, field {expected}")])
    };
    let reasons = json!([{"clause": "1", "state": "met"}]);
    check(
        expect(json!({"decision": "deny"})),
        "`expect.reasons_any` is missing",
    );
    check(
        expect(json!({"decision": "permit", "reasons_any": reasons})),
        "`expect.reasons_any` does not go with the decision expected",
    );
    check(
        expect(json!({"decision": "permit_with_obligations"})),
        "`expect.obligations` is missing",
    );
    check(
        expect(json!({"decision": "permit", "obligations": ["monitor"]})),
        "`expect.obligations` does not go with the decision expected",
    );
    check(
        expect(json!({"decision": "deny", "reasons_any": []})),
        "`expect.reasons_any`: `[]` is not a list of at least one",
    );
    check(
        expect(json!({"decision": "deny", "reasons_any": [{"clause": "1", "state": "not met"}]})),
        "`expect.reasons_any[0].state`: `not met` is not one of `met`, `unknown`, `unclear`",
    );
}

#[test]
fn all_faults_at_once() {
    let mut file = with("/scenarios/0/person", json!({"worker": "robot", "mood": "good"}));
    file["scenarios"][0]["request"]["tier"] = json!("gold");
    file["catalogue"] = json!([{"model": 1, "channel": "post", "instruments": [], "hosting": {}}]);
    assert_eq!(faults(&file).len(), 8, "{:#?}", faults(&file));
}

#[test]
fn repeated_keys_and_ids() {
    let text = minimal()
        .to_string()
        .replacen("\"kind\":", "\"kind\":\"seed\",\"kind\":", 1);
    let found = read(&text).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "scenario `T001`, field `kind` is given twice"
    );
    let mut twice = minimal();
    twice["scenarios"] = json!([minimal()["scenarios"][0], minimal()["scenarios"][0]]);
    assert_eq!(faults(&twice), ["field `scenarios[1]` is given twice"]);
    assert!(matches!(
        read("{").unwrap_err()[..],
        [ScenarioError::NotJson { .. }]
    ));
}

#[test]
fn defaults_are_those_of_the_format() {
    let file = read(&minimal().to_string()).unwrap();
    let scenario = &file.scenarios[0];
    let request = &scenario.request;
    assert_eq!(
        request.screening,
        Screening {
            result: Some(ScreeningResult::Clean),
            screened_at: Some(scenario.at)
        }
    );
    assert_eq!((request.account, request.tier), (Account::Enterprise, None));
    assert_eq!(request.billing, PlaceFact::Unknown);
    assert_eq!(
        (request.end_users.as_ref(), request.residency.as_ref()),
        (None, None)
    );
    assert!(request.output_to.is_empty() && request.groups.is_empty() && request.patterns.is_empty());
    assert!(!request.named && !request.human_review && !request.registered_application && !request.resale);
    assert_eq!(
        (
            request.exception,
            request.side_call.as_ref(),
            request.stream_until
        ),
        (None, None, None)
    );
    assert_eq!(
        (scenario.subject.worker, scenario.subject.citizenships.len()),
        (Worker::Employee, 0)
    );
    assert_eq!(
        (&scenario.entity, &scenario.engaging_entity, &scenario.list_change),
        (&None, &None, &None)
    );
    let entity = &file.default_entity;
    assert_eq!(entity.incorporated, PlaceFact::Unknown);
    assert_eq!(entity.principal_place, PlaceFact::Unknown);
    assert_eq!(entity.unsupported_share, Holding::Absent);
    assert_eq!((entity.controlled, entity.monthly_users_at_release), (None, 0));
    assert!(entity.owners.is_empty() && entity.listed_owners.is_empty());
}

#[test]
fn explicit_nulls_are_unknown() {
    let mut file = with("/scenarios/0/request/screening", json!(null));
    file["scenarios"][0]["request"]["screening_age_hours"] = json!(null);
    file["scenarios"][0]["person"]["citizenships"] = json!(null);
    file["scenarios"][0]["evidence"] = json!([{"source": "geoip", "place": null}]);
    file["scenarios"][0]["entity"] = json!({"id": "E", "hq": "SG", "unlisted_pct": null, "controlled": null});
    let file = read(&file.to_string()).unwrap();
    let scenario = &file.scenarios[0];
    assert_eq!(
        scenario.request.screening,
        Screening {
            result: None,
            screened_at: None
        }
    );
    assert!(scenario.subject.citizenships.is_empty());
    assert_eq!(scenario.evidence[0].place, None);
    let entity = scenario.entity.as_ref().unwrap();
    assert_eq!(
        (&entity.unsupported_share, entity.controlled),
        (&Holding::Unknown, None)
    );
    assert_eq!(entity.principal_place, PlaceFact::read("SG"));
}

#[test]
fn a_null_that_the_format_does_not_allow_is_a_fault() {
    for field in ["residency", "tier", "billing_country", "groups", "exception"] {
        let file = with(&format!("/scenarios/0/request/{field}"), json!(null));
        assert!(faults(&file)[0].starts_with(&format!(
            "scenario `T001`, field `request.{field}`: `null` is not"
        )));
    }
}

#[test]
fn shares_are_exact_decimals() {
    let check = |percent: &str, expected: &str| {
        let mut file = minimal();
        file["bank_default_entity"]["unlisted_pct"] = json!(77);
        let text = file.to_string().replace("77", percent);
        let share = read(&text).unwrap().default_entity.unsupported_share;
        assert_eq!(
            share,
            Holding::Stated(Share::percent(expected).unwrap()),
            "{percent}"
        );
    };
    check("50.01", "50.01");
    check("50.00000000000000000001", "50.00000000000000000001");
    check("5.001e1", "50.01");
    check("0", "0");
}

#[test]
fn claims_age_in_whole_seconds_and_trips_include_their_last_day() {
    let claims = json!([
        {"source": "badge", "place": "HK", "age_hours": 12.0001, "site": "tower"},
        {"source": "geoip", "place": "CN-HK", "marks": ["vpn"], "database": "x", "age_hours": -1},
        {"source": "trip", "place": "Oz", "trip_start": "2026-07-01", "trip_end": "2026-07-14"},
        {"source": "hr", "place": "HK", "trip_start": "2026-07-01"},
    ]);
    let file = read(&with("/scenarios/0/evidence", claims).to_string()).unwrap();
    let [badge, geoip, trip, hr] = file.scenarios[0].evidence.as_slice() else {
        panic!("four claims")
    };
    assert_eq!(
        (badge.age, badge.site.as_deref(), badge.marked),
        (43_201, Some("tower"), false)
    );
    assert_eq!((geoip.age, geoip.marked), (-3_600, true));
    assert_eq!(geoip.place, Some(PlaceFact::read("HK")));
    assert_eq!(trip.place, Some(PlaceFact::Unrecognised("Oz".to_owned())));
    let day = |text: &str| Instant::parse(text).ok();
    assert_eq!(
        trip.trip,
        Some(Trip {
            from: day("2026-07-01"),
            to: day("2026-07-15")
        })
    );
    assert_eq!((hr.source, hr.trip), (ClaimSource::Directory, None));
}

#[test]
fn hosting_may_be_anywhere() {
    let file =
        read(&with("/scenarios/0/hosting/inference", json!(["*", "*-CN", "US", "QQ"])).to_string()).unwrap();
    let place = |code: &str| territory::Place::parse(code).unwrap();
    assert_eq!(
        file.scenarios[0].hosting.inference,
        [
            HostingPlace::Anywhere,
            HostingPlace::AnywhereBut(place("CN")),
            HostingPlace::Place(place("US")),
            HostingPlace::Unrecognised("QQ".to_owned()),
        ]
    );
}

#[test]
fn list_changes_begin_at_midnight() {
    let change = json!({"list": "l", "remove": ["AE"], "cause": "notice", "posted": "2026-07-01", "effective": "2026-07-31"});
    let file = read(&with("/scenarios/0/list_change", change.clone()).to_string()).unwrap();
    let edit = file.scenarios[0].list_change.as_ref().unwrap();
    assert_eq!(
        edit.change.effective,
        Instant::parse("2026-07-31T00:00:00Z").unwrap()
    );
    assert!(edit.change.add.is_empty());
    let mut unknown = change;
    unknown["remove"] = json!(["QQ"]);
    assert_eq!(
        faults(&with("/scenarios/0/list_change", unknown)),
        ["scenario `T001`, field `list_change.remove[0]`: `QQ` is not the code of a place"]
    );
}
