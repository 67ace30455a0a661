//! Every kind of clause decides: with a clause of it two neighbouring requests are told apart, without it they are not.

mod nested;
mod rows;

use decision::{
    Basis, Claim, ClaimSource, Decision, Entitlement, Facts, LATEST, NamedUser, PersonFacts, RequestFacts,
    Screening, ScreeningResult, Snapshot, Verdict,
};
use register::model::{
    DataClass, Effect, Instant, Kind, Outcome, PlaceFact, PlaceSetName, Purpose, Register, Test, Worker,
};
use register::source::Source;
use std::collections::BTreeSet;
use territory::{Absent, Definition, Member, Place};

/// A request about one deployment.
#[derive(Clone, Debug)]
struct Ask {
    facts: Facts,
    deployment: &'static str,
    at: Instant,
}

/// A change of a request.
type Change = fn(&mut Ask);

/// A clause of a kind, and two requests that it tells apart.
struct Row {
    kind: &'static str,
    /// The file in which it stands: `terms`, `side`, which ranks above it, `law` or `house`.
    file: &'static str,
    /// What stands in any case, such as a clause that it lifts: in the terms, or in the law where it is law.
    beside: &'static str,
    /// The clause; its reference is `C`.
    clause: &'static str,
    /// What stands in its place where it is taken away.
    instead: &'static str,
    /// A request that it leaves alone, and the decision then.
    one: (Change, &'static str),
    /// A request that it concerns, and the decision then.
    other: (Change, &'static str),
    /// The decision about the latter where it is taken away.
    without: &'static str,
}

/// A kind, an effect of it, and whether the register read it as that.
type Recorded = (&'static str, &'static str, fn(&Effect) -> bool);

/// Kinds whose clauses are recorded and decide nothing, each with the effect that says so.
const RECORDED: &[Recorded] = &[
    ("distill.allowed", "recorded = \"forbids nothing\"", |effect| {
        matches!(effect, Effect::Recorded(_))
    }),
    ("audit.licensor", "recorded = \"a duty of records\"", |effect| {
        matches!(effect, Effect::Recorded(_))
    }),
    (
        "audit.verify_identity",
        "recorded = \"a duty of records\"",
        |effect| matches!(effect, Effect::Recorded(_)),
    ),
    ("time.update_by_reference", "list = \"supported\"", |effect| {
        matches!(effect, Effect::Recorded(_))
    }),
    (
        "order.precedence",
        "order = [\"order-form\", \"agreement\"]",
        |effect| matches!(effect, Effect::Precedence(_)),
    ),
    (
        "order.contracting_party",
        "parties = [{ in = [\"DE\"], name = \"One\" }, { name = \"Other\" }]",
        |effect| matches!(effect, Effect::ContractingParty(_)),
    ),
];

/// Kinds whose clauses are reasons or exceptions.
pub(crate) fn that_decide() -> impl Iterator<Item = &'static str> {
    rows::ROWS
        .iter()
        .filter(|row| !structures(row))
        .map(|row| row.kind)
}

/// The register of these rows without any clause.
pub(crate) fn without_clauses() -> Register {
    register("terms", "", "")
}

/// The register of each row; the same with a set of places that is hard on whoever tests it; and both again, where a
/// person is asked instead of denying.
pub(crate) fn registers() -> Vec<Register> {
    let with = |row: &Row| register(row.file, row.beside, &headed(row.kind, row.clause));
    let denying: Vec<Register> = rows::ROWS.iter().map(with).collect();
    let hard: Vec<Register> = denying.iter().cloned().map(with_hard_sets).collect();
    let asking: Vec<Register> = denying.iter().chain(&hard).cloned().map(asking).collect();
    [denying, hard, asking].concat()
}

/// Puts a set with parts carved out, open questions and gaps in the place of every set that a condition tests.
fn with_hard_sets(mut register: Register) -> Register {
    let places = |codes: &[&str]| {
        codes
            .iter()
            .map(|code| Place::parse(code).unwrap())
            .collect::<Vec<_>>()
    };
    let hard = PlaceSetName::Inline(Definition {
        members: places(&["UA", "US", "CN", "FR"])
            .into_iter()
            .map(Member::Place)
            .collect(),
        except: places(&["UA-43", "UA-40", "MO", "FR-75C"]),
        disputed: places(&["TW", "UA-14"]),
        unknown: places(&["KR", "GB"]),
        absent: Absent::Outside,
    });
    for clause in register
        .instruments
        .iter_mut()
        .flat_map(|instrument| &mut instrument.clauses)
    {
        let Effect::Conditions(conditions) = &mut clause.effect else {
            continue;
        };
        for condition in conditions {
            match &mut condition.test {
                Test::Places { set, .. }
                | Test::TierInPlaces { set, .. }
                | Test::Unfiled { set, .. }
                | Test::BeneficiaryIn(set)
                | Test::UnsupportedOwners { list: set, .. } => *set = hard.clone(),
                _ => {}
            }
        }
    }
    register
}

fn asking(mut register: Register) -> Register {
    for clause in register
        .instruments
        .iter_mut()
        .flat_map(|instrument| &mut instrument.clauses)
    {
        if let Effect::Conditions(conditions) = &mut clause.effect {
            conditions
                .iter_mut()
                .for_each(|condition| condition.outcome = Outcome::Review);
        }
    }
    register
}

/// The person of these rows, as known at an instant.
pub(crate) fn somebody(seen: Instant) -> Facts {
    let Ask { mut facts, .. } = ask();
    facts.claims.iter_mut().for_each(|claim| claim.observed_at = seen);
    facts.person.screening.screened_at = Some(seen);
    facts
}

/// Whether the clause of a row gives others their meaning, or only obliges.
fn structures(row: &Row) -> bool {
    let register = register(row.file, row.beside, &headed(row.kind, row.clause));
    let mut clauses = register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses);
    let clause = clauses.find(|clause| clause.reference == "C").unwrap();
    match &clause.effect {
        Effect::Conditions(conditions) => conditions.is_empty(),
        Effect::Lift(_) => false,
        _ => true,
    }
}

fn headed(kind: &str, body: &str) -> String {
    format!("[[clause]]\nref = \"C\"\nplain = \"A clause.\"\nkind = \"{kind}\"\n{body}\n")
}

/// The register of these rows, with the text of a clause in one of its files and another beside it.
fn register(file: &str, beside: &str, clause: &str) -> Register {
    let text = |name: &str, header: &str| {
        let clause = if name == file { clause } else { "" };
        let home = if file == "law" { "law" } else { "terms" };
        let beside = if name == home { beside } else { "" };
        Source {
            path: format!("{name}.toml"),
            text: format!("{header}\n{beside}\n{clause}\n"),
        }
    };
    let sources = [
        Source {
            path: "base.toml".to_owned(),
            text: rows::BASE.to_owned(),
        },
        text("terms", rows::TERMS),
        text("side", rows::SIDE),
        text("law", "[instrument]\nid = \"law\"\nlayer = \"law\"\n"),
        text("house", "[instrument]\nid = \"house\"\nlayer = \"house\"\n"),
    ];
    let outcome = register::parse(&sources);
    outcome
        .register
        .unwrap_or_else(|| panic!("{clause}\n{:#?}", outcome.diagnostics))
}

/// An employee in the London office who codes, about a deployment that runs in the United States.
fn ask() -> Ask {
    let at = crate::bank::instant("2026-11-20T09:00:00Z");
    let claim = Claim {
        source: ClaimSource::Badge,
        place: Some(PlaceFact::read("GB")),
        site: Some("london".to_owned()),
        marked: false,
        observed_at: at,
        trip: None,
    };
    let person = PersonFacts {
        id: "somebody".to_owned(),
        worker: Worker::Employee,
        citizenships: vec![PlaceFact::read("US")],
        us_status: None,
        groups: vec!["staff".to_owned()],
        named: NamedUser::OfNone,
        residence: PlaceFact::read("GB"),
        assigned_site: None,
        entitlement: Entitlement::ByRegister,
        screening: Screening {
            result: Some(ScreeningResult::Clean),
            screened_at: Some(at),
        },
    };
    let request = RequestFacts {
        purpose: Purpose::Coding,
        data: DataClass::Internal,
        end_users: None,
        residency: None,
        output_to: Vec::new(),
        beneficiary: None,
        human_review: false,
        registered_application: false,
        patterns: Vec::new(),
        resale: false,
        exception: None,
        side_call: None,
    };
    let entity = "bank".to_owned();
    let facts = Facts {
        person,
        claims: vec![claim],
        engaging_entity: entity.clone(),
        entity,
        request,
        egress: Vec::new(),
    };
    Ask {
        facts,
        deployment: "here",
        at,
    }
}

/// Decides, and says whether clause `C` was a reason, or an exception used.
fn decided(register: &Register, change: Change) -> (Decision, bool) {
    decide(register, change, |_| LATEST)
}

/// The same, as known at the instant of the request.
fn decided_as_known(register: &Register, change: Change) -> (Decision, bool) {
    decide(register, change, |at| at)
}

fn decide(
    register: &Register,
    change: impl FnOnce(&mut Ask),
    known_at: fn(Instant) -> Instant,
) -> (Decision, bool) {
    let mut ask = ask();
    let was = ask.at;
    change(&mut ask);
    if ask.at != was {
        // evidence is as fresh as ever
        ask.facts
            .claims
            .iter_mut()
            .for_each(|claim| claim.observed_at = ask.at);
        ask.facts.person.screening.screened_at = Some(ask.at);
    }
    let snapshot = Snapshot::compile_untested(register.clone(), "test").unwrap();
    let deployment = snapshot.deployment_index(ask.deployment).unwrap();
    let mut decision = Decision::default();
    decision::decide(
        &snapshot,
        &ask.facts,
        ask.at,
        known_at(ask.at),
        deployment,
        &mut decision,
    );
    let reasons = decision.reasons.iter().filter_map(|reason| match reason.basis {
        Basis::Clause(clause) => Some(clause),
        Basis::Missing(_) => None,
    });
    let mut spoke = reasons.chain(decision.lifts.iter().map(|lift| lift.by));
    let speaks = spoke.any(|clause| {
        snapshot
            .clause(clause)
            .is_some_and(|(_, clause)| clause.reference == "C")
    });
    (decision, speaks)
}

fn check(row: &Row) {
    let kind = row.kind;
    let with = register(row.file, row.beside, &headed(kind, row.clause));
    let without = register(row.file, row.beside, row.instead);
    let verdict = |decision: &Decision| decision.verdict.as_str();
    let (one, other) = (decided(&with, row.one.0), decided(&with, row.other.0));
    let taken_away = decided(&without, row.other.0);
    assert_eq!(verdict(&one.0), row.one.1, "{kind}, one request: {:?}", one.0);
    assert_eq!(
        verdict(&other.0),
        row.other.1,
        "{kind}, the other request: {:?}",
        other.0
    );
    assert_eq!(
        verdict(&taken_away.0),
        row.without,
        "{kind}, without the clause: {:?}",
        taken_away.0
    );
    if matches!(kind, "evidence.required" | "evidence.all_places") {
        // they name what stops the request anyway: that no place is usable, or a conflict of places
        assert!(other.1 && !one.1 && !taken_away.1, "{kind}");
        return;
    }
    assert_ne!(row.one.1, row.other.1, "{kind} tells the two requests apart");
    assert_ne!(row.other.1, row.without, "{kind} makes the difference");
    let refuses = !other.0.verdict.permits();
    let lifts = one.0.verdict == Verdict::Deny;
    assert!(
        structures(row) || other.1 == (refuses || lifts),
        "{kind} is named: {:?}",
        other.0
    );
}

#[test]
fn kinds_flip_decisions() {
    rows::ROWS.iter().for_each(check);
}

/// What a clause structures it structures while it is valid and known, as every clause.
#[test]
fn kinds_that_structure_do_so_in_their_time() {
    for row in rows::ROWS
        .iter()
        .filter(|row| row.kind.starts_with("affiliate") && structures(row))
    {
        for dates in [
            "effective = 2026-11-21",
            "expires = 2026-11-19",
            "known_from = 2026-11-21",
        ] {
            let clause = format!("{}\n{dates}", row.clause);
            let with = register(row.file, row.beside, &headed(row.kind, &clause));
            // known at the instant of the request
            let (decision, _) = decided_as_known(&with, row.other.0);
            assert_eq!(
                decision.verdict.as_str(),
                row.without,
                "{} with {dates}: {decision:?}",
                row.kind
            );
        }
    }
}

#[test]
fn kinds_that_are_recorded_decide_nothing() {
    for (kind, body, is_recorded) in RECORDED {
        let with = register("terms", "", &headed(kind, body));
        let clauses = with.instruments.iter().flat_map(|instrument| &instrument.clauses);
        let recorded: Vec<_> = clauses
            .filter(|clause| clause.kind == Kind::parse(kind))
            .collect();
        assert!(
            !recorded.is_empty() && recorded.iter().all(|clause| is_recorded(&clause.effect)),
            "{kind}"
        );
        let (decision, spoke) = decided(&with, |_| {});
        assert_eq!((decision.verdict, spoke), (Verdict::Permit, false), "{kind}");
    }
}

#[test]
fn kinds_are_all_here() {
    let flipping = rows::ROWS.iter().map(|row| row.kind);
    let recorded = RECORDED.iter().map(|(kind, ..)| *kind);
    let named: Vec<Kind> = flipping
        .chain(recorded)
        .map(|kind| Kind::parse(kind).unwrap())
        .collect();
    let distinct: BTreeSet<Kind> = named.iter().copied().collect();
    assert_eq!(distinct, Kind::ALL.iter().copied().collect());
    assert_eq!(named.len(), distinct.len(), "a kind stands here once");
}
