//! `bailiwick fmt`: one way to write a register. Files with errors are left as they are and reported.

use super::shown;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::render;
use crate::screen::Screen;
use anyhow::Context as _;
use serde::Serialize;
use std::path::Path;

/// What `fmt --json` prints.
#[derive(Debug, Default, Serialize)]
struct Formatted {
    /// Files that were formatted, or with `--check` would be.
    changed: Vec<String>,
    /// Files that could not be read.
    unreadable: Vec<String>,
    /// Files that were already right.
    unchanged: usize,
}

pub(super) fn run(path: &Path, check: bool, screen: &mut Screen) -> anyhow::Result<Exit> {
    let folder = Folder::read(path)?;
    let mut formatted = Formatted::default();
    for source in &folder.sources {
        if folder.is_garbled(source) {
            render::diagnostics(screen, &folder.diagnostics, &folder.sources)?;
            formatted.unreadable.push(source.path.clone());
            continue;
        }
        match register::format(source) {
            Err(diagnostics) => {
                render::diagnostics(screen, &diagnostics, &folder.sources)?;
                formatted.unreadable.push(source.path.clone());
            }
            Ok(text) if text == source.text => formatted.unchanged += 1,
            Ok(text) => {
                if !check {
                    write(&path.join(&source.path), &text)?;
                }
                formatted.changed.push(source.path.clone());
            }
        }
    }
    if screen.json() {
        screen.document(&formatted)?;
    } else {
        formatted.changed.iter().try_for_each(|file| screen.data(file))?;
    }
    next(&formatted, &shown(path), check, screen)?;
    let failed = !formatted.unreadable.is_empty() || (check && !formatted.changed.is_empty());
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Puts the whole text in place at once, so that an interrupted run leaves a whole file.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let aside = path.with_extension("toml.formatted");
    let failed = || format!("cannot write `{}`", path.display());
    std::fs::write(&aside, text).with_context(failed)?;
    std::fs::rename(&aside, path).with_context(failed)
}

fn next(formatted: &Formatted, path: &str, check: bool, screen: &mut Screen) -> std::io::Result<()> {
    if check && !formatted.changed.is_empty() {
        return screen.next(format_args!("bailiwick fmt {path}"), "format the files above");
    }
    screen.next(format_args!("bailiwick check {path}"), "mistakes and tests")
}
