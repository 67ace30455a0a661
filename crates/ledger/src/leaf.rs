//! The public part of an entry: what every verifier hashes, and all that somebody without keys can read.
//!
//! ```json
//! {"fields":{"clauses":"<commitment>", …},"kind":"intent","revision":2,"time":"2026-07-15T09:00:00Z"}
//! ```
//!
//! An outcome also names the entry of its intent, in the open, so that anybody can see that no intent has two.

use crate::commitment::{Commitment, NoRandomness, Salts, Seed};
use crate::content::{Content, Kind};
use register::model::Instant;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write as _;

/// Revision of the leaves written here. 1 were the lines of the time before there was a log.
const REVISION: u32 = 2;

/// Seeds of an entry: one for what is personal, so that whoever may open the rest cannot try names until one fits.
pub(crate) struct Seeds {
    pub general: Seed,
    pub personal: Seed,
}

impl Seeds {
    pub(crate) fn draw() -> Result<Self, NoRandomness> {
        Ok(Self {
            general: Seed::draw()?,
            personal: Seed::draw()?,
        })
    }
}

/// The bytes of a leaf.
pub(crate) fn write(content: &Content, seeds: &Seeds) -> Vec<u8> {
    let general = seeds.general.salts();
    let personal = seeds.personal.salts();
    let mut out = Vec::with_capacity(96 + content.fields.len() * 64);
    out.extend_from_slice(b"{\"fields\":{");
    for (index, field) in content.fields.iter().enumerate() {
        let salts: &Salts = if field.is_personal { &personal } else { &general };
        out.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":\"");
        Commitment::to(field.name, &salts.of(field.name), &field.value).write_to(&mut out);
        out.push(b'"');
    }
    out.push(b'}');
    if let Some(intent) = content.intent {
        let _ = write!(out, ",\"intent\":{intent}");
    }
    let (kind, at) = (content.kind.as_str(), content.at);
    let _ = write!(
        out,
        ",\"kind\":\"{kind}\",\"revision\":{REVISION},\"time\":\"{at}\"}}"
    );
    out
}

/// A leaf as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// What sort of entry it is.
    pub kind: Kind,
    /// When it happened.
    pub at: Instant,
    /// Of an outcome: the number of its intent.
    pub intent: Option<u64>,
    /// The commitment of each field.
    pub fields: BTreeMap<String, Commitment>,
}

/// Bytes that are no leaf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an entry of this log: {reason}")]
pub struct LeafError {
    reason: String,
}

/// Keys that this version does not know are skipped: a later revision may add some.
#[derive(Deserialize)]
struct Read {
    fields: BTreeMap<String, String>,
    intent: Option<u64>,
    kind: String,
    revision: u32,
    time: String,
}

impl Leaf {
    /// Reads a leaf.
    ///
    /// # Errors
    /// When it is not what this program writes, or of a revision that it does not know.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let error = |reason: &str| LeafError {
            reason: reason.to_owned(),
        };
        let read: Read = serde_json::from_slice(bytes).map_err(|error| LeafError {
            reason: format!(
                "{:?} error in its JSON at column {}",
                error.classify(),
                error.column()
            ),
        })?;
        if read.revision != REVISION {
            return Err(error("a revision that this version does not know"));
        }
        let fields = read.fields.into_iter().map(|(name, text)| {
            let commitment = Commitment::parse(&text).ok_or_else(|| error("a field without a commitment"))?;
            Ok((name, commitment))
        });
        Ok(Self {
            kind: Kind::parse(&read.kind).ok_or_else(|| error("a kind that this version does not know"))?,
            at: Instant::parse(&read.time).map_err(|_| error("a time that is none"))?,
            intent: read.intent,
            fields: fields.collect::<Result<_, LeafError>>()?,
        })
    }
}
