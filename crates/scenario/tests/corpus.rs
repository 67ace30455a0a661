//! The corpus of real terms: every scenario of it agrees with the register that encodes it.

use register::source::Source;
use std::path::{Path, PathBuf};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/corpus")
}

/// Every TOML file below a folder but for `data`, in path order.
fn sources(folder: &Path, below: &Path, into: &mut Vec<Source>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(below)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for path in entries.iter().map(std::fs::DirEntry::path) {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "data") {
            sources(folder, &path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let relative = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            into.push(Source {
                path: relative,
                text: std::fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

#[test]
fn every_scenario_agrees() {
    let mut found = Vec::new();
    sources(&corpus(), &corpus(), &mut found).unwrap();
    let outcome = register::parse(&found);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    let text = std::fs::read_to_string(corpus().join("data/scenarios.json")).unwrap();
    let scenarios = scenario::read(&text).unwrap();
    assert_eq!((scenarios.scenarios.len(), scenarios.catalogue.len()), (90, 3));
    let report = scenario::run(&register, &register::digest(&found), &scenarios);
    let differing: Vec<String> = report
        .results
        .iter()
        .filter_map(|graded| Some(format!("{}: {}", graded.id, graded.why()?)))
        .collect();
    assert_eq!(differing, Vec::<String>::new());
}
