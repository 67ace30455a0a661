//! Sources of place claims, as the configuration names them.

use super::control::Token;
use anyhow::Context as _;
use http::HeaderName;
use identity::{
    Algorithm, Devices, Exit, ExitKind, FeedFile, FeedFormat, GeoFiles, Issuer, PlaceSettings, PublicKey,
    Pushed,
};
use ipnet::IpNet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sources of place claims.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Places {
    /// GeoIP.
    pub(crate) geoip: Option<GeoFiles>,
    /// Addresses of the firm's VPN.
    pub(crate) vpn_exits: Vec<IpNet>,
    /// Addresses of the firm's proxies to the outside.
    pub(crate) proxy_egress: Vec<IpNet>,
    /// Trips.
    pub(crate) trips: Option<Feed>,
    /// Building access.
    pub(crate) badges: Option<Feed>,
    /// Sign-ins to the VPN or the zero-trust broker.
    pub(crate) sessions: Option<Feed>,
    /// Device managements.
    pub(crate) devices: Vec<Device>,
    /// Whether it is remembered from where somebody called.
    pub(crate) remember: bool,
}

/// A feed as a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feed {
    /// The file; `None`: it is pushed alone.
    pub(crate) path: Option<PathBuf>,
    /// How it is written.
    pub(crate) format: FeedFormat,
    /// After how many seconds without a new file it is degraded.
    pub(crate) limit: Option<i64>,
    /// Who must have signed it.
    pub(crate) signed: Option<Signed>,
    /// The token of whoever pushes it.
    pub(crate) token: Option<Token>,
}

/// Who signs, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signed {
    /// What they call themselves.
    pub(crate) issuer: String,
    /// What they call us.
    pub(crate) audience: String,
    /// How they sign.
    pub(crate) algorithm: Algorithm,
    /// File of their public key.
    pub(crate) key: PathBuf,
    /// For how many seconds a statement holds.
    pub(crate) window: i64,
}

/// A device management.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Device {
    /// Who signs.
    pub(crate) signed: Signed,
    /// In which header its statements come.
    pub(crate) header: HeaderName,
}

impl Places {
    /// The sources, with the keys of those who sign; `delay` is how many seconds may pass before a changed file is
    /// noticed.
    ///
    /// # Errors
    /// When a key cannot be read. The files of the sources may come later.
    pub(crate) fn open(&self, delay: i64) -> anyhow::Result<PlaceSettings> {
        let exits = |networks: &[IpNet], kind| {
            let exit = |network: &IpNet| Exit {
                network: *network,
                kind,
            };
            networks.iter().map(exit).collect::<Vec<Exit>>()
        };
        let mut all = exits(&self.vpn_exits, ExitKind::Vpn);
        all.extend(exits(&self.proxy_egress, ExitKind::Proxy));
        let feed = |feed: &Option<Feed>| feed.as_ref().map(Feed::open).transpose();
        let devices = self.devices.iter().map(Device::open);
        Ok(PlaceSettings {
            geoip: self.geoip.clone(),
            exits: all,
            trips: feed(&self.trips)?,
            badges: feed(&self.badges)?,
            sessions: feed(&self.sessions)?,
            devices: devices.collect::<anyhow::Result<_>>()?,
            remembers: self.remember,
            delay,
        })
    }
}

impl Places {
    /// The feeds, each by what it is when it is pushed.
    pub(crate) fn feeds(&self) -> impl Iterator<Item = (Pushed, &Feed)> {
        let feeds = [
            (Pushed::Badges, &self.badges),
            (Pushed::Sessions, &self.sessions),
            (Pushed::Trips, &self.trips),
        ];
        feeds
            .into_iter()
            .filter_map(|(what, feed)| Some((what, feed.as_ref()?)))
    }
}

impl Feed {
    fn open(&self) -> anyhow::Result<FeedFile> {
        Ok(FeedFile {
            path: self.path.clone(),
            format: self.format,
            limit: self.limit,
            issuer: self.signed.as_ref().map(Signed::open).transpose()?,
        })
    }
}

impl Device {
    fn open(&self) -> anyhow::Result<Devices> {
        Ok(Devices::new(self.signed.open()?, self.header.clone()))
    }
}

impl Signed {
    fn open(&self) -> anyhow::Result<Issuer> {
        let key = read_key(self.algorithm, &self.key)
            .with_context(|| format!("cannot use the key `{}`", self.key.display()))?;
        Ok(Issuer {
            name: self.issuer.clone(),
            audience: self.audience.clone(),
            key: Arc::new(key),
            window: self.window,
        })
    }
}

fn read_key(algorithm: Algorithm, path: &Path) -> anyhow::Result<PublicKey> {
    Ok(PublicKey::from_pem(algorithm, &std::fs::read_to_string(path)?)?)
}
