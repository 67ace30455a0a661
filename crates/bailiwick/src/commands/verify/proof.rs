//! A proof that one entry is in a log: the entry, the hashes beside its path, and the checkpoint that they lead to.

use super::By;
use super::log::at;
use crate::exit::{Exit, UsageError};
use crate::screen::{Screen, count};
use ::ledger::Leaf;
use ::ledger::verify::Verified;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use tlog::leaf_hash;
use tlog::proof::{Proof, Trust};

/// What `verify --json` prints of a proof.
#[derive(Default, Serialize)]
struct Published {
    revision: u32,
    holds: bool,
    problem: Option<String>,
    origin: Option<String>,
    /// Number of the entry.
    entry: Option<u64>,
    /// Its hash in the tree, as a receipt has it.
    leaf: Option<String>,
    /// Entries under the checkpoint of the proof.
    entries: Option<u64>,
    /// The entry's public part.
    public: Option<Value>,
    witnesses: Vec<String>,
}

pub(super) fn verify(text: &[u8], by: &By, screen: &mut Screen) -> anyhow::Result<Exit> {
    if by.since.is_some() {
        let message = "`--since` is for a ledger; a proof has one entry";
        return Err(UsageError::new(message, None).into());
    }
    let checked = check(text, by);
    let exit = if checked.is_ok() { Exit::Done } else { Exit::Failed };
    if screen.json() {
        let published = checked.unwrap_or_else(|problem| Published {
            problem: Some(problem),
            ..Published::default()
        });
        let revision = 1;
        screen.document(&Published {
            revision,
            ..published
        })?;
        return Ok(exit);
    }
    match checked {
        Ok(held) => {
            let origin = held.origin.unwrap_or_default();
            let (entry, entries) = (held.entry.unwrap_or_default(), held.entries.unwrap_or_default());
            let entries = count(usize::try_from(entries)?, "entry", "entries");
            screen.data(format_args!("{origin}#{entry} is in the log of {entries}"))?;
            screen.say(format_args!("its hash is {}", held.leaf.unwrap_or_default()))?;
            held.witnesses.iter().try_for_each(|words| screen.say(words))?;
        }
        Err(problem) => screen.error(&problem, None)?,
    }
    Ok(exit)
}

fn check(text: &[u8], by: &By) -> Result<Published, String> {
    let proof = Proof::parse(text).map_err(|error| format!("this is no proof: {error}"))?;
    let signed = &proof.checkpoint;
    let _keys = Verified::signed_by(signed, &by.keys)
        .map_err(|reason| format!("the checkpoint of the proof does not hold: {reason}"))?;
    if proof.extra.is_empty() {
        return Err("the proof does not have its entry, so nothing says what is proven".to_owned());
    }
    let distinct: BTreeSet<_> = by.witnesses.iter().map(|key| key.public()).collect();
    let checkpoint = signed.checkpoint();
    let trust = Trust {
        origin: checkpoint.origin(),
        log: &by.keys,
        witnesses: &by.witnesses,
        quorum: distinct.len(),
    };
    let leaf = leaf_hash(&proof.extra);
    let witnesses = proof.check(leaf, &trust).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    })?;
    Leaf::parse(&proof.extra).map_err(|error| error.to_string())?;
    let seen = |by: &tlog::note::Verified<'_>| format!("seen at {} by {}", at(by.time.unwrap_or(0)), by.key);
    Ok(Published {
        revision: 1,
        holds: true,
        problem: None,
        origin: Some(checkpoint.origin().to_owned()),
        entry: Some(proof.index),
        leaf: Some(leaf.to_string()),
        entries: Some(checkpoint.size()),
        public: serde_json::from_slice(&proof.extra).ok(),
        witnesses: witnesses.iter().map(seen).collect(),
    })
}
