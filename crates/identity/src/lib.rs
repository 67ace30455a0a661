//! Who asks, and where they are: from a key and a peer address to facts that somebody vouches for.
//!
//! Three questions are answered here. *Who holds this key?* [`Keys`] knows keys by keyed hashes only. *Who is that
//! person?* [`Directory`] says what the firm's directory says, and when it was last complete. *Where are they?*
//! [`Zones`] maps the address of the connection to an office, and the directory's place stands beside it as a claim of
//! its own; nothing here decides which claim is to be believed. [`FactCollector`] puts the answers together and seals
//! them, because a decision takes facts from nobody else.
//!
//! Keys and people are kept by stores behind [`KeyStore`] and [`DirectoryStore`], which no request ever asks: a
//! [`Follower`] brings what changes in a store into memory.
//!
//! What a caller says about themselves is no evidence: of their headers, two may choose among what their application
//! allows, and forwarded addresses are not read.

mod caller;
mod collect;
pub mod directory;
pub mod kept;
pub mod keys;
mod sharded;
pub mod tokens;
mod zones;

pub use caller::{Caller, SignIns};
pub use collect::{Choice, CollectError, Collected, FactCollector};
pub use directory::{
    Directory, DirectoryEntry, DirectoryStore, JoinedDirectory, People, Protected, RegisterDirectory,
};
pub use kept::{Follower, KeepError};
pub use keys::{ApiKey, KeyError, KeyHash, KeyHasher, KeyHolder, KeyRing, Keys, StoredKey, StoredKeysError};
pub use keys::{Bound, EitherKeys, KeyRecord, KeyStanding, KeyStore, LiveKeys};
pub use keys::{read_stored, write_stored};
pub use zones::{Overlap, Zone, ZoneError, Zones};
