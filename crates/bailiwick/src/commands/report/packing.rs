//! `bailiwick report licensor`, `regulator` and `person`: packs that others can check.

use super::asking::PROGRAM;
use crate::arguments::{Global, Pack};
use crate::commands::shown;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::exit::{Exit, UsageError};
use crate::render;
use crate::screen::{Screen, count};
use anyhow::Context as _;
use ledger::Reader;
use report::asked::{Asked, What};
use report::document::Table;
use report::visible::visible;
use report::{Log, MakeError};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Rows of a table that a terminal shows.
const ROWS: usize = 20;
/// Columns of a table that a terminal shows.
const NARROW: usize = 6;
/// Opened entries that a preview shows.
const FIRST: usize = 5;

/// The ledger of an installation, and what opens it.
pub(super) struct Kept {
    pub(super) data: DataDir,
    pub(super) folder: PathBuf,
    pub(super) reader: Reader,
}

impl Kept {
    pub(super) fn open(global: &Global, data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let config = Config::find(global.config.as_deref())?.unwrap_or_default();
        let path = data::named(data_dir.map(Path::to_owned), config.data)?;
        // to open a data folder makes it, and to ask for a key draws one; whoever wants a report means what is there
        let missing = || {
            let help = "name the folder in which the gateway keeps ledger and keys; a ledger is there once it has served".to_owned();
            UsageError::new(format!("there is no ledger in `{}`", path.display()), help)
        };
        let data = path
            .is_dir()
            .then(|| DataDir::open(&path))
            .ok_or_else(missing)??;
        if !data.has_ledger() {
            return Err(missing().into());
        }
        let folder = data.ledger();
        let identity = data.ledger_identity()?;
        let reader = Reader::open(&folder, identity.sealing());
        let reader = reader.with_context(|| format!("cannot read the ledger in `{}`", folder.display()))?;
        Ok(Self { data, folder, reader })
    }

    pub(super) fn log(&self) -> Log<'_> {
        Log {
            folder: &self.folder,
            reader: &self.reader,
        }
    }
}

pub(super) fn run(kept: &Kept, asked: &Asked, pack: &Pack, screen: &mut Screen) -> anyhow::Result<Exit> {
    let Some(out) = pack.out.as_deref().filter(|_| !pack.preview) else {
        return preview(kept, asked, screen);
    };
    let made = report::make(kept.log(), asked, out, &kept.data.ledger_signer()?);
    let made = match made {
        Err(MakeError::Exists(path)) => {
            let help = "name a folder that is not there yet".to_owned();
            return Err(UsageError::new(format!("`{path}` is there already"), help).into());
        }
        made => made?,
    };
    if screen.json() {
        screen.data(made.json.trim_end())?;
    } else {
        for table in &made.document.tables {
            // long ones are for the page and for programs
            if !table.rows.is_empty() && table.columns.len() <= NARROW {
                screen.data(visible(table.title))?;
                print(table, screen)?;
            }
        }
        made.document
            .answer
            .iter()
            .try_for_each(|sentence| screen.say(visible(sentence)))?;
    }
    let is_empty = made.document.tables.iter().all(|table| table.rows.is_empty());
    if let (What::Person { person, .. }, true) = (&asked.what, is_empty) {
        let person = visible(person);
        screen.say(format_args!(
            "The ledger has nothing about `{person}`: make sure that the id is theirs."
        ))?;
    }
    let entries = count(usize::try_from(made.entries)?, "entry", "entries");
    screen.say(format_args!(
        "{}: {entries} of evidence, by {PROGRAM}",
        out.display()
    ))?;
    let next = format!("bailiwick verify {} --key FILE", shown(out));
    screen.next(
        next,
        "what the reader of the pack runs, with the key of the ledger alone",
    )?;
    Ok(Exit::Done)
}

fn preview(kept: &Kept, asked: &Asked, screen: &mut Screen) -> anyhow::Result<Exit> {
    let preview = report::preview(kept.log(), asked, FIRST)?;
    if screen.json() {
        let tables = preview.tables.iter();
        let tables = tables.map(|table| (table.id.to_owned(), Value::Array(report::render::objects(table))));
        let tables: Map<String, Value> = tables.collect();
        screen.document(&json!({"revision": 1, "asked": asked, "preview": tables}))?;
        return Ok(Exit::Done);
    }
    for table in &preview.tables {
        screen.data(table.about)?;
        print(table, screen)?;
    }
    screen.say("Nothing was written.")?;
    Ok(Exit::Done)
}

/// A table as far as a terminal shows it.
pub(super) fn print(table: &Table, screen: &mut Screen) -> anyhow::Result<()> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
    let mut shown = render::table(screen, &columns);
    for row in table.rows.iter().take(ROWS) {
        shown.add_row(row.iter().map(|cell| visible(&cell.shown()).into_owned()));
    }
    screen.data(render::as_text(&shown))?;
    if let more @ 1.. = table.rows.len().saturating_sub(ROWS) {
        screen.data(format_args!("and {more} more"))?;
    }
    Ok(screen.data("")?)
}
