//! Every dependency of others has one line that says why it was chosen.
//!
//! A dependency is a decision that outlives the person who made it. The root manifest and the table in
//! `docs/decisions/dependencies.md` must therefore name the same crates, each once, with nothing left out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use crate::outcome::Outcome;
use crate::workspace::Repository;

/// Where the table is.
const TABLE: &str = "docs/decisions/dependencies.md";

/// Columns of the table: crate, why this one, licence, looked up.
const COLUMNS: usize = 4;

/// Compares the manifest of the repository with its table of dependencies.
///
/// # Errors
/// When either file cannot be read, or the manifest is not TOML.
pub fn check(repository: &Repository) -> anyhow::Result<Outcome> {
    judge(&repository.read("Cargo.toml")?, &repository.read(TABLE)?)
}

/// Compares a manifest's text with a table's text.
///
/// # Errors
/// When the manifest is not TOML.
pub fn judge(manifest: &str, table: &str) -> anyhow::Result<Outcome> {
    let used = dependencies(manifest)?;
    let mut outcome = Outcome::default();
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, cells) in rows(table) {
        *lines.entry(name).or_default() += 1;
        if cells.len() != COLUMNS || cells.iter().any(|cell| cell.is_empty()) {
            outcome.findings.push(format!(
                "{TABLE}: the line of `{name}` needs {COLUMNS} filled cells"
            ));
        }
    }
    for name in &used {
        match lines.get(name.as_str()) {
            None => outcome.findings.push(format!(
                "{TABLE}: `{name}` has no line that says why it was chosen"
            )),
            Some(1) => {}
            Some(count) => outcome
                .findings
                .push(format!("{TABLE}: `{name}` has {count} lines")),
        }
    }
    let gone = lines.keys().filter(|name| !used.contains(**name));
    outcome
        .findings
        .extend(gone.map(|name| format!("{TABLE}: `{name}` is no longer a dependency")));
    outcome.figures.push(format!(
        "{} dependencies of others, each with its reason",
        used.len()
    ));
    Ok(outcome)
}

fn dependencies(manifest: &str) -> anyhow::Result<BTreeSet<String>> {
    let manifest: toml::Table = manifest.parse().context("the workspace manifest is not TOML")?;
    let listed = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(toml::Value::as_table)
        .context("the workspace manifest has no [workspace.dependencies]")?;
    let of_others = listed.iter().filter(|(_, value)| value.get("path").is_none());
    Ok(of_others.map(|(name, _)| name.clone()).collect())
}

/// Rows whose first cell is a name in backticks; headings and rules have none.
fn rows(table: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    table.lines().filter_map(|line| {
        let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        let name = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name, cells))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
[workspace.dependencies]
ours = { path = "crates/ours" }
anyhow = "1"
serde = { version = "1", features = ["derive"] }
"#;
    const ANYHOW: &str = "| `anyhow` | errors of programs | MIT | 2026-11-23 |\n";
    const SERDE: &str = "| `serde` | one data model | MIT | 2026-11-23 |\n";

    fn check(table: &[&str], expected: &[&str]) {
        let table = format!(
            "| crate | why | licence | looked up |\n|---|---|---|---|\n{}",
            table.concat()
        );
        let findings = judge(MANIFEST, &table).unwrap().findings;
        let expected: Vec<String> = expected.iter().map(|text| format!("{TABLE}: {text}")).collect();
        assert_eq!(findings, expected);
    }

    #[test]
    fn one_line_each_is_what_is_asked() {
        check(&[ANYHOW, SERDE], &[]);
    }

    #[test]
    fn missing_double_gone_and_empty_lines_are_found() {
        check(&[ANYHOW], &["`serde` has no line that says why it was chosen"]);
        check(&[ANYHOW, SERDE, SERDE], &["`serde` has 2 lines"]);
        check(
            &[ANYHOW, SERDE, "| `gone` | once | MIT | 2026 |\n"],
            &["`gone` is no longer a dependency"],
        );
        check(
            &[ANYHOW, "| `serde` | | MIT | 2026 |\n"],
            &["the line of `serde` needs 4 filled cells"],
        );
    }
}
