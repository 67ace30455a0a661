//! The first administrator: whoever has the code that a server has printed on its terminal.
//!
//! There is no password to begin with, and none that is the same anywhere. A code is drawn at the start while nobody
//! administers yet, lives for half an hour, ends with the process, and after five wrong tries.

use aws_lc_rs::rand;
use data_encoding::BASE32_NOPAD;
use register::model::Instant;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// For how many seconds a code lives.
pub const CODE_LIFE: i64 = 30 * 60;

/// Wrong tries that end it.
const TRIES: u8 = 5;

/// Random bytes of a code: 20 letters.
const BYTES: usize = 12;

/// Letters between two dashes.
const GROUP: usize = 5;

/// A code that makes somebody the first administrator. Only its digest is kept.
pub struct FirstCode(Mutex<Option<Open>>);

struct Open {
    digest: [u8; 32],
    until: Instant,
    left: u8,
}

impl FirstCode {
    /// Draws a code, to be shown once; `None`: the system gave no random bytes.
    pub fn draw(now: Instant) -> Option<(Self, String)> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes).ok()?;
        let letters = BASE32_NOPAD.encode(&bytes);
        let mut shown = String::new();
        for (index, letter) in letters.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                shown.push('-');
            }
            shown.push(letter);
        }
        let open = Open {
            digest: digest(&shown),
            until: now.plus(CODE_LIFE),
            left: TRIES,
        };
        Some((Self(Mutex::new(Some(open))), shown))
    }

    /// Whether this is the code; if it is, it is used up. Each wrong one counts.
    pub(crate) fn take(&self, presented: &str, now: Instant) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(code) = open.as_mut().filter(|code| now < code.until) else {
            *open = None;
            return false;
        };
        let is_it = bool::from(digest(presented).ct_eq(&code.digest));
        code.left = code.left.saturating_sub(1);
        if is_it || code.left == 0 {
            *open = None;
        }
        is_it
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Of the letters alone: dashes, spaces and case are for people.
fn digest(code: &str) -> [u8; 32] {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(letters.to_ascii_uppercase()).into()
}

impl fmt::Debug for FirstCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstCode(kept back)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_784_106_000);

    #[test]
    fn a_code_is_taken_once_however_it_is_typed() {
        let (first, code) = FirstCode::draw(NOW).unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (23, 3));
        assert!(!first.take("", NOW));
        let typed = code.to_lowercase().replace('-', " ");
        assert!(first.take(&typed, NOW.plus(CODE_LIFE - 1)));
        assert!(!first.take(&code, NOW));
        assert!(!format!("{first:?}").contains(code.get(..5).unwrap()));
    }

    #[test]
    fn it_ends_by_time_and_by_five_wrong_tries() {
        let (first, code) = FirstCode::draw(NOW).unwrap();
        assert!(!first.take(&code, NOW.plus(CODE_LIFE)));
        assert!(!first.take(&code, NOW), "what has ended stays so");
        for (wrong, expected) in [(4, true), (5, false)] {
            let (first, code) = FirstCode::draw(NOW).unwrap();
            (0..wrong).for_each(|_| assert!(!first.take("AAAAA-AAAAA-AAAAA-AAAAA", NOW)));
            assert_eq!(first.take(&code, NOW), expected);
        }
        let (first, code) = FirstCode::draw(NOW).unwrap();
        first.end();
        assert!(!first.take(&code, NOW));
    }
}
