//! `bailiwick keys`: keys for people and services. A key is shown once; only a keyed hash of it is kept.

use super::{refuse_register, register_of, shown};
use crate::arguments::{Global, KeysCommand};
use crate::clock;
use crate::config::Config;
use crate::exit::{Exit, UsageError};
use crate::folder::Folder;
use crate::people;
use crate::render;
use crate::screen::Screen;
use crate::services::{self, keeping};
use identity::directory::DirectoryStore as _;
use identity::keys::{Bound, KeyRecord, KeyStore as _};
use identity::{ApiKey, KeyHasher, KeyHolder};
use register::model::{Instant, Register, Worker};
use serde::Serialize;
use std::path::PathBuf;
use store::Store;

/// How long a key goes on after another has taken its place, unless the command says otherwise.
const OVERLAP: i64 = 7 * Instant::DAY;

/// One key as `keys --json` prints it.
#[derive(Debug, Serialize)]
struct ShownKey {
    /// Public part.
    id: String,
    /// Person or service account.
    person: String,
    /// Application; null: the person's own.
    application: Option<String>,
    /// To what it was given: a person, an application, a service.
    bound: &'static str,
    /// `valid`, `replaced`, `expired` or `revoked`.
    standing: &'static str,
    /// When it was made.
    created: String,
    /// First instant at which it is no longer taken; null: never.
    expires: Option<String>,
    /// Since when it is revoked.
    revoked: Option<String>,
    /// Public part of the key that takes its place.
    replaced_by: Option<String>,
    /// When it was last taken, to about a minute; null: never.
    last_used: Option<String>,
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
    let (data, config) = keeping::named(data_dir, Config::find(global.config.as_deref())?)?;
    let hasher = data.key_hasher()?;
    services::runtime(config.log)?.block_on(async {
        let store = keeping::open(&data, &config.store).await?;
        let exit = match command {
            KeysCommand::List { person } => list(&store, person.as_deref(), screen).await,
            KeysCommand::New {
                person,
                application,
                expires,
            } => new(global, &store, &hasher, (person, application, expires), screen).await,
            KeysCommand::Rotate { key, until, expires } => {
                rotate(&store, &hasher, &public_part(&key), (until, expires), screen).await
            }
            KeysCommand::Revoke { key } => revoke(&store, &public_part(&key), screen).await,
        };
        store.close().await;
        exit
    })
}

async fn new(
    global: &Global,
    store: &Store,
    hasher: &KeyHasher,
    (person, application, expires): (String, Option<String>, Option<Instant>),
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let folder = Folder::read(&register_of(global, None)?)?;
    let Some(register) = &folder.register else {
        return refuse_register(&folder, screen);
    };
    let (holder, bound) = holder(store, register, &person, application).await?;
    let (key, record) = KeyRecord::issue(hasher, holder, bound, expires, clock::now())?;
    store.add_key(&record).await?;
    hand_over(&key, &record, screen)?;
    let register = shown(&folder.path);
    screen.next(
        format_args!("bailiwick models --register {register} --person {person}"),
        "what the key will be good for",
    )?;
    Ok(Exit::Done)
}

/// Whose key it will be: somebody of the directory or of the register, for an application of the register.
async fn holder(
    store: &Store,
    register: &Register,
    person: &str,
    application: Option<String>,
) -> anyhow::Result<(KeyHolder, Bound)> {
    let worker = match store.person_record(person).await? {
        Some(record) => record.profile.work.worker,
        None => Some(people::person(register, person)?.worker),
    };
    let ids = || {
        register
            .applications
            .iter()
            .map(|application| application.id.as_str())
    };
    if let Some(wanted) = &application
        && !ids().any(|id| id == wanted)
    {
        return Err(UsageError::no_such("application", wanted, ids()).into());
    }
    let bound = match (worker, &application) {
        (Some(Worker::Service), Some(_)) => Bound::Application,
        (Some(Worker::Service), None) => Bound::Service,
        _ => Bound::Person,
    };
    let person = person.to_owned();
    Ok((KeyHolder { person, application }, bound))
}

async fn rotate(
    store: &Store,
    hasher: &KeyHasher,
    id: &str,
    (until, expires): (Option<Instant>, Option<Instant>),
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let now = clock::now();
    let former = existing(store, id).await?;
    let until = until.unwrap_or_else(|| now.plus(OVERLAP));
    let (key, record) = KeyRecord::issue(hasher, former.stored.holder, former.bound, expires, now)?;
    let former = store.replace_key(id, &record, until).await?;
    hand_over(&key, &record, screen)?;
    if let Some(until) = former.stored.expires {
        screen.say(format_args!(
            "The old key is taken until {until}, to be replaced wherever it is used."
        ))?;
    }
    screen.next(
        format_args!("bailiwick keys revoke {id}"),
        "once the old key is not used any more",
    )?;
    Ok(Exit::Done)
}

async fn revoke(store: &Store, id: &str, screen: &mut Screen) -> anyhow::Result<Exit> {
    existing(store, id).await?;
    let was_taken = store.revoke_key(id, clock::now()).await?;
    match was_taken {
        true => screen.say("Revoked. Gateways that run stop taking it within a second.")?,
        false => screen.say("This key was revoked before.")?,
    }
    screen.next("bailiwick keys list", "which keys there are")?;
    Ok(Exit::Done)
}

async fn list(store: &Store, person: Option<&str>, screen: &mut Screen) -> anyhow::Result<Exit> {
    let now = clock::now();
    let keys = store.keys(person).await?;
    let all: Vec<ShownKey> = keys.iter().map(|key| show(key, now)).collect();
    if screen.json() {
        screen.document(&all)?;
    } else {
        let mut table = render::table(
            screen,
            &["key", "person", "application", "until", "last used", ""],
        );
        for key in &all {
            let or = |text: &Option<String>, none: &str| text.clone().unwrap_or_else(|| none.to_owned());
            table.add_row([
                format!("bw_{}_…", key.id),
                key.person.clone(),
                or(&key.application, "their own"),
                or(&key.expires, "no end"),
                or(&key.last_used, "never"),
                key.standing.to_owned(),
            ]);
        }
        screen.data(render::as_text(&table))?;
    }
    screen.next("bailiwick keys new --person PERSON", "give somebody a key")?;
    Ok(Exit::Done)
}

/// Shows a key to whoever made it, this once.
fn hand_over(key: &ApiKey, record: &KeyRecord, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.json() {
        let mut made = show(record, record.created);
        made.key = Some(key.reveal().to_owned());
        screen.document(&made)?;
    } else {
        screen.data(key.reveal())?;
    }
    screen
        .say("This is the only time that the key is shown. A gateway that runs takes it within a second.")?;
    Ok(())
}

async fn existing(store: &Store, id: &str) -> anyhow::Result<KeyRecord> {
    let help = || "`bailiwick keys list` lists them by their public part".to_owned();
    let found = store.key(id).await?;
    Ok(found.ok_or_else(|| UsageError::new(format!("there is no key `{id}`"), help()))?)
}

/// The public part, from however a key is named; of a whole key the secret is dropped at once.
fn public_part(named: &str) -> String {
    let rest = named.strip_prefix("bw_").unwrap_or(named);
    rest.split('_').next().unwrap_or_default().to_owned()
}

fn show(key: &KeyRecord, now: Instant) -> ShownKey {
    let text = |at: Option<Instant>| at.map(|at| at.to_string());
    ShownKey {
        id: key.stored.id.clone(),
        person: key.stored.holder.person.clone(),
        application: key.stored.holder.application.clone(),
        bound: key.bound.as_str(),
        standing: key.standing(now).as_str(),
        created: key.created.to_string(),
        expires: text(key.stored.expires),
        revoked: text(key.revoked),
        replaced_by: key.replaced_by.clone(),
        last_used: text(key.last_used),
        key: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_public_part_however_it_is_written() {
        for named in [
            "0123456789",
            "bw_0123456789",
            "bw_0123456789_…",
            "bw_0123456789_secret",
        ] {
            assert_eq!(public_part(named), "0123456789", "{named}");
        }
    }
}
