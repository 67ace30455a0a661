//! A small bank: one model, which is not licensed for Hong Kong.

use decision::{Decision, Facts, LATEST, Snapshot, State};
use identity::{Choice, FactCollector, KeyHolder, Origin, PlaceSources, RegisterDirectory, Zones};
use register::model::{Instant, Register};
use register::source::Source;
use std::sync::Arc;

/// 2026-07-15T09:00:00Z.
pub(crate) const NOW: Instant = Instant(1_784_106_000);

/// The model that everything here asks for.
pub(crate) const MODEL: &str = "claude-sonnet";

pub(crate) fn register() -> Register {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let sources = [
        source("register.toml", include_str!("register.toml")),
        source("agreement.toml", include_str!("agreement.toml")),
    ];
    let outcome = register::parse(&sources);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

pub(crate) fn snapshot() -> Snapshot {
    Snapshot::compile(register(), "made up", NOW).unwrap()
}

/// A collector whose directory was last in step a while ago.
pub(crate) fn collector(places: Arc<PlaceSources>, directory_age: i64) -> FactCollector {
    let register = register();
    let directory = RegisterDirectory::of(&register, NOW.plus(-directory_age));
    let zones = Zones::of(&register).unwrap();
    FactCollector::new(&register, zones, Arc::new(directory)).with_places(places)
}

/// The facts of a request of a person.
pub(crate) fn facts(
    collector: &FactCollector,
    person: &str,
    origin: impl Into<Origin>,
    at: Instant,
) -> Facts {
    let holder = KeyHolder {
        person: person.to_owned(),
        application: None,
    };
    let collected = collector.collect(&holder, origin, Choice::default(), at);
    collected.unwrap().facts.facts().clone()
}

/// What is decided: `P` permitted; `D` a clause denies; `?` denied because something is not known; `R` to be reviewed.
pub(crate) fn decided(snapshot: &Snapshot, facts: &Facts, at: Instant) -> char {
    let model = snapshot.model_index(MODEL).unwrap();
    let decision: Decision = snapshot.decide_model(&snapshot.bind(facts, at, LATEST), model);
    let has = |state| decision.reasons.iter().any(|reason| reason.state == state);
    match decision.verdict.permits() {
        true => 'P',
        false if has(State::Met) => 'D',
        false if has(State::Unknown) => '?',
        false => 'R',
    }
}
