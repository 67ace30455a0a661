//! What holds of every decision, whatever the register and whatever the facts.

use crate::requests::{RandomClaim, Request, When};
use decision::{Basis, ClaimSource, Decision, DeploymentIndex, Facts, LATEST, Snapshot, State, Verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;
use register::model::{Instant, PlaceFact, Register};
use std::collections::BTreeMap;

/// A compiled register, and people to decide about.
pub(crate) struct World {
    snapshot: Snapshot,
    /// Facts about people, as collected at `seen`.
    people: Vec<Facts>,
    seen: Instant,
    /// Instants at which something changes, or becomes known.
    changes: Vec<Instant>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let instruments = &self.snapshot.register().instruments;
        let clauses = instruments.iter().flat_map(|instrument| {
            instrument
                .clauses
                .iter()
                .map(|clause| (&instrument.id, &clause.effect))
        });
        f.debug_list().entries(clauses.take(4)).finish()
    }
}

impl World {
    /// The world of a register and of facts collected at an instant.
    pub(crate) fn new(register: Register, people: Vec<Facts>, seen: Instant) -> Self {
        let mut changes = crate::known::instants(&register);
        let snapshot = Snapshot::compile_untested(register, "world").unwrap();
        changes.extend(snapshot.boundaries());
        Self {
            snapshot,
            people,
            seen,
            changes: changes.into_iter().collect(),
        }
    }

    /// Facts about a person, as if collected at another instant.
    fn person(&self, which: Index, at: Instant) -> Facts {
        let later = at.0 - self.seen.0;
        let mut facts = which.get(&self.people).clone();
        for claim in &mut facts.claims {
            claim.observed_at = claim.observed_at.plus(later);
        }
        let screened_at = &mut facts.person.screening.screened_at;
        *screened_at = screened_at.map(|then| then.plus(later));
        facts
    }

    fn at(&self, when: &When) -> Instant {
        when.among(&self.changes)
    }

    /// Decisions about every deployment.
    fn decisions(&self, facts: &Facts, at: Instant, known_at: Instant) -> Vec<Decision> {
        let bound = self.snapshot.bind(facts, at, known_at);
        let decide = |deployment: DeploymentIndex| {
            let mut decision = Decision::default();
            self.snapshot.decide(&bound, deployment, &mut decision);
            decision
        };
        self.snapshot
            .deployments()
            .map(|(index, _)| decide(index))
            .collect()
    }
}

/// A refusal has reasons and a permit has none; no buffer remembers what it held.
pub(crate) fn total(world: &World, who: Index, request: &Request, when: &When) -> TestCaseResult {
    let at = world.at(when);
    let facts = request.over(
        &world.person(who, at),
        world.snapshot.register(),
        at,
        PlaceFact::read,
    );
    let bound = world.snapshot.bind(&facts, at, LATEST);
    let mut reused = Decision::default();
    for (decision, (index, deployment)) in world
        .decisions(&facts, at, LATEST)
        .into_iter()
        .zip(world.snapshot.deployments())
    {
        let id = &deployment.id;
        prop_assert_eq!(
            decision.verdict.permits(),
            decision.reasons.is_empty(),
            "{}: {:?}",
            id,
            decision
        );
        prop_assert!(
            decision.reasons.iter().all(|reason| reason.state.stops()),
            "{}: {:?}",
            id,
            decision
        );
        let obliges = decision.verdict == Verdict::PermitWithObligations;
        prop_assert_eq!(
            obliges,
            !decision.obligations.is_empty(),
            "{}: {:?}",
            id,
            decision
        );
        prop_assert!(
            decision.valid_until.is_none_or(|until| until > at),
            "{}: {:?}",
            id,
            decision
        );
        world.snapshot.decide(&bound, index, &mut reused);
        prop_assert_eq!(&reused, &decision, "{}", id);
    }
    for (model, entry) in world.snapshot.models() {
        let decision = world.snapshot.decide_model(&bound, model);
        prop_assert_eq!(
            decision.verdict.permits(),
            decision.reasons.is_empty(),
            "{}: {:?}",
            &entry.id,
            decision
        );
    }
    Ok(())
}

/// Without a claim that counts nothing is permitted.
pub(crate) fn silent(world: &World, who: Index, request: &Request, when: &When) -> TestCaseResult {
    let at = world.at(when);
    let mut facts = request.over(
        &world.person(who, at),
        world.snapshot.register(),
        at,
        PlaceFact::read,
    );
    facts.claims.retain(|claim| {
        !claim.source.is_presence() && !matches!(claim.source, ClaimSource::Directory | ClaimSource::Trip)
    });
    for decision in world.decisions(&facts, at, LATEST) {
        prop_assert_eq!(decision.verdict, Verdict::Deny, "{:?}", decision);
    }
    Ok(())
}

/// For fixed other facts, with the directory's default and open trips already applied, and for non-empty E within E',
/// E' is never decided more favourably than E. A text that is no code names no place: E holds one that is.
pub(crate) fn monotone(
    world: &World,
    (who, request, when): (Index, &Request, &When),
    trip: Option<&RandomClaim>,
    few: &[&'static str],
    more: &[&'static str],
) -> TestCaseResult {
    if !few.iter().any(|text| territory::Place::parse(text).is_ok()) {
        return Ok(());
    }
    let at = world.at(when);
    let facts = |places: &[&'static str]| {
        let badges = places.iter().copied().map(RandomClaim::badge);
        let request = Request {
            claims: Some(badges.chain(trip.cloned()).collect()),
            ..request.clone()
        };
        request.over(
            &world.person(who, at),
            world.snapshot.register(),
            at,
            PlaceFact::read,
        )
    };
    let before = world.decisions(&facts(few), at, LATEST);
    let after = world.decisions(&facts(&[few, more].concat()), at, LATEST);
    for ((before, after), (_, deployment)) in before.iter().zip(&after).zip(world.snapshot.deployments()) {
        prop_assert!(
            after.verdict >= before.verdict,
            "{}: {:?} became {:?}",
            &deployment.id,
            before,
            after
        );
        let states: BTreeMap<Basis, State> = after
            .reasons
            .iter()
            .map(|reason| (reason.basis, reason.state))
            .collect();
        for reason in &before.reasons {
            let now = states.get(&reason.basis).copied().unwrap_or_default();
            prop_assert!(
                now >= reason.state,
                "{}: {:?} became {:?}",
                &deployment.id,
                before,
                after
            );
        }
    }
    Ok(())
}

/// Until `valid_until` the same facts are decided in the same way.
pub(crate) fn lasting(
    world: &World,
    (who, request, when): (Index, &Request, &When),
    later: &[u32],
) -> TestCaseResult {
    const YEAR: i64 = 31_536_000;
    let at = world.at(when);
    let facts = request.over(
        &world.person(who, at),
        world.snapshot.register(),
        at,
        PlaceFact::read,
    );
    let first = world.decisions(&facts, at, LATEST);
    let Some(until) = first
        .first()
        .map(|decision| decision.valid_until.unwrap_or(at.plus(YEAR)))
    else {
        return Ok(());
    };
    let last = until.0 - at.0 - 1;
    let inside = later.iter().map(|part| i64::from(*part) % (last + 1));
    for then in inside.chain([last, 1.min(last)]).map(|after| at.plus(after)) {
        let again = world.decisions(&facts, then, LATEST);
        for ((first, again), (_, deployment)) in first.iter().zip(&again).zip(world.snapshot.deployments()) {
            let id = &deployment.id;
            prop_assert_eq!(
                first.verdict,
                again.verdict,
                "{} at {} and {}: {:?}, {:?}",
                id,
                at,
                then,
                first,
                again
            );
            prop_assert_eq!(&first.reasons, &again.reasons, "{} at {} and {}", id, at, then);
            prop_assert_eq!(&first.lifts, &again.lifts, "{} at {} and {}", id, at, then);
            prop_assert_eq!(
                first.obligations,
                again.obligations,
                "{} at {} and {}",
                id,
                at,
                then
            );
        }
    }
    Ok(())
}

/// A place with two codes is the same place by either, wherever a request names it.
pub(crate) fn double_codes(world: &World, who: Index, request: &Request, when: &When) -> TestCaseResult {
    let at = world.at(when);
    let facts = |read| request.over(&world.person(who, at), world.snapshot.register(), at, read);
    let (by_code, by_alias) = (facts(read_by_code), facts(read_by_alias));
    let decided = world.decisions(&by_code, at, LATEST);
    prop_assert_eq!(&decided, &world.decisions(&by_alias, at, LATEST));
    prop_assert_eq!(by_code, by_alias);
    Ok(())
}

fn read_by_code(text: &str) -> PlaceFact {
    PlaceFact::read(code_of(text))
}

/// Reads the last of a place's other codes in place of its own.
fn read_by_alias(text: &str) -> PlaceFact {
    let code = code_of(text);
    let alias = territory::aliases().filter(|(_, of)| *of == code).last();
    PlaceFact::read(alias.map_or(code, |(alias, _)| alias))
}

fn code_of(text: &str) -> &str {
    territory::aliases()
        .find(|(alias, _)| *alias == text)
        .map_or(text, |(_, code)| code)
}
