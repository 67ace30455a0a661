//! Names of people and sessions as they are written into tokens and kept: the sort of each beside its text.

use crate::tokens::Name;

/// A name as written.
pub(super) type Written = (String, String);

/// How names are written.
pub(super) fn write(names: &[Name]) -> Vec<Written> {
    let one = |name: &Name| {
        let (sort, text) = match name {
            Name::Subject(text) => ("subject", text),
            Name::Email(text) => ("email", text),
            Name::Session(text) => ("session", text),
            Name::Person(text) => ("person", text),
        };
        (sort.to_owned(), text.clone())
    };
    names.iter().map(one).collect()
}

/// The names that were written. A sort that is not known is of a later version, and `None`: who cannot be named cannot
/// be ended, so that whatever has such a name is not taken.
pub(super) fn read(written: Vec<Written>) -> Option<Vec<Name>> {
    let one = |(sort, text): Written| match sort.as_str() {
        "subject" => Some(Name::Subject(text)),
        "email" => Some(Name::Email(text)),
        "session" => Some(Name::Session(text)),
        "person" => Some(Name::Person(text)),
        _ => None,
    };
    written.into_iter().map(one).collect()
}

/// The name by which the end of one of our own sessions is noted among those of its issuer.
pub(super) fn of_session(id: &str) -> Name {
    Name::Session(format!("bailiwick {id}"))
}
