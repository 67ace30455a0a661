//! The register's own tests and invariants, run whenever a snapshot is compiled. One failure refuses the snapshot.

mod never;

use crate::explain;
use crate::facts::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
};
use crate::snapshot::Snapshot;
use crate::verdict::{Basis, Decision, Verdict};
use register::model::{Case, DataClass, Instant, Person, PlaceFact, Purpose, Register, Worker};
use register::source::Position;

/// What came of a register's tests and invariants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseReport {
    /// Inline tests that ran.
    pub tests: usize,
    /// Invariants that were checked.
    pub invariants: usize,
    /// Decisions made to check the invariants.
    pub checked: usize,
    /// What does not hold.
    pub failures: Vec<CaseFailure>,
}

/// A test or invariant that does not hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CaseFailure {
    /// What was expected and what came out.
    pub message: String,
    /// Where it is written.
    pub position: Position,
}

/// How far invariants are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Single places: what a snapshot is refused by. Since more places never permit more, pairs add nothing to it.
    Places,
    /// Single places and pairs of them, which does not take that for granted.
    Pairs,
}

/// Runs every inline test and checks every invariant; `at` is the instant of tests that name none.
pub fn run(snapshot: &Snapshot, at: Instant, depth: Depth) -> CaseReport {
    let register = snapshot.register();
    let mut report = CaseReport {
        tests: register.tests.len(),
        invariants: register.nevers.len(),
        ..CaseReport::default()
    };
    for case in &register.tests {
        if let Err(message) = run_case(snapshot, case, at) {
            report.failures.push(CaseFailure {
                message,
                position: case.position.clone(),
            });
        }
    }
    never::run(snapshot, at, depth, &mut report);
    report
}

/// Facts about a person of the register, as evidence from its own data would give them.
///
/// `from` are places in which a network zone sees the person; without any, the directory's place stands.
pub fn facts_of(register: &Register, person: &Person, from: &[PlaceFact], at: Instant) -> Facts {
    let application = person.application.as_ref();
    let application = application.and_then(|id| register.applications.iter().find(|app| app.id == *id));
    Facts {
        person: PersonFacts {
            id: person.id.clone(),
            worker: person.worker,
            citizenships: person
                .citizenships
                .iter()
                .copied()
                .map(PlaceFact::Known)
                .collect(),
            us_status: person.us_status,
            groups: person.groups.clone(),
            named: NamedUser::Of(person.named_in.clone()),
            residence: person.residence.clone(),
            assigned_site: person.site.clone(),
            entitlement: Entitlement::ByRegister,
            screening: Screening {
                result: Some(ScreeningResult::Clean),
                screened_at: Some(at),
            },
        },
        claims: claims_of(person, from, at),
        entity: person.entity.clone(),
        engaging_entity: person.engaging_entity.clone(),
        request: RequestFacts {
            purpose: application
                .and_then(|app| app.purposes.first().copied())
                .unwrap_or(Purpose::Coding),
            data: application
                .and_then(|app| app.data.first().copied())
                .unwrap_or(DataClass::Internal),
            end_users: (person.worker == Worker::Service).then(|| person.end_users.clone()),
            residency: application.and_then(|app| app.residency.clone()),
            output_to: application.map(|app| app.output_to.clone()).unwrap_or_default(),
            beneficiary: None,
            human_review: application.is_some_and(|app| app.human_review),
            registered_application: application.is_some_and(|app| app.registered),
            patterns: Vec::new(),
            resale: application.is_some_and(|app| app.resale),
            exception: None,
            side_call: None,
        },
        egress: Vec::new(),
    }
}

fn claims_of(person: &Person, from: &[PlaceFact], at: Instant) -> Vec<Claim> {
    let claim = |source, place: &PlaceFact| Claim {
        source,
        place: (*place != PlaceFact::Unknown).then(|| place.clone()),
        site: None,
        marked: false,
        observed_at: at,
        trip: None,
    };
    let mut claims = vec![claim(ClaimSource::Directory, &person.place)];
    claims.extend(from.iter().map(|place| claim(ClaimSource::Zone, place)));
    if let (Some(site), [_, rest @ ..]) = (&person.site, claims.as_mut_slice()) {
        // a zone claim of the assigned place names the assigned site
        rest.iter_mut()
            .filter(|zone| zone.place.as_ref() == Some(&person.place))
            .for_each(|zone| {
                zone.site = Some(site.clone());
            });
    }
    claims
}

fn run_case(snapshot: &Snapshot, case: &Case, at: Instant) -> Result<(), String> {
    let register = snapshot.register();
    let person = register.people.iter().find(|person| person.id == case.person);
    let person = person.ok_or_else(|| format!("there is no person `{}`", case.person))?;
    let model = snapshot
        .model_index(&case.model)
        .ok_or_else(|| format!("there is no model `{}`", case.model))?;
    let at = case.at.unwrap_or(at);
    let known_at = case.known_at.unwrap_or(crate::LATEST);
    let from: Vec<_> = case.from.iter().map(|origin| origin.place.clone()).collect();
    let mut facts = facts_of(register, person, &from, at);
    facts.request.purpose = case.purpose.unwrap_or(facts.request.purpose);
    facts.request.data = case.data.unwrap_or(facts.request.data);
    let decision = snapshot.decide_model(&snapshot.bind(&facts, at, known_at), model);
    let found = found(snapshot, &decision);
    let about = format!("`{}` asks for `{}`", case.person, case.model);
    if decision.verdict.as_str() != case.expect.decision {
        return Err(format!("{about}: expected {}, got {found}", case.expect.decision));
    }
    if let Some((instrument, reference)) = &case.expect.clause
        && !names_clause(snapshot, &decision, instrument, reference)
    {
        return Err(format!(
            "{about}: expected clause `{instrument} {reference}`, got {found}"
        ));
    }
    let obligations: Vec<_> = decision
        .obligations
        .iter()
        .map(register::model::Obligation::as_str)
        .collect();
    if let Some(lacking) = case
        .expect
        .obligations
        .iter()
        .find(|o| !obligations.contains(&o.as_str()))
    {
        return Err(format!(
            "{about}: expected the obligation `{lacking}`, got {found}"
        ));
    }
    if case.expect.alternatives.is_empty() {
        return Ok(());
    }
    let alternatives = explain::alternatives(snapshot, &snapshot.bind(&facts, at, known_at), Some(model));
    match case
        .expect
        .alternatives
        .iter()
        .find(|id| !alternatives.iter().any(|other| other.model == **id))
    {
        Some(lacking) => Err(format!(
            "{about}: expected the alternative `{lacking}`, which is not permitted"
        )),
        None => Ok(()),
    }
}

fn names_clause(snapshot: &Snapshot, decision: &Decision, instrument: &str, reference: &str) -> bool {
    let reasons = decision.reasons.iter().filter_map(|reason| match reason.basis {
        Basis::Clause(clause) => Some(clause),
        Basis::Missing(_) => None,
    });
    let lifts = decision.lifts.iter().map(|lift| lift.by);
    reasons
        .chain(lifts)
        .filter_map(|clause| snapshot.clause(clause))
        .any(|(found, clause)| clause.reference == reference && snapshot.core().stands_for(found, instrument))
}

/// Verdict and reasons in one line.
fn found(snapshot: &Snapshot, decision: &Decision) -> String {
    let reasons: Vec<_> = decision
        .reasons
        .iter()
        .map(|reason| explain::reason_line(snapshot, reason))
        .collect();
    let verdict = decision.verdict;
    if verdict == Verdict::Permit || reasons.is_empty() {
        return verdict.as_str().to_owned();
    }
    format!("{} by {}", verdict.as_str(), reasons.join(", "))
}
