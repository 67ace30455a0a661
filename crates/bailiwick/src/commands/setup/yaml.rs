//! Settings of tools that keep them as YAML: lines of ours among those of the person, each of which stays as it was.

use anyhow::bail;
use saphyr_parser::Parser;

/// What our lines in a list stand between.
const BEGINS: &str = "# bailiwick: begins";
const ENDS: &str = "# bailiwick: ends";

/// Sets entries of the outermost map, each with a text.
///
/// # Errors
/// When the text is no YAML, or an entry is there in a form that is not one line.
pub(super) fn with_entries(before: &str, entries: &[(&str, &str)]) -> anyhow::Result<String> {
    check(before)?;
    let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
    for (name, text) in entries {
        let own = format!("{name}: {}", quoted(text));
        let found = lines.iter().position(|line| value_of(line, name).is_some());
        match found {
            None => lines.push(own),
            Some(at) => {
                let goes_on = lines.get(at.saturating_add(1));
                if goes_on.is_some_and(|next| next.starts_with([' ', '\t', '-'])) {
                    bail!("`{name}` in its settings is more than one line");
                }
                if let Some(line) = lines.get_mut(at) {
                    *line = own;
                }
            }
        }
    }
    checked(&lines)
}

/// Puts an item at the head of a list of the outermost map, in place of the one that was put there before. A file that
/// is empty begins with these lines.
///
/// # Errors
/// When the text is no YAML, or the list is written in one line.
pub(super) fn with_item(before: &str, head: &str, list: &str, item: &[String]) -> anyhow::Result<String> {
    check(before)?;
    let mut lines = without_own(before);
    if lines.iter().all(|line| line.trim().is_empty()) {
        lines = head.lines().map(str::to_owned).collect();
    }
    let at = match lines.iter().position(|line| value_of(line, list).is_some()) {
        Some(at) => at,
        None => {
            lines.push(format!("{list}:"));
            lines.len().saturating_sub(1)
        }
    };
    let written = lines
        .get(at)
        .and_then(|line| value_of(line, list))
        .unwrap_or_default();
    if !matches!(written, "" | "[]") {
        bail!("`{list}` in its settings is written in one line");
    }
    if let Some(line) = lines.get_mut(at) {
        *line = format!("{list}:");
    }
    // items of a list have one and the same indent
    let next = lines.get(at.saturating_add(1)..).unwrap_or_default();
    let next = next
        .iter()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let is_item = next.filter(|line| line.trim_start().starts_with('-'));
    let indent = is_item.map_or(2, |line| line.len().saturating_sub(line.trim_start().len()));
    let space = " ".repeat(indent);
    let own = [vec![BEGINS.to_owned()], item.to_vec(), vec![ENDS.to_owned()]].concat();
    let own = own.into_iter().map(|line| format!("{space}{line}"));
    let behind = at.saturating_add(1);
    lines.splice(behind..behind, own);
    checked(&lines)
}

/// The lines without ours.
fn without_own(text: &str) -> Vec<String> {
    let mut is_own = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.trim() {
            BEGINS => is_own = true,
            ENDS => is_own = false,
            _ if !is_own => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

/// What stands behind a name at the beginning of a line, without a comment.
fn value_of<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(name)?.trim_start().strip_prefix(':')?;
    let value = rest.split(" #").next().unwrap_or_default();
    Some(value.trim())
}

/// A text between quotes, as JSON has it: YAML reads the same.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn checked(lines: &[String]) -> anyhow::Result<String> {
    let text = format!("{}\n", lines.join("\n"));
    check(&text)?;
    Ok(text)
}

fn check(text: &str) -> anyhow::Result<()> {
    for event in Parser::new_from_str(text) {
        if let Err(error) = event {
            bail!("its settings are no YAML: {error}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_set_and_everything_else_stays() {
        let check = |before: &str, expected: Option<&str>| {
            let after = with_entries(
                before,
                &[("model", "openai/m"), ("openai-api-base", "https://h/v1")],
            );
            assert_eq!(after.as_deref().ok(), expected, "{before:?}");
            if let Ok(after) = after {
                assert_eq!(with_entries(&after, &[("model", "openai/m")]).unwrap(), after);
            }
        };
        let own = "model: \"openai/m\"\nopenai-api-base: \"https://h/v1\"\n";
        check("", Some(own));
        check(
            "# mine\nmodel: other # why\ndark-mode: true\n",
            Some("# mine\nmodel: \"openai/m\"\ndark-mode: true\nopenai-api-base: \"https://h/v1\"\n"),
        );
        check(
            "model-metadata-file: x\n",
            Some(&format!("model-metadata-file: x\n{own}")),
        );
        check("model:\n  - a\n", None);
        check("a: [\n", None);
    }

    #[test]
    fn an_item_stands_first_and_once() {
        let item = ["- name: \"n\"".to_owned(), "  model: \"m\"".to_owned()];
        let head = "name: mine\nversion: 1.0.0\nmodels:";
        let add = |before: &str| with_item(before, head, "models", &item);
        let block = |space: &str| {
            format!("{space}{BEGINS}\n{space}- name: \"n\"\n{space}  model: \"m\"\n{space}{ENDS}\n")
        };
        let check = |before: &str, expected: Option<String>| {
            let after = add(before);
            assert_eq!(after.as_ref().ok(), expected.as_ref(), "{before:?}");
            if let Ok(after) = after {
                assert_eq!(add(&after).unwrap(), after);
            }
        };
        check(
            "",
            Some(format!("name: mine\nversion: 1.0.0\nmodels:\n{}", block("  "))),
        );
        check("models: []\n", Some(format!("models:\n{}", block("  "))));
        check(
            "# mine\nmodels: # all\n- name: o\nrules: []\n",
            Some(format!("# mine\nmodels:\n{}- name: o\nrules: []\n", block(""))),
        );
        check("name: x\n", Some(format!("name: x\nmodels:\n{}", block("  "))));
        check("models: [{name: o}]\n", None);
        check("models: {\n", None);
    }
}
