//! The demo bank, read once.

use decision::Snapshot;
use register::model::{Instant, Register};
use register::source::Source;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The register of the demo bank.
pub(crate) static BANK: LazyLock<Register> = LazyLock::new(|| {
    let outcome = register::parse(&sources(&folder()));
    outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
});

/// A snapshot of a register, its own tests left out.
pub(crate) fn compile(register: Register) -> Snapshot {
    Snapshot::compile_untested(register, "sha256:test").unwrap_or_else(|error| panic!("{error}"))
}

/// The folder of the demo bank.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/larkmoor-bank")
}

/// An instant as it is written.
pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Every TOML file of a folder.
fn sources(root: &Path) -> Vec<Source> {
    let mut folders = vec![root.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push(Source { path: name, text });
            }
        }
    }
    sources
}
