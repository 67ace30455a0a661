//! How long files and functions are, and whether each file says what it is for.
//!
//! The limits are those that tidy projects of this kind keep: what separates good from sprawling is the
//! tail, so the 95th percentile and the longest count, and the median only guards the whole. A file is
//! measured without its inline tests. Test files and test functions are printed but bounded only by the
//! longest file, since a table of cases is easier to read in one piece.
//!
//! A file whose first line begins `//! Generated` is a table written by a program; it is left out.

mod head;
mod measure;

use std::collections::BTreeSet;

pub use measure::{FileMeasure, FunctionMeasure};

use crate::outcome::Outcome;
use crate::workspace::{Repository, TextFile};

/// Lines of a production file without inline tests, and of a production function.
const FILE_MEDIAN: usize = 150;
const FILE_P95: usize = 450;
const FILE_LONGEST: usize = 800;
const FUNCTION_P95: usize = 40;
const FUNCTION_LONGEST: usize = 120;

const GENERATED: &str = "//! Generated";

/// Measures every Rust file of the repository.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn check(repository: &Repository) -> anyhow::Result<Outcome> {
    let mut files = repository.text_files()?;
    files.retain(|file| file.path.ends_with(".rs"));
    Ok(judge(&files))
}

/// Measures these files.
#[must_use]
pub fn judge(files: &[TextFile]) -> Outcome {
    let mut outcome = Outcome::default();
    let (generated, written): (Vec<&TextFile>, Vec<&TextFile>) =
        files.iter().partition(|file| file.text.starts_with(GENERATED));
    let mut measured = Vec::new();
    for file in &written {
        outcome.findings.extend(head::finding(file));
        match measure::measure(file) {
            Ok(measure) => measured.push(measure),
            Err(error) => outcome
                .findings
                .push(format!("{}: is not Rust that can be parsed: {error}", file.path)),
        }
    }
    let (tests, production) = split_tests(&measured);
    judge_files(&production, &tests, &mut outcome);
    judge_functions(&production, &mut outcome);
    let test_lines = sum(&tests, |file| file.lines) + sum(&production, |file| file.test_lines);
    let all_lines = test_lines + sum(&production, FileMeasure::own_lines);
    outcome.figures.push(format!(
        "tests: {test_lines} of {all_lines} lines, {} %",
        (100 * test_lines).checked_div(all_lines).unwrap_or(0)
    ));
    outcome
        .figures
        .push(format!("generated: {} files left out", generated.len()));
    outcome
}

/// Test files are those in a folder of tests or benches, and those that a `#[cfg(test)] mod` names.
fn split_tests(measured: &[FileMeasure]) -> (Vec<&FileMeasure>, Vec<&FileMeasure>) {
    let declared: BTreeSet<String> = measured.iter().flat_map(FileMeasure::test_module_stems).collect();
    measured
        .iter()
        .partition(|file| file.is_test_by_place() || file.is_one_of(&declared))
}

fn judge_files(production: &[&FileMeasure], tests: &[&FileMeasure], outcome: &mut Outcome) {
    let mut lengths: Vec<usize> = production.iter().map(|file| file.own_lines()).collect();
    let (median, p95) = (percentile(&mut lengths, 50), percentile(&mut lengths, 95));
    let longest = production.iter().max_by_key(|file| file.own_lines());
    outcome.figures.push(format!(
        "files: {} of production, lines without inline tests: median {median} (limit {FILE_MEDIAN}), \
         p95 {p95} ({FILE_P95}), longest {} ({FILE_LONGEST})",
        production.len(),
        longest.map_or_else(String::new, |file| format!(
            "{} `{}`",
            file.own_lines(),
            file.path
        )),
    ));
    let longest_test = tests.iter().map(|file| file.lines).max().unwrap_or(0);
    outcome
        .figures
        .push(format!("test files: {}, longest {longest_test}", tests.len()));
    exceed(outcome, "the median file", median, FILE_MEDIAN);
    exceed(outcome, "the file at the 95th percentile", p95, FILE_P95);
    for file in production {
        exceed(
            outcome,
            &format!("`{}`", file.path),
            file.own_lines(),
            FILE_LONGEST,
        );
    }
    for file in tests {
        exceed(outcome, &format!("`{}`", file.path), file.lines, FILE_LONGEST);
    }
}

fn judge_functions(production: &[&FileMeasure], outcome: &mut Outcome) {
    let functions: Vec<(&FileMeasure, &FunctionMeasure)> = production
        .iter()
        .flat_map(|file| file.functions.iter().map(move |function| (*file, function)))
        .filter(|(_, function)| !function.in_tests)
        .collect();
    let mut lengths: Vec<usize> = functions.iter().map(|(_, function)| function.lines).collect();
    let (median, p95) = (percentile(&mut lengths, 50), percentile(&mut lengths, 95));
    let longest = functions.iter().max_by_key(|(_, function)| function.lines);
    let longest = longest.map_or_else(String::new, |(file, f)| {
        format!("{} `{}` in {}:{}", f.lines, f.name, file.path, f.line)
    });
    outcome.figures.push(format!(
        "functions: {} of production, lines: median {median}, p95 {p95} (limit {FUNCTION_P95}), \
         longest {longest} ({FUNCTION_LONGEST})",
        functions.len(),
    ));
    exceed(outcome, "the function at the 95th percentile", p95, FUNCTION_P95);
    for (file, function) in functions {
        let what = format!("`{}` in {}:{}", function.name, file.path, function.line);
        exceed(outcome, &what, function.lines, FUNCTION_LONGEST);
    }
}

fn exceed(outcome: &mut Outcome, what: &str, lines: usize, limit: usize) {
    if lines > limit {
        outcome
            .findings
            .push(format!("{what} has {lines} lines, {limit} is the limit"));
    }
}

fn sum(files: &[&FileMeasure], lines: fn(&FileMeasure) -> usize) -> usize {
    files.iter().map(|file| lines(file)).sum()
}

/// The smallest value that at least this share of the values does not exceed; 0 of none.
fn percentile(values: &mut [usize], percent: usize) -> usize {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
