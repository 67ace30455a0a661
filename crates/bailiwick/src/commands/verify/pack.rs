//! `bailiwick verify` of the pack of a report: with the pack and the public key, and nothing else.

use super::By;
use crate::exit::{Exit, UsageError};
use crate::screen::{Screen, count};
use report::visible::{visible, visible_json};
use report::{PackError, Verified, pack};
use serde_json::{Value, json};
use std::path::Path;

/// Program and version, against those that made a pack.
const HERE: &str = concat!("bailiwick ", env!("CARGO_PKG_VERSION"));

/// Whether a folder is meant to be a pack: one that lost its manifest is too.
pub(super) fn is_pack(folder: &Path) -> bool {
    [pack::MANIFEST, pack::JSON, pack::EVIDENCE]
        .iter()
        .any(|name| folder.join(name).exists())
}

pub(super) fn verify(folder: &Path, by: &By, screen: &mut Screen) -> anyhow::Result<Exit> {
    if by.since.is_some() || !by.witnesses.is_empty() {
        let message = "`--since` and `--witness` are for a ledger, and this is a report";
        return Err(UsageError::new(message, None).into());
    }
    let checked = report::verify(folder, &by.keys, HERE);
    if screen.json() {
        let text = serde_json::to_string_pretty(&document(&checked))?;
        screen.data(visible_json(&text))?;
        return Ok(if checked.is_ok() { Exit::Done } else { Exit::Failed });
    }
    match checked {
        Ok(verified) => {
            say(&verified, screen)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            let help = match &error {
                PackError::Figures { .. } => {
                    "check it with the version that made it; if that says the same, do not use it"
                }
                _ => "do not use it: ask whoever made it for the whole pack, as it was made",
            };
            screen.error(&visible(&error.to_string()), Some(help))?;
            Ok(Exit::Failed)
        }
    }
}

fn say(verified: &Verified, screen: &mut Screen) -> anyhow::Result<()> {
    verified
        .answer
        .iter()
        .try_for_each(|sentence| screen.data(visible(sentence)))?;
    let (first, end) = verified.entries;
    let entries = count(usize::try_from(end - first)?, "entry", "entries");
    let origin = visible(&verified.origin);
    screen.say(format_args!(
        "All figures follow from {entries} of the log {origin}, each as it was recorded."
    ))?;
    screen.say(format_args!(
        "root {} of {} entries",
        verified.root, verified.size
    ))?;
    Ok(verified
        .keys
        .iter()
        .try_for_each(|key| screen.say(format_args!("signed by {key}")))?)
}

fn document(checked: &Result<Verified, PackError>) -> Value {
    match checked {
        Err(error) => json!({"revision": 1, "holds": false, "problem": error.to_string()}),
        Ok(verified) => json!({
            "revision": 1,
            "holds": true,
            "problem": null,
            "asked": verified.asked,
            "answer": verified.answer,
            "origin": verified.origin,
            "size": verified.size,
            "root": verified.root,
            "first": verified.entries.0,
            "end": verified.entries.1,
            "keys": verified.keys,
        }),
    }
}
