//! What cannot be carried over: refused where it could matter, otherwise noted down and announced.

use super::Dialect;
use std::collections::BTreeSet;

/// Something in a request or an answer that the other protocol has no words for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be carried over to another protocol (at `{place}`)")]
pub struct NotTranslatable {
    /// What it is, in the words of the protocol in which it came.
    pub what: String,
    /// Where it stands, keys and positions joined by dots; empty for the body itself.
    pub place: String,
    /// What to do about it.
    pub help: String,
}

/// Outcome of reading or writing a part of a conversation.
pub(super) type Outcome<T> = Result<T, NotTranslatable>;

/// Longest word quoted from a body, in bytes.
const LONGEST_QUOTE: usize = 60;

impl NotTranslatable {
    /// A feature that only the protocol of the request has.
    pub(super) fn feature(what: impl Into<String>, place: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            place: place.into(),
            help: "leave it out, or ask for a model that is offered in this protocol".to_owned(),
        }
    }

    /// A feature that goes by a name of its own, such as a type of tool.
    pub(super) fn named(kind: &str, name: &str, place: impl Into<String>) -> Self {
        Self::feature(format!("{kind} `{}`", quoted(name)), place)
    }

    /// Something that the protocol of the request does not allow either.
    pub(super) fn malformed(key: &str, expected: &str) -> Self {
        Self {
            what: format!("a `{}` that is not {expected}", quoted(key)),
            place: quoted(key),
            help: "see the reference of the protocol in which the request is put".to_owned(),
        }
    }

    /// Two dialects between which nothing is translated.
    pub(super) fn pair(from: Dialect, to: Dialect) -> Self {
        Self::feature(
            format!("a request of {} meant for {}", from.name(), to.name()),
            String::new(),
        )
    }

    /// The same, seen from one level further out.
    #[must_use]
    pub(super) fn within(mut self, place: &str) -> Self {
        let inner = std::mem::take(&mut self.place);
        self.place = if inner.is_empty() {
            place.to_owned()
        } else {
            format!("{place}.{inner}")
        };
        self
    }
}

/// A word of a body, cut where it is long, without anything that would break a line.
pub(super) fn quoted(word: &str) -> String {
    let mut quoted = String::new();
    for c in word.chars() {
        if quoted.len() + c.len_utf8() > LONGEST_QUOTE {
            break;
        }
        quoted.push(if c.is_control() || c == '`' { '?' } else { c });
    }
    quoted
}

/// Harmless things that are not carried over, each noted once.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeSet<String>);

impl Notes {
    /// More kinds of things than this are not told apart.
    const MOST: usize = 40;

    /// Notes that something was left out.
    pub(super) fn add(&mut self, what: &str) {
        if self.0.len() < Self::MOST && !self.0.contains(what) {
            self.0.insert(quoted(what));
        }
    }

    /// Notes that something was left out, if it was there.
    pub(super) fn add_if(&mut self, there: bool, what: &str) {
        if there {
            self.add(what);
        }
    }

    /// What was noted, in the order of the alphabet.
    pub(super) fn into_list(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}
