//! What probes are told: whether the process lives, and whether it serves.
//!
//! Anybody may ask, so nothing is said of people, or of what stands in the register.

use crate::body::{self, Answer};
use crate::{Switch, places};
use hyper::StatusCode;
use ledger::Recorder;

/// Parameter of the query that asks a probe to say more.
const VERBOSE: &str = "verbose";

/// It lives.
pub(crate) fn alive() -> Answer {
    body::text(StatusCode::OK, "ok\n")
}

/// Whether it serves.
pub(crate) fn ready(recorder: &Recorder, switch: &Switch, is_ending: bool, query: Option<&str>) -> Answer {
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
        text.push_str(&places::lines(switch));
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
