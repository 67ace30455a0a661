//! Exceptions: which clauses lift a clause, for which places, and under which conditions.

use super::bearer::{Bearer, Side};
use super::formula::{Exception, Formula, one_of, quoted, set};
use super::{Live, Scribe, scope};
use crate::places::Spot;
use register::model::{Effect, Layer, Lift, LiftPlaces, PlaceSetName};
use std::collections::BTreeSet;
use territory::{Membership, Place};

/// For which places an exception acts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ActsOn {
    /// The person, wherever.
    Anywhere,
    /// These places.
    Named(Vec<Place>),
    /// The place of an open trip, in its first days; `None`: on every day.
    Trip(Option<u32>),
}

/// An exception to one clause.
#[derive(Clone, Debug)]
pub(crate) struct Lifting {
    /// For which places.
    pub(crate) acts_on: ActsOn,
    /// When it holds.
    pub(crate) when: Exception,
}

impl Exception {
    /// One of these.
    pub(crate) fn any<'l>(liftings: impl Iterator<Item = &'l Lifting>) -> Self {
        liftings.fold(Self::default(), |all, one| all.or(one.when.clone()))
    }
}

impl Scribe<'_, '_> {
    /// Every exception to a clause that counts.
    pub(crate) fn exceptions(&self, target: &Live) -> Vec<Lifting> {
        let lifts = self
            .live
            .iter()
            .filter(|live| live.standing.valid)
            .filter_map(|live| match &live.clause.effect {
                Effect::Lift(lift) if self.names(lift, target) && may_lift(live, target) => {
                    Some((live, lift))
                }
                _ => None,
            });
        lifts.map(|(live, lift)| self.lifting(live, lift)).collect()
    }

    fn names(&self, lift: &Lift, target: &Live) -> bool {
        lift.clauses.iter().any(|(instrument, reference)| {
            *reference == target.clause.reference && self.text.stands_for(&target.instrument.id, instrument)
        })
    }

    fn lifting(&self, live: &Live, lift: &Lift) -> Lifting {
        let acts_on = match &lift.places {
            LiftPlaces::Anywhere => ActsOn::Anywhere,
            LiftPlaces::Named(places) => ActsOn::Named(places.clone()),
            LiftPlaces::OpenTrip => ActsOn::Trip(lift.max_days),
        };
        let when = Exception::plain(scope::applies(live)).and(self.conditions(live, lift));
        Lifting {
            acts_on,
            when: if live.standing.doubted {
                when.doubted()
            } else {
                when
            },
        }
    }

    fn conditions(&self, live: &Live, lift: &Lift) -> Exception {
        let mut plain = Vec::new();
        if lift.if_named {
            let own = format!("principal.namedIn.contains({})", quoted(&live.instrument.id));
            plain.push(Formula::Is("principal.namedEverywhere".to_owned()).or(Formula::Is(own)));
        }
        if !lift.entities.is_empty() {
            plain.extend(
                [Side::Engaging, Side::Employer]
                    .map(|side| one_of(&lift.entities, &format!("{}.name", side.expression()))),
            );
        }
        if let Some(group) = &lift.group {
            plain.push(Formula::Is(format!(
                "principal.groups.contains({})",
                quoted(group)
            )));
        }
        if !lift.assigned_sites.is_empty() {
            plain.push(one_of(&lift.assigned_sites, "principal.site"));
        }
        if lift.over_vpn {
            plain.push(Formula::Is("context.overVpn".to_owned()));
        }
        let mut all = Exception::plain(Formula::all(plain));
        if let Some(name) = &lift.if_inference_not_in {
            all = all.and(self.all_in("resource.inference", name, Membership::Outside));
        }
        if let Some(name) = &lift.if_entity_in {
            for side in [Side::Engaging, Side::Employer] {
                let bearer = Bearer::Establishment(side).to_string();
                all = all.and(self.all_in(&bearer, name, Membership::Inside));
            }
        }
        if let Some(name) = &lift.if_residence_in {
            all = all.and(self.all_in("principal.residence", name, Membership::Inside));
        }
        all
    }

    /// That all places of a bearer are on one side of a set; an unclear or unrecognised one makes it unclear, one
    /// that is missing makes it fail.
    fn all_in(&self, bearer: &str, name: &PlaceSetName, wanted: Membership) -> Exception {
        let chart = self.text.chart(name);
        let within = |spots: BTreeSet<Spot>| {
            if spots.is_empty() {
                Formula::Is(format!("{bearer}.places.isEmpty()"))
            } else {
                Formula::Is(format!("{}.containsAll({bearer}.places)", names(&spots)))
            }
        };
        let complete = Formula::Is(format!("{bearer}.missing")).not();
        let recognised = Formula::Is(format!("{bearer}.unrecognised")).not();
        let sure = within(chart.spots(&[wanted]));
        let admissible = within(chart.spots(&[wanted, Membership::Unclear]));
        Exception {
            holds: Formula::all([complete.clone(), recognised, sure]),
            may: complete.and(admissible),
        }
    }
}

/// Law is lifted by law alone, house rules never.
fn may_lift(lift: &Live, target: &Live) -> bool {
    match target.clause.layer {
        Layer::House => false,
        Layer::Law => lift.clause.layer == Layer::Law,
        _ => true,
    }
}

/// Names of spots as a Cedar set.
pub(crate) fn names(spots: &BTreeSet<Spot>) -> String {
    set(spots.iter().map(Spot::to_string))
}
