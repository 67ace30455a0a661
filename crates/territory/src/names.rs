//! Names as an installation wants to show them.

use std::collections::BTreeMap;

use crate::Place;

/// Display names: [`Place::name`] unless overridden. A name is never an identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplayNames {
    overrides: BTreeMap<Place, String>,
}

impl DisplayNames {
    /// Shows `place` as `name` from now on.
    pub fn set(&mut self, place: Place, name: impl Into<String>) {
        self.overrides.insert(place, name.into());
    }

    /// The name to show.
    #[must_use]
    pub fn name(&self, place: Place) -> &str {
        self.overrides.get(&place).map_or(place.name(), String::as_str)
    }
}

impl<N: Into<String>> FromIterator<(Place, N)> for DisplayNames {
    fn from_iter<I: IntoIterator<Item = (Place, N)>>(names: I) -> DisplayNames {
        let mut all = DisplayNames::default();
        for (place, name) in names {
            all.set(place, name);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_only_what_is_named() {
        let [taiwan, hong_kong] = ["TW", "HK"].map(|code| Place::parse(code).unwrap());
        let names: DisplayNames = [(taiwan, "Chinese Taipei")].into_iter().collect();
        assert_eq!(names.name(taiwan), "Chinese Taipei");
        assert_eq!(names.name(hong_kong), "Hong Kong");
        assert_eq!(DisplayNames::default().name(taiwan), "Taiwan");
    }
}
