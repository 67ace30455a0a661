//! `bailiwick replay`: decides again what was decided, and shows what is not as it was recorded.

use crate::arguments::{Global, Replay};
use crate::config::Config;
use crate::data::DataDir;
use crate::exit::{Exit, UsageError};
use crate::screen::{Screen, count};
use crate::services::archive::Archive;
use crate::services::keeping;
use anyhow::Context as _;
use decision::Snapshot;
use ledger::{Again, Kind, OpenedEntry, Reader};
use register::model::Instant;
use serde::Serialize;
use std::collections::HashMap;

/// Entries after which it is said how far it has come.
const TOLD: u64 = 20_000;

/// Decides again, by registers out of the archive.
struct Replayer {
    archive: Archive,
    /// Registers by name; of one that cannot be had, why.
    snapshots: HashMap<String, Result<Snapshot, String>>,
}

/// What became of one decision.
enum Replayed {
    Same,
    Different(Again),
    /// The facts went with the person.
    Erased,
    /// Why nothing is known.
    Impossible(String),
}

/// What became of all.
#[derive(Default, Serialize)]
struct Summary {
    revision: u32,
    decisions: u64,
    same: u64,
    different: u64,
    erased: u64,
    impossible: u64,
}

/// One decision, for machines.
#[derive(Serialize)]
struct Published<'a> {
    entry: u64,
    outcome: &'static str,
    problem: Option<&'a str>,
    differences: Vec<PublishedDifference<'a>>,
}

#[derive(Serialize)]
struct PublishedDifference<'a> {
    field: &'a str,
    recorded: &'a str,
    again: &'a str,
}

pub(super) fn run(global: &Global, asked: Replay, screen: &mut Screen) -> anyhow::Result<Exit> {
    let (data, _) = keeping::named(asked.data_dir, Config::find(global.config.as_deref())?)?;
    let unreadable = || format!("cannot read the ledger in `{}`", data.ledger().display());
    let reader = Reader::open(&data.ledger(), data.ledger_identity()?.sealing()).with_context(unreadable)?;
    let mut replayer = Replayer::new(&data)?;
    let Some(text) = asked.entry else {
        return all(&reader, &mut replayer, asked.since, screen).with_context(unreadable);
    };
    let number = number(&text)?;
    let mut found = reader
        .entries(number, number.saturating_add(1))
        .with_context(unreadable)?;
    let Some(entry) = found.next().transpose().with_context(unreadable)? else {
        let help = "`bailiwick ledger tail` shows the last entries with their numbers".to_owned();
        return Err(UsageError::new(format!("the ledger has no entry {number}"), help).into());
    };
    if entry.leaf.kind != Kind::Intent {
        let help = match entry.leaf.intent {
            Some(intent) => format!("its decision is entry {intent}"),
            None => "only decisions are made again".to_owned(),
        };
        let kind = entry.leaf.kind.as_str();
        return Err(UsageError::new(format!("entry {number} is no decision but an {kind}"), help).into());
    }
    one(&entry, &replayer.replay(&entry), screen)
}

/// The number of an entry: by itself, or in a receipt as answers carry it.
fn number(text: &str) -> Result<u64, UsageError> {
    let place = text.split_whitespace().next().unwrap_or_default();
    let number = place.rsplit('#').next().unwrap_or_default();
    number.parse().map_err(|_| {
        let help = "give the number of an entry, or the receipt of an answer".to_owned();
        UsageError::new(format!("`{text}` is no entry"), help)
    })
}

fn one(entry: &OpenedEntry, replayed: &Replayed, screen: &mut Screen) -> anyhow::Result<Exit> {
    let number = entry.number;
    if screen.json() {
        screen.document(&published(number, replayed))?;
    } else {
        tell(number, replayed, screen)?;
    }
    Ok(match replayed {
        Replayed::Same => Exit::Done,
        _ => Exit::Failed,
    })
}

fn tell(number: u64, replayed: &Replayed, screen: &mut Screen) -> anyhow::Result<()> {
    match replayed {
        Replayed::Same => {
            screen.data(format_args!(
                "entry {number}: decided again, and every field is as it was recorded"
            ))?;
        }
        Replayed::Different(again) => {
            screen.data(format_args!(
                "entry {number}: decided again, and not as it was recorded"
            ))?;
            for difference in &again.differences {
                screen.data(format_args!("  {}", difference.field))?;
                screen.data(format_args!("    recorded  {}", difference.recorded))?;
                screen.data(format_args!("    again     {}", difference.again))?;
            }
        }
        Replayed::Erased => {
            screen.data(format_args!(
                "entry {number}: cannot be decided again, because the person was erased, and the facts with them"
            ))?;
        }
        Replayed::Impossible(why) => {
            screen.error(&format!("entry {number} cannot be decided again: {why}"), None)?
        }
    }
    Ok(())
}

fn all(
    reader: &Reader,
    replayer: &mut Replayer,
    since: Option<Instant>,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let published = reader.published()?;
    let mut summary = Summary {
        revision: 1,
        ..Summary::default()
    };
    for entry in reader.entries(0, published)? {
        let entry = entry?;
        if entry.number > 0 && entry.number.is_multiple_of(TOLD) && !screen.json() {
            screen.say(format_args!("{} of {published} entries", entry.number))?;
        }
        let is_asked_for = since.is_none_or(|since| entry.leaf.at >= since);
        if entry.leaf.kind != Kind::Intent || !is_asked_for {
            continue;
        }
        let replayed = replayer.replay(&entry);
        summary.count(&replayed);
        match &replayed {
            Replayed::Same | Replayed::Erased => {}
            other if screen.json() => screen.line(&self::published(entry.number, other))?,
            other => tell(entry.number, other, screen)?,
        }
    }
    summary.tell(screen)?;
    Ok(match summary.different + summary.impossible {
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}

impl Summary {
    fn count(&mut self, replayed: &Replayed) {
        self.decisions += 1;
        match replayed {
            Replayed::Same => self.same += 1,
            Replayed::Different(_) => self.different += 1,
            Replayed::Erased => self.erased += 1,
            Replayed::Impossible(_) => self.impossible += 1,
        }
    }

    fn tell(&self, screen: &mut Screen) -> anyhow::Result<()> {
        if screen.json() {
            return screen.line(self);
        }
        let decisions = count(usize::try_from(self.decisions)?, "decision", "decisions");
        let (same, different) = (self.same, self.different);
        screen.data(format_args!(
            "{decisions}: {same} the same byte for byte, {different} different, {} of people who were erased, {} that cannot be made again",
            self.erased, self.impossible
        ))?;
        Ok(())
    }
}

impl Replayer {
    fn new(data: &DataDir) -> anyhow::Result<Self> {
        Ok(Self {
            archive: Archive::open(data)?,
            snapshots: HashMap::new(),
        })
    }

    fn replay(&mut self, entry: &OpenedEntry) -> Replayed {
        let Some(digest) = entry.snapshot() else {
            return Replayed::Impossible("it names no register".to_owned());
        };
        let Self { archive, snapshots } = self;
        let snapshot = snapshots
            .entry(digest)
            .or_insert_with_key(|digest| compiled(archive, digest));
        match snapshot.as_ref().map(|snapshot| entry.replay(snapshot)) {
            Ok(Ok(again)) if again.differences.is_empty() => Replayed::Same,
            Ok(Ok(again)) => Replayed::Different(again),
            Ok(Err(ledger::ReplayError::Erased)) => Replayed::Erased,
            Ok(Err(error)) => Replayed::Impossible(error.to_string()),
            Err(why) => Replayed::Impossible(why.clone()),
        }
    }
}

/// A register of the archive; its own tests have been run when it came into force.
fn compiled(archive: &Archive, digest: &str) -> Result<Snapshot, String> {
    let folder = archive.read(digest).map_err(|error| error.to_string())?;
    let register = folder
        .register
        .ok_or("its register has errors for this version")?;
    Snapshot::compile_untested(register, digest).map_err(|error| error.to_string())
}

fn published(entry: u64, replayed: &Replayed) -> Published<'_> {
    let (outcome, problem) = match replayed {
        Replayed::Same => ("same", None),
        Replayed::Different(_) => ("different", None),
        Replayed::Erased => ("erased", None),
        Replayed::Impossible(why) => ("impossible", Some(why.as_str())),
    };
    let differences = match replayed {
        Replayed::Different(again) => again.differences.as_slice(),
        _ => &[],
    };
    let differences = differences.iter().map(|difference| PublishedDifference {
        field: &difference.field,
        recorded: &difference.recorded,
        again: &difference.again,
    });
    Published {
        entry,
        outcome,
        problem,
        differences: differences.collect(),
    }
}
