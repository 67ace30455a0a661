//! What the tests of this crate share: reading folders, showing diagnostics, golden files.

use register::diagnose::Diagnostics;
use register::source::Source;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A path inside this crate.
pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The TOML files directly in a folder of this crate, by name.
pub(crate) fn folder(path: &str) -> Vec<Source> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(here(path))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.retain(|name| name.extension().is_some_and(|end| end == "toml"));
    names.sort();
    let read = |path: &PathBuf| Source {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    names.iter().map(read).collect()
}

/// The complete sample register.
pub(crate) fn sample() -> Vec<Source> {
    folder("tests/sample")
}

/// Diagnostics as lines, one for each message, help and label.
pub(crate) fn shown(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for found in diagnostics {
        let at = &found.position;
        let severity = found.severity.as_str();
        writeln!(
            out,
            "{}:{}:{}: {severity} [{}]: {}",
            at.path, at.line, at.column, found.code, found.message
        )
        .unwrap();
        if let Some(help) = &found.help {
            writeln!(out, "    help: {help}").unwrap();
        }
        for label in &found.labels {
            let at = &label.position;
            writeln!(out, "    {}:{}:{}: {}", at.path, at.line, at.column, label.text).unwrap();
        }
    }
    out
}

/// Whether golden files are to be rewritten.
fn rewriting() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test switch, no configuration of an installation"
    )]
    std::env::var("BAILIWICK_GOLDEN").is_ok_and(|value| value == "write")
}

/// Compares with a golden file, or rewrites it.
#[track_caller]
pub(crate) fn golden(path: &Path, actual: &str) {
    if rewriting() && std::fs::read_to_string(path).ok().as_deref() != Some(actual) {
        // Other tests read the same folders meanwhile, so that a file must change at once.
        let whole = path.with_extension("new");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&whole, actual).unwrap();
        std::fs::rename(&whole, path).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{} is out of date; BAILIWICK_GOLDEN=write rewrites it",
        path.display()
    );
}
