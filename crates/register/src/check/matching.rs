//! Clauses that can never match: most are slips of the pen, and a clause that never denies is worth a look.

use super::Known;
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::glob;
use crate::model::{Clause, Effect, EmploymentTest, Instrument, Model, PlaceSetName, Polarity, Test, Worker};
use std::collections::BTreeSet;
use territory::{Absent, Definition, Member};

/// With more models than any catalogue has, scopes are not compared with each of them.
const MODELS: usize = 2_000;

pub(super) fn check(known: &Known<'_>, sink: &Sink) {
    let groups = known
        .register
        .groups
        .iter()
        .filter(|group| group.reading.is_some());
    let sets = Sets {
        definitions: groups
            .map(|group| (group.id.as_str(), &group.definition))
            .collect(),
    };
    for instrument in &known.register.instruments {
        let covered = covered(known, instrument);
        // What a variant copied was looked at where it is written.
        let own = |clause: &&Clause| clause.position.path == instrument.position.path;
        for clause in instrument.clauses.iter().filter(own) {
            if let Some(why) = never(clause, &covered, &sets) {
                let message = format!("clause {} can never match: {why}", quoted(&clause.reference));
                sink.report(Diagnostic::warning(
                    "never-matches",
                    clause.position.clone(),
                    message,
                ));
            }
        }
    }
}

/// Models that an instrument, or what it stands on, covers; every model where none of them covers any.
fn covered<'a>(known: &Known<'a>, instrument: &'a Instrument) -> Vec<&'a Model> {
    let stack = known.stack(&instrument.id);
    let globs: Vec<&String> = stack
        .iter()
        .filter_map(|id| known.instruments.get(id))
        .flat_map(|instrument| &instrument.covers)
        .collect();
    let fits = |model: &&Model| globs.is_empty() || globs.iter().any(|glob| glob::matches(glob, &model.id));
    known.register.models.iter().filter(fits).collect()
}

fn never(clause: &Clause, covered: &[&Model], sets: &Sets<'_>) -> Option<String> {
    let validity = clause.validity;
    if validity
        .from
        .zip(validity.to)
        .is_some_and(|(from, to)| from >= to)
    {
        return Some("its dates lie outside those of its instrument".to_owned());
    }
    let scope = &clause.scope;
    let models = |model: &&&Model| {
        let named = scope.models.is_empty() || scope.models.iter().any(|glob| glob::matches(glob, &model.id));
        named && scope.modality.is_none_or(|modality| modality == model.modality)
    };
    // Where no model is known yet, nothing can be said.
    if (1..=MODELS).contains(&covered.len()) && !covered.iter().any(|model| models(&model)) {
        return Some("no model that its instrument covers is in its scope".to_owned());
    }
    let Effect::Conditions(conditions) = &clause.effect else {
        return None;
    };
    conditions
        .iter()
        .find_map(|condition| outside_scope(clause, &condition.test).or_else(|| sets.never(&condition.test)))
}

fn outside_scope(clause: &Clause, test: &Test) -> Option<String> {
    let scope = &clause.scope;
    let excluded = match test {
        Test::Employment(EmploymentTest::EmployerStopped) => disjoint(&scope.workers, &[Worker::Contractor]),
        Test::Employment(EmploymentTest::Workers(workers)) => disjoint(&scope.workers, workers),
        Test::Purposes(purposes) => disjoint(&scope.purposes, purposes),
        Test::Accounts(accounts) => disjoint(&scope.accounts, accounts),
        _ => false,
    };
    excluded.then(|| "its `for` excludes what it tests".to_owned())
}

/// Whether a scope, where it names anything, names none of these.
fn disjoint<T: PartialEq>(scope: &[T], tested: &[T]) -> bool {
    !scope.is_empty() && !scope.iter().any(|word| tested.contains(word))
}

/// Sets of places whose members somebody fixed.
struct Sets<'a> {
    definitions: std::collections::BTreeMap<&'a str, &'a Definition>,
}

impl Sets<'_> {
    fn never(&self, test: &Test) -> Option<String> {
        let (polarity, set) = match test {
            Test::Places { polarity, set, .. } | Test::TierInPlaces { polarity, set, .. } => (*polarity, set),
            Test::Unfiled { set, .. } | Test::BeneficiaryIn(set) => (Polarity::In, set),
            _ => return None,
        };
        let definition = match set {
            PlaceSetName::Group(id) => self.definitions.get(id.as_str())?,
            PlaceSetName::Inline(definition) => definition,
            PlaceSetName::List(_) => return None,
        };
        match polarity {
            Polarity::In => empty(definition).then(|| "no place is in its set".to_owned()),
            Polarity::NotIn => whole(definition).then(|| "every place is in its set".to_owned()),
        }
    }
}

fn empty(definition: &Definition) -> bool {
    let except: BTreeSet<_> = definition.except.iter().collect();
    let left = |member: &Member| !matches!(member, Member::Place(place) if except.contains(place));
    let doubt = definition.disputed.len() + definition.unknown.len();
    doubt == 0 && definition.absent == Absent::Outside && !definition.members.iter().any(left)
}

fn whole(definition: &Definition) -> bool {
    let exceptions = definition.except.len() + definition.disputed.len() + definition.unknown.len();
    exceptions == 0 && definition.members.contains(&Member::World)
}
