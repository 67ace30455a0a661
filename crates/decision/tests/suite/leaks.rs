//! What an explanation never tells: negotiated words, legal advice, and anything about anybody else.

use crate::bank::{BANK, compile, instant};
use decision::cases::facts_of;
use decision::{Explanation, Facts, LATEST, Snapshot, explain};
use register::model::{Clause, Disclosure, Effect, Instant, Person, PlaceFact, Register, Words};
use std::collections::BTreeSet;

/// A text that stands nowhere by chance.
const CANARY: &str = "canary";

/// A place of which nobody of the demo bank is a citizen, and which no sheet, list or site names.
const CITIZENSHIP: &str = "BT";

/// The demo bank with a canary in every text that is not for staff, and contract words that these may read.
fn with_canaries(disclose: impl Fn(usize) -> Disclosure) -> Register {
    let mut register = BANK.clone();
    for (index, clause) in register
        .instruments
        .iter_mut()
        .flat_map(|instrument| &mut instrument.clauses)
        .enumerate()
    {
        let disclose = disclose(index);
        clause.words = Some(Words {
            text: format!("{CANARY}-words-{index}"),
            disclose,
        });
        mark(clause, index);
    }
    for (index, group) in register.groups.iter_mut().enumerate() {
        if let Some(reading) = &mut group.reading {
            reading.by = format!("{CANARY}-by-{index}");
            reading.note = Some(format!("{CANARY}-note-{index}"));
        }
    }
    for version in register.lists.iter_mut().flat_map(|list| &mut list.versions) {
        version.source = Some(format!("{CANARY}-source"));
    }
    register
}

fn mark(clause: &mut Clause, index: usize) {
    for reading in &mut clause.readings {
        reading.by = format!("{CANARY}-by-{index}");
        reading.note = Some(format!("{CANARY}-note-{index}"));
    }
    match &mut clause.effect {
        Effect::NoBearing { by, reason, .. } => {
            *by = format!("{CANARY}-by-{index}");
            *reason = format!("{CANARY}-reason-{index}");
        }
        Effect::Recorded(reason) => *reason = format!("{CANARY}-reason-{index}"),
        _ => {}
    }
    if let Some(citation) = &mut clause.citation {
        citation.document = format!("{CANARY}-document-{index}");
    }
}

/// Every text of an explanation, and the whole as text. Names each field, so that a new one is not forgotten.
fn strings(explanation: &Explanation) -> Vec<String> {
    let Explanation {
        verdict: _,
        model,
        model_name,
        deployment,
        headline,
        reasons,
        lifts,
        alternatives,
        cure,
        ask,
        obligations,
        valid_until: _,
        snapshot,
        at: _,
    } = explanation.clone();
    let mut all = vec![explanation.text(), model, model_name, headline, snapshot];
    all.extend(deployment.into_iter().chain(ask).chain(obligations));
    all.extend(cure.map(|cure| cure.text));
    for reason in reasons {
        all.extend([
            reason.instrument,
            reason.instrument_name,
            reason.reference,
            reason.title,
            reason.plain,
        ]);
        all.extend(reason.words.into_iter().chain(reason.licensor));
        for fact in reason.facts {
            all.extend([fact.what, fact.value]);
            all.extend(fact.source);
        }
    }
    all.extend(
        lifts
            .into_iter()
            .flat_map(|lift| [lift.by, lift.plain, lift.lifted]),
    );
    all.extend(
        alternatives
            .into_iter()
            .flat_map(|other| [other.model, other.name, other.deployment, other.inference]),
    );
    all
}

/// What somebody is told about every model, somewhere and at some instant.
fn told(snapshot: &Snapshot, facts: &Facts, at: Instant) -> Vec<Explanation> {
    let bound = snapshot.bind(facts, at, LATEST);
    let decided = snapshot
        .models()
        .map(|(index, model)| (&model.id, snapshot.decide_model(&bound, index)));
    let mut told: Vec<_> = decided
        .map(|(model, decision)| explain(snapshot, facts, model, &decision, at, LATEST))
        .collect();
    told.push(explain::unknown_model(snapshot, facts, "no-such-model", at));
    told
}

fn people_somewhere(register: &Register, places: &[&str], mut take: impl FnMut(&Person, Facts, Instant)) {
    for person in &register.people {
        for from in places.iter().map(|place| [PlaceFact::read(place)]) {
            for at in ["2026-06-20T12:00:00Z", "2026-11-20T09:00:00Z"].map(instant) {
                take(person, facts_of(register, person, &from, at), at);
            }
        }
        let at = instant("2026-11-20T09:00:00Z");
        take(person, facts_of(register, person, &[], at), at);
    }
}

#[test]
fn explanations_tell_no_confidential_words() {
    let register = with_canaries(|index| {
        if index.is_multiple_of(2) {
            Disclosure::Legal
        } else {
            Disclosure::Licensor
        }
    });
    let snapshot = compile(register);
    people_somewhere(snapshot.register(), &["HK"], |person, facts, at| {
        for explanation in told(&snapshot, &facts, at) {
            let leak = strings(&explanation)
                .into_iter()
                .find(|text| text.contains(CANARY));
            assert_eq!(
                leak, None,
                "`{}` about `{}` at {at}",
                person.id, explanation.model
            );
        }
    });
}

#[test]
fn explanations_show_words_that_staff_may_read() {
    let disclose = |index: usize| {
        if index.is_multiple_of(2) {
            Disclosure::Staff
        } else {
            Disclosure::Public
        }
    };
    let snapshot = compile(with_canaries(disclose));
    let mut shown = BTreeSet::new();
    people_somewhere(snapshot.register(), &["CN"], |person, facts, at| {
        for explanation in told(&snapshot, &facts, at) {
            let text = explanation.text();
            for reason in explanation
                .reasons
                .iter()
                .filter(|reason| reason.missing.is_none())
            {
                let words = words_of(&snapshot, &reason.instrument, &reason.reference);
                assert_eq!(
                    reason.words, words,
                    "`{}` about `{}`",
                    person.id, explanation.model
                );
                let words = words.unwrap();
                assert!(
                    text.contains(&words),
                    "`{}` about `{}`: {text}",
                    person.id,
                    explanation.model
                );
                shown.insert(words);
            }
            let secret =
                ["note", "by", "reason", "document", "source"].map(|what| format!("{CANARY}-{what}"));
            for text in strings(&explanation) {
                assert!(
                    !secret.iter().any(|secret| text.contains(secret)),
                    "`{}`: {text}",
                    person.id
                );
            }
        }
    });
    assert!(shown.len() > 40, "only {} clauses were shown", shown.len());
}

fn words_of(snapshot: &Snapshot, instrument: &str, reference: &str) -> Option<String> {
    let register = snapshot.register();
    let instrument = register.instruments.iter().find(|other| other.id == instrument)?;
    let clause = instrument
        .clauses
        .iter()
        .find(|clause| clause.reference == reference)?;
    clause.words.as_ref().map(|words| words.text.clone())
}

/// The bank's own register as it is: words without a disclosure stay with the legal role.
#[test]
fn explanations_of_the_bank_keep_its_contracts() {
    let clauses = BANK.instruments.iter().flat_map(|instrument| &instrument.clauses);
    let confidential: Vec<&str> = clauses
        .filter_map(|clause| clause.words.as_ref())
        .filter(|words| matches!(words.disclose, Disclosure::Legal | Disclosure::Licensor))
        .map(|words| words.text.as_str())
        .collect();
    assert!(!confidential.is_empty());
    let snapshot = compile(BANK.clone());
    people_somewhere(&BANK, &["MO"], |person, facts, at| {
        for text in told(&snapshot, &facts, at).iter().flat_map(strings) {
            assert!(
                !confidential.iter().any(|words| text.contains(words)),
                "`{}`: {text}",
                person.id
            );
        }
    });
}

#[test]
fn explanations_tell_nothing_of_anybody_else() {
    let snapshot = compile(BANK.clone());
    people_somewhere(&BANK, &["GB"], |person, mut facts, at| {
        facts.person.citizenships = vec![PlaceFact::read(CITIZENSHIP)];
        let others = BANK.people.iter().filter(|other| other.id != person.id);
        let names: Vec<&str> = others
            .flat_map(|other| [other.id.as_str(), other.name.as_str()])
            .collect();
        for text in told(&snapshot, &facts, at).iter().flat_map(strings) {
            let of_others = text.replace(&person.id, "").replace(&person.name, "");
            assert!(
                !names.iter().any(|name| of_others.contains(name)),
                "`{}`: {text}",
                person.id
            );
            assert!(
                !text.contains("Bhutan") && !text.contains("(BT)"),
                "citizenship of `{}`: {text}",
                person.id
            );
        }
    });
}

/// With everybody else gone from the register, everybody is told the very same.
#[test]
fn explanations_do_not_depend_on_anybody_else() {
    let snapshot = compile(BANK.clone());
    let at = instant("2026-11-20T09:00:00Z");
    for person in &BANK.people {
        let mut alone = BANK.clone();
        alone.people.retain(|other| other.id == person.id);
        alone.grants.retain(|grant| grant.person == person.id);
        let facts = facts_of(&BANK, person, &[], at);
        assert_eq!(
            told(&snapshot, &facts, at),
            told(&compile(alone), &facts, at),
            "`{}`",
            person.id
        );
    }
}
