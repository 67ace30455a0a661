//! Who is an affiliate of whom: parents and theirs, and everybody below them, by links that the contract counts.

use super::agreements::counts;
use crate::text::Text;
use register::model::{Deployment, Effect, Instrument, Owner, Share};
use std::collections::BTreeSet;

/// Ties between entities that make affiliates.
#[derive(Debug)]
pub(crate) struct Affiliates {
    /// Owner and owned.
    ties: Vec<(String, String)>,
}

impl Affiliates {
    /// The ties that count under these instruments: as they define an affiliate, else one half or control.
    pub(crate) fn under(instruments: &[&Instrument], deployment: &Deployment, text: &Text) -> Self {
        let mut definitions: Vec<(Share, bool, bool)> = Vec::new();
        for (instrument, clause) in instruments
            .iter()
            .flat_map(|one| one.clauses.iter().map(move |clause| (one, clause)))
        {
            if let Effect::DefinesAffiliate {
                share,
                at_least,
                control,
            } = &clause.effect
                && counts(instrument, clause, deployment, text)
            {
                definitions.push((share.clone(), *at_least, *control));
            }
        }
        if definitions.is_empty() {
            definitions.push((half(), true, true));
        }
        let counts = |link: &Owner| {
            definitions.iter().all(|(share, at_least, control)| {
                link.share > *share || (*at_least && link.share == *share) || (*control && link.controls)
            })
        };
        let links = text
            .register
            .entities
            .iter()
            .flat_map(|entity| &entity.owners)
            .filter(|link| counts(link));
        Self {
            ties: links
                .map(|link| (link.owner.clone(), link.owned.clone()))
                .collect(),
        }
    }

    /// An entity's parents, theirs, and everybody below any of them. A partner who owns another share of one of those
    /// is no affiliate by that.
    pub(crate) fn of(&self, entity: &str) -> BTreeSet<String> {
        let above = self.closure([entity.to_owned()].into(), |(owner, owned), at| {
            (owned == at).then_some(owner)
        });
        self.closure(above, |(owner, owned), at| (owner == at).then_some(owned))
    }

    fn closure(
        &self,
        from: BTreeSet<String>,
        next: impl for<'t> Fn(&'t (String, String), &str) -> Option<&'t String>,
    ) -> BTreeSet<String> {
        let mut found = from.clone();
        let mut open: Vec<String> = from.into_iter().collect();
        while let Some(at) = open.pop() {
            for other in self.ties.iter().filter_map(|tie| next(tie, &at)) {
                if found.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        found
    }
}

fn half() -> Share {
    Share::basis_points(5000).unwrap_or_else(|_| Share::whole())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_then_down() {
        let tie = |owner: &str, owned: &str| (owner.to_owned(), owned.to_owned());
        let ties = vec![
            tie("top", "us"),
            tie("top", "hk"),
            tie("us", "venture"),
            tie("partner", "venture"),
        ];
        let affiliates = Affiliates { ties };
        let check = |of: &str, expected: &str| {
            let found: Vec<String> = affiliates.of(of).into_iter().collect();
            assert_eq!(found.join(" "), expected, "{of}");
        };
        check("us", "hk top us venture");
        check("partner", "partner venture");
        check("venture", "hk partner top us venture");
        check("stranger", "stranger");
    }
}
