//! `bailiwick ledger find` and `reindex`: entries that answer a question, by the index in the store.

use crate::arguments::{FindEntries, FindVerdict};
use crate::config::Config;
use crate::data::DataDir;
use crate::exit::{Exit, UsageError};
use crate::screen::{Screen, count};
use crate::services::index::Indexer;
use crate::services::keeping;
use ledger::Reader;
use std::sync::Arc;
use store::{Find, IndexedEntry, Store};

/// Tells the index everything anew, with progress.
pub(super) fn reindex(data: &DataDir, config: &Config, screen: &mut Screen) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = keeping::open(data, &config.store).await?;
        let mut indexer = Indexer::new(data, &store)?;
        indexer.forget().await?;
        loop {
            let indexed = indexer.step().await?;
            if !screen.json() && indexed.published > 0 {
                screen.say(format_args!("{} of {} entries", indexed.next, indexed.published))?;
            }
            if indexed.next >= indexed.published {
                let told = count(usize::try_from(indexed.next)?, "entry", "entries");
                screen.data(format_args!("the index has {told}, all that are published"))?;
                break;
            }
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

pub(super) fn find(
    data: &DataDir,
    config: &Config,
    asked: &FindEntries,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let identity = data.ledger_identity()?;
    let (found, behind) = runtime.block_on(async {
        let store = keeping::open(data, &config.store).await?;
        let find = question(data, asked, &store).await?;
        let found = store.find_in_ledger(&identity.origin(), &find).await?;
        let told = store.ledger_indexed(&identity.origin()).await?;
        store.close().await;
        let published = Reader::open(&data.ledger(), identity.sealing())?.published()?;
        anyhow::Ok((found, published.saturating_sub(told)))
    })?;
    // the index says which, and the ledger what they say
    let reader = Reader::open(&data.ledger(), identity.sealing())?;
    for indexed in found.iter().rev() {
        show(&reader, indexed, screen)?;
    }
    if behind > 0 && !screen.json() {
        let behind = count(usize::try_from(behind)?, "entry is", "entries are");
        screen.say(format_args!(
            "{behind} not in the index yet; a server that runs catches up"
        ))?;
        screen.next(
            "bailiwick ledger reindex",
            "reads the whole ledger into the index",
        )?;
    }
    Ok(Exit::Done)
}

fn show(reader: &Reader, indexed: &IndexedEntry, screen: &mut Screen) -> anyhow::Result<()> {
    let until = indexed.entry.saturating_add(1);
    for entry in reader.entries(indexed.entry, until)? {
        super::ledger::show(&entry?, screen)?;
    }
    Ok(())
}

/// What is looked for. A person stands in the ledger under a pseudonym towards each licensor, and under one of its own.
async fn question(data: &DataDir, asked: &FindEntries, store: &Arc<Store>) -> anyhow::Result<Find> {
    let mut people = Vec::new();
    if let Some(person) = &asked.person {
        let pseudonyms = data.pseudonyms()?;
        people.push(pseudonyms.of(person).to_string());
        let origin = data.ledger_identity()?.origin();
        let licensors = store.licensors_in_ledger(&origin).await?;
        let towards = licensors.iter().map(String::as_str).chain([""]);
        people.extend(towards.map(|licensor| pseudonyms.towards(person, licensor).to_string()));
    }
    if asked.limit == 0 {
        let help = "the usual is 20".to_owned();
        return Err(UsageError::new("`--limit` is at least 1", help).into());
    }
    Ok(Find {
        people,
        kind: None,
        verdicts: asked.verdict.map(FindVerdict::verdicts).unwrap_or_default(),
        model: asked.model.clone(),
        licensor: asked.licensor.clone(),
        decision: asked.decision.clone(),
        place: asked.place.clone(),
        clause: asked.clause.clone(),
        event: asked.event.clone(),
        since: asked.since,
        until: asked.until,
        before: asked.before,
        limit: asked.limit,
    })
}
