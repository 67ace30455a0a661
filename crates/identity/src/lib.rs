//! Who asks, and where they are: from a key and a peer address to facts that somebody vouches for.
//!
//! Three questions are answered here. *Who holds this key?* [`Keys`] knows keys by keyed hashes only. *Who is that
//! person?* [`Directory`] says what the firm's directory says, and when it was last complete. *Where are they?*
//! [`PlaceSources`] has claims from every source that the installation has, from the network of an office to a trip, and
//! the directory's place stands beside them; nothing here decides which claim is to be believed. [`FactCollector`] puts
//! the answers together and seals them, because a decision takes facts from nobody else.
//!
//! Keys and people are kept by stores behind [`KeyStore`] and [`DirectoryStore`], which no request ever asks: a
//! [`Follower`] brings what changes in a store into memory.
//!
//! What a caller says about themselves is no evidence: of their headers, two may choose among what their application
//! allows, and of forwarded addresses those count that a named proxy says.

mod caller;
mod collect;
pub mod directory;
pub mod kept;
pub mod keys;
mod places;
mod sharded;
pub mod signed_in;
pub mod strict_json;
pub mod tokens;

pub use caller::{Caller, SignIns, proof_stands};
pub use collect::{Choice, CollectError, Collected, FactCollector, Known};
pub use directory::{
    Directory, DirectoryEntry, DirectoryStore, JoinedDirectory, People, Protected, RegisterDirectory,
};
pub use kept::{Follower, KeepError};
pub use keys::{ApiKey, KeyError, KeyHash, KeyHasher, KeyHolder, KeyRing, Keys, StoredKey, StoredKeysError};
pub use keys::{Bound, EitherKeys, KeyRecord, KeyStanding, KeyStore, LiveKeys};
pub use keys::{read_stored, write_stored};
pub use places::{
    Algorithm, BadgeEvent, DEVICE_WINDOW, Devices, Direction, Exit, ExitKind, FeedError, FeedFile,
    FeedFileError, FeedFormat, FeedMistake, GeoFiles, GeoFound, GeoIp, GeoSettings, GeoTable, GeoTableError,
    Given, Issuer, KeyFileError, MarkedNetworks, MarkedNetworksError, Origin, Overlap, PlaceSettings,
    PlaceSources, Proxies, Proxy, PublicKey, Pushed, PushedTrips, SIGHTING_KEPT, Says, SeenError,
    SessionEvent, SourceHealth, SourceStatus, Statement, StatementError, TABLE_LIMIT, TRIPS_OF_PERSON,
    TripChange, TripEntry, TripError, TripSource, Trips, TripsInMemory, Verify, Zone, ZoneError, Zones,
    read_badges, read_sessions, read_trips,
};
