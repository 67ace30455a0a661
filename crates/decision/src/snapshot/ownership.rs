//! Who owns an entity: shares along chains of owners, computed exactly, when a snapshot is compiled.

use crate::mutation::{Mistake, makes};
use crate::verdict::State;
use register::model::{ChainMethod, Comparison, Entity, Holding, Owner, PlaceFact, Share};
use territory::{Atlas, Membership, Region};

/// What an owner is for a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// Counts with the share it holds; its own owners are not added again.
    Yes,
    /// Does not count itself; its owners may.
    No,
    /// It is not known whether it counts.
    Unknown,
    /// It is unclear whether it counts.
    Unclear,
}

/// A sum over a graph, and what stood in the way of knowing it.
#[derive(Clone, Debug)]
struct Total {
    share: Share,
    unknown: bool,
    unclear: bool,
}

/// A walk over one entity's graph by one method.
struct Walk<'a, F> {
    owners: &'a [Owner],
    method: ChainMethod,
    counted: F,
}

impl<F: Fn(&Owner) -> Counted> Walk<'_, F> {
    fn total(&self, owned: &str) -> Total {
        let mut total = Total {
            share: Share::zero(),
            unknown: false,
            unclear: false,
        };
        self.add(owned, &Share::whole(), &mut Vec::new(), &mut total);
        total
    }

    fn add(&self, owned: &str, factor: &Share, path: &mut Vec<String>, total: &mut Total) {
        if path.iter().any(|seen| seen == owned) {
            total.unknown = true;
            return;
        }
        path.push(owned.to_owned());
        for owner in self.owners.iter().filter(|owner| owner.owned == owned) {
            let held = factor.times(&self.link(&owner.share));
            match (self.counted)(owner) {
                Counted::Yes => total.share = total.share.plus(&held),
                Counted::No => self.add(&owner.owner, &held, path, total),
                Counted::Unknown => total.unknown = true,
                Counted::Unclear => total.unclear = true,
            }
        }
        path.pop();
    }

    fn link(&self, share: &Share) -> Share {
        match self.method {
            ChainMethod::Linked if share.is_majority() && !makes(Mistake::AlwaysMultiplied) => Share::whole(),
            _ => share.clone(),
        }
    }
}

/// State of a test on the share of owners from places outside the list.
pub(crate) fn unsupported_owners(
    entity: &Entity,
    supported: &Region,
    atlas: &Atlas,
    (comparison, threshold): (Comparison, &Share),
    method: Option<ChainMethod>,
) -> State {
    let counted = |owner: &Owner| match &owner.place {
        PlaceFact::Known(place) => match supported.membership(atlas.slot(*place)) {
            Membership::Inside => Counted::No,
            Membership::Outside => Counted::Yes,
            Membership::Unknown => Counted::Unknown,
            Membership::Unclear => Counted::Unclear,
        },
        PlaceFact::Unknown => Counted::Unknown,
        PlaceFact::Unrecognised(_) => Counted::Unclear,
    };
    let graph = graph_state(entity, (comparison, threshold), method, counted);
    match &entity.unsupported_share {
        Holding::Unknown => State::Unknown,
        Holding::Absent => graph.unwrap_or(State::Unknown),
        Holding::Stated(share) => {
            let stated = compare(share, comparison, threshold);
            if graph.is_none_or(|graph| graph == stated) {
                stated
            } else {
                State::Unknown
            }
        }
    }
}

/// State of a test on the share of owners that stand on a party list.
pub(crate) fn listed_owners(entity: &Entity, comparison: Comparison, threshold: &Share) -> State {
    let sum = entity
        .listed_owners
        .iter()
        .fold(Share::zero(), |sum, share| sum.plus(share));
    let stated = compare(&sum, comparison, threshold);
    let graph = graph_state(entity, (comparison, threshold), None, flag(|owner| owner.listed));
    stated.max(graph.unwrap_or_default())
}

/// States of a test on sanctions: of the entity itself, and of its owners.
pub(crate) fn sanctioned(entity: &Entity, comparison: Comparison, threshold: &Share) -> [State; 2] {
    let itself = match entity.sanctioned {
        Some(true) => State::Met,
        Some(false) => State::NotMet,
        None => State::Unknown,
    };
    let graph = graph_state(
        entity,
        (comparison, threshold),
        None,
        flag(|owner| owner.sanctioned),
    );
    let nobody = || compare(&Share::zero(), comparison, threshold);
    [itself, graph.unwrap_or_else(nobody)]
}

fn flag(is: impl Fn(&Owner) -> bool) -> impl Fn(&Owner) -> Counted {
    move |owner| if is(owner) { Counted::Yes } else { Counted::No }
}

/// State of a test on control from places outside the list.
pub(crate) fn controlled(entity: &Entity, supported: Option<&Region>, atlas: &Atlas) -> State {
    match (entity.controlled, supported) {
        (Some(true), _) => State::Met,
        (Some(false), _) => State::NotMet,
        (None, Some(region)) if !entity.owners.is_empty() => {
            control_state(entity, &entity.id, region, atlas, &mut Vec::new())
        }
        (None, _) => State::Unknown,
    }
}

fn control_state(
    entity: &Entity,
    owned: &str,
    supported: &Region,
    atlas: &Atlas,
    path: &mut Vec<String>,
) -> State {
    if path.iter().any(|seen| seen == owned) {
        return State::Unknown;
    }
    path.push(owned.to_owned());
    let controllers = entity
        .owners
        .iter()
        .filter(|owner| owner.owned == owned && owner.controls);
    let worst = controllers
        .map(|owner| match &owner.place {
            PlaceFact::Known(place) => match supported.membership(atlas.slot(*place)) {
                Membership::Inside => control_state(entity, &owner.owner, supported, atlas, path),
                Membership::Outside => State::Met,
                Membership::Unknown => State::Unknown,
                Membership::Unclear => State::Unclear,
            },
            PlaceFact::Unknown => State::Unknown,
            PlaceFact::Unrecognised(_) => State::Unclear,
        })
        .max();
    path.pop();
    worst.unwrap_or_default()
}

/// The state by the graph, by one method or by both; `None` where there is no graph.
fn graph_state(
    entity: &Entity,
    (comparison, threshold): (Comparison, &Share),
    method: Option<ChainMethod>,
    counted: impl Fn(&Owner) -> Counted,
) -> Option<State> {
    if entity.owners.is_empty() {
        return None;
    }
    let by = |method| {
        let walk = Walk {
            owners: &entity.owners,
            method,
            counted: &counted,
        };
        state_of(&walk.total(&entity.id), comparison, threshold)
    };
    Some(match method {
        Some(method) => by(method),
        None => one_of(by(ChainMethod::Multiplied), by(ChainMethod::Linked)),
    })
}

/// Both readings of a point are admissible: their common answer, else unclear, and unknown where either is.
fn one_of(a: State, b: State) -> State {
    if a == b {
        a
    } else if a == State::Unknown || b == State::Unknown {
        State::Unknown
    } else {
        State::Unclear
    }
}

fn state_of(total: &Total, comparison: Comparison, threshold: &Share) -> State {
    let certain = compare(&total.share, comparison, threshold);
    let doubt = match (total.unknown, total.unclear) {
        (true, _) => State::Unknown,
        (false, true) => State::Unclear,
        (false, false) => State::NotMet,
    };
    certain.max(doubt)
}

fn compare(share: &Share, comparison: Comparison, threshold: &Share) -> State {
    let met = match comparison {
        Comparison::MoreThan if !makes(Mistake::ExactlyIsMore) => share > threshold,
        Comparison::MoreThan | Comparison::AtLeast => share >= threshold,
    };
    if met { State::Met } else { State::NotMet }
}

#[cfg(test)]
mod tests {
    use super::*;
    use territory::{Definition, Member, Place};

    fn entity(stated: Holding, links: &[(&str, &str, &str, &str)]) -> Entity {
        let owners = links.iter().map(|(owner, place, owned, percent)| Owner {
            owner: (*owner).to_owned(),
            place: PlaceFact::read(place),
            owned: (*owned).to_owned(),
            share: Share::percent(percent).unwrap(),
            controls: false,
            listed: false,
            sanctioned: false,
        });
        Entity {
            id: "bank".to_owned(),
            unsupported_share: stated,
            owners: owners.collect(),
            ..crate::testing::stranger()
        }
    }

    fn check(entity: &Entity, comparison: Comparison, method: Option<ChainMethod>, expected: State) {
        let place = |code| Place::parse(code).unwrap();
        let members = ["SG", "US", "UA", "LU"]
            .into_iter()
            .map(|code| Member::Place(place(code)))
            .collect();
        let definition = Definition {
            members,
            except: vec![place("UA-43")],
            ..Definition::default()
        };
        let atlas = Atlas::new([place("UA-43")]).unwrap();
        let supported = Region::of(&definition, &atlas);
        let half = Share::percent("50").unwrap();
        let state = unsupported_owners(entity, &supported, &atlas, (comparison, &half), method);
        assert_eq!(state, expected, "{entity:?}");
    }

    fn stated(percent: &str) -> Entity {
        entity(Holding::Stated(Share::percent(percent).unwrap()), &[])
    }

    #[test]
    fn exactly_half_depends_on_the_comparison() {
        check(&stated("50"), Comparison::MoreThan, None, State::NotMet);
        check(&stated("50"), Comparison::AtLeast, None, State::Met);
        check(&stated("50.000001"), Comparison::MoreThan, None, State::Met);
        check(&stated("49.999999"), Comparison::AtLeast, None, State::NotMet);
    }

    #[test]
    fn a_chain_depends_on_the_method() {
        let chain = entity(
            Holding::Absent,
            &[("top", "CN", "mid", "60"), ("mid", "SG", "bank", "60")],
        );
        check(
            &chain,
            Comparison::MoreThan,
            Some(ChainMethod::Multiplied),
            State::NotMet,
        );
        check(
            &chain,
            Comparison::MoreThan,
            Some(ChainMethod::Linked),
            State::Met,
        );
        check(&chain, Comparison::MoreThan, None, State::Unclear);
    }

    #[test]
    fn what_is_not_known_is_not_permitted() {
        check(
            &entity(Holding::Unknown, &[]),
            Comparison::MoreThan,
            None,
            State::Unknown,
        );
        check(
            &entity(Holding::Absent, &[]),
            Comparison::MoreThan,
            None,
            State::Unknown,
        );
        let cycle = entity(
            Holding::Absent,
            &[
                ("a", "SG", "bank", "60"),
                ("b", "SG", "a", "60"),
                ("a", "SG", "b", "10"),
            ],
        );
        check(&cycle, Comparison::MoreThan, None, State::Unknown);
        let carved = entity(Holding::Absent, &[("a", "UA", "bank", "5")]);
        check(&carved, Comparison::MoreThan, None, State::Unknown);
        let double = entity(Holding::Absent, &[("a", "PR", "bank", "60")]);
        check(&double, Comparison::MoreThan, None, State::Unclear);
        let contradiction = entity(Holding::Stated(Share::zero()), &[("a", "CN", "bank", "60")]);
        check(&contradiction, Comparison::MoreThan, None, State::Unknown);
    }

    #[test]
    fn minorities_add_up() {
        let two = entity(
            Holding::Absent,
            &[("a", "CN", "bank", "30"), ("b", "HK", "bank", "20.01")],
        );
        check(&two, Comparison::MoreThan, None, State::Met);
        let listed = Entity {
            listed_owners: vec![Share::percent("30").unwrap(), Share::percent("20").unwrap()],
            ..two
        };
        assert_eq!(
            listed_owners(&listed, Comparison::AtLeast, &Share::percent("50").unwrap()),
            State::Met
        );
    }
}
