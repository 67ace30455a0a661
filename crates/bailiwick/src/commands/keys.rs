//! `bailiwick keys`: keys for people of the register. A key is shown once; only a keyed hash of it is kept.

use super::{refuse_register, register_of, shown};
use crate::arguments::{Global, KeysCommand};
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::exit::{Exit, UsageError};
use crate::folder::Folder;
use crate::people;
use crate::render;
use crate::screen::Screen;
use identity::{ApiKey, KeyHolder, StoredKey};
use register::model::{Instant, Register};
use serde::Serialize;
use std::path::PathBuf;

/// One key as `keys --json` prints it.
#[derive(Debug, Serialize)]
struct ShownKey {
    /// Public part.
    id: String,
    /// Person or service account.
    person: String,
    /// Application; null: the person's own.
    application: Option<String>,
    /// First instant at which it is no longer taken; null: never.
    expires: Option<String>,
    /// The whole key; only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

pub(super) fn run(
    global: &Global,
    data_dir: Option<PathBuf>,
    command: KeysCommand,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let configured = Config::find(global.config.as_deref())?.and_then(|config| config.data);
    let path = data::named(data_dir, configured)?;
    match command {
        KeysCommand::List => list(&DataDir::open(&path)?, screen),
        KeysCommand::New {
            person,
            application,
            expires,
        } => {
            let folder = Folder::read(&register_of(global, None)?)?;
            let Some(register) = &folder.register else {
                return refuse_register(&folder, screen);
            };
            let holder = holder(register, &person, application)?;
            new(&DataDir::open(&path)?, holder, expires, screen)?;
            let register = shown(&folder.path);
            screen.next(
                format_args!("bailiwick models --register {register} --person {person}"),
                "what the key will be good for",
            )?;
            Ok(Exit::Done)
        }
    }
}

fn holder(register: &Register, person: &str, application: Option<String>) -> Result<KeyHolder, UsageError> {
    let person = people::person(register, person)?.id.clone();
    let ids = || {
        register
            .applications
            .iter()
            .map(|application| application.id.as_str())
    };
    match application {
        Some(wanted) if !ids().any(|id| id == wanted) => {
            Err(UsageError::no_such("application", &wanted, ids()))
        }
        application => Ok(KeyHolder { person, application }),
    }
}

fn new(
    data: &DataDir,
    holder: KeyHolder,
    expires: Option<Instant>,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let key = ApiKey::generate()?;
    let mut keys = data.keys()?;
    let mut made = show(keys.insert(&key, holder, expires));
    data.keep_keys(&keys)?;
    if screen.json() {
        made.key = Some(key.reveal().to_owned());
        screen.document(&made)?;
    } else {
        screen.data(key.reveal())?;
    }
    screen.say(
        "This is the only time that the key is shown. A gateway that runs already takes it after a restart.",
    )?;
    Ok(())
}

fn list(data: &DataDir, screen: &mut Screen) -> anyhow::Result<Exit> {
    let keys = data.keys()?;
    let all: Vec<ShownKey> = keys.stored().into_iter().map(show).collect();
    if screen.json() {
        screen.document(&all)?;
    } else {
        let mut table = render::table(screen, &["key", "person", "application", "until"]);
        for key in &all {
            let application = key.application.clone().unwrap_or_else(|| "their own".to_owned());
            let until = key.expires.clone().unwrap_or_else(|| "no end".to_owned());
            table.add_row([format!("bw_{}_…", key.id), key.person.clone(), application, until]);
        }
        screen.data(render::as_text(&table))?;
    }
    screen.next("bailiwick keys new --person PERSON", "give somebody a key")?;
    Ok(Exit::Done)
}

fn show(key: &StoredKey) -> ShownKey {
    ShownKey {
        id: key.id.clone(),
        person: key.holder.person.clone(),
        application: key.holder.application.clone(),
        expires: key.expires.map(|expires| expires.to_string()),
        key: None,
    }
}
