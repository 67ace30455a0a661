//! Tells the store what the ledger holds, so that questions find their entries: everything that is published, in its
//! order, again and again from where the index itself says that it stands.

use crate::data::DataDir;
use anyhow::Context as _;
use ledger::{LogIdentity, OpenedEntry, Reader};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{IndexedEntry, Store};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked whether there is more.
const LOOK: Duration = Duration::from_secs(2);
/// Most entries that are told at once.
const AT_ONCE: u64 = 2_000;

/// Tells a store of one ledger.
pub(crate) struct Indexer {
    folder: PathBuf,
    identity: LogIdentity,
    store: Arc<Store>,
    /// Kept open, because it has the keys of all people.
    reader: Option<Reader>,
}

/// How far an index has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    /// Up to which entry.
    pub(crate) next: u64,
    /// How many entries there are.
    pub(crate) published: u64,
}

impl Indexer {
    /// Tells of the ledger in a data folder.
    pub(crate) fn new(data: &DataDir, store: &Arc<Store>) -> anyhow::Result<Self> {
        Ok(Self {
            folder: data.ledger(),
            identity: data.ledger_identity()?,
            store: Arc::clone(store),
            reader: None,
        })
    }

    /// Goes on for ever.
    pub(crate) async fn run(mut self) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut has_failed = false;
        loop {
            looks.tick().await;
            match self.catch_up().await {
                Ok(()) => has_failed = false,
                Err(error) if !std::mem::replace(&mut has_failed, true) => {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "the index of the ledger does not keep up"
                    );
                }
                Err(_) => {}
            }
        }
    }

    async fn catch_up(&mut self) -> anyhow::Result<()> {
        loop {
            let indexed = self.step().await?;
            if indexed.next >= indexed.published {
                return Ok(());
            }
        }
    }

    /// Tells of the next entries.
    pub(crate) async fn step(&mut self) -> anyhow::Result<Indexed> {
        let origin = self.identity.origin();
        let next = self.store.ledger_indexed(&origin).await?;
        let (folder, identity, reader) = (self.folder.clone(), self.identity.clone(), self.reader.take());
        let read = spawn_blocking(move || read(folder, &identity, reader, next)).await;
        let (reader, entries, published) = read.context("reading the ledger broke off")??;
        self.reader = Some(reader);
        self.store.index_ledger(&origin, &entries).await?;
        let next = entries.last().map_or(next, |last| last.entry + 1);
        Ok(Indexed { next, published })
    }

    /// Takes away what the index has, to be told everything anew.
    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        Ok(self.store.forget_ledger_index(&self.identity.origin()).await?)
    }
}

type Read = (Reader, Vec<IndexedEntry>, u64);

/// The next entries. People whose keys were made since the last time are read anew.
fn read(folder: PathBuf, identity: &LogIdentity, reader: Option<Reader>, next: u64) -> anyhow::Result<Read> {
    let open = || Reader::open(&folder, identity.sealing());
    let is_new = reader.is_none();
    let reader = reader.map_or_else(open, Ok)?;
    let published = reader.published()?;
    let entries = some(&reader, next, published)?;
    if is_new || entries.iter().all(|entry| entry.has_all()) {
        return Ok((reader, entries.iter().map(indexed).collect(), published));
    }
    let reader = open()?;
    let entries = some(&reader, next, published)?;
    Ok((reader, entries.iter().map(indexed).collect(), published))
}

fn some(reader: &Reader, next: u64, published: u64) -> Result<Vec<OpenedEntry>, ledger::ReadingError> {
    reader
        .entries(next, published.min(next.saturating_add(AT_ONCE)))?
        .collect()
}

fn indexed(entry: &OpenedEntry) -> IndexedEntry {
    let text = |name| Some(entry.value(name)?.as_str()?.to_owned());
    let texts = |name: &str, of: fn(&Value) -> Option<&str>| {
        let list = entry.value(name);
        let list = list.as_ref().and_then(Value::as_array).into_iter().flatten();
        list.filter_map(of).map(str::to_owned).collect()
    };
    let used = entry.value("used");
    let tokens = |name| used.as_ref()?.get(name)?.as_u64();
    IndexedEntry {
        entry: entry.number,
        at: entry.leaf.at.0,
        kind: entry.leaf.kind.as_str().to_owned(),
        intent: entry.leaf.intent,
        event: text("event"),
        decision: text("decision"),
        verdict: text("verdict"),
        ended: text("ended"),
        person: text("person"),
        model: text("model"),
        deployment: text("deployment"),
        licensor: text("licensor"),
        entity: text("entity"),
        application: text("application"),
        places: texts("place", Value::as_str),
        clauses: texts("clauses", |clause| clause.get("clause")?.as_str()),
        tokens: tokens("tokens_read").map(|read| read + tokens("tokens_written").unwrap_or_default()),
    }
}
