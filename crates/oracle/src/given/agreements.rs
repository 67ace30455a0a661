//! Which instruments apply to a deployment, and for whom its agreements hold.

use super::affiliates::Affiliates;
use crate::places::is_known;
use crate::text::{Standing, Text};
use register::model::{Clause, Deployment, Effect, Instrument, Layer};
use std::collections::BTreeSet;

/// The instruments of one deployment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreements {
    /// Named by the deployment, and what those stand on.
    pub(crate) agreements: BTreeSet<String>,
    /// Those, law and house rules.
    pub(crate) instruments: BTreeSet<String>,
    /// Whether one of the agreements covers model and channel for every entity.
    pub(crate) for_anybody: bool,
    /// Entities for which one of the agreements covers model and channel.
    pub(crate) licensed: BTreeSet<String>,
    /// Whether one of the agreements in force covers the model, for whomever and by whatever channel.
    pub(crate) model_covered: bool,
}

impl Agreements {
    /// Works out what applies to a deployment.
    pub(crate) fn of(deployment: &Deployment, text: &Text) -> Self {
        let agreements = stood_on(deployment, text);
        let everywhere = |one: &&Instrument| {
            matches!(one.layer, Layer::Law | Layer::House)
                && covers(one, deployment, true)
                && reaches(one, deployment)
        };
        let general = text
            .register
            .instruments
            .iter()
            .filter(everywhere)
            .map(|one| one.id.clone());
        let instruments = agreements.iter().cloned().chain(general).collect();
        let mut found = Self {
            agreements,
            instruments,
            ..Self::default()
        };
        found.license(deployment, text);
        found
    }

    fn license(&mut self, deployment: &Deployment, text: &Text) {
        let own: Vec<&Instrument> = text
            .register
            .instruments
            .iter()
            .filter(|one| self.agreements.contains(&one.id))
            .collect();
        let in_force =
            |one: &&&Instrument| is_known(one.known_from, text.known_at) && one.validity.contains(text.at);
        let affiliates =
            covers_affiliates(&own, deployment, text).then(|| Affiliates::under(&own, deployment, text));
        for one in own
            .iter()
            .filter(in_force)
            .filter(|one| covers(one, deployment, false))
        {
            self.model_covered = true;
            match &one.licensee {
                _ if !reaches(one, deployment) => {}
                None => self.for_anybody = true,
                Some(licensee) => {
                    self.licensed.insert(licensee.clone());
                    self.licensed
                        .extend(affiliates.iter().flat_map(|all| all.of(licensee)));
                }
            }
        }
    }
}

/// The deployment's agreements, and what they stand on. A variant that the deployment names stands in for its base.
fn stood_on(deployment: &Deployment, text: &Text) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = deployment.agreements.iter().cloned().collect();
    let mut open: Vec<String> = deployment.agreements.clone();
    while let Some(id) = open.pop() {
        let Some(instrument) = text.register.instruments.iter().find(|one| one.id == id) else {
            continue;
        };
        for base in &instrument.stands_on {
            let met = deployment
                .agreements
                .iter()
                .any(|named| text.stands_for(named, base));
            if !met && found.insert(base.clone()) {
                open.push(base.clone());
            }
        }
    }
    found
}

/// Whether an instrument covers the model of a deployment; one that names no models covers any, or none of its own.
fn covers(instrument: &Instrument, deployment: &Deployment, if_none_named: bool) -> bool {
    let named = instrument
        .covers
        .iter()
        .any(|glob| matches_glob(glob, &deployment.model));
    named || (instrument.covers.is_empty() && if_none_named)
}

fn reaches(instrument: &Instrument, deployment: &Deployment) -> bool {
    instrument.channels.is_empty() || instrument.channels.contains(&deployment.channel)
}

fn covers_affiliates(own: &[&Instrument], deployment: &Deployment, text: &Text) -> bool {
    own.iter().any(|one| {
        one.clauses
            .iter()
            .any(|clause| clause.effect == Effect::CoversAffiliates && counts(one, clause, deployment, text))
    })
}

/// Whether a clause that gives others their meaning does so: in force beyond doubt, for this model and account.
pub(super) fn counts(instrument: &Instrument, clause: &Clause, deployment: &Deployment, text: &Text) -> bool {
    let standing = Standing::of(instrument, clause, text.at, text.known_at);
    let scope = &clause.scope;
    let model = text
        .register
        .models
        .iter()
        .find(|model| model.id == deployment.model);
    standing.is_some_and(|standing| standing.valid && !standing.doubted)
        && (scope.models.is_empty()
            || scope
                .models
                .iter()
                .any(|glob| matches_glob(glob, &deployment.model)))
        && scope
            .modality
            .is_none_or(|modality| model.is_some_and(|model| model.modality == modality))
        && (scope.accounts.is_empty() || scope.accounts.contains(&deployment.account))
}

/// Whether a text matches a pattern in which `*` stands for any run of characters.
fn matches_glob(glob: &str, text: &str) -> bool {
    let Some((start, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut tail) = text.strip_prefix(start) else {
        return false;
    };
    loop {
        if matches_glob(rest, tail) {
            return true;
        }
        let mut characters = tail.chars();
        if characters.next().is_none() {
            return false;
        }
        tail = characters.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let check = |glob, text, expected| assert_eq!(matches_glob(glob, text), expected, "{glob} {text}");
        check("gpt", "gpt", true);
        check("gpt", "gpt-5", false);
        check("gpt*", "gpt-5", true);
        check("*", "", true);
        check("claude-*-4*", "claude-opus-4-5", true);
        check("claude-*-4", "claude-opus-4-5", false);
        check("*a*a", "aa", true);
        check("*a*a", "a", false);
    }
}
