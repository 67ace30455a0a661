//! What each kind of clause does and which keys it takes. New kinds are added here and in the model, by review.

mod acts;
mod parties;
mod places;

use crate::model::{Kind, PlaceSubject};

/// Keys of `deny` and `review` that every kind takes.
pub(crate) const ANY_KIND: &[&str] = &["accounts", "always"];

/// Keys of a clause that only some kinds take.
pub(crate) const OWN_KEYS: &[&str] = &[
    "defines",
    "affiliate",
    "days",
    "order",
    "parties",
    "list",
    "seats",
];

/// What the clauses of a kind are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Denies, or asks for review.
    Decides,
    /// Gives other clauses their meaning.
    Structures,
    /// Obliges.
    Obliges,
    /// Acts only as an exception.
    Excepts,
    /// Decides nothing.
    Recorded,
}

impl Role {
    /// As a word of the reference.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Decides => "decides",
            Self::Structures => "structures",
            Self::Obliges => "obliges",
            Self::Excepts => "excepts",
            Self::Recorded => "recorded",
        }
    }
}

/// One kind, as the reader and the reference know it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The kind.
    pub(crate) kind: Kind,
    /// What its clauses are for.
    pub(crate) role: Role,
    /// What they do, one sentence; for recorded kinds, why they decide nothing.
    pub(crate) does: &'static str,
    /// Keys of `deny` and `review`, besides those of every kind.
    pub(crate) takes: &'static [&'static str],
    /// Whose places `in` and `not_in` test.
    pub(crate) places: Option<PlaceSubject>,
    /// Keys of the clause itself.
    pub(crate) own: &'static [&'static str],
    /// Whether the kind says everything, so that no key is needed.
    pub(crate) complete: bool,
    /// Where such clauses were seen.
    pub(crate) source: &'static str,
}

impl Entry {
    /// Whether this kind takes a key in `deny` or `review`.
    pub(crate) fn takes(&self, key: &str) -> bool {
        self.takes.contains(&key) || ANY_KIND.contains(&key)
    }

    /// All keys that this kind takes in `deny` and `review`.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.takes.iter().chain(ANY_KIND).copied()
    }

    const fn at(self, subject: PlaceSubject) -> Self {
        Self {
            places: Some(subject),
            ..self
        }
    }

    const fn own(self, own: &'static [&'static str]) -> Self {
        Self { own, ..self }
    }

    const fn complete(self) -> Self {
        Self {
            complete: true,
            ..self
        }
    }

    const fn seen(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

const fn entry(kind: Kind, role: Role, takes: &'static [&'static str], does: &'static str) -> Entry {
    Entry {
        kind,
        role,
        does,
        takes,
        places: None,
        own: &[],
        complete: false,
        source: "",
    }
}

const fn decides(kind: Kind, takes: &'static [&'static str], does: &'static str) -> Entry {
    entry(kind, Role::Decides, takes, does)
}

/// Every kind, in the order of the model.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    places::KINDS.iter().chain(parties::KINDS).chain(acts::KINDS)
}

/// What is known of a kind.
pub(crate) fn of(kind: Kind) -> &'static Entry {
    const NONE: &Entry = &entry(Kind::ControlSeparation, Role::Decides, &[], "");
    all().find(|entry| entry.kind == kind).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::DENY;

    #[test]
    fn every_kind_is_described_once_in_the_order_of_the_model() {
        let described: Vec<Kind> = all().map(|entry| entry.kind).collect();
        let mut sorted = described.clone();
        sorted.sort();
        assert_eq!(sorted, Kind::ALL);
        assert_eq!(described.len(), 58);
    }

    #[test]
    fn every_key_of_a_kind_is_a_key_of_the_language() {
        for entry in all() {
            assert!(
                entry.does.ends_with('.') && !entry.source.is_empty(),
                "{}",
                entry.kind
            );
            for name in entry.keys() {
                assert!(DENY.key(name).is_some(), "{} takes {name}", entry.kind);
            }
            assert!(
                entry.own.iter().all(|key| OWN_KEYS.contains(key)),
                "{}",
                entry.kind
            );
            assert_eq!(entry.takes("in"), entry.places.is_some(), "{}", entry.kind);
        }
    }

    #[test]
    fn every_key_of_a_condition_is_taken_by_some_kind() {
        for key in DENY.keys {
            assert!(
                all().any(|entry| entry.takes(key.name)),
                "no kind takes {}",
                key.name
            );
        }
    }
}
