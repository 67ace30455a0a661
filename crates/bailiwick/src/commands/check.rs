//! `bailiwick check`: every mistake of a register at once, then its tests.

use super::{an_example, shown, test};
use crate::clock;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::publish::{Checked, Counts};
use crate::render;
use crate::screen::{Screen, count};
use decision::Snapshot;
use register::model::Register;
use std::path::Path;

pub(super) fn run(path: &Path, screen: &mut Screen) -> anyhow::Result<Exit> {
    let mut folder = Folder::read(path)?;
    let register = folder.register.take();
    let counts = register.as_ref().map(counts);
    let example = register.as_ref().map(|register| an_example(path, register));
    let tests = match register {
        Some(register) => {
            let snapshot = Snapshot::compile_untested(register, &folder.digest)?;
            Some(test::results(&snapshot, clock::now()))
        }
        None => None,
    };
    let ok = tests.as_ref().is_some_and(|tests| tests.hold == tests.total);
    let diagnostics = folder.diagnostics.to_json();
    let checked = Checked {
        ok,
        snapshot: folder.digest.clone(),
        counts,
        diagnostics,
        tests,
    };
    render::diagnostics(screen, &folder.diagnostics, &folder.sources)?;
    if screen.json() {
        screen.document(&checked)?;
    } else {
        summary(&folder, &checked, screen)?;
    }
    next(&folder, &checked, example, screen)?;
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

fn counts(register: &Register) -> Counts {
    Counts {
        instruments: register.instruments.len(),
        clauses: register
            .instruments
            .iter()
            .map(|instrument| instrument.clauses.len())
            .sum(),
        models: register.models.len(),
        deployments: register.deployments.len(),
        entities: register.entities.len(),
        people: register.people.len(),
    }
}

fn summary(folder: &Folder, checked: &Checked, screen: &mut Screen) -> anyhow::Result<()> {
    if let Some(counts) = &checked.counts {
        let words = [
            count(counts.instruments, "instrument", "instruments"),
            count(counts.clauses, "clause", "clauses"),
            count(counts.models, "model", "models"),
            count(counts.deployments, "deployment", "deployments"),
            count(counts.entities, "entity", "entities"),
            count(counts.people, "person", "people"),
        ];
        screen.data(words.join(", "))?;
    }
    let words = [
        count(folder.sources.len(), "file", "files"),
        count(folder.diagnostics.errors().count(), "error", "errors"),
        count(folder.diagnostics.warnings().count(), "warning", "warnings"),
    ];
    screen.data(words.join(", "))?;
    if let Some(tests) = &checked.tests {
        screen.data(format_args!(
            "{} of {} tests and invariants hold",
            tests.hold, tests.total
        ))?;
        for failed in tests.results.iter().filter(|result| !result.holds) {
            let message = failed.message.as_deref().unwrap_or_default();
            screen.error(&format!("{} {}: {message}", failed.position, failed.kind), None)?;
        }
    }
    Ok(screen.data(format_args!("snapshot {}", checked.snapshot))?)
}

fn next(
    folder: &Folder,
    checked: &Checked,
    example: Option<String>,
    screen: &mut Screen,
) -> std::io::Result<()> {
    let path = shown(&folder.path);
    match example {
        None => screen.next(
            format_args!("bailiwick check {path}"),
            "again, once the errors above are mended",
        ),
        Some(_) if !checked.ok => screen.next(
            format_args!("bailiwick test --register {path}"),
            "every test, one by one",
        ),
        Some(example) => screen.next(example, "one decision, explained"),
    }
}
