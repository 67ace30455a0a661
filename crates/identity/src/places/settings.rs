//! Which sources of place claims an installation has.

use super::devices::Devices;
use super::feedfiles::FeedFile;
use super::geofiles::GeoFiles;
use ipnet::IpNet;

/// The sources of an installation. By default there are none besides networks of offices and the directory.
#[derive(Debug, Default)]
pub struct PlaceSettings {
    /// A database of places by network.
    pub geoip: Option<GeoFiles>,
    /// Networks behind which many people are, wherever they are.
    pub exits: Vec<Exit>,
    /// Trips, as a complete list.
    pub trips: Option<FeedFile>,
    /// Building access.
    pub badges: Option<FeedFile>,
    /// Sign-ins to the VPN or the zero-trust broker.
    pub sessions: Option<FeedFile>,
    /// Device managements that are believed.
    pub devices: Vec<Devices>,
    /// Whether it is remembered from which places somebody called, by network of an office and by GeoIP.
    pub remembers: bool,
    /// How many seconds may pass before a changed file is noticed.
    pub delay: i64,
}

/// A network of addresses that say nothing of where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The network.
    pub network: IpNet,
    /// What is behind it.
    pub kind: ExitKind,
}

/// What is behind an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// The firm's VPN.
    Vpn,
    /// The firm's proxy to the outside.
    Proxy,
}
