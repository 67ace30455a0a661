//! One database file in memory, checked as a whole before it is used, and lists of networks as text.

use super::GeoFound;
use super::record::Record;
use crate::places::networks::NetworkMap;
use ipnet::IpNet;
use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use register::model::Instant;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// A database file in memory.
pub struct GeoTable {
    reader: Reader<Vec<u8>>,
    built: Instant,
}

/// Why a file is no database that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeoTableError {
    /// It is none, or it is damaged.
    #[error("the database is damaged: {reason}")]
    Damaged {
        /// What the reader says.
        reason: String,
    },
    /// It tells neither places nor marks.
    #[error("the database is of type `{kind}`, which tells neither places nor marks of networks")]
    OtherKind {
        /// Its type, as it says itself.
        kind: String,
    },
}

impl std::fmt::Debug for GeoTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GeoTable")
            .field("built", &self.built)
            .finish_non_exhaustive()
    }
}

impl GeoTable {
    /// Reads a file, all of it: a tree that is damaged somewhere is refused here, not found out by a request.
    ///
    /// # Errors
    /// When it is damaged, or of a sort that tells nothing of use.
    pub fn read(bytes: Vec<u8>) -> Result<Self, GeoTableError> {
        let reader = Reader::from_source(bytes).map_err(|error| damaged(&error))?;
        let built = i64::try_from(reader.metadata().build_epoch).unwrap_or(i64::MAX);
        let table = Self {
            reader,
            built: Instant(built),
        };
        match table.check().map_err(|error| damaged(&error))? {
            true => Ok(table),
            false => Err(GeoTableError::OtherKind {
                kind: one_line(&table.reader.metadata().database_type),
            }),
        }
    }

    /// When it was built, as it says itself.
    pub const fn built(&self) -> Instant {
        self.built
    }

    /// What it says of an address.
    pub(super) fn find(&self, address: IpAddr) -> GeoFound {
        match self.record(address) {
            Ok(Some(record)) => GeoFound {
                place: record.place(),
                is_marked: record.is_marked(),
            },
            Ok(None) => GeoFound::default(),
            // it was read as a whole before; whatever this is, it tells nothing
            Err(_) => GeoFound {
                place: None,
                is_marked: true,
            },
        }
    }

    /// Whether it marks an address; of a table of anonymous networks, one that it has no record of is not marked.
    pub(super) fn marks(&self, address: IpAddr) -> bool {
        self.record(address)
            .map_or(true, |record| record.is_some_and(|record| record.is_marked()))
    }

    fn record(&self, address: IpAddr) -> Result<Option<Record<'_>>, MaxMindDbError> {
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.reader.lookup(address)?.decode()
    }

    /// Walks the whole tree and reads each record once; whether any of them tells a place or a mark.
    ///
    /// The reader's own check refuses files without a description too, which well-known publishers leave empty.
    fn check(&self) -> Result<bool, MaxMindDbError> {
        let nodes = self.reader.metadata().node_count as usize;
        // more than this come only out of a tree that bites its tail
        let most = nodes.saturating_mul(3);
        let (mut records, mut is_understood) = (HashSet::new(), false);
        let options = WithinOptions::default().include_networks_without_data();
        for (count, network) in self.reader.networks(options)?.enumerate() {
            let found = network?;
            if count > most {
                return Err(MaxMindDbError::invalid_database("the tree has no end"));
            }
            if found.offset().is_some_and(|offset| records.insert(offset)) {
                let record: Option<Record<'_>> = found.decode()?;
                is_understood |= record.is_some_and(|record| record.place().is_some() || record.is_marked());
            }
        }
        Ok(is_understood)
    }
}

fn damaged(error: &MaxMindDbError) -> GeoTableError {
    GeoTableError::Damaged {
        reason: one_line(&error.to_string()),
    }
}

fn one_line(text: &str) -> String {
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().take(200).map(printable).collect()
}

/// Networks that people are reached through, from lists of the operator's.
#[derive(Debug, Default)]
pub struct MarkedNetworks {
    networks: NetworkMap<()>,
}

/// Lines of a list that are no networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not a network such as `203.0.113.0/24`, nor are {more} others")]
pub struct MarkedNetworksError {
    /// The first of them, from 1.
    pub line: usize,
    /// How many more there are.
    pub more: usize,
}

impl MarkedNetworks {
    /// Reads a list: one network or address a line, `#` before remarks.
    ///
    /// # Errors
    /// When a line is neither; nothing of the list is used then.
    pub fn read(text: &str) -> Result<Self, MarkedNetworksError> {
        let (mut networks, mut wrong) = (HashMap::new(), Vec::new());
        for (at, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or_default().trim();
            let network = entry
                .parse::<IpNet>()
                .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => drop(networks.insert(network.trunc(), ())),
                Err(_) if entry.is_empty() => {}
                Err(_) => wrong.push(at.saturating_add(1)),
            }
        }
        match wrong.as_slice() {
            [] => Ok(Self {
                networks: NetworkMap::new(networks),
            }),
            [first, rest @ ..] => Err(MarkedNetworksError {
                line: *first,
                more: rest.len(),
            }),
        }
    }

    /// Whether an address is in one of them.
    pub(super) fn hold(&self, address: IpAddr) -> bool {
        self.networks.longest(address).is_some()
    }
}
