//! The ownership graph of an entity.

use super::Reader;
use super::structure::points;
use crate::circles::on_circles;
use crate::diagnose::{Diagnostic, quoted};
use crate::model::Owner;
use crate::tree::{Entry, Word};
use std::collections::{BTreeMap, BTreeSet};

/// The whole of a thing, in basis points.
const WHOLE: u64 = 10_000;

impl<'a> Reader<'a> {
    pub(super) fn owners(&self, entry: &Entry<'a>, entity: &'a str) -> Vec<Owner> {
        let entries = entry.entries("owner");
        let owners: BTreeSet<&'a str> = entries
            .iter()
            .filter_map(|at| at.text("owner"))
            .map(|word| word.text)
            .collect();
        let mut held: BTreeMap<&'a str, u64> = BTreeMap::new();
        let mut pairs = Vec::new();
        let mut links = Vec::new();
        for at in &entries {
            let owned = at.text("owned");
            if let Some(word) = owned.filter(|word| word.text != entity && !owners.contains(word.text)) {
                let known = owners.iter().copied().chain([entity]);
                self.unknown(
                    word,
                    ("unknown-owned", "owner or entity of this graph named"),
                    known,
                );
            }
            let (Some(owner), Some(share)) = (at.text("owner"), at.count("share")) else {
                continue;
            };
            let owned = owned.map_or(entity, |word| word.text);
            self.add_share(at, owned, share, &mut held);
            pairs.push((owner.text, owned));
            links.extend(self.link(at, owner, owned));
        }
        if let Some(first) = on_circles(&pairs).first() {
            let message = format!(
                "{} owns itself in the end, so what it holds is unknown",
                quoted(first)
            );
            self.sink.report(Diagnostic::warning(
                "circular-ownership",
                entry.spot_of("owner").position(),
                message,
            ));
        }
        links
    }

    fn add_share(&self, at: &Entry<'a>, owned: &'a str, share: u64, held: &mut BTreeMap<&'a str, u64>) {
        let sum = held.entry(owned).or_default();
        let before = *sum;
        *sum = sum.saturating_add(share);
        if before <= WHOLE && *sum > WHOLE {
            let message = format!("the owners of {} hold more than the whole of it", quoted(owned));
            let error = Diagnostic::error("more-than-whole", at.spot_of("share").position(), message);
            self.sink
                .report(error.help("direct shares of one thing add up to 10000 basis points at most"));
        }
    }

    fn link(&self, at: &Entry<'a>, owner: Word<'a>, owned: &str) -> Option<Owner> {
        Some(Owner {
            owner: owner.text.to_owned(),
            place: self.fact_of(at, "place"),
            owned: owned.to_owned(),
            share: points(at.count("share")?)?,
            controls: at.flag("controls").unwrap_or(false),
            listed: at.flag("listed").unwrap_or(false),
            sanctioned: at.flag("sanctioned").unwrap_or(false),
        })
    }
}
