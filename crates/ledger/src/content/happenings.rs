//! What is not about one decided request: `event` names it, `detail` says the rest.

use super::{Content, Field, Kind, field, personal};
use crate::{Act, Done, Event, Happening};
use serde::Serialize;

#[derive(Serialize)]
struct Activated<'a> {
    before: &'a str,
    snapshot: &'a str,
}

#[derive(Serialize)]
struct Refused<'a> {
    in_force: &'a str,
    mistake: &'static str,
    mistakes: usize,
}

#[derive(Serialize)]
struct Signers<'a> {
    keys: &'a [String],
}

#[derive(Serialize)]
struct Counted {
    requests: u64,
    route: &'static str,
}

#[derive(Default, Serialize)]
struct ActDetail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attributes: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
}

pub(super) fn content(event: &Event) -> Content {
    let (word, detail) = match &event.what {
        Happening::Activated { snapshot, before } => (
            "register_activated",
            field("detail", &Activated { before, snapshot }),
        ),
        Happening::Refused {
            in_force,
            mistake,
            mistakes,
        } => {
            let refused = Refused {
                in_force,
                mistake,
                mistakes: *mistakes,
            };
            ("register_refused", field("detail", &refused))
        }
        Happening::Strangers { route, requests } => ("unauthenticated", counted(route, *requests)),
        Happening::Signers { keys } => ("signers_changed", field("detail", &Signers { keys })),
        Happening::Listed { route, requests } => ("listed", counted(route, *requests)),
        Happening::Administered(act) => {
            let (word, detail) = administered(act);
            (word, field("detail", &detail))
        }
    };
    let act = match &event.what {
        Happening::Administered(act) => Some(act),
        _ => None,
    };
    Content {
        kind: Kind::Event,
        at: event.at,
        intent: None,
        key: act.map(|act| act.person),
        fields: fields(word, detail, act),
    }
}

fn counted(route: &'static str, requests: u64) -> Field {
    field("detail", &Counted { requests, route })
}

fn fields(word: &str, detail: Field, act: Option<&Act>) -> Vec<Field> {
    let by = act.and_then(|act| act.by).map(|by| by.to_string());
    let person = act.map(|act| act.person.to_string());
    let person = match person {
        Some(person) => personal("person", &person),
        None => field("person", &person),
    };
    vec![field("by", &by), detail, field("event", word), person]
}

fn administered(act: &Act) -> (&'static str, ActDetail<'_>) {
    let none = ActDetail::default();
    match &act.done {
        Done::RoleGranted { role } => {
            let role = Some(*role);
            ("role_granted", ActDetail { role, ..none })
        }
        Done::RoleWithdrawn { role } => {
            let role = Some(*role);
            ("role_withdrawn", ActDetail { role, ..none })
        }
        Done::ProtectedViewed { attributes } => ("protected_viewed", ActDetail { attributes, ..none }),
        Done::Exported => ("exported", none),
        Done::Erased { reason, case } => {
            let (reason, case) = (Some(*reason), case.as_deref());
            ("erased", ActDetail { reason, case, ..none })
        }
        Done::SignedIn => ("signed_in", none),
        Done::SignedOut => ("signed_out", none),
        Done::Delegated { application } => {
            let application = Some(application.as_str());
            ("delegated", ActDetail { application, ..none })
        }
        Done::DisputeRaised { fact } => {
            let fact = Some(*fact);
            ("dispute_raised", ActDetail { fact, ..none })
        }
        Done::DisputeSettled { fact, outcome } => {
            let (fact, outcome) = (Some(fact.as_str()), Some(*outcome));
            (
                "dispute_settled",
                ActDetail {
                    fact,
                    outcome,
                    ..none
                },
            )
        }
    }
}
