//! Entries as they are written: types of their own, so that a change of the program cannot change the record unseen.
//!
//! Each line is one JSON object with a revision and a kind. Readers must skip keys that they do not know.

use crate::{Act, Done, Event, Happening, Intent, Outcome};
use register::model::Instant;
use serde::Serialize;

/// Revision of the lines written here.
const REVISION: u32 = 1;

/// First line of a segment.
#[derive(Serialize)]
struct SegmentLine {
    revision: u32,
    kind: &'static str,
    segment: u64,
}

#[derive(Serialize)]
struct IntentLine<'a> {
    revision: u32,
    kind: &'static str,
    decision: String,
    at: String,
    snapshot: &'a str,
    person: String,
    application: Option<&'a str>,
    purpose: &'a str,
    data: &'a str,
    asked: &'a str,
    model: Option<&'a str>,
    deployment: Option<&'a str>,
    verdict: &'static str,
    clauses: Vec<ClauseLine<'a>>,
    missing: &'a [&'static str],
    lifts: &'a [String],
    obligations: &'a [&'static str],
    places: Vec<PlaceLine<'a>>,
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct ClauseLine<'a> {
    clause: &'a str,
    state: &'static str,
}

#[derive(Serialize)]
struct PlaceLine<'a> {
    place: Option<&'a str>,
    source: &'static str,
    observed_at: String,
}

#[derive(Serialize)]
struct OutcomeLine {
    revision: u32,
    kind: &'static str,
    decision: String,
    at: String,
    ended: &'static str,
    status: Option<u16>,
    bytes_sent: u64,
    bytes_received: u64,
    tokens_read: u64,
    tokens_written: u64,
}

#[derive(Serialize)]
struct EventLine<'a> {
    revision: u32,
    kind: &'static str,
    at: String,
    #[serde(flatten)]
    what: HappeningLine<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum HappeningLine<'a> {
    RegisterActivated {
        snapshot: &'a str,
        before: &'a str,
    },
    RegisterRefused {
        in_force: &'a str,
        mistake: &'static str,
        mistakes: usize,
    },
    Unauthenticated {
        route: &'static str,
        requests: u64,
    },
    Administered {
        act: &'static str,
        by: Option<String>,
        person: String,
        #[serde(flatten)]
        more: ActLine<'a>,
    },
}

#[derive(Default, Serialize)]
struct ActLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attributes: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
}

/// The first line of a segment.
pub(crate) fn segment(number: u64) -> Vec<u8> {
    line(&SegmentLine {
        revision: REVISION,
        kind: "segment",
        segment: number,
    })
}

/// The line of an intent.
pub(crate) fn intent(intent: &Intent) -> Vec<u8> {
    line(&IntentLine {
        revision: REVISION,
        kind: "intent",
        decision: intent.decision.to_string(),
        at: intent.at.to_string(),
        snapshot: &intent.snapshot,
        person: intent.person.to_string(),
        application: intent.application.as_deref(),
        purpose: intent.purpose,
        data: intent.data,
        asked: &intent.asked,
        model: intent.model.as_deref(),
        deployment: intent.deployment.as_deref(),
        verdict: intent.verdict.as_str(),
        clauses: intent
            .clauses
            .iter()
            .map(|clause| ClauseLine {
                clause: &clause.clause,
                state: clause.state.as_str(),
            })
            .collect(),
        missing: &intent.missing,
        lifts: &intent.lifts,
        obligations: &intent.obligations,
        places: intent
            .places
            .iter()
            .map(|seen| PlaceLine {
                place: seen.place.as_deref(),
                source: seen.source.as_str(),
                observed_at: seen.observed_at.to_string(),
            })
            .collect(),
        valid_until: intent.valid_until.map(|until: Instant| until.to_string()),
    })
}

/// The line of an outcome.
pub(crate) fn outcome(outcome: &Outcome) -> Vec<u8> {
    line(&OutcomeLine {
        revision: REVISION,
        kind: "outcome",
        decision: outcome.decision.to_string(),
        at: outcome.at.to_string(),
        ended: outcome.ended.as_str(),
        status: outcome.status,
        bytes_sent: outcome.bytes_sent,
        bytes_received: outcome.bytes_received,
        tokens_read: outcome.tokens_read,
        tokens_written: outcome.tokens_written,
    })
}

/// The line of an event.
pub(crate) fn event(event: &Event) -> Vec<u8> {
    let what = match &event.what {
        Happening::Activated { snapshot, before } => HappeningLine::RegisterActivated { snapshot, before },
        Happening::Refused {
            in_force,
            mistake,
            mistakes,
        } => HappeningLine::RegisterRefused {
            in_force,
            mistake,
            mistakes: *mistakes,
        },
        Happening::Strangers { route, requests } => HappeningLine::Unauthenticated {
            route,
            requests: *requests,
        },
        Happening::Administered(act) => administered(act),
    };
    line(&EventLine {
        revision: REVISION,
        kind: "event",
        at: event.at.to_string(),
        what,
    })
}

fn administered(act: &Act) -> HappeningLine<'_> {
    let none = ActLine::default();
    let (word, more) = match &act.done {
        Done::RoleGranted { role } => (
            "role_granted",
            ActLine {
                role: Some(role),
                ..none
            },
        ),
        Done::RoleWithdrawn { role } => (
            "role_withdrawn",
            ActLine {
                role: Some(role),
                ..none
            },
        ),
        Done::ProtectedViewed { attributes } => ("protected_viewed", ActLine { attributes, ..none }),
        Done::Exported => ("exported", none),
        Done::Erased { reason, case } => {
            let (reason, case) = (Some(*reason), case.as_deref());
            ("erased", ActLine { reason, case, ..none })
        }
        Done::DisputeRaised { fact } => (
            "dispute_raised",
            ActLine {
                fact: Some(fact),
                ..none
            },
        ),
        Done::DisputeSettled { fact, outcome } => {
            let (fact, outcome) = (Some(fact.as_str()), Some(*outcome));
            (
                "dispute_settled",
                ActLine {
                    fact,
                    outcome,
                    ..none
                },
            )
        }
    };
    HappeningLine::Administered {
        act: word,
        by: act.by.map(|by| by.to_string()),
        person: act.person.to_string(),
        more,
    }
}

/// A value as a line. An empty line stands for a value that cannot be written, and is refused.
fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    if !line.is_empty() {
        line.push(b'\n');
    }
    line
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{ClauseState, DecisionId, Ended, PlaceSeen, Pseudonyms};
    use decision::{ClaimSource, State, Verdict};

    pub(crate) fn intent_of(number: u8) -> Intent {
        Intent {
            decision: DecisionId::from_bytes([number; 16]),
            at: Instant(1_784_106_000),
            snapshot: "sha256:00".to_owned(),
            person: Pseudonyms::new(&[7; 32]).of("hk-analyst"),
            application: Some("coding".to_owned()),
            purpose: "coding",
            data: "internal",
            asked: "sonnet".to_owned(),
            model: Some("claude-sonnet".to_owned()),
            deployment: Some("claude-sonnet-direct".to_owned()),
            verdict: Verdict::Deny,
            clauses: vec![ClauseState {
                clause: "anthropic-2024 2.3".to_owned(),
                state: State::Met,
            }],
            missing: vec!["entitlement"],
            lifts: Vec::new(),
            obligations: Vec::new(),
            places: vec![PlaceSeen {
                place: Some("HK".to_owned()),
                source: ClaimSource::Zone,
                observed_at: Instant(1_784_105_999),
            }],
            valid_until: None,
        }
    }

    pub(crate) fn outcome_of(number: u8) -> Outcome {
        Outcome {
            decision: DecisionId::from_bytes([number; 16]),
            at: Instant(1_784_106_010),
            ended: Ended::Completed,
            status: Some(200),
            bytes_sent: 48_033,
            bytes_received: 1_200,
            tokens_read: 12_000,
            tokens_written: 300,
        }
    }

    #[test]
    fn lines_are_what_readers_were_promised() {
        let expected = concat!(
            r#"{"revision":1,"kind":"intent","decision":"01010101010101010101010101010101","#,
            r#""at":"2026-07-15T09:00:00Z","snapshot":"sha256:00","person":"PERSON","application":"coding","#,
            r#""purpose":"coding","data":"internal","asked":"sonnet","model":"claude-sonnet","#,
            r#""deployment":"claude-sonnet-direct","verdict":"deny","#,
            r#""clauses":[{"clause":"anthropic-2024 2.3","state":"met"}],"missing":["entitlement"],"lifts":[],"#,
            r#""obligations":[],"places":[{"place":"HK","source":"zone","observed_at":"2026-07-15T08:59:59Z"}],"#,
            r#""valid_until":null}"#,
            "\n"
        );
        let expected = expected.replace("PERSON", &intent_of(1).person.to_string());
        assert_eq!(String::from_utf8(intent(&intent_of(1))).unwrap(), expected);
        let expected = concat!(
            r#"{"revision":1,"kind":"outcome","decision":"01010101010101010101010101010101","#,
            r#""at":"2026-07-15T09:00:10Z","ended":"completed","status":200,"bytes_sent":48033,"bytes_received":1200,"#,
            r#""tokens_read":12000,"tokens_written":300}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(outcome(&outcome_of(1))).unwrap(), expected);
        let refused = Event {
            at: Instant(1_784_106_000),
            what: Happening::Refused {
                in_force: "sha256:00".to_owned(),
                mistake: "text",
                mistakes: 2,
            },
        };
        let expected = concat!(
            r#"{"revision":1,"kind":"event","at":"2026-07-15T09:00:00Z","event":"register_refused","#,
            r#""in_force":"sha256:00","mistake":"text","mistakes":2}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(event(&refused)).unwrap(), expected);
        let names = Pseudonyms::new(&[7; 32]);
        let viewed = Event {
            at: Instant(1_784_106_000),
            what: Happening::Administered(Act {
                done: Done::ProtectedViewed {
                    attributes: &["citizenships"],
                },
                by: Some(names.of("privacy-officer")),
                person: names.of("hk-analyst"),
            }),
        };
        let expected = format!(
            "{{\"revision\":1,\"kind\":\"event\",\"at\":\"2026-07-15T09:00:00Z\",\"event\":\"administered\",\
             \"act\":\"protected_viewed\",\"by\":\"{}\",\"person\":\"{}\",\"attributes\":[\"citizenships\"]}}\n",
            names.of("privacy-officer"),
            names.of("hk-analyst"),
        );
        assert_eq!(String::from_utf8(event(&viewed)).unwrap(), expected);
        assert_eq!(
            segment(3),
            b"{\"revision\":1,\"kind\":\"segment\",\"segment\":3}\n"
        );
    }
}
