//! Looks up what a definition says of a place: the nearest mention counts.

use crate::atlas::around;
use crate::links::is_unsorted;
use crate::{Absent, Definition, Member, Membership, Place};

/// What a definition mentions, looked up by place.
pub(crate) struct Mentions {
    /// By index of the place.
    own: Vec<Option<Membership>>,
    listed: Vec<Place>,
    /// What is said of a place that nothing around it mentions.
    otherwise: Option<Membership>,
    absent: Membership,
}

impl Mentions {
    pub(crate) fn of(definition: &Definition) -> Mentions {
        let world = definition.members.contains(&Member::World);
        let absent = match definition.absent {
            Absent::Outside => Membership::Outside,
            Absent::Unknown => Membership::Unknown,
        };
        let otherwise = world.then_some(Membership::Inside);
        let mut mentions = Mentions {
            own: vec![None; Place::count()],
            listed: Vec::new(),
            otherwise,
            absent,
        };
        for member in &definition.members {
            if let Member::Place(place) = member {
                mentions.add(*place, Membership::Inside);
            }
        }
        // later lists overrule earlier ones
        let lists = [
            (&definition.disputed, Membership::Unclear),
            (&definition.unknown, Membership::Unknown),
            (&definition.except, Membership::Outside),
        ];
        for (places, membership) in lists {
            places.iter().for_each(|place| mentions.add(*place, membership));
        }
        mentions
    }

    fn add(&mut self, place: Place, membership: Membership) {
        if let Some(entry) = self.own.get_mut(place.index()) {
            if entry.is_none() {
                self.listed.push(place);
            }
            *entry = Some(membership);
        }
    }

    /// Every place mentioned, once.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.listed.iter().copied()
    }

    fn own(&self, place: Place) -> Option<Membership> {
        self.own.get(place.index()).copied().flatten()
    }

    /// What the definition says of a place, or of the rest of it.
    pub(crate) fn membership(&self, place: Place, rest: bool) -> Membership {
        let nearest = around(place).find_map(|at| self.own(at));
        let said = nearest.unwrap_or_else(|| self.unmentioned(place));
        match place.whole() {
            Some(whole) if !rest && self.overlaps(whole, said) => Membership::Unknown,
            _ => said,
        }
    }

    /// What is said of a place when neither it nor anything around it is mentioned.
    fn unmentioned(&self, place: Place) -> Membership {
        let coded_under = place
            .whole()
            .unwrap_or(place)
            .also_part_of()
            .and_then(|whole| self.own(whole));
        let doubled = coded_under
            .filter(|listed| *listed != Membership::Outside)
            .map(|_| Membership::Unclear);
        self.otherwise.or(doubled).unwrap_or(self.absent)
    }

    /// Whether something else is said of a subdivision that may share ground with the others of its whole.
    fn overlaps(&self, whole: Place, said: Membership) -> bool {
        is_unsorted(whole)
            && self
                .places()
                .any(|place| place.whole() == Some(whole) && self.own(place) != Some(said))
    }
}
