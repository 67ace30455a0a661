//! Words that must not stand in the repository.
//!
//! Three rules, each a plain search over every text file that is or would be committed:
//!
//! * **territory**: a jurisdiction is a *place* or a *territory*; which of them are states is a question
//!   that this product does not answer. Data keeps its words: what stands in a string literal, in quotes,
//!   in backticks or in a quoted block is somebody else's wording.
//! * **machine-path**: a folder of one machine tells a reader nothing and breaks on every other.
//! * **registry-host**: packages are named, their registries are not, except in lock files. A mirror is
//!   then a matter of one setting.
//!
//! A file that has to break a rule is named in `xtask/words-allowed.toml` with its reason, and so is a name
//! that spells somebody else's word. An entry that is no longer needed is a finding too.

mod allowed;
mod hosts;
mod own;

use std::collections::BTreeSet;

use allowed::{ALLOWED, Allowed};

use crate::outcome::Outcome;
use crate::workspace::{Repository, TextFile};

/// A rule: its name in the list of exceptions, what to say, and the lines (from 1) that break it.
struct Rule {
    name: &'static str,
    advice: &'static str,
    broken_on: fn(&TextFile, &Allowed) -> Vec<usize>,
}

const RULES: &[Rule] = &[
    Rule {
        name: "territory",
        advice: "say place or territory",
        broken_on: own::names_states,
    },
    Rule {
        name: "machine-path",
        advice: "leave out the path of one machine",
        broken_on: has_machine_path,
    },
    Rule {
        name: "registry-host",
        advice: "name the package, not its registry's host",
        broken_on: hosts::named_on,
    },
];

/// Roots of folders that exist on some machines only.
const MACHINE_ROOTS: &[&str] = &["/work/", "/root/", "/tmp/"];

/// Searches every text file of the repository.
///
/// # Errors
/// When the files cannot be listed or read, or the list of exceptions is not what it should be.
pub fn check(repository: &Repository) -> anyhow::Result<Outcome> {
    Ok(judge(
        &repository.text_files()?,
        &Allowed::parse(&repository.read(ALLOWED)?)?,
    ))
}

fn judge(files: &[TextFile], allowed: &Allowed) -> Outcome {
    let mut outcome = Outcome::default();
    let mut used = BTreeSet::new();
    for file in files {
        for rule in RULES {
            let lines = (rule.broken_on)(file, allowed);
            if lines.is_empty() {
                continue;
            }
            if allowed.has(&file.path, rule.name) {
                used.insert((file.path.as_str(), rule.name));
                continue;
            }
            let said = lines
                .iter()
                .map(|line| format!("{}:{line}: {} ({})", file.path, rule.advice, rule.name));
            outcome.findings.extend(said);
        }
    }
    outcome.findings.extend(allowed.unused(&used));
    outcome.findings.extend(allowed.unused_names(files));
    outcome
        .figures
        .push(format!("{} text files, {} exceptions", files.len(), used.len()));
    outcome
}

fn has_machine_path(file: &TextFile, _: &Allowed) -> Vec<usize> {
    lines_with(&file.text, |line| {
        MACHINE_ROOTS.iter().any(|root| has_at_start_of_path(line, root))
    })
}

/// Whether `root` occurs where a path begins, and not in the middle of a longer one.
fn has_at_start_of_path(line: &str, root: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '}' | ')');
    line.match_indices(root)
        .any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(inside)))
}

/// Numbers, from 1, of the lines that satisfy a condition.
fn lines_with(text: &str, mut condition: impl FnMut(&str) -> bool) -> Vec<usize> {
    text.lines()
        .zip(1..)
        .filter_map(|(line, number)| condition(line).then_some(number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let files = [TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }];
        let outcome = judge(&files, &Allowed::parse("").unwrap());
        assert_eq!(outcome.findings, expected, "{text}");
    }

    #[test]
    fn paths_of_one_machine_are_found_where_a_path_begins() {
        let finding = "a.md:2: leave out the path of one machine (machine-path)";
        check("a.md", "one\nsee /work/main\n", &[finding]);
        check("a.md", "one\nsee \"/root/x\"\n", &[finding]);
        check("a.md", "one\nfile:///tmp/x\n", &[finding]);
        check(
            "a.md",
            "one\n$HOME/work/x, ~/root/x, ${ROOT}/tmp/x, homework/ or /workload/\n",
            &[],
        );
    }

    #[test]
    fn a_named_exception_counts_for_its_file_and_rule_only() {
        let allowed = |path: &str, rule: &str| {
            let text =
                format!("[[allowed]]\npath = \"{path}\"\nrule = \"{rule}\"\nreason = \"it is quoted\"\n");
            Allowed::parse(&text).unwrap()
        };
        let files = [TextFile {
            path: "a.md".to_owned(),
            text: "/work/x".to_owned(),
        }];
        assert!(judge(&files, &allowed("a.md", "machine-path")).holds());
        let finding = "a.md:1: leave out the path of one machine (machine-path)";
        let unused =
            |path: &str, rule: &str| format!("{ALLOWED}: `{path}` no longer needs its exception from {rule}");
        let with_other_path = judge(&files, &allowed("b.md", "machine-path")).findings;
        assert_eq!(
            with_other_path,
            [finding.to_owned(), unused("b.md", "machine-path")]
        );
        let with_other_rule = judge(&files, &allowed("a.md", "territory")).findings;
        assert_eq!(with_other_rule, [finding.to_owned(), unused("a.md", "territory")]);
    }
}
