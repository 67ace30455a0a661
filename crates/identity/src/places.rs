//! Where people are: every source of place claims, each with what it proves and what it does not.
//!
//! A source makes claims: a place, who says so, when it was observed. Which claims are believed is the decision's
//! business and nobody's here; a claim too many can only make a decision stricter. What is here sees to three things:
//!
//! - **Nothing that a caller sends is a claim about where they are.** Their address is that of the connection, or what a
//!   named proxy says ([`forwarded`]); the exits of the firm's own VPN and proxies prove nothing.
//! - **A source that is broken says nothing**, and shows as degraded ([`SourceStatus`]). No place is assumed instead.
//! - **A request waits for nobody.** Tables are replaced as a whole, files are read beside the requests, and what is kept
//!   by person lies in many parts.

mod devices;
mod evidence;
mod feedfiles;
mod feeds;
mod files;
mod forwarded;
mod geofiles;
mod geoip;
mod known;
mod networks;
mod pushed;
mod reach;
mod remembered;
mod settings;
mod shards;
mod sightings;
mod signed;
mod sources;
mod trips;
mod zones;

pub use devices::{DEVICE_WINDOW, Devices};
pub use evidence::PlaceSources;
pub use feedfiles::{FeedFile, FeedFileError};
pub use feeds::{
    BadgeEvent, Direction, FeedError, FeedFormat, FeedMistake, SessionEvent, read_badges, read_sessions,
    read_trips,
};
pub use forwarded::{Origin, Proxies, Proxy, Says};
pub use geofiles::GeoFiles;
pub use geoip::{
    GeoFound, GeoIp, GeoSettings, GeoTable, GeoTableError, MarkedNetworks, MarkedNetworksError, TABLE_LIMIT,
};
pub use pushed::{Given, Pushed, PushedTrips};
pub use remembered::SeenError;
pub use settings::{Exit, ExitKind, PlaceSettings};
pub use sightings::SIGHTING_KEPT;
pub use signed::{Algorithm, Issuer, KeyFileError, PublicKey, Statement, StatementError, Verify};
pub use sources::{SourceHealth, SourceStatus};
pub use trips::{TRIPS_OF_PERSON, TripChange, TripEntry, TripError, TripSource, Trips, TripsInMemory};
pub use zones::{Overlap, Zone, ZoneError, Zones};
