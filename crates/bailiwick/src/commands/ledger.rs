//! `bailiwick ledger`: what was recorded, and the key by which others check it.

use super::{ledger_index, ledger_keys};
use crate::arguments::{Global, LedgerCommand};
use crate::config::Config;
use crate::data::DataDir;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::services::keeping;
use anyhow::Context as _;
use ledger::{OpenedEntry, Reader};
use report::visible::visible;
use std::path::PathBuf;
use std::time::Duration;
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
    let (data, config) = keeping::named(data_dir, Config::find(global.config.as_deref())?)?;
    match command {
        LedgerCommand::Find(asked) => ledger_index::find(&data, &config, asked, screen),
        LedgerCommand::Reindex => ledger_index::reindex(&data, &config, screen),
        LedgerCommand::Key { all } => key(&data, *all, screen),
        LedgerCommand::Rotate => ledger_keys::rotate(&data, screen),
        LedgerCommand::Retire => ledger_keys::retire(&data, screen),
        LedgerCommand::Tail { from, follow } => tail(&data, *from, *follow, screen),
    }
}

fn key(data: &DataDir, all: bool, screen: &mut Screen) -> anyhow::Result<Exit> {
    let keys = data.ledger_identity()?.verifier_keys();
    keys.iter().try_for_each(|key| screen.data(key))?;
    if all {
        let former = data.former_ledger_keys()?;
        former.lines().try_for_each(|key| screen.data(key))?;
    }
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

pub(super) fn show(entry: &OpenedEntry, screen: &mut Screen) -> anyhow::Result<()> {
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
