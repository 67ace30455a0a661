//! What decisions say about a territory.

use crate::asked::Territory;
use territory::Place;

/// Whether a place lies in a territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// It does.
    Inside,
    /// It could: it is wider than the territory, disputed, coded under it as well, or no code at all.
    Perhaps,
    /// It does not.
    Outside,
}

/// What the decisions of a period say about a territory.
pub(super) struct Statement<'a> {
    pub(super) territory: &'a Territory,
    places: Vec<Place>,
    except: Vec<Place>,
    disputed: Vec<Place>,
    /// Permits for which a source named a place in it.
    pub(super) permitted: u64,
    /// Those of them for which no source named another place.
    pub(super) permitted_only: u64,
    /// Permits for which a source named a place that could be in it.
    pub(super) perhaps: u64,
    /// Permits for which no place was known.
    pub(super) unknown: u64,
    /// Refusals for which a source named a place in it.
    pub(super) refused: u64,
}

impl<'a> Statement<'a> {
    pub(super) fn about(territory: &'a Territory) -> Self {
        let read = |codes: &[String]| codes.iter().filter_map(|code| Place::parse(code).ok()).collect();
        Self {
            territory,
            places: read(&territory.places),
            except: read(&territory.except),
            disputed: read(&territory.disputed),
            permitted: 0,
            permitted_only: 0,
            perhaps: 0,
            unknown: 0,
            refused: 0,
        }
    }

    /// Takes the places of a decision.
    pub(super) fn take(&mut self, places: &[&str], is_permitted: bool) {
        let within: Vec<Within> = places.iter().map(|place| self.within(place)).collect();
        let is_inside = within.contains(&Within::Inside);
        if !is_permitted {
            self.refused += u64::from(is_inside);
        } else if is_inside {
            self.permitted += 1;
            self.permitted_only += u64::from(within.iter().all(|within| *within == Within::Inside));
        } else if within.contains(&Within::Perhaps) {
            self.perhaps += 1;
        } else if within.is_empty() {
            self.unknown += 1;
        }
    }

    pub(super) fn within(&self, place: &str) -> Within {
        let Ok(place) = Place::parse(place) else {
            return Within::Perhaps;
        };
        for around in std::iter::successors(Some(place), |place| place.enclosing()) {
            if self.except.contains(&around) {
                return Within::Outside;
            }
            if self.disputed.contains(&around) {
                return Within::Perhaps;
            }
            if self.places.contains(&around) {
                return Within::Inside;
            }
        }
        let is_part = |part: &Place| {
            std::iter::successors(part.enclosing(), |place| place.enclosing()).any(|around| around == place)
        };
        let also = place.also_part_of();
        let could = self.places.iter().chain(&self.disputed).any(is_part)
            || also.is_some_and(|also| self.places.contains(&also));
        if could { Within::Perhaps } else { Within::Outside }
    }

    /// The statement as a sentence; `when` says of which time.
    pub(super) fn sentence(&self, licensor: &str, when: &str) -> String {
        let name = self.named();
        let doubtful = self.perhaps + self.unknown;
        match (self.permitted, doubtful) {
            (0, 0) => {
                format!("No request for a model of {licensor} was permitted for {name} {when}: zero use.")
            }
            (0, doubtful) => format!(
                "No permitted request for a model of {licensor} named {name} {when}, but of {doubtful} the place was not known or could mean it."
            ),
            (permitted, _) if self.permitted_only == 0 => format!(
                "For no permitted request for a model of {licensor} was {name} the only place named {when}. For {permitted}, one source \
named it and another one another place."
            ),
            (permitted, _) => format!(
                "{permitted} permitted {} for a model of {licensor} named {name} {when}, and {} of them no other place.",
                if permitted == 1 { "request" } else { "requests" },
                self.permitted_only,
            ),
        }
    }

    /// The territory with its places.
    pub(super) fn named(&self) -> String {
        let named = |place: &Place| format!("{} ({})", place.name(), place.code());
        match (self.places.as_slice(), self.territory.name.as_str()) {
            ([place], name) if place.code() == name => named(place),
            (places, name) => {
                let places: Vec<String> = places.iter().map(|place| place.code().to_owned()).collect();
                format!("{name} ({})", places.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_inside_outside_or_could_be_either() {
        let texts = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let china = Territory {
            name: "greater-china".to_owned(),
            places: texts(&["CN", "HK", "MO"]),
            except: Vec::new(),
            disputed: texts(&["TW"]),
        };
        let crimea = Territory {
            name: "UA-43".to_owned(),
            places: texts(&["UA-43"]),
            except: Vec::new(),
            disputed: Vec::new(),
        };
        let (china, crimea) = (Statement::about(&china), Statement::about(&crimea));
        for (statement, place, within) in [
            (&china, "HK", Within::Inside),
            (&china, "CN-HK", Within::Inside),
            (&china, "CN-SH", Within::Inside),
            (&china, "TW", Within::Perhaps),
            (&china, "GB", Within::Outside),
            (&china, "Hong Kong", Within::Perhaps),
            (&crimea, "UA-43", Within::Inside),
            (&crimea, "UA", Within::Perhaps),
            (&crimea, "UA-30", Within::Outside),
        ] {
            assert_eq!(statement.within(place), within, "{place}");
        }
    }
}
