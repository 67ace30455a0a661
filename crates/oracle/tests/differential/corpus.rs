//! The corpus of real terms: evaluator and Cedar agree on every scenario, and Cedar alone finds what is expected.

use crate::compare::{Question, engine};
use crate::show::opinion;
use decision::{Snapshot, Verdict};
use oracle::{Library, Opinion};
use register::model::{Instant, Register};
use register::source::Source;
use scenario::{Case, DEPLOYMENT, Scenario, ScenarioFile};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/corpus")
}

pub(crate) fn sources(folder: &Path, root: &Path, into: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "data") {
            sources(&path, root, into);
        } else if path.extension().is_some_and(|end| end == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            into.push(Source { path, text });
        }
    }
}

fn corpus() -> (Register, ScenarioFile) {
    let mut files = Vec::new();
    sources(&folder(), &folder(), &mut files);
    let outcome = register::parse(&files);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let text = std::fs::read_to_string(folder().join("data/scenarios.json")).unwrap();
    (register, scenario::read(&text).expect("a scenario file"))
}

/// Both opinions about every deployment of a case must be the same; returns Cedar's about the one asked for.
fn both(scenario: &Scenario, case: &Case, known_at: Instant, differing: &mut Vec<String>) -> Opinion {
    let snapshot = Snapshot::compile_untested(case.register.clone(), "sha256:corpus").unwrap();
    let mut library = Library::new(&case.register);
    let mut asked = Opinion::default();
    for deployment in &case.register.deployments {
        let (id, facts, at) = (deployment.id.clone(), case.facts.clone(), case.at);
        let question = Question {
            facts,
            deployment: id.clone(),
            at,
            known_at,
        };
        let evaluated = engine(&snapshot, &question);
        let cedar = library.opinion(&question.facts, &id, at, known_at).unwrap();
        if cedar != evaluated {
            let (one, other) = (opinion(&evaluated), opinion(&cedar));
            differing.push(format!("{} {id}\n  engine {one}\n  oracle {other}", scenario.id));
        }
        if id == DEPLOYMENT {
            asked = cedar;
        }
    }
    asked
}

#[test]
fn agree_on_every_scenario() {
    let (register, file) = corpus();
    assert!(file.scenarios.len() >= 90, "the corpus is there");
    let mut differing = Vec::new();
    for scenario in &file.scenarios {
        let case = scenario::overlay(&register, &file, scenario).unwrap();
        let found = both(scenario, &case, case.known_at, &mut differing);
        let expected = &scenario.expect;
        if found.verdict != expected.decision || !names_a_reason(&found, scenario) {
            differing.push(format!(
                "{} expects {:?}\n  oracle {}",
                scenario.id,
                expected,
                opinion(&found)
            ));
        }
        if let Some(then) = expected.known_then {
            let found = both(scenario, &case, then.known_at, &mut differing);
            if found.verdict != then.decision {
                differing.push(format!("{} known then: {}", scenario.id, opinion(&found)));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Whether one of the expected reasons was found, and every expected obligation.
fn names_a_reason(found: &Opinion, scenario: &Scenario) -> bool {
    let expected = &scenario.expect;
    let reason = |id: &String| {
        expected.reasons_any.iter().any(|one| {
            id.split_once(' ')
                .is_some_and(|(_, reference)| reference == one.clause)
        })
    };
    let stopped = matches!(found.verdict, Verdict::Deny | Verdict::Review);
    let reasons = !stopped || found.reasons.iter().any(|(id, _)| reason(id));
    reasons
        && expected
            .obligations
            .iter()
            .all(|one| found.obligations.contains(one.as_str()))
}
