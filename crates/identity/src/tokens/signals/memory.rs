//! Which statements were taken already, by sender and id.
//!
//! Two generations of bounded size. A statement that came so long ago that it is forgotten has no new effect when it
//! comes again, since a revocation never moves backwards.

use crate::tokens::issuers::sha256;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Statements of one generation.
const ROOM: usize = 50_000;

/// SHA-256 of a text.
type Digest = [u8; 32];

/// Statements that were taken.
#[derive(Default)]
pub(in crate::tokens) struct Memory(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Digest, Digest>,
    old: HashMap<Digest, Digest>,
}

/// Whether a statement was taken before.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tokens) enum Seen {
    /// It was not.
    New,
    /// It was, letter by letter.
    Same,
    /// Another one with this id was.
    Other,
}

impl Memory {
    /// Notes a statement.
    pub(in crate::tokens) fn see(&self, issuer: &str, id: &str, statement: Digest) -> Seen {
        // no control characters are in either, so that two pairs never make one text
        let key = sha256(&format!("{issuer}\n{id}"));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.young.get(&key).or_else(|| all.old.get(&key));
        match before {
            Some(before) if *before == statement => Seen::Same,
            Some(_) => Seen::Other,
            None => {
                if all.young.len() >= ROOM {
                    all.old = std::mem::take(&mut all.young);
                }
                all.young.insert(key, statement);
                Seen::New
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once() {
        let memory = Memory::default();
        assert_eq!(memory.see("a", "1", [1; 32]), Seen::New);
        assert_eq!(memory.see("a", "1", [1; 32]), Seen::Same);
        assert_eq!(memory.see("a", "1", [2; 32]), Seen::Other);
        assert_eq!(memory.see("b", "1", [2; 32]), Seen::New);
        assert_eq!(memory.see("a", "2", [2; 32]), Seen::New);
    }

    #[test]
    fn it_has_a_bound() {
        let memory = Memory::default();
        for number in 0..150_000 {
            assert_eq!(memory.see("a", &number.to_string(), [0; 32]), Seen::New);
        }
        let all = memory.0.lock().unwrap();
        assert!(all.young.len() + all.old.len() <= 2 * ROOM);
    }
}
