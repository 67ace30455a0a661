//! The code that a person carries from a tool to a page: eight letters that nobody confuses and that spell no word.

use super::error::GrantError;
use aws_lc_rs::rand;
use std::fmt;

/// Consonants without `Y`, as RFC 8628 advises: 20 of them, so eight give 34 bits.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many there are.
const LENGTH: usize = 8;

/// Bytes from here on would make some letters likelier than others.
const FAIR: u8 = 240;

/// A code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserCode(String);

impl UserCode {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new() -> Result<Self, GrantError> {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let mut bytes = [0; 2 * LENGTH];
            rand::fill(&mut bytes).map_err(|_| GrantError::NoRandomness)?;
            let fair = bytes.iter().filter(|byte| **byte < FAIR);
            let letters = fair.filter_map(|byte| LETTERS.get(usize::from(byte % 20)));
            let lacking = LENGTH.saturating_sub(code.len());
            code.extend(letters.take(lacking).map(|letter| char::from(*letter)));
        }
        Ok(Self(code))
    }

    /// The code that somebody typed: letters of either case, with or without a hyphen or spaces.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|letter| !matches!(letter, '-' | ' '));
        // no code is longer, and nobody's text is copied to find out
        let code: String = letters
            .take(LENGTH + 1)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_code = code.len() == LENGTH && code.bytes().all(|letter| LETTERS.contains(&letter));
        is_code.then_some(Self(code))
    }

    /// Its letters, without the hyphen.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

/// In two halves, as tools show it.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let check = |text: &str, expected: Option<&str>| {
            let found = UserCode::parse(text).map(|code| code.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("BCDF-GHJK", Some("BCDF-GHJK"));
        check("bcdfghjk", Some("BCDF-GHJK"));
        check(" bc df gh jk ", Some("BCDF-GHJK"));
        for text in ["", "BCDF", "BCDF-GHJA", "BCDF-GHJKL", "BCDF-GHJ1", "BCDF_GHJK"] {
            check(text, None);
        }
    }

    #[test]
    fn new_codes_differ_and_are_codes() {
        let codes: std::collections::HashSet<_> = (0..200).map(|_| UserCode::new().unwrap()).collect();
        assert_eq!(codes.len(), 200);
        for code in &codes {
            assert_eq!(UserCode::parse(&code.to_string()).as_ref(), Some(code));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(text in "\\PC*") {
            if let Some(code) = UserCode::parse(&text) {
                prop_assert_eq!(UserCode::parse(code.letters()), Some(code));
            }
        }
    }
}
