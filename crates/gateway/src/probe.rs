//! What probes are told: whether the process lives, and whether it serves.
//!
//! Anybody may ask, so nothing is said of people, or of what stands in the register. Who asks on the listener for those
//! who run the gateway is told more: how each connector is, which deployments are not served because of that, and how each
//! source of place claims and each issuer of tokens is. None of it makes the gateway unready: what is permitted elsewhere is served.

use crate::body::{self, Answer};
use crate::connectors::{Connector, Connectors, Health};
use crate::routing::health::Standing;
use crate::{Switch, issuers, places};
use hyper::StatusCode;
use identity::tokens::Issuers;
use ledger::Recorder;
use register::model;
use std::fmt::Write as _;
use tokio::time::Instant;

/// Parameter of the query that asks a probe to say more.
const VERBOSE: &str = "verbose";

/// What only those are told of who run the gateway.
pub(crate) struct Inside<'a> {
    pub connectors: &'a Connectors,
    pub issuers: Option<&'a Issuers>,
    pub at: model::Instant,
}

/// It lives.
pub(crate) fn alive() -> Answer {
    body::text(StatusCode::OK, "ok\n")
}

/// Whether it serves.
pub(crate) fn ready(
    recorder: &Recorder,
    switch: &Switch,
    is_ending: bool,
    query: Option<&str>,
    inside: Option<Inside<'_>>,
) -> Answer {
    let (status, text) = if is_ending {
        (StatusCode::SERVICE_UNAVAILABLE, "this gateway is stopping\n")
    } else if !recorder.is_healthy() {
        let text = "the audit device cannot keep entries at present\n";
        (StatusCode::SERVICE_UNAVAILABLE, text)
    } else {
        (StatusCode::OK, "ok\n")
    };
    let mut text = text.to_owned();
    if query.is_some_and(|query| query.split('&').any(|parameter| parameter == VERBOSE)) {
        text.push_str(&about_register(switch));
        if let Some(inside) = inside {
            text.push_str(&about_connectors(inside.connectors, switch));
            text.push_str(&places::lines(switch));
            let issuers = inside.issuers.map(|issuers| issuers::lines(issuers, inside.at));
            text.push_str(&issuers.unwrap_or_default());
        }
    }
    body::text(status, text)
}

/// Which register is in force, and whether a newer one was refused.
fn about_register(switch: &Switch) -> String {
    let in_force = switch.load();
    let (digest, since) = (in_force.snapshot().digest(), in_force.since());
    let refused = switch
        .refused_at()
        .map(|at| format!("a newer register was refused at {at}\n"));
    format!(
        "register in force: {digest} since {since}\n{}",
        refused.unwrap_or_default()
    )
}

/// How each connector is, and what is not served because of it, a line each.
fn about_connectors(connectors: &Connectors, switch: &Switch) -> String {
    let now = Instant::now();
    let mut all: Vec<&Connector> = connectors.iter().collect();
    all.sort_by_key(|connector| connector.id());
    let mut text = String::new();
    for connector in all {
        let standing = connectors.standing(connector.id(), now);
        let said = said(&connector.health(), connector.trouble(), standing, now);
        // writing into a text does not fail
        let _ = writeln!(text, "connector {}: {said}", connector.id());
    }
    for (_, deployment) in switch.load().snapshot().deployments() {
        let why = match connectors.of(deployment) {
            None => "it has no connector",
            Some(connector) if connector.health() != Health::Healthy => "its connector has no credential",
            Some(connector) if connectors.standing(connector.id(), now).is_resting => {
                "its connector is left alone for a moment"
            }
            Some(_) => continue,
        };
        let _ = writeln!(text, "deployment {} is not served: {why}", deployment.id);
    }
    text
}

/// How a connector is, in words.
fn said(
    health: &Health,
    trouble: Option<(String, Option<model::Instant>)>,
    standing: Standing,
    now: Instant,
) -> String {
    let credential = match health {
        Health::Healthy => match trouble {
            None => "healthy".to_owned(),
            Some((why, ends)) => {
                let until = ends.map(|ends| format!(" until {ends}")).unwrap_or_default();
                format!("healthy{until}, but its credential cannot be renewed: {why}")
            }
        },
        Health::Unhealthy { since: None, why } => format!("unhealthy since the start: {why}"),
        Health::Unhealthy {
            since: Some(since),
            why,
        } => format!("unhealthy since {since}: {why}"),
    };
    let rest = match (standing.is_resting, standing.is_asked_to_wait) {
        (true, _) => ", left alone because half of its calls failed",
        (false, true) => ", left alone because the provider asks for that",
        (false, false) => "",
    };
    let answered = match standing.answered {
        Some(at) => format!(
            "last success {} s ago",
            now.saturating_duration_since(at).as_secs()
        ),
        None => "no success yet".to_owned(),
    };
    format!("{credential}{rest}; {answered}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn connectors_are_told_of_in_words() {
        let now = Instant::now() + Duration::from_secs(60);
        let check = |health: &Health, standing, expected: &str| {
            assert_eq!(said(health, None, standing, now), expected);
        };
        let trouble = Some(("a command that failed".to_owned(), Some(model::Instant(60))));
        assert_eq!(
            said(&Health::Healthy, trouble, Standing::default(), now),
            "healthy until 1970-01-01T00:01:00Z, but its credential cannot be renewed: a command that failed; no success yet"
        );
        check(&Health::Healthy, Standing::default(), "healthy; no success yet");
        let standing = Standing {
            is_resting: true,
            is_asked_to_wait: true,
            answered: Some(now - Duration::from_secs(3)),
        };
        check(
            &Health::Healthy,
            standing,
            "healthy, left alone because half of its calls failed; last success 3 s ago",
        );
        let gone = Health::Unhealthy {
            since: Some(model::Instant(0)),
            why: "its file (entity not found)".to_owned(),
        };
        let standing = Standing {
            is_asked_to_wait: true,
            ..Standing::default()
        };
        check(
            &gone,
            standing,
            "unhealthy since 1970-01-01T00:00:00Z: its file (entity not found), left alone because the provider asks \
             for that; no success yet",
        );
    }
}
