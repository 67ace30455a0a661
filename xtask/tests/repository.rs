//! The five checks on the real tree. `cargo run -p xtask` prints the same figures.

use xtask::outcome::Outcome;
use xtask::workspace::Repository;

fn assert_holds(check: fn(&Repository) -> anyhow::Result<Outcome>) -> anyhow::Result<()> {
    let outcome = check(&Repository::here()?)?;
    assert!(outcome.holds(), "\n{outcome}");
    Ok(())
}

#[test]
fn crates_use_lower_layers_only() -> anyhow::Result<()> {
    assert_holds(xtask::layers::check)
}

#[test]
fn files_and_functions_stay_short_and_say_what_they_are_for() -> anyhow::Result<()> {
    assert_holds(xtask::style::check)
}

#[test]
fn no_machine_paths_registry_hosts_or_wrong_words() -> anyhow::Result<()> {
    assert_holds(xtask::words::check)
}

#[test]
fn every_dependency_has_its_reason() -> anyhow::Result<()> {
    assert_holds(xtask::decisions::check)
}

#[test]
fn every_fault_and_attack_has_its_tests() -> anyhow::Result<()> {
    assert_holds(xtask::acceptance::check)
}
