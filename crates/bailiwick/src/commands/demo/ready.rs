//! What the demonstration says once it can be used.

use super::calls;
use super::upstreams::Answers;
use crate::arguments::Demo;
use crate::data::DataDir;
use crate::render;
use crate::screen::Screen;
use aws_lc_rs::hmac;
use decision::Snapshot;
use gateway::Connector;
use identity::{ApiKey, KeyHolder, KeyRing};
use register::model::{Person, PlaceFact, Register};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The secret from which the keys of personas are made.
const PERSONA_SECRET: &str = "persona-secret";

/// Who is shown first, where the register has them.
const FIRST: &str = "hk-analyst";

/// How many personas are shown; all of them are in the JSON.
const SHOWN: usize = 8;

/// A person of the register with the key that plays them.
pub(super) struct Persona {
    id: String,
    name: String,
    place: Option<&'static str>,
    key: ApiKey,
}

/// What the demonstration says, for machines; a field is null until what it names exists.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    base_url: String,
    console_url: Option<String>,
    ledger_dir: PathBuf,
    ledger_key: Option<String>,
    pid: u32,
    personas: Map<String, Value>,
    #[serde(skip)]
    told: Told,
}

/// What is said to people only.
#[derive(Debug)]
struct Told {
    environment: PathBuf,
    rows: Vec<[String; 4]>,
    real: Vec<String>,
    small_model: bool,
    calls: Vec<(String, String)>,
}

/// Every person of the register with a key. The same data folder gives the same keys, and none of them is written down.
pub(super) fn personas(register: &Register, data: &DataDir) -> anyhow::Result<Vec<Persona>> {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &data.secret(PERSONA_SECRET)?);
    let persona = |person: &Person| {
        let tag = hmac::sign(&secret, person.id.as_bytes());
        let mut bytes = [0; 25];
        bytes
            .iter_mut()
            .zip(tag.as_ref())
            .for_each(|(to, from)| *to = *from);
        let place = match person.place {
            PlaceFact::Known(place) => Some(place.code()),
            PlaceFact::Unknown | PlaceFact::Unrecognised(_) => None,
        };
        Persona {
            id: person.id.clone(),
            name: person.name.clone(),
            place,
            key: ApiKey::from_bytes(bytes),
        }
    };
    Ok(register.people.iter().map(persona).collect())
}

/// The keys of all personas, beside those of the data folder.
pub(super) fn key_ring(data: &DataDir, personas: &[Persona]) -> anyhow::Result<KeyRing> {
    let mut keys = data.keys()?;
    for persona in personas {
        keys.insert(
            &persona.key,
            KeyHolder {
                person: persona.id.clone(),
                application: None,
            },
            None,
        );
    }
    Ok(keys)
}

impl Ready {
    /// What to say about a demonstration that can be used at this address.
    pub(super) fn new(
        snapshot: &Snapshot,
        base_url: String,
        data: &DataDir,
        personas: &[Persona],
        answering: &[(Answers, Connector)],
    ) -> Self {
        let entry = |persona: &Persona| {
            (
                persona.id.clone(),
                json!({ "key": persona.key.reveal(), "place": persona.place }),
            )
        };
        let behind = |wanted| answering.iter().filter(move |(answers, _)| *answers == wanted);
        let told = Told {
            environment: data.environment(),
            rows: rows(personas),
            real: behind(Answers::Provider)
                .map(|(_, connector)| connector.id().to_owned())
                .collect(),
            small_model: behind(Answers::SmallModel).next().is_some(),
            calls: first(personas)
                .map(|persona| calls::to_try(snapshot, &base_url, &persona.id, persona.key.reveal()))
                .unwrap_or_default(),
        };
        Self {
            base_url,
            console_url: None,
            ledger_dir: data.ledger(),
            ledger_key: None,
            pid: std::process::id(),
            personas: personas.iter().map(entry).collect(),
            told,
        }
    }

    /// The address and every key as shell variables, in the names that `tests/e2e` and the README use.
    pub(super) fn environment(&self) -> String {
        let mut text = format!("export BAILIWICK_BASE_URL={}\n", self.base_url);
        for (persona, entry) in &self.personas {
            let name = persona.to_uppercase().replace('-', "_");
            let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
            text.push_str(&format!("export BAILIWICK_PERSONAS_{name}_KEY={key}\n"));
        }
        text
    }

    /// Says it to people.
    pub(super) fn print(&self, demo: &Demo, screen: &mut Screen) -> anyhow::Result<()> {
        let mut table = render::wide_table(screen, &["persona", "who", "place", "key"]);
        for row in &self.told.rows {
            table.add_row(row.clone());
        }
        screen.data(render::as_text(&table))?;
        screen.say(format_args!(
            "{} personas in all; --json prints every key",
            self.personas.len()
        ))?;
        screen.data(format_args!("\nOpenAI clients:    {}/v1", self.base_url))?;
        screen.data(format_args!("Anthropic clients: {}", self.base_url))?;
        screen.data(format_args!("Ledger:            {}", self.ledger_dir.display()))?;
        screen.data(format_args!(
            "Keys for a shell:  . {}",
            self.told.environment.display()
        ))?;
        for (about, call) in &self.told.calls {
            screen.data(format_args!("\n# {about}\n{call}"))?;
        }
        screen.data("")?;
        if let Some(at) = demo.at {
            screen.say(format_args!("The clock of this demonstration started at {at}."))?;
        }
        if demo.data_dir.is_none() {
            screen.say("The ledger is removed at the end; --data-dir DIR keeps it.")?;
        }
        self.say_who_answers(screen)?;
        Ok(screen.next(
            "bailiwick init DIR",
            "a register of your own; Ctrl-C here ends the demonstration",
        )?)
    }

    fn say_who_answers(&self, screen: &mut Screen) -> std::io::Result<()> {
        match self.told.small_model {
            true => screen.say("A small real model answers for the open weights on this machine.")?,
            false => screen.say("No model runs here; `make demo` fetches a small one and runs it.")?,
        }
        match self.told.real.as_slice() {
            [] => screen.say("A stand-in answers for every provider, and says so in each answer."),
            real => screen.say(format_args!(
                "The real provider answers behind `{}`, a stand-in that says so behind the others.",
                real.join("`, `"),
            )),
        }
    }
}

/// The first persona of each place, beginning with the one that the calls below are made by.
fn rows(personas: &[Persona]) -> Vec<[String; 4]> {
    let first = personas.iter().filter(|persona| persona.id == FIRST);
    let mut shown: Vec<&Persona> = Vec::new();
    for persona in first.chain(personas) {
        if shown.len() < SHOWN && !shown.iter().any(|other| other.place == persona.place) {
            shown.push(persona);
        }
    }
    let place = |persona: &Persona| persona.place.unwrap_or("unknown").to_owned();
    let row = |p: &Persona| [p.id.clone(), p.name.clone(), place(p), p.key.reveal().to_owned()];
    shown.into_iter().map(row).collect()
}

/// The persona that plays the first part.
fn first(personas: &[Persona]) -> Option<&Persona> {
    personas
        .iter()
        .find(|persona| persona.id == FIRST)
        .or(personas.first())
}
