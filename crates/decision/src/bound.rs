//! Facts bound to a snapshot: every text turned into a position or a bit, once for any number of deployments.

use crate::facts::{Entitlement, Facts, NamedUser, ScreeningResult};
use crate::mutation::{Mistake, makes};
use crate::presence::{Presence, earliest};
use crate::snapshot::epoch::Epoch;
use crate::snapshot::names::Names;
use crate::snapshot::table::PlaceTable;
use crate::snapshot::traits::Traits;
use crate::snapshot::triggers::Triggers;
use crate::snapshot::{Core, Snapshot};
use register::model::{Effect, ExceptionApproval, Instant, PlaceFact, Polarity, Purpose, UsStatus, Worker};
use std::sync::Arc;
use territory::{Place, PlaceSet, Slot};

/// Facts as one snapshot sees them at an instant. Valid for that snapshot only.
pub struct Bound {
    pub(crate) epoch: Arc<Epoch>,
    pub(crate) at: Instant,
    pub(crate) traits: Traits,
    /// What the request wakes in every plan alike.
    pub(crate) triggers: Triggers,
    pub(crate) worker: Worker,
    pub(crate) purpose: Purpose,
    /// Places of credible claims and of end users, without repeats.
    pub(crate) people: Vec<Slot>,
    /// Places of end users alone.
    end_users: Vec<Slot>,
    /// Places of credible claims alone.
    pub(crate) claimed: Vec<Slot>,
    /// No usable place, or a service that declares no end users.
    pub(crate) people_unknown: bool,
    /// No credible claim with a recognised place.
    pub(crate) no_claim: bool,
    /// A credible claim names a place that nobody recognises.
    pub(crate) claim_unrecognised: bool,
    /// A place of the person or of an end user that nobody recognises.
    pub(crate) unrecognised: bool,
    /// Credible claims name more than one place.
    pub(crate) disagree: bool,
    pub(crate) sites: Vec<String>,
    pub(crate) trips: Vec<BoundTrip>,
    pub(crate) over_vpn: bool,
    /// Positions of the employing and of the engaging entity; one past the last for an unknown one.
    pub(crate) employer: usize,
    pub(crate) engaging: usize,
    pub(crate) groups: Vec<bool>,
    pub(crate) named: Vec<bool>,
    pub(crate) citizenships: Vec<Slot>,
    pub(crate) citizenship_unrecognised: bool,
    pub(crate) us_status: Option<UsStatus>,
    pub(crate) residence: PlaceFact,
    pub(crate) assigned_site: Option<String>,
    pub(crate) entitlement: Entitlement,
    /// Models granted to the person now.
    pub(crate) granted: Vec<usize>,
    pub(crate) screening: Option<ScreeningResult>,
    /// Age of the screening in seconds; negative if from the future.
    pub(crate) screening_age: Option<i64>,
    pub(crate) residency: Option<Box<PlaceTable>>,
    pub(crate) output: Vec<PlaceFact>,
    pub(crate) beneficiary: Option<PlaceFact>,
    pub(crate) human_review: bool,
    pub(crate) unregistered_pattern: bool,
    pub(crate) resale: bool,
    pub(crate) exception: Option<ExceptionApproval>,
    pub(crate) side_call: bool,
    /// Egress places by connector, where the replica's differ from the register's.
    pub(crate) egress: Vec<(usize, PlaceFact)>,
    /// The next instant at which the facts, or what depends on them, may change.
    pub(crate) until: Option<Instant>,
}

/// An open trip.
pub(crate) struct BoundTrip {
    /// Where an exception for this trip holds.
    pub reach: PlaceSet,
    /// Whether the register tells the place of the trip apart from those around it.
    told_apart: bool,
    /// Day of the trip on which the decision falls, the first being 1; `None`: its start is unknown.
    pub day: Option<i64>,
}

impl Snapshot {
    /// Binds facts to this snapshot, at an instant and as known at another.
    pub fn bind(&self, facts: &Facts, at: Instant, known_at: Instant) -> Bound {
        let core = self.core();
        let presence = Presence::read(facts, at, &core.register.limits);
        let claimed: Vec<Slot> = presence
            .places
            .iter()
            .map(|place| core.atlas.slot(*place))
            .collect();
        let (end_users, end_user_unrecognised) = end_users(core, facts);
        let declared = request_end_users(facts);
        let everywhere: Vec<Place> = presence
            .places
            .iter()
            .copied()
            .chain(known_places(declared))
            .collect();
        let mut people = claimed.clone();
        if !makes(Mistake::EndUsersIgnored) {
            people.extend(&end_users);
        }
        people.sort_unstable();
        people.dedup();
        let request = &facts.request;
        let screening = &facts.person.screening;
        let undeclared = facts.person.worker == Worker::Service
            && request.end_users.as_ref().is_none_or(std::vec::Vec::is_empty);
        let mut bound = Bound {
            epoch: self.epoch(at, known_at),
            at,
            traits: Traits::new(
                request.purpose,
                request.data,
                facts.person.worker,
                request.registered_application,
            ),
            triggers: Triggers::NONE,
            worker: facts.person.worker,
            purpose: request.purpose,
            people,
            end_users,
            no_claim: claimed.is_empty(),
            people_unknown: (claimed.is_empty() && !presence.unrecognised) || undeclared,
            claimed,
            claim_unrecognised: presence.unrecognised,
            unrecognised: presence.unrecognised || end_user_unrecognised,
            disagree: presence.places.len() > 1,
            trips: presence
                .trips
                .iter()
                .map(|trip| BoundTrip::new(core, *trip, &everywhere, at))
                .collect(),
            over_vpn: presence.over_vpn,
            employer: entity(core, &facts.entity),
            engaging: entity(core, &facts.engaging_entity),
            groups: groups(core, facts),
            named: named(core, facts),
            citizenships: known_places(&facts.person.citizenships)
                .map(|place| core.atlas.slot(place))
                .collect(),
            citizenship_unrecognised: any_unrecognised(&facts.person.citizenships),
            us_status: facts.person.us_status,
            residence: facts.person.residence.clone(),
            assigned_site: facts.person.assigned_site.clone(),
            entitlement: facts.person.entitlement,
            granted: granted(core, facts, at, known_at),
            screening: screening.result,
            screening_age: screening.screened_at.map(|then| at.0.saturating_sub(then.0)),
            residency: residency(core, facts, at, known_at),
            output: request.output_to.clone(),
            beneficiary: request.beneficiary.clone(),
            human_review: request.human_review,
            unregistered_pattern: !request.patterns.is_empty() && !request.registered_application,
            resale: request.resale,
            exception: request.exception,
            side_call: request.side_call.is_some(),
            egress: egress(core, facts),
            until: presence.until,
            sites: presence.sites,
        };
        bound.triggers = bound.triggers(core);
        bound.note_boundaries(core, facts, &presence.trips);
        bound
    }
}

impl Bound {
    /// Whether nothing at all is said about citizenships.
    pub(crate) fn none_known(&self) -> bool {
        self.citizenships.is_empty() && !self.citizenship_unrecognised
    }

    /// Puts the person into these places instead, as claims that are credible, and at this site.
    pub(crate) fn move_to(&mut self, places: &[Slot], site: Option<&String>) {
        self.claimed = places.to_vec();
        self.people.clear();
        self.people.extend(places.iter().chain(&self.end_users));
        self.disagree = places.len() > 1;
        self.triggers = self
            .triggers
            .without(Triggers::DISAGREE)
            .and(Triggers::DISAGREE.when(self.disagree));
        self.trips.retain(|trip| trip.told_apart);
        self.sites = site.into_iter().cloned().collect();
    }

    /// All that tells people apart, but for where they are and when their facts change.
    pub(crate) fn class(&self) -> String {
        format!(
            "{:?} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {}",
            self.traits,
            self.triggers,
            self.employer,
            self.engaging,
            self.groups,
            self.named,
            self.citizenships,
            self.us_status,
            self.residence,
            self.assigned_site,
            self.granted,
            self.end_users,
            self.output,
            self.residency,
            self.people_unknown,
            self.unrecognised,
        )
    }

    fn triggers(&self, core: &Core) -> Triggers {
        let strictest = screening_limits(core).into_iter().min().unwrap_or_default();
        let fresh = self
            .screening_age
            .is_some_and(|age| (0..=strictest).contains(&age));
        let clean = self.screening == Some(ScreeningResult::Clean) && fresh;
        let doubt = self.people_unknown || self.unrecognised;
        [
            Triggers::ALWAYS,
            Triggers::purpose(self.purpose),
            Triggers::PEOPLE.when(doubt),
            Triggers::EVIDENCE.when(doubt),
            Triggers::RESALE.when(self.resale),
            Triggers::SIDE_CALL.when(self.side_call),
            Triggers::EXCEPTION.when(self.exception.is_some()),
            Triggers::PATTERN.when(self.unregistered_pattern),
            Triggers::NO_REVIEW.when(!self.human_review),
            Triggers::SCREENING.when(!clean),
            Triggers::DISAGREE.when(self.disagree),
            Triggers::CONTRACTOR.when(self.worker == Worker::Contractor),
            Triggers::RESIDENCY.when(self.residency.is_some()),
            Triggers::BENEFICIARY.when(self.beneficiary.is_some()),
            Triggers::OUTPUT.when(!self.output.is_empty()),
        ]
        .into_iter()
        .fold(Triggers::NONE, Triggers::and)
    }

    fn note_boundaries(&mut self, core: &Core, facts: &Facts, trips: &[crate::presence::OpenTrip]) {
        let screened = facts.person.screening.screened_at;
        for limit in screening_limits(core) {
            self.note(screened.map(|then| then.plus(limit + 1)));
        }
        self.note(screened);
        for days in trip_limits(core) {
            for start in trips.iter().filter_map(|trip| trip.from) {
                self.note(Some(Instant::of_utc_day(
                    start.utc_day().saturating_add(i64::from(days)),
                )));
            }
        }
        for index in core.index.grants.get(&facts.person.id).into_iter().flatten() {
            if let Some(grant) = core.register.grants.get(*index) {
                grant
                    .span
                    .boundaries()
                    .for_each(|boundary| self.note(Some(boundary)));
            }
        }
    }

    fn note(&mut self, boundary: Option<Instant>) {
        self.until = earliest(self.until, boundary.filter(|boundary| *boundary > self.at));
    }
}

impl BoundTrip {
    /// A trip to a place that the register does not tell apart stands for more than was travelled to: it counts only
    /// if all people who may be there are in the very place.
    fn new(core: &Core, trip: crate::presence::OpenTrip, people: &[Place], at: Instant) -> Self {
        let told_apart = core.atlas.tells_apart(trip.place);
        let reach = core.atlas.expand(trip.place);
        let is_there = |place: &Place| {
            !core.atlas.expand(*place).intersects(&reach)
                || outwards(*place).any(|around| around == trip.place)
        };
        let counts = told_apart || people.iter().all(is_there);
        Self {
            reach: if counts { reach } else { PlaceSet::EMPTY },
            told_apart,
            day: trip.from.map(|from| at.utc_day() - from.utc_day() + 1),
        }
    }
}

fn outwards(place: Place) -> impl Iterator<Item = Place> {
    std::iter::successors(Some(place), |inner| inner.enclosing())
}

fn end_users(core: &Core, facts: &Facts) -> (Vec<Slot>, bool) {
    let declared = request_end_users(facts);
    (
        known_places(declared)
            .map(|place| core.atlas.slot(place))
            .collect(),
        any_unrecognised(declared),
    )
}

fn request_end_users(facts: &Facts) -> &[PlaceFact] {
    facts.request.end_users.as_deref().unwrap_or_default()
}

fn known_places(places: &[PlaceFact]) -> impl Iterator<Item = Place> {
    places.iter().filter_map(|place| match place {
        PlaceFact::Known(place) => Some(*place),
        _ => None,
    })
}

/// A declared place that is unknown is as bad as one that nobody recognises.
fn any_unrecognised(places: &[PlaceFact]) -> bool {
    places.iter().any(|place| !matches!(place, PlaceFact::Known(_)))
}

fn entity(core: &Core, id: &str) -> usize {
    core.index
        .entities
        .get(id)
        .copied()
        .unwrap_or(core.register.entities.len())
}

fn groups(core: &Core, facts: &Facts) -> Vec<bool> {
    let mut groups = vec![false; core.index.groups.len()];
    for index in facts
        .person
        .groups
        .iter()
        .filter_map(|group| core.index.groups.get(group))
    {
        if let Some(member) = groups.get_mut(*index) {
            *member = true;
        }
    }
    groups
}

fn named(core: &Core, facts: &Facts) -> Vec<bool> {
    let is_named = |id: &String| match &facts.person.named {
        NamedUser::OfNone => false,
        NamedUser::Of(instruments) => instruments.contains(id),
        NamedUser::OfAll => true,
    };
    core.register
        .instruments
        .iter()
        .map(|instrument| is_named(&instrument.id))
        .collect()
}

fn granted(core: &Core, facts: &Facts, at: Instant, known_at: Instant) -> Vec<usize> {
    let grants = core.index.grants.get(&facts.person.id).into_iter().flatten();
    grants
        .filter_map(|index| core.register.grants.get(*index))
        .filter(|grant| grant.span.contains(at) && grant.known_from.is_none_or(|from| from <= known_at))
        .filter_map(|grant| core.index.models.get(&grant.model).copied())
        .collect()
}

fn residency(core: &Core, facts: &Facts, at: Instant, known_at: Instant) -> Option<Box<PlaceTable>> {
    let name = facts.request.residency.as_ref()?;
    let region = Names::new(&core.register, &core.atlas, &core.notice_days, at, known_at).region(name);
    Some(Box::new(PlaceTable::new(&region, Polarity::NotIn, &core.atlas)))
}

fn egress(core: &Core, facts: &Facts) -> Vec<(usize, PlaceFact)> {
    let position = |connector: &String| core.index.connectors.get(connector).copied();
    facts
        .egress
        .iter()
        .filter_map(|(connector, place)| Some((position(connector)?, place.clone())))
        .collect()
}

/// Every age from which on some clause no longer trusts a screening.
fn screening_limits(core: &Core) -> Vec<i64> {
    let mut limits = vec![core.register.limits.screening];
    for clause in core
        .register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses)
    {
        if let Effect::Conditions(conditions) = &clause.effect {
            limits.extend(conditions.iter().filter_map(|condition| match condition.test {
                register::model::Test::ScreeningHit { max_age } => max_age,
                _ => None,
            }));
        }
    }
    limits
}

/// Every number of days after which some exception for trips ends.
fn trip_limits(core: &Core) -> impl Iterator<Item = u32> {
    core.register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses)
        .filter_map(|clause| match &clause.effect {
            Effect::Lift(lift) => lift.max_days,
            _ => None,
        })
}
