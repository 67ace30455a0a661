//! Makes a disagreement as small as it gets, so that a person can read it.

use crate::compare::{Question, fresh};
use register::model::{Clause, Effect, PlaceList, Register, Scope};

/// A smaller register and request that still disagree.
pub(crate) fn shrink(register: &Register, question: &Question) -> (Register, Question) {
    let mut best = (register.clone(), question.clone());
    for _ in 0..4 {
        let before = (best.0.clone(), format!("{:?}", best.1));
        for step in register_steps(&best.0) {
            attempt(&mut best, |register, _| step(register));
        }
        for step in question_steps() {
            attempt(&mut best, |_, question| step(question));
        }
        for at in (0..8).rev() {
            attempt(&mut best, |_, question| remove(&mut question.facts.claims, at));
            attempt(&mut best, |_, question| {
                question
                    .facts
                    .request
                    .end_users
                    .iter_mut()
                    .for_each(|users| remove(users, at));
            });
            attempt(&mut best, |_, question| {
                remove(&mut question.facts.request.output_to, at)
            });
            attempt(&mut best, |_, question| {
                remove(&mut question.facts.person.citizenships, at)
            });
        }
        if before.0 == best.0 && before.1 == format!("{:?}", best.1) {
            break;
        }
    }
    best
}

fn attempt(best: &mut (Register, Question), change: impl FnOnce(&mut Register, &mut Question)) {
    let (mut register, mut question) = best.clone();
    change(&mut register, &mut question);
    if fresh(&register, &question).is_some() {
        *best = (register, question);
    }
}

fn remove<T>(from: &mut Vec<T>, at: usize) {
    if at < from.len() {
        from.remove(at);
    }
}

type Step<T> = Box<dyn Fn(&mut T)>;

fn register_steps(register: &Register) -> Vec<Step<Register>> {
    let mut steps: Vec<Step<Register>> = Vec::new();
    for at in (0..register.instruments.len()).rev() {
        for clause in (0..register.instruments[at].clauses.len()).rev() {
            steps.push(Box::new(move |register| {
                remove(&mut register.instruments[at].clauses, clause)
            }));
            for simpler in clause_steps() {
                steps.push(Box::new(move |register| {
                    register.instruments[at]
                        .clauses
                        .get_mut(clause)
                        .into_iter()
                        .for_each(simpler);
                }));
            }
        }
        steps.push(Box::new(move |register| {
            register.instruments[at].known_from = None
        }));
        steps.push(Box::new(move |register| {
            register.instruments[at].stands_on.clear()
        }));
    }
    for at in 0..register.lists.len() {
        for n in (0..4).rev() {
            steps.push(Box::new(move |register| {
                remove(&mut register.lists[at].changes, n)
            }));
            steps.push(Box::new(move |register| {
                remove(&mut register.lists[at].versions, n)
            }));
            steps.push(Box::new(move |register| {
                simpler_version(&mut register.lists[at], n)
            }));
        }
    }
    for at in 0..register.groups.len() {
        steps.push(Box::new(move |register| {
            let definition = &mut register.groups[at].definition;
            definition.disputed.clear();
            definition.unknown.clear();
        }));
        steps.push(Box::new(move |register| {
            register.groups[at].definition.except.clear()
        }));
        for n in (0..5).rev() {
            steps.push(Box::new(move |register| {
                remove(&mut register.groups[at].definition.members, n)
            }));
        }
    }
    for at in 0..register.entities.len() {
        for n in (0..4).rev() {
            steps.push(Box::new(move |register| {
                remove(&mut register.entities[at].owners, n)
            }));
        }
    }
    steps.push(Box::new(|register| register.grants.clear()));
    steps
}

fn simpler_version(list: &mut PlaceList, n: usize) {
    if let Some(version) = list.versions.get_mut(n) {
        version.known_from = None;
        version.definition.disputed.clear();
        version.definition.unknown.clear();
    }
}

fn clause_steps() -> [fn(&mut Clause); 8] {
    [
        |clause| clause.scope = Scope::default(),
        |clause| clause.status.clear(),
        |clause| clause.obliges.clear(),
        |clause| clause.readings.clear(),
        |clause| clause.known_from = None,
        |clause| clause.validity = register::model::Span::ALWAYS,
        |clause| {
            if let Effect::Conditions(conditions) = &mut clause.effect {
                conditions.truncate(1);
            }
        },
        |clause| {
            if let Effect::Lift(lift) = &mut clause.effect {
                lift.clauses.truncate(1);
                lift.if_inference_not_in = None;
                lift.if_entity_in = None;
                lift.max_days = None;
            }
        },
    ]
}

fn question_steps() -> Vec<Step<Question>> {
    vec![
        Box::new(|question| question.facts.egress.clear()),
        Box::new(|question| question.facts.person.groups.clear()),
        Box::new(|question| question.facts.request.residency = None),
        Box::new(|question| question.facts.request.beneficiary = None),
        Box::new(|question| question.facts.request.end_users = None),
        Box::new(|question| question.facts.request.patterns.clear()),
        Box::new(|question| question.facts.request.exception = None),
        Box::new(|question| question.facts.request.side_call = None),
        Box::new(|question| question.facts.person.us_status = None),
        Box::new(|question| {
            question
                .facts
                .claims
                .iter_mut()
                .for_each(|claim| claim.site = None)
        }),
    ]
}
