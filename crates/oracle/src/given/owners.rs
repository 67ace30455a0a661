//! Who owns and controls an entity, along chains of owners: the one thing about entities that Cedar cannot say.
//!
//! Shares combine in two ways. *Multiplied*: 60 % of 60 % is 36 %. *Linked*: a link above one half counts whole. An
//! owner that counts does so with what it holds; its own owners are not added again.

use crate::places::sides;
use crate::text::Text;
use decision::State;
use register::model::{
    ChainMethod, Comparison, Entity, Holding, Owner, PlaceFact, PlaceSetName, Polarity, Share, Test,
};
use territory::Membership;

/// State of a test of ownership for one entity; not met for any other test.
pub(crate) fn ownership_state(test: &Test, entity: &Entity, text: &Text) -> State {
    match test {
        Test::UnsupportedOwners {
            comparison,
            share,
            list,
            method,
        } => unsupported(
            entity,
            &Threshold {
                comparison: *comparison,
                share,
            },
            list,
            *method,
            text,
        ),
        Test::ControlledByUnsupported { list } => controlled(entity, list.as_ref(), text),
        Test::ListedOwners { comparison, share } => {
            let threshold = Threshold {
                comparison: *comparison,
                share,
            };
            let stated = entity
                .listed_owners
                .iter()
                .fold(Share::zero(), |sum, one| sum.plus(one));
            threshold
                .state(&stated)
                .max(flagged(entity, &threshold, |link| link.listed))
        }
        Test::SanctionedEntity { comparison, share } => {
            let threshold = Threshold {
                comparison: *comparison,
                share,
            };
            let own = match entity.sanctioned {
                Some(true) => State::Met,
                Some(false) => State::NotMet,
                None => State::Unknown,
            };
            own.max(flagged(entity, &threshold, |link| link.sanctioned))
        }
        _ => State::NotMet,
    }
}

struct Threshold<'t> {
    comparison: Comparison,
    share: &'t Share,
}

impl Threshold<'_> {
    fn state(&self, sum: &Share) -> State {
        let met = match self.comparison {
            Comparison::MoreThan => sum > self.share,
            Comparison::AtLeast => sum >= self.share,
        };
        if met { State::Met } else { State::NotMet }
    }
}

/// What one owner adds.
enum Counts {
    /// It counts, with what it holds.
    Itself,
    /// It does not, but its owners may.
    ItsOwners,
    /// Nobody knows.
    Unknown,
    /// It depends on how something is read.
    Unclear,
}

/// What a walk over the graph came to.
struct Walk {
    sum: Share,
    /// The worst doubt met on the way.
    doubt: State,
}

fn unsupported(
    entity: &Entity,
    threshold: &Threshold,
    list: &PlaceSetName,
    method: Option<ChainMethod>,
    text: &Text,
) -> State {
    let graph = (!entity.owners.is_empty()).then(|| {
        by_method(entity, threshold, method, &|link: &Owner| {
            by_place(&link.place, list, text)
        })
    });
    match (&entity.unsupported_share, graph) {
        (Holding::Unknown, _) | (Holding::Absent, None) => State::Unknown,
        (Holding::Absent, Some(graph)) => graph,
        (Holding::Stated(share), None) => threshold.state(share),
        (Holding::Stated(share), Some(graph)) if threshold.state(share) == graph => graph,
        (Holding::Stated(_), Some(_)) => State::Unknown,
    }
}

fn flagged(entity: &Entity, threshold: &Threshold, flag: fn(&Owner) -> bool) -> State {
    let counts = |link: &Owner| {
        if flag(link) {
            Counts::Itself
        } else {
            Counts::ItsOwners
        }
    };
    by_method(entity, threshold, None, &counts)
}

/// Whether an owner counts because its place is not on the list.
fn by_place(place: &PlaceFact, list: &PlaceSetName, text: &Text) -> Counts {
    let PlaceFact::Known(place) = place else {
        return if *place == PlaceFact::Unknown {
            Counts::Unknown
        } else {
            Counts::Unclear
        };
    };
    let membership: Membership = text.chart(list).membership(text.gazetteer.stand(*place));
    match sides(membership, Polarity::NotIn) {
        State::Met => Counts::Itself,
        State::NotMet => Counts::ItsOwners,
        State::Unknown => Counts::Unknown,
        State::Unclear => Counts::Unclear,
    }
}

/// By the method that the contract names; where it names none, both are admissible and must agree.
fn by_method(
    entity: &Entity,
    threshold: &Threshold,
    method: Option<ChainMethod>,
    counts: &dyn Fn(&Owner) -> Counts,
) -> State {
    let state = |method: ChainMethod| {
        let walk = walk(&entity.owners, &entity.id, method, counts, &mut Vec::new());
        threshold.state(&walk.sum).max(walk.doubt)
    };
    let Some(method) = method else {
        let (multiplied, linked) = (state(ChainMethod::Multiplied), state(ChainMethod::Linked));
        return match multiplied.max(linked) {
            _ if multiplied == linked => linked,
            _ if multiplied == State::Unknown || linked == State::Unknown => State::Unknown,
            _ => State::Unclear,
        };
    };
    state(method)
}

/// Adds up what counts of the owners of `owned`.
fn walk<'o>(
    links: &'o [Owner],
    owned: &'o str,
    method: ChainMethod,
    counts: &dyn Fn(&Owner) -> Counts,
    path: &mut Vec<&'o str>,
) -> Walk {
    let mut found = Walk {
        sum: Share::zero(),
        doubt: State::NotMet,
    };
    path.push(owned);
    for link in links.iter().filter(|link| link.owned == owned) {
        let factor = match method {
            ChainMethod::Linked if link.share.is_majority() => Share::whole(),
            ChainMethod::Linked | ChainMethod::Multiplied => link.share.clone(),
        };
        match counts(link) {
            Counts::Itself => found.sum = found.sum.plus(&factor),
            Counts::Unknown => found.doubt = State::Unknown,
            Counts::Unclear => found.doubt = found.doubt.max(State::Unclear),
            Counts::ItsOwners if path.contains(&link.owner.as_str()) => found.doubt = State::Unknown,
            Counts::ItsOwners => {
                let inner = walk(links, &link.owner, method, counts, path);
                found.sum = found.sum.plus(&factor.times(&inner.sum));
                found.doubt = found.doubt.max(inner.doubt);
            }
        }
    }
    path.pop();
    found
}

/// Whether persons from unsupported places control the entity, as stated, else along links of control.
fn controlled(entity: &Entity, list: Option<&PlaceSetName>, text: &Text) -> State {
    match (entity.controlled, list) {
        (Some(true), _) => State::Met,
        (Some(false), _) => State::NotMet,
        (None, Some(list)) if !entity.owners.is_empty() => {
            let links: Vec<Owner> = entity
                .owners
                .iter()
                .filter(|link| link.controls)
                .cloned()
                .map(whole_share)
                .collect();
            let counts = |link: &Owner| by_place(&link.place, list, text);
            let walk = walk(&links, &entity.id, ChainMethod::Linked, &counts, &mut Vec::new());
            if walk.sum > Share::zero() {
                State::Met
            } else {
                walk.doubt
            }
        }
        (None, _) => State::Unknown,
    }
}

/// Control is not a matter of percentages.
fn whole_share(link: Owner) -> Owner {
    Owner {
        share: Share::whole(),
        ..link
    }
}
