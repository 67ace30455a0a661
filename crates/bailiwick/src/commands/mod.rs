//! The commands, one module each. Each returns how the run ended, and ends by naming the next useful command.

mod beside;
mod check;
mod config;
mod demo;
mod directory;
mod fmt;
mod import;
mod init;
mod keys;
mod ledger;
mod ledger_index;
mod ledger_keys;
mod login;
mod models;
mod oracle;
mod replay;
mod report;
mod schema;
mod serve;
mod setup;
mod test;
mod verify;
mod why;
mod witness;

use self::beside::Beside;
use crate::arguments::{Arguments, Command, ConfigCommand, Global, ImportCommand};
use crate::config::Config;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::render;
use crate::screen::Screen;
use anyhow::Context as _;
use decision::Snapshot;
use register::model::Register;
use std::path::{Path, PathBuf};

/// The files that `init` writes, for tests that begin with them.
#[cfg(test)]
pub(crate) use init::FILES as INIT_FILES;

/// Runs one command.
pub(crate) fn run(arguments: Arguments, screen: &mut Screen) -> anyhow::Result<Exit> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Check { dir } => check::run(&register_of(&global, dir)?, screen),
        Command::Fmt { dir, check } => fmt::run(&register_of(&global, dir)?, check, screen),
        Command::Why(why) => with_snapshot(&global, screen, |folder, snapshot, screen| {
            let beside = Beside::of(&global, &why.question.person, screen)?;
            why::run(&folder.path, snapshot, &why, &beside, screen)
        }),
        Command::Models { question, all } => with_snapshot(&global, screen, |folder, snapshot, screen| {
            models::run(&folder.path, snapshot, &question, all, screen)
        }),
        Command::Test {
            scenarios: Some(file),
            ..
        } => test::scenarios(&register_of(&global, None)?, &file, screen),
        Command::Test { scenarios: None, at } => test::inline(&register_of(&global, None)?, at, screen),
        Command::Oracle { export, at } => {
            oracle::run(&register_of(&global, None)?, export.as_deref(), at, screen)
        }
        Command::Init { dir } => init::run(&dir, screen),
        Command::Config {
            command: ConfigCommand::Check,
        } => config::check(&global, screen),
        Command::Keys { data_dir, command } => keys::run(&global, data_dir, command, screen),
        Command::Directory { data_dir, command } => directory::run(&global, data_dir, command, screen),
        Command::Ledger { data_dir, command } => ledger::run(&global, data_dir, &command, screen),
        Command::Verify(asked) => verify::run(&asked, screen),
        Command::Witness { command } => witness::run(&command, screen),
        Command::Replay(replay) => replay::run(&global, replay, screen),
        Command::Report { command } => report::run(&global, &command, screen),
        Command::Import {
            command: ImportCommand::Litellm { file, into },
        } => import::litellm(&file, into.as_deref(), screen),
        Command::Login { gateway } => login::login(gateway, screen),
        Command::Token => login::token(screen),
        Command::Logout => login::logout(screen),
        Command::Setup(setup) => setup::run(&setup, screen),
        Command::Serve(serve) => serve::run(&global, &serve, screen),
        Command::Demo(demo) => demo::run(&global, &demo, screen),
        Command::Schema => schema::run(screen),
    }
}

/// The folder that the command line names, else the configuration's, else the current one.
fn register_of(global: &Global, dir: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    if let Some(dir) = dir.or_else(|| global.register.clone()) {
        return Ok(dir);
    }
    let configured = Config::find(global.config.as_deref())?.and_then(|config| config.register);
    Ok(configured.unwrap_or_else(|| PathBuf::from(".")))
}

/// Reads and compiles the register without running its tests: a question is answered even while a test fails.
fn with_snapshot(
    global: &Global,
    screen: &mut Screen,
    answer: impl FnOnce(&Folder, &Snapshot, &mut Screen) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let mut folder = Folder::read(&register_of(global, None)?)?;
    let Some(register) = folder.register.take() else {
        return refuse_register(&folder, screen);
    };
    let snapshot =
        Snapshot::compile_untested(register, &folder.digest).context("the register does not compile")?;
    answer(&folder, &snapshot, screen)
}

/// Shows why a register cannot be used.
fn refuse_register(folder: &Folder, screen: &mut Screen) -> anyhow::Result<Exit> {
    render::diagnostics(screen, &folder.diagnostics, &folder.sources)?;
    screen.error("the register has errors, so nothing can be decided", None)?;
    screen.next(
        format_args!("bailiwick check {}", shown(&folder.path)),
        "every mistake, and what to write instead",
    )?;
    Ok(Exit::Failed)
}

/// The command that explains one decision of a register, with a person and a model that it has.
fn an_example(path: &Path, register: &Register) -> String {
    let person = register
        .people
        .first()
        .map_or("PERSON", |person| person.id.as_str());
    let model = register.models.first().map_or("MODEL", |model| model.id.as_str());
    format!(
        "bailiwick why --register {} --person {person} --model {model}",
        shown(path)
    )
}

/// A path as it would be typed.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
