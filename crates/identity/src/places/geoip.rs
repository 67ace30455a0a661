//! Where an address is, by a database of the operator's: an MMDB file, as several publishers make them.
//!
//! Such a database knows networks, not people. What it says of a network counts as a claim only where nothing marks the
//! network as one that people are *reached through*: hosting, anycast, VPN, proxy, Tor. The marks come from the file
//! itself, from a second one of that sort, and from lists of networks. Codes that stand for no place (`EU`, `AP`, `XX`)
//! give none.
//!
//! The place of an address is never assumed. Without a table, with one older than its limit or dated in the future, and
//! where marks are asked for and cannot be had, an address is nowhere. A file that cannot be read leaves the table of
//! the one before in use until that is too old.

mod record;
mod table;

pub use table::{GeoTable, GeoTableError, MarkedNetworks, MarkedNetworksError};

use super::reach::is_placeless;
use arc_swap::ArcSwapOption;
use register::model::{Instant, PlaceFact};
use std::net::IpAddr;
use std::sync::Arc;

/// For how long a table is used after it was built, unless the configuration says otherwise: 30 days.
pub const TABLE_LIMIT: i64 = 30 * Instant::DAY;

/// How far ahead of the clock a table may have been built, for clocks that differ.
const AHEAD: i64 = 3600;

/// What a database says of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeoFound {
    /// The place; `None`: the database has no answer.
    pub place: Option<PlaceFact>,
    /// The network is one that people are reached through, or nobody can tell: the place proves nothing.
    pub is_marked: bool,
}

/// Which tables an installation looks addresses up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeoSettings {
    /// For how many seconds a table is used after it was built.
    pub limit: i64,
    /// A second table says which networks are anonymous.
    pub has_anonymous: bool,
    /// Lists say which networks are marked.
    pub has_marked: bool,
}

/// The tables in use. Each is replaced as a whole, and a look-up waits for nobody.
#[derive(Debug)]
pub struct GeoIp {
    settings: GeoSettings,
    places: ArcSwapOption<GeoTable>,
    anonymous: ArcSwapOption<GeoTable>,
    marked: ArcSwapOption<MarkedNetworks>,
}

impl GeoIp {
    /// No table yet.
    pub fn new(settings: GeoSettings) -> Self {
        Self {
            settings,
            places: ArcSwapOption::empty(),
            anonymous: ArcSwapOption::empty(),
            marked: ArcSwapOption::empty(),
        }
    }

    /// Uses this table of places from now on.
    pub fn use_places(&self, table: GeoTable) {
        self.places.store(Some(Arc::new(table)));
    }

    /// Uses this table of anonymous networks from now on.
    pub fn use_anonymous(&self, table: GeoTable) {
        self.anonymous.store(Some(Arc::new(table)));
    }

    /// Uses these lists of marked networks from now on.
    pub fn use_marked(&self, networks: MarkedNetworks) {
        self.marked.store(Some(Arc::new(networks)));
    }

    /// Uses no table of places.
    pub(super) fn lose_places(&self) {
        self.places.store(None);
    }

    /// Uses no table of anonymous networks: every address counts as one of them then, if there should be one.
    pub(super) fn lose_anonymous(&self) {
        self.anonymous.store(None);
    }

    /// Uses no list of marked networks: every address counts as marked then, if there should be one.
    pub(super) fn lose_marked(&self) {
        self.marked.store(None);
    }

    /// What is known of an address at an instant.
    pub fn find(&self, address: IpAddr, at: Instant) -> GeoFound {
        let address = address.to_canonical();
        if is_placeless(address) {
            return GeoFound::default();
        }
        let places = self.places.load();
        let Some(table) = places.as_ref().filter(|table| self.is_usable(table, at)) else {
            return GeoFound {
                place: None,
                is_marked: true,
            };
        };
        let found = table.find(address);
        let is_marked = found.is_marked || self.is_marked_elsewhere(address, at);
        GeoFound { is_marked, ..found }
    }

    /// Whether another source than the table of places marks the address, or should say and cannot.
    fn is_marked_elsewhere(&self, address: IpAddr, at: Instant) -> bool {
        let by_table = || {
            let anonymous = self.anonymous.load();
            let usable = anonymous.as_ref().filter(|table| self.is_usable(table, at));
            usable.is_none_or(|table| table.marks(address))
        };
        let by_list = || {
            let marked = self.marked.load();
            marked.as_ref().is_none_or(|networks| networks.hold(address))
        };
        (self.settings.has_anonymous && by_table()) || (self.settings.has_marked && by_list())
    }

    fn is_usable(&self, table: &GeoTable, at: Instant) -> bool {
        let age = at.0.saturating_sub(table.built().0);
        (-AHEAD..=self.settings.limit).contains(&age)
    }

    /// What is wrong with the tables at an instant, besides files that could not be read; `None`: nothing.
    pub fn wrong(&self, at: Instant) -> Option<String> {
        let wrong = |table: &Option<Arc<GeoTable>>, what: &str| match table {
            None => Some(format!("there is no {what}")),
            Some(table) if self.is_usable(table, at) => None,
            Some(table) if table.built() > at => Some(format!("the {what} is dated in the future")),
            Some(table) => {
                let (age, limit) = (at.0.saturating_sub(table.built().0), self.settings.limit);
                let (age, limit) = (age / Instant::DAY, limit / Instant::DAY);
                Some(format!(
                    "the {what} is {age} days old, and counts for {limit} only"
                ))
            }
        };
        wrong(&self.places.load(), "table of places")
            .or_else(|| {
                let anonymous = self.anonymous.load();
                let wrong = || wrong(&anonymous, "table of anonymous networks");
                self.settings.has_anonymous.then(wrong).flatten()
            })
            .or_else(|| {
                let is_missing = self.settings.has_marked && self.marked.load().is_none();
                is_missing.then(|| "there is no list of marked networks".to_owned())
            })
    }

    /// When the table of places was built.
    pub fn built(&self) -> Option<Instant> {
        self.places.load().as_ref().map(|table| table.built())
    }
}

#[cfg(test)]
mod tests;
