//! A log, wherever its files come from.

use super::By;
use crate::exit::Exit;
use crate::screen::{Screen, count};
use ::ledger::verify::{self, Source, Verified, VerifyError, Wanted};
use register::model::Instant;
use serde::Serialize;

/// What `verify --json` prints of a log.
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
    /// Checkpoints of other logs, in the log of a witness.
    checkpoints: Option<u64>,
    /// Entries under the earlier checkpoint.
    since: Option<u64>,
    /// What the witnesses have cosigned.
    witnessed: Option<PublishedWitnessed>,
}

#[derive(Serialize)]
struct PublishedWitnessed {
    entries: u64,
    by: Vec<PublishedWitness>,
}

#[derive(Serialize)]
struct PublishedWitness {
    key: String,
    at: String,
}

pub(super) fn verify(source: &dyn Source, by: &By, screen: &mut Screen) -> anyhow::Result<Exit> {
    let wanted = Wanted {
        keys: &by.keys,
        since: by.since.as_ref(),
        witnesses: &by.witnesses,
    };
    let checked = verify::log(source, &wanted, |_| {});
    if screen.json() {
        screen.document(&published(&checked))?;
        return Ok(if checked.is_ok() { Exit::Done } else { Exit::Failed });
    }
    match checked {
        Ok(verified) => {
            told(&verified, screen)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            let help = "ask whoever keeps the ledger for a copy that was made earlier, and compare";
            screen.error(&error.to_string(), Some(help))?;
            Ok(Exit::Failed)
        }
    }
}

fn told(verified: &Verified, screen: &mut Screen) -> anyhow::Result<()> {
    let entries = |size: u64| anyhow::Ok(count(usize::try_from(size)?, "entry", "entries"));
    let size = entries(verified.size)?;
    screen.data(format_args!(
        "{}: {size}, all as they were recorded",
        verified.origin
    ))?;
    if verified.checkpoints > 0 {
        screen.say(
            "each is a checkpoint of a ledger that this witness has cosigned, none behind an earlier one",
        )?;
    }
    screen.say(format_args!("root {}", verified.root))?;
    for key in &verified.keys {
        screen.say(format_args!("signed by {key}"))?;
    }
    if let Some(since) = verified.since {
        screen.say(format_args!(
            "begins with the {} of the earlier checkpoint",
            entries(since)?
        ))?;
    }
    if let Some(cosigned) = &verified.witnessed {
        for (key, time) in &cosigned.by {
            let (size, at) = (entries(cosigned.size)?, at(*time));
            screen.say(format_args!("{size} seen at {at} by {key}"))?;
        }
    }
    Ok(())
}

fn published(checked: &Result<Verified, VerifyError>) -> Published<'_> {
    let verified = checked.as_ref().ok();
    let witnessed = verified.and_then(|verified| verified.witnessed.as_ref());
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
        checkpoints: verified.map(|verified| verified.checkpoints),
        since: verified.and_then(|verified| verified.since),
        witnessed: witnessed.map(|cosigned| PublishedWitnessed {
            entries: cosigned.size,
            by: cosigned
                .by
                .iter()
                .map(|(key, time)| PublishedWitness {
                    key: key.clone(),
                    at: at(*time),
                })
                .collect(),
        }),
    }
}

/// When a witness says it saw something.
pub(super) fn at(time: u64) -> String {
    Instant(i64::try_from(time).unwrap_or(i64::MAX)).to_string()
}
