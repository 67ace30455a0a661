//! The register language as data: which tables there are, which keys each takes, which words a key knows.
//!
//! One description drives four things: what the reader accepts, the JSON Schema that editors use, the order in which
//! the formatter writes keys, and the reference for people. None of the four can therefore disagree with another.

mod cases;
mod catalogue;
mod clause;
mod effects;
mod instrument;
pub(crate) mod kinds;
mod people;
mod places;
pub(crate) mod reference;
pub(crate) mod schema;
mod top;
mod words;

pub(crate) use effects::DENY;
pub(crate) use places::INLINE_SET;
pub(crate) use top::FILE;
pub(crate) use words::{ReadingWord, StatusWord, Vocabulary};

/// The keys of one sort of table, in the order in which they are written.
#[derive(Debug)]
pub(crate) struct Table {
    /// How messages call it, such as "a clause".
    pub(crate) title: &'static str,
    /// What it is for, one sentence.
    pub(crate) doc: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

impl Table {
    /// The key of this name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// One key of a table.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// What goes into it.
    pub(crate) shape: Shape,
    /// Whether the table is wrong without it.
    pub(crate) required: bool,
    /// What it is for, one sentence without a capital or a full stop.
    pub(crate) doc: &'static str,
}

/// A key that may be left out.
pub(crate) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        doc,
    }
}

/// A key that must be there.
pub(crate) const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        doc,
    }
}

/// What goes into a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// A list of texts.
    Texts,
    /// The name of something, without blanks around it.
    Id,
    /// True or false.
    Flag,
    /// Only true: to say no, leave the key out.
    True,
    /// A whole number, not negative.
    Count,
    /// Basis points, 0 to 10,000.
    Points,
    /// Basis points, or the word `unknown`.
    PointsOrUnknown,
    /// A list of basis points.
    PointsList,
    /// A date or an instant.
    Moment,
    /// A text or a date, kept as written.
    AsWritten,
    /// A word of a vocabulary.
    Word(Vocabulary),
    /// A list of words of a vocabulary.
    Words(Vocabulary),
    /// A place that must be known.
    Place,
    /// A list of such places.
    Places,
    /// A place as a fact: a code, or `unknown`.
    PlaceFact,
    /// One such fact or a list of them.
    PlaceFacts,
    /// One such fact or table, or a list of either.
    FactsOr(&'static Table),
    /// Codes, `*` and `group:…`.
    Members,
    /// A group, list or place by name, a list of members, or a table of members and exclusions.
    PlaceSet,
    /// Codes, or `open-trip`.
    ForPlaces,
    /// Codes, `*`, or `*-CN`.
    Hosting,
    /// A table.
    Table(&'static Table),
    /// A list of tables.
    Tables(&'static Table),
    /// Tables by name.
    Named(&'static Table),
    /// Texts by name.
    Names,
}

impl Shape {
    /// What the tables hold that may stand in it.
    pub(crate) fn inner(&self) -> Option<&'static Table> {
        match self {
            Self::Table(inner) | Self::Tables(inner) | Self::Named(inner) | Self::FactsOr(inner) => {
                Some(inner)
            }
            Self::PlaceSet => Some(&INLINE_SET),
            _ => None,
        }
    }

    /// What it takes, in words for a message.
    pub(crate) fn takes(&self) -> String {
        let words = match self {
            Self::Text => "a text in quotes",
            Self::Texts => "a list of texts in quotes",
            Self::Id => "a name in quotes",
            Self::Flag => "`true` or `false`",
            Self::True => "`true`, or is left out",
            Self::Count => "a whole number",
            Self::Points => "basis points, from 0 to 10000",
            Self::PointsOrUnknown => "basis points, from 0 to 10000, or `\"unknown\"`",
            Self::PointsList => "a list of basis points, each from 0 to 10000",
            Self::Moment => "a date such as `2026-07-15` or an instant such as `2026-07-15T09:00:00Z`",
            Self::AsWritten => "a date, or a text in quotes",
            Self::Word(vocabulary) => return vocabulary.takes(),
            Self::Words(vocabulary) => return format!("a list of {}", vocabulary.takes()),
            Self::Place => "the code of a place in quotes",
            Self::Places => "a list of codes of places",
            Self::PlaceFact => "the code of a place in quotes, or `\"unknown\"`",
            Self::PlaceFacts => "the code of a place, or a list of them",
            Self::FactsOr(table) => {
                return format!("the code of a place, {}, or a list of either", table.title);
            }
            Self::Members => "a list of codes, `\"*\"` for the world, or `\"group:…\"`",
            Self::PlaceSet => "a group, a list by reference, or codes of places",
            Self::ForPlaces => "a list of codes of places, or `\"open-trip\"`",
            Self::Hosting => "a list of codes, `\"*\"` for anywhere, or such as `\"*-CN\"`",
            Self::Table(_) => "a table",
            Self::Tables(_) => "a list of tables",
            Self::Named(_) => "tables by name",
            Self::Names => "names in quotes, by code",
        };
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn walk(table: &'static Table, seen: &mut BTreeSet<&'static str>) {
        if !seen.insert(table.title) {
            return;
        }
        assert!(table.doc.ends_with('.'), "{}", table.title);
        let mut names = BTreeSet::new();
        for key in table.keys {
            assert!(names.insert(key.name), "{} twice in {}", key.name, table.title);
            assert!(
                !key.doc.is_empty() && !key.doc.ends_with('.'),
                "{} of {}",
                key.name,
                table.title
            );
            if let Some(inner) = key.shape.inner() {
                walk(inner, seen);
            }
        }
    }

    /// Notes which keys of which tables a value uses.
    fn uses(table: &'static Table, value: &toml::Table, used: &mut BTreeSet<(&'static str, &'static str)>) {
        for key in table.keys {
            let Some(value) = value.get(key.name) else {
                continue;
            };
            used.insert((table.title, key.name));
            let Some(inner) = key.shape.inner() else {
                continue;
            };
            let tables: Vec<&toml::Value> = match (value, key.shape) {
                (toml::Value::Array(items), _) => items.iter().collect(),
                (toml::Value::Table(named), Shape::Named(_)) => named.values().collect(),
                (other, _) => vec![other],
            };
            tables
                .iter()
                .filter_map(|value| value.as_table())
                .for_each(|value| uses(inner, value, used));
        }
    }

    fn all(table: &'static Table, keys: &mut BTreeSet<(&'static str, &'static str)>) {
        for key in table.keys {
            if !keys.insert((table.title, key.name)) {
                continue;
            }
            if let Some(inner) = key.shape.inner() {
                all(inner, keys);
            }
        }
    }

    #[test]
    fn the_sample_uses_every_key() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sample");
        let (mut used, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            uses(&FILE, &toml::from_str(&text).unwrap(), &mut used);
        }
        all(&FILE, &mut keys);
        let unused: Vec<_> = keys.difference(&used).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn every_key_is_there_once_and_explained() {
        let mut seen = BTreeSet::new();
        walk(&FILE, &mut seen);
        assert!(seen.len() > 25, "{seen:?}");
    }
}
