//! Entities and sites.

use super::Reader;
use super::structure::points;
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{Entity, Holding, Site};
use crate::tree::{Entry, Word};
use std::net::IpAddr;

impl<'a> Reader<'a> {
    pub(super) fn entity(&self, entry: &Entry<'a>) -> Option<Entity> {
        let word = entry.text("id")?;
        let id = word.text.to_owned();
        let headquarters = self.fact_of(entry, "headquarters");
        let principal_place = match entry.has("principal_place") {
            true => self.fact_of(entry, "principal_place"),
            false => headquarters.clone(),
        };
        let unsupported_share = match entry.get("unsupported_share") {
            None => Holding::Absent,
            Some(value) => value
                .count()
                .and_then(points)
                .map_or(Holding::Unknown, Holding::Stated),
        };
        let listed = entry
            .get("listed_owners")
            .map(|list| list.items())
            .unwrap_or_default();
        Some(Entity {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            incorporated: self.fact_of(entry, "incorporated"),
            headquarters,
            principal_place,
            billing: self.fact_of(entry, "billing"),
            unsupported_share,
            owners: self.owners(entry, word.text),
            controlled: entry.flag("controlled"),
            listed_owners: listed
                .iter()
                .filter_map(|share| share.count().and_then(points))
                .collect(),
            sanctioned: entry.flag("sanctioned"),
            monthly_users_at_release: entry.count("monthly_users_at_release").unwrap_or(0),
            position: entry.spot().position(),
            id,
        })
    }

    pub(super) fn site(&self, entry: &Entry<'a>) -> Option<Site> {
        let id = entry.string("id")?;
        let networks = entry.texts("networks");
        networks.iter().for_each(|word| self.network(*word));
        Some(Site {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            place: self.place(entry.text("place")?)?,
            networks: networks.into_iter().map(|word| word.text.to_owned()).collect(),
            position: entry.spot().position(),
            id,
        })
    }

    fn network(&self, word: Word<'a>) {
        let parts = word.text.split_once('/');
        let fits = parts.is_some_and(
            |(address, length)| match (address.parse(), length.parse::<u8>()) {
                (Ok(IpAddr::V4(_)), Ok(length)) => length <= 32,
                (Ok(IpAddr::V6(_)), Ok(length)) => length <= 128,
                _ => false,
            },
        );
        if !fits {
            let message = format!("{} is not a network", quoted(word.text));
            let error = Diagnostic::error("bad-network", word.spot.position(), message);
            self.sink
                .report(error.help("write it in CIDR notation, such as `192.0.2.0/24` or `2001:db8::/32`"));
        }
    }
}
