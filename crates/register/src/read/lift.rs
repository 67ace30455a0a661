//! Exceptions: which clauses they lift, for which places, on which conditions.

use super::{Reader, Scope};
use crate::diagnose::Diagnostic;
use crate::model::{Lift, LiftPlaces};
use crate::source::Position;
use crate::tree::Entry;

impl<'a> Reader<'a> {
    /// Reports keys of an exception on a clause that lifts nothing, and the other way round.
    pub(super) fn lift_keys(&self, entry: &Entry<'a>) {
        let lifts = entry.has("lifts");
        for key in ["for_places", "if"]
            .into_iter()
            .filter(|key| entry.has(key) && !lifts)
        {
            let message = format!("`{key}` stands in a clause that lifts nothing");
            let error = Diagnostic::error("no-exception", entry.spot_of(key).position(), message);
            self.sink
                .report(error.help("name the clauses that it takes away in `lifts`"));
        }
        if lifts && entry.texts("lifts").is_empty() {
            let message = "this exception lifts nothing";
            self.sink.report(Diagnostic::error(
                "no-exception",
                entry.spot_of("lifts").position(),
                message,
            ));
        }
        let days = entry.entry("if").filter(|at| at.has("max_days"));
        let trip = entry
            .text("for_places")
            .is_some_and(|word| word.text == "open-trip");
        if let Some(at) = days.filter(|_| !trip) {
            let message = "`max_days` counts the days of a trip, and this exception is for no trip";
            let error = Diagnostic::error("days-without-trip", at.spot_of("max_days").position(), message);
            self.sink.report(error.help("write `for_places = \"open-trip\"`"));
        }
    }

    /// The exception, and where each of the clauses that it lifts is named.
    pub(super) fn lift(&self, entry: &Entry<'a>, scope: Scope<'a>) -> (Lift, Vec<Position>) {
        let named = entry.texts("lifts").into_iter();
        let named = named.filter_map(|word| Some((self.clause_named(word, scope)?, word.spot.position())));
        let (clauses, positions) = named.unzip();
        let places = self.lift_places(entry);
        let Some(at) = entry.entry("if") else {
            return (
                Lift {
                    clauses,
                    places,
                    ..Lift::default()
                },
                positions,
            );
        };
        self.no_empty_list(&at, &[]);
        let lift = Lift {
            clauses,
            places,
            if_named: at.flag("named").unwrap_or(false),
            seats: at.count("seats").map(super::clause::most_seats),
            if_inference_not_in: self.set_of(&at, "inference_not_in"),
            max_days: at.count("max_days").map(|days| self.days(&at, "max_days", days)),
            if_entity_in: self.set_of(&at, "entity_in"),
            entities: self.all_named(&at, "entities", Self::entity_named),
            group: at.string("group"),
            if_residence_in: self.set_of(&at, "residence_in"),
            assigned_sites: self.all_named(&at, "sites", Self::site_named),
            over_vpn: at.flag("vpn").unwrap_or(false),
        };
        (lift, positions)
    }

    fn lift_places(&self, entry: &Entry<'a>) -> LiftPlaces {
        let Some(value) = entry.get("for_places") else {
            return LiftPlaces::Anywhere;
        };
        if value.word().is_some_and(|word| word.text == "open-trip") {
            return LiftPlaces::OpenTrip;
        }
        let places = self.places(entry, "for_places");
        if value.items().is_empty() && places.is_empty() && value.word().is_none() {
            let message = "`for_places` names no place, so this exception lifts nothing";
            self.sink
                .report(Diagnostic::error("no-exception", value.spot.position(), message));
        }
        LiftPlaces::Named(places)
    }
}
