//! A whole clause: its conditions, its exceptions, its status and its obligations.

use super::condition::{About, Put};
use super::employer::concerns;
use super::exception::{ActsOn, Lifting};
use super::formula::{Exception, Formula, Grades};
use super::print::{Block, Printed};
use super::{Live, Scribe, scope};
use decision::State;
use register::model::{Condition, Effect, Obliged, Outcome, Test};

/// The parts of a clause before they are put together.
struct Ruling {
    /// States by its conditions, with all other exceptions.
    conditions: Grades,
    /// Exceptions for the person wherever, as far as they are never unclear.
    anywhere: Exception,
}

impl Scribe<'_, '_> {
    /// The policies of one clause.
    pub(crate) fn policies_of(&self, live: &Live) -> Vec<Printed> {
        let applies = scope::applies(live);
        let mut policies = self.forbids(live, &applies);
        if !live.standing.valid || live.clause.obliges.is_empty() {
            return policies;
        }
        let unmet = self.grades(live, About::Person).any().not();
        for obliged in &live.clause.obliges {
            if let Obliged::Known(obligation) = obliged {
                let blocks = vec![Block::when(applies.clone()), Block::when(unmet.clone())];
                policies.extend(Printed::oblige(live, obligation.as_str(), blocks));
            }
        }
        policies
    }

    fn forbids(&self, live: &Live, applies: &Formula) -> Vec<Printed> {
        let ruling = self.ruling(live, About::Person);
        let Grades {
            met,
            unknown,
            unclear,
        } = ruling.conditions.clone();
        if live.standing.doubted {
            let blocks = vec![
                Block::when(applies.clone()),
                Block::when(ruling.conditions.any()),
                Block::unless(ruling.anywhere.holds),
            ];
            return Printed::forbid(live, State::Unclear, blocks)
                .into_iter()
                .collect();
        }
        let fires = |state, condition: Formula| {
            let blocks = vec![
                Block::when(applies.clone()),
                Block::when(condition),
                Block::unless(ruling.anywhere.holds.clone()),
            ];
            Printed::forbid(live, state, blocks)
        };
        let all = [
            fires(State::Met, met),
            fires(State::Unknown, unknown),
            fires(State::Unclear, unclear),
        ];
        all.into_iter().flatten().collect()
    }

    /// The states of a clause, wherever it applies.
    pub(crate) fn grades(&self, live: &Live, about: About) -> Grades {
        let ruling = self.ruling(live, about);
        let grades = ruling.conditions.lifted(&ruling.anywhere);
        if live.standing.doubted {
            grades.at_most(State::Unclear)
        } else {
            grades
        }
    }

    fn ruling(&self, live: &Live, about: About) -> Ruling {
        let mut exceptions = self.exceptions(live);
        let is_anywhere = |one: &Lifting| one.acts_on == ActsOn::Anywhere;
        let mut anywhere = Exception::any(exceptions.iter().filter(|one| is_anywhere(one)));
        let mut inside = Exception::default();
        if anywhere.is_never_unclear() {
            exceptions.retain(|one| !is_anywhere(one));
        } else {
            // what is left unclear of the parts of a whole decides about the whole, so it must come first
            inside = std::mem::take(&mut anywhere);
        }
        let all = conditions_of(live, self.text.known_at);
        let put = |at: usize| Put {
            live,
            at,
            exceptions: &exceptions,
            about,
        };
        let asked = all.iter().enumerate().filter(|(_, condition)| {
            concerns(&condition.test, about) && (live.standing.valid || condition.test == Test::OutsideTerm)
        });
        let mut conditions = Grades::max_of(asked.map(|(at, condition)| self.condition(&put(at), condition)));
        if about == About::Person && live.standing.valid && obliges_in_other_words(live) {
            conditions = conditions.max(Grades::when(State::Unknown, Formula::True).lifted(&inside));
        }
        Ruling { conditions, anywhere }
    }
}

/// Whether the clause obliges to something that nobody can fulfil, so that whatever carries it is denied.
fn obliges_in_other_words(live: &Live) -> bool {
    live.clause
        .obliges
        .iter()
        .any(|obliged| matches!(obliged, Obliged::Other(_)))
}

/// The conditions of a clause; one that nobody has read is always met.
fn conditions_of(live: &Live, known_at: register::model::Instant) -> Vec<Condition> {
    let unread = || {
        vec![Condition {
            test: Test::Always,
            outcome: Outcome::Deny,
        }]
    };
    match &live.clause.effect {
        Effect::Conditions(conditions) => conditions.clone(),
        Effect::Unread => unread(),
        Effect::NoBearing { known_from, .. } if known_at < *known_from => unread(),
        Effect::NoBearing { .. }
        | Effect::Lift(_)
        | Effect::Defines(_)
        | Effect::CoversAffiliates
        | Effect::DefinesAffiliate { .. }
        | Effect::Precedence(_)
        | Effect::ContractingParty(_)
        | Effect::Recorded(_) => Vec::new(),
    }
}
