//! What the register of the demo says about the words of a report.

use register::model::Register;
use register::source::Source;
use report::scope::{TerritoryError, licensors, own_instruments, territory};
use std::path::Path;

fn bank() -> Register {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/larkmoor-bank");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                sources.push(Source { path, text });
            }
        }
    }
    register::parse(&sources).register.unwrap()
}

#[test]
fn an_instrument_is_one_licensors_own_or_nobodys() {
    let bank = bank();
    assert_eq!(
        own_instruments(&bank, "Anthropic"),
        [
            "anthropic-2024",
            "anthropic-2024-a1",
            "anthropic-bedrock",
            "anthropic-foundry"
        ]
    );
    assert!(own_instruments(&bank, "Nobody").is_empty());
    let all: Vec<String> = licensors(&bank)
        .into_iter()
        .flat_map(|licensor| own_instruments(&bank, licensor))
        .collect();
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:?}");
    assert!(!all.iter().any(|id| id.starts_with("house")), "{all:?}");
}

#[test]
fn a_territory_is_a_code_or_a_group() {
    let bank = bank();
    assert_eq!(territory(&bank, "CN-HK").unwrap().places, ["HK"]);
    let group = territory(&bank, "anthropic-2024/greater-china").unwrap();
    assert!(
        group.places == ["CN", "HK", "MO"] && group.name.ends_with(", as anthropic-2024 has it"),
        "{group:?}"
    );
    let unknown = territory(&bank, "Hong Kong").unwrap_err();
    assert!(
        matches!(&unknown, TerritoryError::Unknown { help: Some(help), .. } if help.contains("`HK`")),
        "{unknown:?}"
    );
}
