//! Whole runs over a small register.

use super::*;
use serde_json::{Value, json};

const REGISTER: &str = r#"
[firm]
name = "Larkmoor Bank"

[instrument]
id = "A"
layer = "agreement"
licensor = "Licensor"
covers = ["opus", "gpt"]

[[clause]]
ref = "A-1"
title = "Territory"
plain = "Not for people in Hong Kong."
kind = "territory.user_location"
for = { models = ["opus"] }
deny = { in = ["HK"] }

[[clause]]
ref = "A-2"
title = "Supported places"
plain = "For supported places only."
kind = "territory.user_location"
known_from = 2026-06-01
deny = { not_in = "supported" }

[[clause]]
ref = "A-3"
title = "Records"
plain = "Work for clients is recorded."
kind = "evidence.regulator_record"
for = { data = ["client"] }
obliges = ["full capture"]

[[list]]
id = "supported"
[[list.version]]
from = 2024-01-01
members = ["US", "AE", "HK", "SG"]

[[entity]]
id = "Bank"
incorporated = "US"
"#;

fn register() -> Register {
    let source = register::source::Source {
        path: "a.toml".to_owned(),
        text: REGISTER.to_owned(),
    };
    let outcome = register::parse(&[source]);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

/// The report about one scenario: somebody with a badge in a place asks for a model.
fn report(place: &str, model: &str, change: impl FnOnce(&mut Value)) -> Value {
    let hosting = json!({"inference": ["US"], "storage": "US", "gateway_egress": "US"});
    let mut scenario = json!({
        "id": "T001", "kind": "seed", "title": "…", "at": "2026-07-15T09:00:00Z",
        "person": {"worker": "employee"},
        "evidence": [{"source": "badge", "place": place}],
        "model": model, "channel": "anthropic-api", "instruments": ["A"], "hosting": hosting,
        "request": {"use": "coding", "data": "internal"},
        "expect": {"decision": "permit"}
    });
    change(&mut scenario);
    let file = json!({
        "schema": "territory.scenarios/2", "rules": [], "lists": {}, "agreements": {}, "count": 1,
        "bank_default_entity": {"id": "Bank", "inc": "US", "hq": "US"},
        "catalogue": [
            {"model": "opus", "channel": "anthropic-api", "instruments": ["A"], "hosting": hosting},
            {"model": "gpt", "channel": "openai-api", "instruments": ["A"], "hosting": hosting},
        ],
        "scenarios": [scenario]
    });
    run(&register(), "sha256:0", &crate::read(&file.to_string()).unwrap()).to_json()
}

#[test]
fn a_refusal_with_its_clause_and_what_is_permitted_instead() {
    let report = report("HK", "opus", |scenario| {
        scenario["expect"] = json!({
            "decision": "deny", "reasons_any": [{"clause": "A-1", "state": "met"}], "alternatives": ["gpt"]
        });
    });
    assert_eq!((&report["total"], &report["agree"]), (&json!(1), &json!(1)));
    let result = &report["results"][0];
    assert_eq!(
        (&result["id"], &result["agree"], result.get("why")),
        (&json!("T001"), &json!(true), None)
    );
    assert_eq!(result["expected"]["alternatives"], json!(["gpt"]));
    let got = &result["got"];
    assert_eq!(got["decision"], "deny");
    assert_eq!(
        got["reasons"],
        json!([{"clause": "A-1", "state": "met", "instrument": "A"}])
    );
    assert_eq!(
        (&got["missing"], &got["alternatives"]),
        (&json!([]), &json!(["gpt"]))
    );
    assert_eq!(
        got["facts"][0]["value"]
            .as_str()
            .map(|value| value.contains("HK") || value.contains("Hong Kong")),
        Some(true)
    );
}

#[test]
fn id_title_and_notes_are_no_facts() {
    let plain = report("HK", "opus", |_| ());
    let other = report("HK", "opus", |scenario| {
        scenario["id"] = json!("permit");
        scenario["title"] = json!("Permitted in the United States");
        scenario["kind"] = json!("travel");
        scenario["why"] = json!("permit");
        scenario["source"] = json!("permit");
        scenario["person"]["home_office"] = json!("US");
        scenario["expect"]["note"] = json!("x");
    });
    assert_eq!(plain["results"][0]["got"], other["results"][0]["got"]);
}

#[test]
fn a_wrong_expectation_is_a_disagreement_that_says_what_differs() {
    let report = report("HK", "opus", |_| ());
    assert_eq!(
        (&report["agree"], &report["results"][0]["agree"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(report["results"][0]["why"], "the decision is deny, not permit");
}

#[test]
fn what_cannot_be_decided_does_not_agree() {
    let report = report("US", "opus", |scenario| scenario["instruments"] = json!(["B"]));
    assert_eq!(report["results"][0]["got"], Value::Null);
    assert_eq!(
        report["results"][0]["why"],
        "scenario `T001`, field `instruments[0]`: the register has no instrument `B`"
    );
}

#[test]
fn obligations_come_with_a_permit() {
    let report = report("US", "opus", |scenario| {
        scenario["request"]["data"] = json!("client");
        scenario["expect"] = json!({"decision": "permit_with_obligations", "obligations": ["full capture"]});
    });
    assert_eq!(
        report["results"][0]["got"]["obligations"],
        json!(["full capture"])
    );
    assert_eq!(report["agree"], 1, "{report:#}");
}

#[test]
fn a_stream_is_cut_where_a_list_change_refuses_and_not_before() {
    let until = |end: &str, cut: Value| {
        let report = report("AE", "opus", |scenario| {
            scenario["at"] = json!("2026-07-30T23:59:59Z");
            scenario["request"]["stream_until"] = json!(end);
            scenario["list_change"] = json!({
                "list": "supported", "remove": ["AE"], "cause": "law", "posted": "2026-07-01", "effective": "2026-07-31"
            });
        });
        assert_eq!(report["results"][0]["got"]["stream_cut_at"], cut, "{report:#}");
    };
    until("2026-07-31T00:02:00Z", json!("2026-07-31T00:00:00Z"));
    until("2026-07-31T00:00:00Z", Value::Null);
}

#[test]
fn a_stream_outlives_its_evidence_by_one_second() {
    let report = report("AE", "opus", |scenario| {
        scenario["request"]["stream_until"] = json!("2026-07-16T09:00:00Z");
    });
    assert_eq!(
        report["results"][0]["got"]["stream_cut_at"], "2026-07-15T21:00:01Z",
        "{report:#}"
    );
}

#[test]
fn what_was_not_known_then_did_not_deny_then() {
    let report = report("DE", "opus", |scenario| {
        scenario["expect"] = json!({
            "decision": "deny", "reasons_any": [{"clause": "A-2", "state": "met"}],
            "known_then": {"known_at": "2026-05-31T00:00:00Z", "decision": "permit"}
        });
    });
    assert_eq!(report["agree"], 1, "{report:#}");
    let then = json!({"known_at": "2026-05-31T00:00:00Z", "decision": "permit"});
    assert_eq!(report["results"][0]["got"]["known_then"], then);
}
