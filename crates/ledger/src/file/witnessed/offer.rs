//! One witness: how it is asked, and what it has said.

use super::super::publish::Published;
use std::path::Path;
use tlog::note::{SignatureLine, VerifierKey};
use tlog::witness::{Answer, Request};
use tlog::{Checkpoint, Hash, SignedCheckpoint, Tiles, check_consistency, prove_consistency};

/// How often a witness is asked anew from another size.
const TURNS: usize = 4;

/// What helps where tiles are missing or damaged.
const MEND: &str =
    "take `tile` and `checkpoint` away from the ledger's folder, and they are made again at the next start";

/// The way to a witness. It is asked on a thread that may wait; an answer comes in bounded time.
pub trait WitnessLine: Send + Sync {
    /// Sends a request, and waits for the answer.
    ///
    /// # Errors
    /// When there is none, or none that the protocol has.
    fn ask(&self, request: &Request) -> Result<Answer, WitnessAway>;
}

/// A witness did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WitnessAway(pub String);

/// A witness of a log.
pub struct Witness {
    key: VerifierKey,
    line: Box<dyn WitnessLine>,
}

impl Witness {
    /// The witness that cosigns with this key, at the end of this line.
    pub fn new(key: VerifierKey, line: Box<dyn WitnessLine>) -> Self {
        Self { key, line }
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Witness({})", self.key.name())
    }
}

/// What came of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Offered {
    /// Nothing was offered so far.
    Nothing,
    /// It has cosigned.
    Cosigned,
    /// It has seen a checkpoint between the one offered and the entries that are here.
    Between,
    /// It does not cosign for this log; in words.
    Refused(String),
    /// It did not answer as a witness does; in words.
    Away(String),
    /// It has seen so many entries, which are more than there are.
    Ahead(u64),
    /// It has seen other entries.
    Rewritten,
}

/// A witness, and what it has said.
pub(super) struct Asked {
    witness: Witness,
    /// It has said since the start what it has seen, or that it does not know the log.
    pub(super) has_answered: bool,
    pub(super) last: Offered,
    cosigned: Option<(Checkpoint, SignatureLine)>,
}

impl Asked {
    pub(super) fn new(witness: Witness) -> Self {
        Self {
            witness,
            has_answered: false,
            last: Offered::Nothing,
            cosigned: None,
        }
    }

    pub(super) fn name(&self) -> String {
        self.witness.key.name().to_string()
    }

    /// Its cosignature of this checkpoint.
    pub(super) fn cosigned(&self, checkpoint: &Checkpoint) -> Option<&SignatureLine> {
        let (of, line) = self.cosigned.as_ref()?;
        (of == checkpoint).then_some(line)
    }

    /// Offers a checkpoint of the log in this folder, which has so many entries, unless it has cosigned that already.
    pub(super) fn offer(&mut self, signed: &SignedCheckpoint, folder: &Path, has: u64) {
        if self.cosigned(signed.checkpoint()).is_some() {
            return;
        }
        let offered = self.ask(signed, folder, has);
        self.has_answered |= !matches!(offered, Offered::Away(_));
        self.say(&offered);
        self.last = offered;
    }

    fn ask(&mut self, signed: &SignedCheckpoint, folder: &Path, has: u64) -> Offered {
        let size = signed.checkpoint().size();
        let known = self.cosigned.as_ref().map(|(of, _)| of.size());
        let mut old = known.filter(|known| *known <= size).unwrap_or(size);
        for _ in 0..TURNS {
            let proof = match prove_consistency(old, size, &Published(folder)) {
                Ok(proof) => proof,
                Err(error) => {
                    return Offered::Away(format!("nothing can be proven to it: {error}; {MEND}"));
                }
            };
            if !is_sound(&proof, old, signed.checkpoint(), folder) {
                return Offered::Away(format!("nothing can be proven to it: a tile is damaged; {MEND}"));
            }
            let request = Request {
                old,
                proof,
                checkpoint: signed.clone(),
            };
            match self.witness.line.ask(&request) {
                Ok(Answer::Cosigned(lines)) => return self.take(signed, lines),
                Ok(Answer::OtherSize(seen)) if seen > has => return Offered::Ahead(seen),
                Ok(Answer::OtherSize(seen)) if seen > size => return Offered::Between,
                Ok(Answer::OtherSize(seen)) => old = seen,
                Ok(Answer::Inconsistent) => return Offered::Rewritten,
                Ok(Answer::UnknownLog) => return refused("it does not know this ledger"),
                Ok(Answer::Unsigned) => return refused("it knows another key of this ledger"),
                Ok(Answer::Malformed) => return refused("it does not understand what it is sent"),
                Err(away) => return Offered::Away(away.to_string()),
            }
        }
        Offered::Away("it says another size each time".to_owned())
    }

    fn take(&mut self, signed: &SignedCheckpoint, lines: Vec<SignatureLine>) -> Offered {
        let key = &self.witness.key;
        let keys = std::slice::from_ref(key);
        let is_its_own = |line: &&SignatureLine| line.name() == key.name() && line.id() == key.id();
        let line = lines.iter().find(is_its_own).cloned();
        match (signed.clone().add_verified(lines, keys), line) {
            (Ok(_), Some(line)) => {
                self.cosigned = Some((signed.checkpoint().clone(), line));
                Offered::Cosigned
            }
            (Err(error), _) => Offered::Away(format!("its cosignature does not hold: {error}")),
            (Ok(_), None) => Offered::Away("its cosignature is missing".to_owned()),
        }
    }

    /// Says what has changed.
    fn say(&self, offered: &Offered) {
        let witness = self.witness.key.name().as_str();
        match offered {
            Offered::Away(reason) | Offered::Refused(reason) if *offered != self.last => {
                let has_answered = self.has_answered;
                tracing::warn!(
                    witness,
                    reason,
                    has_answered,
                    "a witness of the ledger does not cosign"
                );
            }
            Offered::Cosigned if matches!(self.last, Offered::Away(_) | Offered::Refused(_)) => {
                tracing::info!(witness, "a witness of the ledger cosigns again");
            }
            _ => {}
        }
    }
}

/// Whether a proof leads from one tree to the other as the tiles of this folder have them: a damaged tile is not taken
/// for another history.
fn is_sound(proof: &[Hash], old: u64, newest: &Checkpoint, folder: &Path) -> bool {
    let older = Tiles::from_reader(old, &Published(folder));
    older.is_ok_and(|older| {
        let root = older.edge().root();
        check_consistency(proof, old, root, newest.size(), newest.root()).is_ok()
    })
}

fn refused(words: &str) -> Offered {
    Offered::Refused(words.to_owned())
}
