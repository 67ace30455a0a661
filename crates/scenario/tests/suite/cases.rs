//! The scenarios of the corpus, each laid over its register.

use register::source::Source;
use scenario::Case;
use std::path::Path;
use std::sync::LazyLock;

/// Every scenario: its id, and its register, facts and instants.
pub(crate) static CASES: LazyLock<Vec<(String, Case)>> = LazyLock::new(|| {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/corpus");
    let outcome = register::parse(&sources(&corpus));
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    let text = std::fs::read_to_string(corpus.join("data/scenarios.json")).unwrap();
    let file = scenario::read(&text).unwrap();
    let lay = |scenario: &scenario::Scenario| {
        (
            scenario.id.clone(),
            scenario::overlay(&register, &file, scenario).unwrap(),
        )
    };
    file.scenarios.iter().map(lay).collect()
});

/// Every TOML file of a folder but those of `data`.
fn sources(root: &Path) -> Vec<Source> {
    let mut folders = vec![root.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "data") {
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
