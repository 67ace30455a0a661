//! Places: those that must be known, those that are facts, and where inference may run.

use super::Reader;
use crate::diagnose::Diagnostic;
use crate::model::{HostingPlace, PlaceFact};
use crate::tree::{Entry, Word};
use territory::{Place, PlaceError};

impl<'a> Reader<'a> {
    /// A place that must be known.
    pub(super) fn place(&self, word: Word<'_>) -> Option<Place> {
        let found = Place::parse(word.text);
        found
            .map_err(|error| self.sink.report(self.no_place(word, &error)))
            .ok()
    }

    fn no_place(&self, word: Word<'_>, error: &PlaceError) -> Diagnostic {
        let help = self.sink.place_help(error);
        Diagnostic::error("unknown-place", word.spot.position(), error.to_string()).maybe_help(help)
    }

    /// Places that must be known.
    pub(super) fn places(&self, entry: &Entry<'a>, key: &str) -> Vec<Place> {
        entry
            .texts(key)
            .into_iter()
            .filter_map(|word| self.place(word))
            .collect()
    }

    /// A place as a fact; a text that nobody recognises stays one, and somebody should look.
    pub(super) fn fact(&self, word: Word<'_>) -> PlaceFact {
        if word.text == "unknown" {
            return PlaceFact::Unknown;
        }
        if let Err(error) = Place::parse(word.text) {
            let help = self.sink.place_help(&error);
            let warning = Diagnostic::warning("unrecognised-place", word.spot.position(), error.to_string());
            self.sink.report(warning.maybe_help(help));
        }
        PlaceFact::read(word.text)
    }

    /// A place as a fact; unknown where it is not given.
    pub(super) fn fact_of(&self, entry: &Entry<'a>, key: &str) -> PlaceFact {
        entry.text(key).map(|word| self.fact(word)).unwrap_or_default()
    }

    /// Places as facts.
    pub(super) fn facts(&self, entry: &Entry<'a>, key: &str) -> Vec<PlaceFact> {
        entry.texts(key).into_iter().map(|word| self.fact(word)).collect()
    }

    /// Where inference may run.
    pub(super) fn hosting(&self, entry: &Entry<'a>, key: &str) -> Vec<HostingPlace> {
        entry
            .texts(key)
            .into_iter()
            .filter_map(|word| self.hosting_place(word))
            .collect()
    }

    fn hosting_place(&self, word: Word<'_>) -> Option<HostingPlace> {
        if word.text == "*" {
            return Some(HostingPlace::Anywhere);
        }
        if let Some(code) = word.text.strip_prefix("*-") {
            return self
                .place(Word { text: code, ..word })
                .map(HostingPlace::AnywhereBut);
        }
        if word.text == "unknown" {
            // Where nobody knows, inference may run anywhere, and that has a sign of its own.
            let message = "inference in a place that nobody knows may run anywhere";
            let error = Diagnostic::error("unknown-place", word.spot.position(), message);
            self.sink.report(error.help("write `\"*\"`"));
            return None;
        }
        match self.fact(word) {
            PlaceFact::Known(place) => Some(HostingPlace::Place(place)),
            PlaceFact::Unknown | PlaceFact::Unrecognised(_) => {
                Some(HostingPlace::Unrecognised(word.text.to_owned()))
            }
        }
    }
}
