//! From a person named on the command line to the facts of a decision.

use crate::arguments::Question;
use crate::clock;
use crate::exit::UsageError;
use decision::{Facts, Snapshot};
use register::model::{Instant, Person, PlaceFact, Register};

/// Facts, and the two instants at which they are put to a snapshot.
pub(crate) struct Asked {
    /// The facts.
    pub(crate) facts: Facts,
    /// Instant of the decision.
    pub(crate) at: Instant,
    /// As known when.
    pub(crate) known_at: Instant,
}

impl Asked {
    /// The facts of a question about a person of the register.
    pub(crate) fn of(snapshot: &Snapshot, question: &Question) -> Result<Self, UsageError> {
        let register = snapshot.register();
        let person = person(register, &question.person)?;
        let at = question.at.unwrap_or_else(clock::now);
        let from: Vec<PlaceFact> = question.from.iter().copied().map(PlaceFact::Known).collect();
        let mut facts = decision::cases::facts_of(register, person, &from, at);
        facts.request.purpose = question.purpose.unwrap_or(facts.request.purpose);
        facts.request.data = question.data.unwrap_or(facts.request.data);
        Ok(Self {
            facts,
            at,
            known_at: question.known_at.unwrap_or(decision::LATEST),
        })
    }
}

/// The same question as it would be typed again.
pub(crate) fn retyped(question: &Question) -> String {
    let mut words = format!("--person {}", question.person);
    let mut add =
        |option: &str, value: &dyn std::fmt::Display| words.push_str(&format!(" --{option} {value}"));
    question.from.iter().for_each(|place| add("from", place));
    question.at.iter().for_each(|at| add("at", at));
    question.known_at.iter().for_each(|at| add("known-at", at));
    question
        .purpose
        .iter()
        .for_each(|purpose| add("purpose", purpose));
    question.data.iter().for_each(|class| add("data", class));
    words
}

/// A person of the register.
pub(crate) fn person<'a>(register: &'a Register, id: &str) -> Result<&'a Person, UsageError> {
    let ids = || register.people.iter().map(|person| person.id.as_str());
    register
        .people
        .iter()
        .find(|person| person.id == id)
        .ok_or_else(|| UsageError::no_such("person", id, ids()))
}
