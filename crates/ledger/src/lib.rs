//! The record of what was decided, kept before anything is done about it.
//!
//! A request leaves two entries: an *intent* with the decision, durable before one byte goes to a provider or a refusal
//! goes out, and an *outcome* once the answer has ended. What happens besides is an *event*: a register that came into
//! force or was refused, requests of nobody who is known. Where entries are kept is the business of an [`AuditDevice`];
//! [`FileDevice`] appends them to the files of a transparency log and waits for the disk.
//!
//! An entry has two parts. Its *leaf* is public and the input of a Merkle tree: kind, time, and one commitment for each
//! field. Its *sealed part* has the values, and can be opened field by field: to a licensor what concerns it, and nothing
//! of another's.
//!
//! [`Recorder`] stands between a decision and its consequences. It takes a [`decision::Permit`] by value and gives it
//! back wrapped in [`Recorded`], which nothing else can make. Code that forwards takes a `Recorded<Permit>`, so code that
//! forwards without a record does not compile:
//!
//! ```
//! fn forward(permit: ledger::Recorded<decision::Permit>) -> String {
//!     permit.receipt().to_string()
//! }
//! ```
//!
//! A permit cannot be wrapped by hand,
//!
//! ```compile_fail
//! fn skip_the_record(permit: decision::Permit, receipt: ledger::Receipt) -> ledger::Recorded<decision::Permit> {
//!     ledger::Recorded { value: permit, decision: ledger::DecisionId::from_bytes([0; 16]), receipt }
//! }
//! ```
//!
//! and neither it nor a recorded one can be kept for a second use.
//!
//! ```compile_fail
//! fn use_twice(permit: &ledger::Recorded<decision::Permit>) -> ledger::Recorded<decision::Permit> {
//!     permit.clone()
//! }
//! ```
//!
//! ```compile_fail
//! fn out_of_nothing() -> decision::Permit {
//!     decision::Permit::default()
//! }
//! ```
//!
//! Entries hold no text of a prompt or an answer, no words of a contract, and no name of a person.

mod checkpoint;
mod commitment;
mod content;
mod device;
mod entry;
mod facts;
mod file;
mod hex;
mod identity;
mod intent;
mod leaf;
mod person_keys;
mod pseudonym;
mod published;
mod reading;
mod recorder;
mod replay;
mod seal;
mod segment;
pub mod verify;
mod walk;

pub use checkpoint::{CHECKPOINT, CheckpointError, WITNESSED};
pub use commitment::{Commitment, NoRandomness, Salt, Salts, Seed};
pub use content::Kind;
pub use device::{Answer, AuditDevice, AuditError, Receipt};
pub use entry::{Act, ClauseState, DecisionId, Done, Ended, Event, Happening, Intent, Outcome, Subject};
pub use facts::{StoredFactsError, read as read_facts};
pub use file::{
    FileDevice, FileSettings, LogSight, OpenError, Outside, SightError, Witness, WitnessAway, WitnessLine,
};
pub use identity::LogIdentity;
pub use leaf::{Leaf, LeafError};
pub use person_keys::{KeyName, PersonKeys, PersonKeysError};
pub use pseudonym::{Pseudonym, Pseudonyms};
pub use published::{Published, PublishedError, PublishedLog};
pub use reading::{Entries, KeptEntry, OpenedEntry, Opening, Reader, ReadingError};
pub use recorder::{Call, Recorded, Recorder};
pub use replay::{Again, Difference, ReplayError};
pub use seal::{OpenSealError, OpenedValues, SealError, SealingKey, Values};
pub use walk::Damage;
