//! Prints what the checks measure: `cargo run -p xtask [-- layers | style | words | decisions | acceptance]`.

use std::io::Write;
use std::process::ExitCode;

use xtask::outcome::Outcome;
use xtask::workspace::Repository;
use xtask::{acceptance, decisions, layers, style, words};

type Check = fn(&Repository) -> anyhow::Result<Outcome>;

const CHECKS: &[(&str, Check)] = &[
    ("layers", layers::check),
    ("style", style::check),
    ("words", words::check),
    ("decisions", decisions::check),
    ("acceptance", acceptance::check),
];

fn main() -> anyhow::Result<ExitCode> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked
        .iter()
        .find(|name| !CHECKS.iter().any(|(known, _)| known == name))
    {
        anyhow::bail!(
            "there is no check `{unknown}`; there are layers, style, words, decisions and acceptance"
        );
    }
    let repository = Repository::here()?;
    let mut all_hold = true;
    let mut out = std::io::stdout().lock();
    for (name, check) in CHECKS
        .iter()
        .filter(|(name, _)| asked.is_empty() || asked.iter().any(|a| a == name))
    {
        let outcome = check(&repository)?;
        all_hold &= outcome.holds();
        write!(
            out,
            "{name}: {}\n{outcome}",
            if outcome.holds() { "holds" } else { "does not hold" }
        )?;
    }
    Ok(if all_hold {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
