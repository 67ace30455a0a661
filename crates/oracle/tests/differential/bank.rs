//! The demo bank: its own tests, and the requests of its golden matrix.

use crate::compare::{Question, compare};
use crate::show::show;
use decision::cases::{facts_of, facts_of_case};
use decision::{LATEST, Snapshot};
use oracle::Library;
use register::model::{Instant, PlaceFact, Register};
use register::source::Source;
use std::path::Path;

/// The days of the golden matrix.
const DAYS: [&str; 7] = [
    "2025-05-31T12:00:00Z",
    "2026-03-03T12:00:00Z",
    "2026-05-20T12:00:00Z",
    "2026-06-20T12:00:00Z",
    "2026-06-27T12:00:00Z",
    "2026-07-02T12:00:00Z",
    "2026-11-20T09:00:00Z",
];
/// Places of the golden matrix, one after the other; the empty one leaves the directory's.
const PLACES: [&str; 12] = [
    "", "US", "PR", "GB", "FR", "KR", "TW", "HK", "MO", "CN", "UA", "UA-43",
];

fn bank() -> Register {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/larkmoor-bank");
    let mut files: Vec<Source> = Vec::new();
    crate::corpus::sources(&root, &root, &mut files);
    let outcome = register::parse(&files);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:?}", outcome.diagnostics))
}

/// What both say about these facts and every deployment.
fn ask(
    register: &Register,
    snapshot: &Snapshot,
    library: &mut Library,
    question: Question,
    asked: &mut usize,
) {
    for deployment in &register.deployments {
        let question = Question {
            deployment: deployment.id.clone(),
            ..question.clone()
        };
        *asked += 1;
        if let Some(found) = compare(snapshot, library, &question) {
            panic!("{}", show(register, &question, &found));
        }
    }
}

#[test]
fn evaluator_and_cedar_agree_on_the_differential_run_over_the_bank() {
    let register = bank();
    let snapshot = Snapshot::compile_untested(register.clone(), "sha256:bank").unwrap();
    let mut library = Library::new(&register);
    let mut asked = 0;
    let today = Instant::parse(DAYS[6]).unwrap();
    let question = |facts, at, known_at| Question {
        facts,
        deployment: String::new(),
        at,
        known_at,
    };
    for case in &register.tests {
        let at = case.at.unwrap_or(today);
        let facts = facts_of_case(&register, case, at).unwrap();
        let question = question(facts, at, case.known_at.unwrap_or(LATEST));
        ask(&register, &snapshot, &mut library, question, &mut asked);
    }
    // each person on each day in another place, so that all pairs of place and day occur
    for (turn, person) in register.people.iter().enumerate() {
        for (day, at) in DAYS.iter().enumerate() {
            let at = Instant::parse(at).unwrap();
            let place = PLACES[(turn + day * 5) % PLACES.len()];
            let from: Vec<_> = (!place.is_empty())
                .then(|| PlaceFact::read(place))
                .into_iter()
                .collect();
            let facts = facts_of(&register, person, &from, at);
            ask(
                &register,
                &snapshot,
                &mut library,
                question(facts, at, LATEST),
                &mut asked,
            );
        }
    }
    assert!(asked > 20_000, "{asked}");
}
