//! Every fault and attack that must be survived has tests, and a table says which.
//!
//! A test that runs such a recipe says so in its doc comment, by the number of the recipe. `docs/acceptance.md` lists the
//! recipes with what is shown and where. Both must say the same, so that no recipe loses its test unnoticed.

use std::collections::BTreeSet;

use crate::outcome::Outcome;
use crate::workspace::{Repository, TextFile};

/// Where the table is.
const TABLE: &str = "docs/acceptance.md";

/// How the doc comment of such a test begins.
const MARK: &str = "/// Acceptance ";

/// A test of a recipe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    recipe: String,
    path: String,
    name: String,
}

/// Compares the table with the tests of the repository.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn check(repository: &Repository) -> anyhow::Result<Outcome> {
    Ok(judge(&repository.read(TABLE)?, &repository.text_files()?))
}

/// Compares a table with the tests that files have.
#[must_use]
pub fn judge(table: &str, files: &[TextFile]) -> Outcome {
    let listed: BTreeSet<Test> = rows(table).collect();
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    let marked: BTreeSet<Test> = sources.flat_map(marks).collect();
    let mut outcome = Outcome::default();
    for Test { recipe, path, name } in listed.difference(&marked) {
        outcome.findings.push(format!(
            "{TABLE}: `{path}` has no test `{name}` that says that it runs {recipe}"
        ));
    }
    for Test { recipe, path, name } in marked.difference(&listed) {
        outcome
            .findings
            .push(format!("{TABLE}: `{name}` of `{path}` is missing from {recipe}"));
    }
    let recipes: BTreeSet<&str> = listed.iter().map(|test| test.recipe.as_str()).collect();
    outcome.figures.push(format!(
        "{} recipes of faults and attacks, run by {} tests",
        recipes.len(),
        listed.len()
    ));
    outcome
}

/// The tests in the rows of a table: number, what is shown, then each file with its tests, all in backticks.
fn rows(table: &str) -> impl Iterator<Item = Test> {
    let rows = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').collect();
        let recipe = cells.first()?.trim();
        is_recipe(recipe).then_some((recipe, *cells.last()?))
    });
    rows.flat_map(|(recipe, tests)| {
        let mut path = "";
        let words = tests.split('`').skip(1).step_by(2);
        words.filter_map(move |word| {
            if word.contains('/') {
                path = word;
                return None;
            }
            Some(Test {
                recipe: recipe.to_owned(),
                path: path.to_owned(),
                name: word.to_owned(),
            })
        })
    })
}

/// The tests of a file that say which recipe they run.
fn marks(file: &TextFile) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut recipes: Vec<&str> = Vec::new();
    for line in file.text.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix(MARK) {
            let numbers = said.split([':', '.']).next().unwrap_or_default();
            recipes = numbers.split(", ").filter(|number| is_recipe(number)).collect();
        }
        let Some(name) = line.split("fn ").nth(1).filter(|_| !line.starts_with("//")) else {
            continue;
        };
        let name = name.split(['(', '<']).next().unwrap_or_default();
        tests.extend(recipes.drain(..).map(|recipe| Test {
            recipe: recipe.to_owned(),
            path: file.path.clone(),
            name: name.to_owned(),
        }));
    }
    tests
}

/// `R` for a fault or `A` for an attack, and two digits.
fn is_recipe(text: &str) -> bool {
    let mut letters = text.chars();
    matches!(letters.next(), Some('R' | 'A'))
        && text.len() == 3
        && letters.all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE_TEXT: &str = "| recipe | shown | tests |\n|---|---|---|\n| R01 | a | `a/b.rs` `one`, `two` |\n\
        | A02 | b, `c` | `a/b.rs` `two`; `a/d.rs` `three` |\n";

    fn file(path: &str, tests: &[(&str, &str)]) -> TextFile {
        let test = |(said, name): &(&str, &str)| {
            format!("{MARK}{said}\n/// and more.\n#[test]\nasync fn {name}() {{\n    fn helper() {{}}\n}}\n")
        };
        TextFile {
            path: path.to_owned(),
            text: tests.iter().map(test).collect(),
        }
    }

    fn check(files: &[TextFile], expected: &[&str]) {
        let expected: Vec<String> = expected.iter().map(|text| format!("{TABLE}: {text}")).collect();
        assert_eq!(judge(TABLE_TEXT, files).findings, expected);
    }

    #[test]
    fn table_and_tests_say_the_same() {
        let both = [
            file("a/b.rs", &[("R01: x", "one"), ("R01, A02: x", "two")]),
            file("a/d.rs", &[("A02.", "three")]),
        ];
        check(&both, &[]);
        assert_eq!(
            judge(TABLE_TEXT, &both).figures,
            ["2 recipes of faults and attacks, run by 4 tests"]
        );
    }

    #[test]
    fn what_either_lacks_is_found() {
        check(
            &[file(
                "a/b.rs",
                &[("R01: x", "one"), ("R01: x", "two"), ("R03: x", "four")],
            )],
            &[
                "`a/b.rs` has no test `two` that says that it runs A02",
                "`a/d.rs` has no test `three` that says that it runs A02",
                "`four` of `a/b.rs` is missing from R03",
            ],
        );
    }
}
