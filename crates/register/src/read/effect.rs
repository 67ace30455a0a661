//! What a clause does: exactly one of the ways in which a clause can act.

use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::language::kinds::{self, Role};
use crate::model::{Condition, Effect, Kind, Obligation, Obliged, Outcome, Test};
use crate::source::Position;
use crate::tree::Entry;

/// Keys by which a clause acts; those in one row go together, and no others.
const WAYS: &[&[&str]] = &[
    &["deny", "review", "obliges"],
    &["lifts", "obliges"],
    &["recorded"],
    &["no_bearing"],
    &["defines"],
    &["affiliate"],
    &["days"],
    &["order"],
    &["parties"],
    &["list"],
];

impl<'a> Reader<'a> {
    /// The effect, and where the lifted clauses are named.
    pub(super) fn effect(
        &self,
        entry: &Entry<'a>,
        kind: Option<Kind>,
        scope: Scope<'a>,
    ) -> (Effect, Vec<Position>) {
        self.one_way(entry);
        self.lift_keys(entry);
        if let Some(at) = entry.entry("no_bearing") {
            return (self.no_bearing(&at).unwrap_or(Effect::Unread), Vec::new());
        }
        let Some(kind) = kind.map(kinds::of) else {
            // A word that is no kind was reported; only a clause that says nothing is unread.
            if !entry.has("kind") {
                self.unread(
                    entry,
                    "give it a `kind`, or let a reader record that it has `no_bearing`",
                );
            }
            return (Effect::Unread, Vec::new());
        };
        self.own_keys(entry, kind);
        if let Some(reason) = entry.string("recorded") {
            return (Effect::Recorded(reason), Vec::new());
        }
        if entry.has("lifts") {
            let (lift, positions) = self.lift(entry, scope);
            return (Effect::Lift(Box::new(lift)), positions);
        }
        let effect = self
            .structure(entry, kind, scope)
            .unwrap_or_else(|| self.conditions(entry, kind));
        (effect, Vec::new())
    }

    fn one_way(&self, entry: &Entry<'a>) {
        let keys: Vec<&str> = entry.pairs().iter().map(|(word, _)| word.text).collect();
        let acting: Vec<&str> = keys
            .into_iter()
            .filter(|key| WAYS.iter().any(|way| way.contains(key)))
            .collect();
        let together = WAYS.iter().any(|way| acting.iter().all(|key| way.contains(key)));
        if let ([.., last], false) = (acting.as_slice(), together) {
            let all: Vec<_> = acting.iter().map(|key| format!("`{key}`")).collect();
            let message = format!("{} do not go together in one clause", all.join(" and "));
            let error = Diagnostic::error("conflicting-keys", entry.spot_of(last).position(), message);
            self.sink
                .report(error.help("a clause denies, or lifts, or defines, or is recorded: split it in two"));
        }
    }

    fn own_keys(&self, entry: &Entry<'a>, kind: &'static kinds::Entry) {
        let denies = ["deny", "review"].into_iter().filter(|key| entry.has(key));
        for key in denies.filter(|_| kind.role == Role::Excepts) {
            let message = format!("`{key}` means nothing in a clause of kind `{}`", kind.kind);
            let error = Diagnostic::error("key-not-for-kind", entry.spot_of(key).position(), message);
            self.sink.report(error.help(needs(kind)));
        }
        for key in kinds::OWN_KEYS
            .iter()
            .filter(|key| entry.has(key) && !kind.own.contains(key))
        {
            let takers: Vec<_> = kinds::all().filter(|other| other.own.contains(key)).collect();
            let takers: Vec<_> = takers.iter().map(|other| format!("`{}`", other.kind)).collect();
            let message = format!("`{key}` means nothing in a clause of kind `{}`", kind.kind);
            let error = Diagnostic::error("key-not-for-kind", entry.spot_of(key).position(), message);
            self.sink
                .report(error.help(format!("it belongs to {}", takers.join(", "))));
        }
    }

    fn no_bearing(&self, at: &Entry<'a>) -> Option<Effect> {
        let (by, reason) = (at.string("by")?, at.string("reason")?);
        Some(Effect::NoBearing {
            by,
            known_from: self.start(at, "known_from")?,
            reason,
        })
    }

    /// What a clause denies or asks for, or that nothing decides.
    fn conditions(&self, entry: &Entry<'a>, kind: &'static kinds::Entry) -> Effect {
        let mut conditions = Vec::new();
        for (key, outcome) in [("deny", Outcome::Deny), ("review", Outcome::Review)] {
            let tests = entry
                .entry(key)
                .map(|at| self.tests(&at, kind))
                .unwrap_or_default();
            conditions.extend(tests.into_iter().map(|test| Condition { test, outcome }));
        }
        if conditions.is_empty() && kind.complete {
            return self.complete(kind);
        }
        if !conditions.is_empty() || !entry.strings("obliges").is_empty() {
            return Effect::Conditions(conditions);
        }
        if kind.role == Role::Recorded {
            return Effect::Recorded(kind.does.to_owned());
        }
        // A condition that says something, but wrongly, was reported already.
        let says = |key| {
            entry
                .entry(key)
                .is_some_and(|at: Entry<'a>| !at.pairs().is_empty())
        };
        if !says("deny") && !says("review") {
            self.unread(entry, &needs(kind));
        }
        Effect::Unread
    }

    /// What a kind does that needs no key.
    fn complete(&self, kind: &'static kinds::Entry) -> Effect {
        let test = match kind.kind {
            Kind::AffiliateUnderAccount => return Effect::CoversAffiliates,
            Kind::TerritorySourceIp => Test::PlaceClausesOnEgress,
            Kind::EvidenceRequired => Test::EvidenceRequired,
            Kind::EvidenceAllPlaces => Test::AllPlacesAllowed,
            _ => return Effect::Unread,
        };
        Effect::Conditions(vec![Condition {
            test,
            outcome: Outcome::Deny,
        }])
    }

    fn unread(&self, entry: &Entry<'a>, help: &str) {
        let reference = entry
            .text("ref")
            .map_or_else(String::new, |word| quoted(word.text));
        let message = format!("clause {reference} is unread and denies wherever it applies");
        self.sink
            .report(Diagnostic::warning("unread-clause", entry.spot().position(), message).help(help));
    }

    /// Obligations; one that no gateway knows denies every permit that would carry it.
    pub(super) fn obliges(&self, entry: &Entry<'a>) -> Vec<Obliged> {
        let known = || Obligation::ALL.iter().map(|word| word.as_str());
        let read = |word: crate::tree::Word<'a>| {
            Obligation::parse(word.text).map_or_else(
                || {
                    let message = format!(
                        "nothing can fulfil {}, so every permit that carries it is denied",
                        quoted(word.text)
                    );
                    let listed =
                        || format!("known are {}", known().map(quoted).collect::<Vec<_>>().join(", "));
                    let help = self.sink.did_you_mean(word.text, known()).unwrap_or_else(listed);
                    let warning = Diagnostic::warning("unknown-obligation", word.spot.position(), message);
                    self.sink.report(warning.help(help));
                    Obliged::Other(word.text.to_owned())
                },
                Obliged::Known,
            )
        };
        entry.texts("obliges").into_iter().map(read).collect()
    }
}

/// What a clause of this kind has to say.
fn needs(kind: &'static kinds::Entry) -> String {
    let name = kind.kind;
    let own: Vec<_> = kind.own.iter().map(|key| format!("`{key}`")).collect();
    let takes: Vec<_> = kind.takes.iter().map(|key| format!("`{key}`")).collect();
    match (kind.role, own.is_empty(), takes.is_empty()) {
        (Role::Excepts, ..) => format!("a clause of kind `{name}` is an exception: say what it `lifts`"),
        (Role::Obliges, ..) => format!("a clause of kind `{name}` `obliges`, or is `recorded` with a reason"),
        (.., false) => format!(
            "say what it denies: kind `{name}` takes {} in `deny` or `review`",
            takes.join(", ")
        ),
        (_, false, true) => format!(
            "a clause of kind `{name}` takes {}, or is `recorded` with a reason",
            own.join(", ")
        ),
        (_, true, true) => {
            format!("kind `{name}` takes `always` in `deny` or `review`, or `recorded` with a reason")
        }
    }
}
