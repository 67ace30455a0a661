//! `bailiwick ledger` and `bailiwick verify`: what was recorded, and whether it still is what was.

use super::verify_pack;
use crate::arguments::{Global, LedgerCommand};
use crate::config::Config;
use crate::data::DataDir;
use crate::exit::{Exit, UsageError};
use crate::screen::{Screen, count};
use crate::services::keeping;
use anyhow::Context as _;
use ledger::verify::{self, Verified};
use ledger::{OpenedEntry, Reader};
use report::visible::visible;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tlog::note::VerifierKey;
use tokio::runtime::Runtime;

/// Entries that are shown when none is named.
const LAST: u64 = 10;

/// How often it is looked whether there is more.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(super) fn run(
    global: &Global,
    data_dir: Option<PathBuf>,
    command: &LedgerCommand,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let (data, _) = keeping::named(data_dir, Config::find(global.config.as_deref())?)?;
    match command {
        LedgerCommand::Key => key(&data, screen),
        LedgerCommand::Tail { from, follow } => tail(&data, *from, *follow, screen),
    }
}

fn key(data: &DataDir, screen: &mut Screen) -> anyhow::Result<Exit> {
    let keys = data.ledger_identity()?.verifier_keys();
    keys.iter().try_for_each(|key| screen.data(key))?;
    screen.next(
        format_args!("bailiwick verify {} --key FILE", data.ledger().display()),
        "checks the ledger by the key, wherever a copy of the two lies",
    )?;
    Ok(Exit::Done)
}

fn tail(data: &DataDir, from: Option<u64>, follow: bool, screen: &mut Screen) -> anyhow::Result<Exit> {
    let identity = data.ledger_identity()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let open = || Reader::open(&data.ledger(), identity.sealing());
    let unreadable = || format!("cannot read the ledger in `{}`", data.ledger().display());
    let mut published = open()
        .and_then(|reader| reader.published())
        .with_context(unreadable)?;
    let mut next = from.unwrap_or_else(|| published.saturating_sub(LAST));
    loop {
        // opened anew each time, since the keys of people grow with the entries
        let reader = open().with_context(unreadable)?;
        for entry in reader.entries(next, published).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            next = entry.number + 1;
            show(&entry, screen)?;
        }
        if !follow || is_stopped(&runtime) {
            return Ok(Exit::Done);
        }
        published = reader.published().with_context(unreadable)?;
    }
}

/// Waits until it is time to look again; whether somebody has stopped it by then.
fn is_stopped(runtime: &Runtime) -> bool {
    runtime.block_on(async {
        let stopped = tokio::signal::ctrl_c();
        tokio::time::timeout(LOOK_AGAIN, stopped).await.is_ok()
    })
}

fn show(entry: &OpenedEntry, screen: &mut Screen) -> anyhow::Result<()> {
    let value = entry.json();
    if screen.json() {
        return screen.line(&value);
    }
    let word = |name: &str| {
        value
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or("-")
            .to_owned()
    };
    let says = match entry.leaf.kind {
        ledger::Kind::Intent => format!("{}  {}  {}", word("verdict"), word("asked"), word("person")),
        ledger::Kind::Outcome => format!("{}  {}", word("ended"), word("model")),
        ledger::Kind::Event => word("event"),
    };
    let kind = entry.leaf.kind.as_str();
    // names come from callers
    let says = visible(&says);
    screen.data(format_args!(
        "{:>8}  {}  {kind:<8} {says}",
        entry.number, entry.leaf.at
    ))?;
    Ok(())
}

/// What `verify --json` prints.
#[derive(Serialize)]
struct Published<'a> {
    revision: u32,
    holds: bool,
    /// What does not hold, by the first entry that it concerns.
    problem: Option<String>,
    origin: Option<&'a str>,
    entries: Option<u64>,
    root: Option<String>,
    keys: &'a [String],
    intents: Option<u64>,
    outcomes: Option<u64>,
    events: Option<u64>,
}

pub(super) fn verify(dir: &Path, key: &Path, screen: &mut Screen) -> anyhow::Result<Exit> {
    let keys = keys_of(key)?;
    if verify_pack::is_pack(dir) {
        return verify_pack::run(dir, &keys, screen);
    }
    let checked = verify::folder(dir, &keys, |_| {});
    if screen.json() {
        screen.document(&published(&checked))?;
        return Ok(if checked.is_ok() { Exit::Done } else { Exit::Failed });
    }
    match checked {
        Ok(verified) => {
            let entries = count(usize::try_from(verified.size)?, "entry", "entries");
            screen.data(format_args!(
                "{}: {entries}, all as they were recorded",
                verified.origin
            ))?;
            screen.say(format_args!("root {}", verified.root))?;
            verified
                .keys
                .iter()
                .try_for_each(|key| screen.say(format_args!("signed by {key}")))?;
            Ok(Exit::Done)
        }
        Err(error) => {
            let help = "ask whoever keeps the ledger for a copy that was made earlier, and compare";
            screen.error(&error.to_string(), Some(help))?;
            Ok(Exit::Failed)
        }
    }
}

fn published(checked: &Result<Verified, verify::VerifyError>) -> Published<'_> {
    let verified = checked.as_ref().ok();
    Published {
        revision: 1,
        holds: verified.is_some(),
        problem: checked.as_ref().err().map(ToString::to_string),
        origin: verified.map(|verified| verified.origin.as_str()),
        entries: verified.map(|verified| verified.size),
        root: verified.map(|verified| verified.root.to_string()),
        keys: verified
            .map(|verified| verified.keys.as_slice())
            .unwrap_or_default(),
        intents: verified.map(|verified| verified.intents),
        outcomes: verified.map(|verified| verified.outcomes),
        events: verified.map(|verified| verified.events),
    }
}

fn keys_of(file: &Path) -> anyhow::Result<Vec<VerifierKey>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys = lines.map(|line| {
        line.parse().map_err(|error| {
            let message = format!(
                "`{}` has a line that is no public key of a ledger: {error}",
                file.display()
            );
            let help = "write into it what `bailiwick ledger key` prints where the ledger is kept";
            UsageError {
                message,
                help: Some(help.to_owned()),
            }
            .into()
        })
    });
    let keys: Vec<VerifierKey> = keys.collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!keys.is_empty(), "`{}` has no key", file.display());
    Ok(keys)
}
