//! Why a text is not a place, and what to write instead.

use crate::Place;

/// How much of a text is repeated in a message, in characters.
const SHOWN: usize = 60;

/// A text that is not the code of one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No code and no alias of one.
    #[error("`{}` is not the code of a place", shown(text))]
    Unknown {
        /// What was written.
        text: String,
    },
    /// A code in common use that ISO 3166 does not assign to one place: `EU`, `XK`, `AP`, `ZZ`.
    #[error("`{text}` does not stand for one place of ISO 3166")]
    NotOnePlace {
        /// What was written.
        text: String,
    },
}

impl PlaceError {
    pub(crate) fn of(text: &str) -> PlaceError {
        let text = text.to_owned();
        match advice(&text) {
            Some(_) => PlaceError::NotOnePlace { text },
            None => PlaceError::Unknown { text },
        }
    }

    /// The text that was not understood.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            PlaceError::Unknown { text } | PlaceError::NotOnePlace { text } => text,
        }
    }

    /// What the writer can do about it, as one sentence.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            PlaceError::NotOnePlace { text } => advice(text).map(str::to_owned),
            PlaceError::Unknown { text } => Some(match Place::suggest(text) {
                Some(place) => format!("did you mean `{}` ({})?", place.code(), place.name()),
                None => {
                    "write an ISO 3166-1 alpha-2 code such as `HK`, or an ISO 3166-2 code such as `UA-43`"
                        .to_owned()
                }
            }),
        }
    }
}

/// What to do instead of writing a code that means no single place.
pub(crate) fn advice(code: &str) -> Option<&'static str> {
    match code {
        "EU" => Some(
            "list the members in a region group: which places belong depends on the agreement and its date",
        ),
        "XK" => Some(
            "ISO 3166 assigns no code to Kosovo: say in a region group or a reading which places are meant",
        ),
        "AP" => {
            Some("address registries use it for an unspecified part of Asia and the Pacific: name the places")
        }
        "ZZ" => Some("it marks an unknown place: leave the place out instead"),
        _ => None,
    }
}

/// The user's text for a message: on one line and not too long.
fn shown(text: &str) -> String {
    let mut line: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_help() {
        let check = |text: &str, message: &str, help: &str| {
            let error = Place::parse(text).unwrap_err();
            assert_eq!(error.to_string(), message);
            let given = error.help().unwrap();
            assert!(given.starts_with(help), "{text}: {given}");
        };
        check(
            "hk",
            "`hk` is not the code of a place",
            "did you mean `HK` (Hong Kong)?",
        );
        check(
            "Crimea",
            "`Crimea` is not the code of a place",
            "did you mean `UA-43` (Crimea)?",
        );
        check(
            "Atlantis",
            "`Atlantis` is not the code of a place",
            "write an ISO 3166-1 alpha-2 code",
        );
        check(
            "EU",
            "`EU` does not stand for one place of ISO 3166",
            "list the members",
        );
        check(
            "XK",
            "`XK` does not stand for one place of ISO 3166",
            "ISO 3166 assigns no code to Kosovo",
        );
        check("A\nB", "`A\\nB` is not the code of a place", "write an ISO");
        let long = "x".repeat(200);
        check(
            &long,
            &format!("`{}…` is not the code of a place", "x".repeat(60)),
            "write an ISO",
        );
    }
}
