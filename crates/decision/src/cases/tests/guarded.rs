//! The demo bank's tests guard its clauses: where a clause is gone, where a part of it is, or where it denies whomever
//! it concerns, some test fails.

use super::super::*;
use register::model::{Clause, Condition, Effect, Lift, LiftPlaces, Outcome, Register, Status, Test};
use register::source::Source;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, root: &Path) -> Vec<Source> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let of_path = |path: PathBuf| {
        if path.is_dir() {
            return sources(&path, root);
        }
        let is_toml = path.extension().is_some_and(|ending| ending == "toml");
        let source = || Source {
            path: path.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        };
        is_toml.then(source).into_iter().collect()
    };
    paths.into_iter().flat_map(of_path).collect()
}

/// The demo bank with its tests and without its invariants, which guard several clauses at once.
fn bank() -> Register {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/larkmoor-bank");
    let outcome = register::parse(&sources(&root, &root));
    let mut register = outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    register.nevers.clear();
    register
}

/// Whether some test fails once the clause that is written there, copies in variants included, is this one.
fn is_noticed(bank: &Register, position: &Position, changed: &Clause) -> bool {
    let mut register = bank.clone();
    register
        .instruments
        .iter_mut()
        .flat_map(|instrument| &mut instrument.clauses)
        .filter(|clause| clause.position == *position)
        .for_each(|clause| {
            clause.effect = changed.effect.clone();
            clause.obliges = changed.obliges.clone();
        });
    let snapshot = Snapshot::compile_untested(register, "changed").unwrap();
    let at = Instant::parse("2026-11-20T09:00:00Z").unwrap();
    !run(&snapshot, at, Depth::Places).failures.is_empty()
}

/// Clauses that this one must not be mistaken for, each with what is wrong about it.
fn mistakes(clause: &Clause) -> Vec<(String, Clause)> {
    let with = |effect: Effect| Clause {
        effect,
        ..clause.clone()
    };
    let gone = Clause {
        obliges: Vec::new(),
        ..with(Effect::Recorded("gone".to_owned()))
    };
    let mut mistakes = Vec::new();
    match &clause.effect {
        Effect::Conditions(conditions) => {
            mistakes.push(("gone".to_owned(), gone));
            mistakes
                .extend(without_one(conditions).map(|(what, rest)| (what, with(Effect::Conditions(rest)))));
            if !conditions.iter().any(denies_always) {
                mistakes.push(("denying everybody".to_owned(), with(Effect::Unread)));
            }
        }
        Effect::Lift(lift) => {
            mistakes.push(("gone".to_owned(), gone));
            let wider = wider(lift).map(|(what, lift)| (what.to_owned(), with(Effect::Lift(Box::new(lift)))));
            mistakes.extend(wider);
        }
        Effect::DefinesAffiliate {
            share,
            at_least,
            control,
        } => {
            let other = Effect::DefinesAffiliate {
                share: share.clone(),
                at_least: !at_least,
                control: *control,
            };
            mistakes.push(("with the other side of its threshold".to_owned(), with(other)));
        }
        Effect::CoversAffiliates | Effect::Unread => mistakes.push(("gone".to_owned(), gone)),
        _ => {}
    }
    let forgetful = || Clause {
        obliges: Vec::new(),
        ..clause.clone()
    };
    mistakes.extend((!clause.obliges.is_empty()).then(|| ("without obligations".to_owned(), forgetful())));
    mistakes
}

fn denies_always(condition: &Condition) -> bool {
    condition.outcome == Outcome::Deny && condition.test == Test::Always
}

/// Conditions without one of them, where there are several.
fn without_one(conditions: &[Condition]) -> impl Iterator<Item = (String, Vec<Condition>)> {
    let several = if conditions.len() > 1 { conditions.len() } else { 0 };
    (0..several).map(|index| {
        let mut rest = conditions.to_vec();
        let gone = rest.remove(index);
        (format!("without {:?}", gone.test), rest)
    })
}

/// What is wrong about an exception, and how it comes to be so.
type Widening = (&'static str, fn(&mut Lift));

/// Exceptions that lack one of the limits of this one.
fn wider(lift: &Lift) -> impl Iterator<Item = (&'static str, Lift)> {
    let changes: [Widening; 10] = [
        ("for any place", |lift| lift.places = LiftPlaces::Anywhere),
        ("for anybody", |lift| lift.if_named = false),
        ("with inference anywhere", |lift| lift.if_inference_not_in = None),
        ("on trips without end", |lift| lift.max_days = None),
        ("for entities anywhere", |lift| lift.if_entity_in = None),
        ("for any entity", |lift| lift.entities.clear()),
        ("for any group", |lift| lift.group = None),
        ("for any residence", |lift| lift.if_residence_in = None),
        ("for any site", |lift| lift.assigned_sites.clear()),
        ("without the VPN", |lift| lift.over_vpn = false),
    ];
    let changed = move |(what, change): Widening| {
        let mut wider = lift.clone();
        change(&mut wider);
        (wider != *lift).then_some((what, wider))
    };
    changes.into_iter().filter_map(changed)
}

/// Whether no test can notice the clause, since it was never in force.
fn was_never_in_force(clause: &Clause) -> bool {
    let inert = |status: Status| matches!(status, Status::Published | Status::Rescinded);
    !clause.status.is_empty() && clause.status.iter().all(|change| inert(change.status))
}

#[test]
fn every_clause_of_the_demo_bank_is_guarded_by_tests() {
    let bank = bank();
    let (mut seen, mut tried) = (BTreeSet::new(), 0);
    let mut unnoticed = Vec::new();
    for instrument in &bank.instruments {
        for clause in instrument
            .clauses
            .iter()
            .filter(|clause| !was_never_in_force(clause))
        {
            let position = &clause.position;
            if !seen.insert((position.path.clone(), position.line)) {
                continue;
            }
            for (what, changed) in mistakes(clause) {
                tried += 1;
                if !is_noticed(&bank, position, &changed) {
                    unnoticed.push(format!("{} {}, {what}", instrument.id, clause.reference));
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    assert!(tried > 150, "{tried}");
}
