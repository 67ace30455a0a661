//! Contents as tests make them, and what is written of them.

use super::*;
use crate::leaf::{Leaf, Seeds, write};
use crate::{Act, ClauseState, Done, Happening, Pseudonyms, Seed};
use decision::{State, Verdict};

pub(crate) fn intent_of(number: u8) -> Intent {
    let names = Pseudonyms::new(&[7; 32]);
    Intent {
        decision: DecisionId::from_bytes([number; 16]),
        at: Instant(1_784_106_000),
        snapshot: "sha256:00".to_owned(),
        person: names.towards("hk-analyst", "anthropic"),
        key: names.of("hk-analyst"),
        entity: "larkmoor-hk".to_owned(),
        application: Some("coding".to_owned()),
        purpose: "coding",
        data: "internal",
        asked: "sonnet".to_owned(),
        model: Some("claude-sonnet".to_owned()),
        deployment: Some("claude-sonnet-direct".to_owned()),
        licensor: Some("anthropic".to_owned()),
        cost_centre: Some("4711".to_owned()),
        hosting: vec!["US".to_owned()],
        verdict: Verdict::Deny,
        clauses: vec![ClauseState {
            clause: "anthropic-2024 2.3".to_owned(),
            state: State::Met,
        }],
        missing: vec!["entitlement"],
        lifts: Vec::new(),
        obligations: Vec::new(),
        places: vec!["HK".to_owned()],
        evidence: vec!["zone"],
        facts: b"{}".to_vec(),
        valid_until: None,
    }
}

pub(crate) fn permit_of(number: u8) -> Intent {
    Intent {
        verdict: Verdict::Permit,
        clauses: Vec::new(),
        missing: Vec::new(),
        ..intent_of(number)
    }
}

pub(crate) fn outcome_of(number: u8, intent: u64) -> Outcome {
    Outcome {
        intent,
        decision: DecisionId::from_bytes([number; 16]),
        of: Subject {
            model: Some("claude-sonnet".to_owned()),
            deployment: Some("claude-sonnet-direct".to_owned()),
            licensor: Some("anthropic".to_owned()),
        },
        at: Instant(1_784_106_010),
        ended: Ended::Completed,
        status: Some(200),
        bytes_sent: 48_033,
        bytes_received: 1_200,
        tokens_read: 12_000,
        tokens_written: 300,
        stop: Some("end_turn".to_owned()),
        served_in: Some("us".to_owned()),
    }
}

pub(crate) fn event_of(number: u16) -> Event {
    Event {
        at: Instant(1_784_106_000),
        what: Happening::Strangers {
            route: "/v1/messages",
            requests: u64::from(number),
        },
    }
}

fn told(content: &Content) -> String {
    let one = |field: &Field| {
        let mark = if field.is_personal { " (personal)" } else { "" };
        format!("{}{mark}: {}", field.name, String::from_utf8_lossy(&field.value))
    };
    content.fields.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn fields_are_what_readers_were_promised() {
    let names = Pseudonyms::new(&[7; 32]);
    let (theirs, own) = (names.towards("hk-analyst", "anthropic"), names.of("hk-analyst"));
    let intent = told(&of_intent(&intent_of(1))).replace(&theirs.to_string(), "PERSON");
    let expected = [
        "application: \"coding\"",
        "asked: \"sonnet\"",
        r#"clauses: [{"clause":"anthropic-2024 2.3","state":"met"}]"#,
        "cost_centre: \"4711\"",
        "data: \"internal\"",
        r#"decided: {"lifts":[],"missing":["entitlement"],"obligations":[],"valid_until":null}"#,
        "decision: \"01010101010101010101010101010101\"",
        "deployment: \"claude-sonnet-direct\"",
        "entity: \"larkmoor-hk\"",
        "evidence: [\"zone\"]",
        "facts (personal): {}",
        "hosting: [\"US\"]",
        "licensor: \"anthropic\"",
        "model: \"claude-sonnet\"",
        "person (personal): \"PERSON\"",
        "place: [\"HK\"]",
        "purpose: \"coding\"",
        "snapshot: \"sha256:00\"",
        "verdict: \"deny\"",
    ];
    assert_eq!(intent, expected.join("\n"));
    let outcome = told(&of_outcome(&outcome_of(1, 7)));
    assert!(
        outcome.ends_with(
            r#"served_in: "us"
stop: "end_turn"
used: {"bytes_received":1200,"bytes_sent":48033,"status":200,"tokens_read":12000,"tokens_written":300}"#
        ),
        "{outcome}"
    );
    let viewed = Event {
        at: Instant(1_784_106_000),
        what: Happening::Administered(Act {
            done: Done::ProtectedViewed {
                attributes: &["citizenships"],
            },
            by: None,
            person: own,
        }),
    };
    let viewed = told(&of_event(&viewed)).replace(&own.to_string(), "PERSON");
    let expected = [
        "by: null",
        r#"detail: {"attributes":["citizenships"]}"#,
        "event: \"protected_viewed\"",
        "person (personal): \"PERSON\"",
    ];
    assert_eq!(viewed, expected.join("\n"));
}

#[test]
fn a_leaf_shows_kind_time_and_the_intent_of_an_outcome_and_nothing_else() {
    let seeds = Seeds {
        general: Seed::from_bytes([1; 32]),
        personal: Seed::from_bytes([2; 32]),
    };
    let content = of_outcome(&outcome_of(1, 7));
    let bytes = write(&content, &seeds);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with(r#"{"fields":{"decision":""#), "{text}");
    assert!(
        text.ends_with(r#""},"intent":7,"kind":"outcome","revision":2,"time":"2026-07-15T09:00:10Z"}"#),
        "{text}"
    );
    assert!(!text.contains("sonnet") && !text.contains("anthropic"), "{text}");
    let leaf = Leaf::parse(&bytes).unwrap();
    assert_eq!(
        (leaf.kind, leaf.intent, leaf.fields.len()),
        (Kind::Outcome, Some(7), 8)
    );
    // the fields and keys stand in the order of the alphabet, which is what makes it canonical
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().collect();
    assert!(keys.is_sorted() && content.fields.iter().map(|field| field.name).is_sorted());
}
