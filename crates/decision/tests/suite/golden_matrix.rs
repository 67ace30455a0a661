//! The golden matrix of the demo bank: as it is checked in, and with every clause that decides speaking in it.

use crate::bank::{BANK, folder};
use crate::kinds;
use crate::matrix;
use register::model::{Clause, Effect, Obliged};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// How many differing lines of a file are shown.
const SHOWN: usize = 6;

/// Clauses that decide and speak nowhere in the matrix, each with the reason.
const SILENT: &[(&str, &str, &str)] = &[
    (
        "anthropic-bedrock",
        "4.1",
        "a copy of `anthropic-2024 4.1`, about a model that is not reached by Bedrock",
    ),
    (
        "anthropic-bedrock",
        "4.2",
        "a copy of `anthropic-2024 4.2`, about a model that is not reached by Bedrock",
    ),
    (
        "us-ai-diffusion",
        "1",
        "published and withdrawn before it took effect: it never tests anything",
    ),
];

/// Kinds that decide and of which the demo bank has no clause, each with the reason.
const UNUSED: &[(&str, &str)] = &[
    (
        "export.country_group",
        "no law of the demo bank is keyed to where an entity has its headquarters",
    ),
    (
        "export.rescinded_rule",
        "the only one was withdrawn before it took effect",
    ),
];

fn golden() -> PathBuf {
    folder().join("golden")
}

/// Whether golden files are to be written again.
fn rewriting() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test switch, no configuration of an installation"
    )]
    std::env::var("BAILIWICK_GOLDEN").is_ok_and(|value| value == "write")
}

#[test]
fn golden_matrix_is_as_checked_in() {
    let (files, _) = matrix::written();
    if rewriting() {
        std::fs::create_dir_all(golden()).unwrap();
        stale(&files)
            .iter()
            .for_each(|name| std::fs::remove_file(golden().join(name)).unwrap());
        files
            .iter()
            .for_each(|(name, text)| std::fs::write(golden().join(name), text).unwrap());
    }
    let mut differing: Vec<String> = files
        .iter()
        .filter_map(|(name, text)| difference(name, text))
        .collect();
    differing.extend(
        stale(&files)
            .iter()
            .map(|name| format!("{name}: of nobody whom the register knows\n")),
    );
    assert!(
        differing.is_empty(),
        "{} files of the golden matrix are out of date; `make golden` writes them again\n{}",
        differing.len(),
        differing.iter().take(SHOWN).cloned().collect::<String>()
    );
}

/// Files of the golden folder that the matrix has no more.
fn stale(files: &[(String, String)]) -> Vec<String> {
    let found = std::fs::read_dir(golden()).into_iter().flatten();
    let names = found.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter(|name| !files.iter().any(|(other, _)| other == name))
        .collect()
}

/// The first lines in which a file differs, as a diff shows them.
fn difference(name: &str, text: &str) -> Option<String> {
    let path = golden().join(name);
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == text {
        return None;
    }
    let (before, after): (Vec<_>, Vec<_>) = (expected.lines().collect(), text.lines().collect());
    let same = before
        .iter()
        .zip(&after)
        .take_while(|(before, after)| before == after)
        .count();
    let mut shown = format!("{name}, line {}\n", same + 1);
    for (sign, lines, others) in [('-', &before, &after), ('+', &after, &before)] {
        let others: BTreeSet<_> = others.iter().collect();
        let differing = lines.iter().skip(same).filter(|line| !others.contains(line));
        differing
            .take(SHOWN)
            .for_each(|line| writeln!(shown, "{sign} {line}").unwrap());
    }
    Some(shown)
}

#[test]
fn golden_matrix_is_small_enough_to_read() {
    let (files, _) = matrix::written();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    assert!(bytes < 600_000, "{bytes} bytes in {} files", files.len());
}

/// Whether a clause can be a reason or an exception.
fn decides(clause: &Clause) -> bool {
    match &clause.effect {
        Effect::Conditions(conditions) => !conditions.is_empty(),
        Effect::Lift(_) | Effect::Unread => true,
        _ => false,
    }
}

#[test]
fn golden_matrix_has_every_clause_that_decides() {
    let (_, found) = matrix::written();
    let all = || {
        BANK.instruments
            .iter()
            .flat_map(|instrument| instrument.clauses.iter().map(move |clause| (instrument, clause)))
    };
    let mut silent: BTreeSet<(String, String)> = all()
        .filter(|(_, clause)| decides(clause))
        .map(|(instrument, clause)| (instrument.id.clone(), clause.reference.clone()))
        .filter(|clause| !found.spoke.contains(clause))
        .collect();
    for (instrument, reference, why) in SILENT {
        let exempt = ((*instrument).to_owned(), (*reference).to_owned());
        assert!(
            silent.remove(&exempt),
            "`{instrument} {reference}` speaks, although it is exempt: {why}"
        );
    }
    assert_eq!(
        silent,
        BTreeSet::new(),
        "clauses that speak nowhere in the matrix"
    );
    let obliged: BTreeSet<String> = all()
        .flat_map(|(_, clause)| &clause.obliges)
        .filter_map(|obliged| match obliged {
            Obliged::Known(obligation) => Some(obligation.as_str().to_owned()),
            Obliged::Other(_) => None,
        })
        .collect();
    assert_eq!(
        found.obligations, obliged,
        "obligations of permits, and of clauses"
    );
}

#[test]
fn golden_matrix_has_every_kind_that_decides() {
    let (_, found) = matrix::written();
    let mut silent: BTreeSet<&str> = kinds::that_decide().collect();
    for instrument in &BANK.instruments {
        let speaks = |clause: &&Clause| {
            found
                .spoke
                .contains(&(instrument.id.clone(), clause.reference.clone()))
        };
        for kind in instrument
            .clauses
            .iter()
            .filter(speaks)
            .filter_map(|clause| clause.kind)
        {
            silent.remove(kind.as_str());
        }
    }
    for (kind, why) in UNUSED {
        assert!(
            silent.remove(kind),
            "clauses of kind `{kind}` speak, although it is exempt: {why}"
        );
    }
    assert_eq!(silent, BTreeSet::new(), "kinds that speak nowhere in the matrix");
}
