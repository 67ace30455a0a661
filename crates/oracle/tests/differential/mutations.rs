//! Deliberate mistakes in the evaluator, each of which the differential run must find.

use crate::compare::compare;
use crate::{PER_REGISTER, drawn};
use decision::Snapshot;
use decision::mutation::{COUNT, choose};
use oracle::Library;

/// Registers tried for one mistake before it counts as not found.
const REGISTERS: u64 = 200;

/// The number of requests after which a mistake shows.
fn found_after(mistake: u8) -> Option<usize> {
    choose(mistake);
    for seed in 0..REGISTERS {
        let (register, questions) = drawn(seed);
        let snapshot = Snapshot::compile_untested(register.clone(), "sha256:random").unwrap();
        let mut library = Library::new(&register);
        for (at, question) in questions.iter().enumerate() {
            if compare(&snapshot, &mut library, question).is_some() {
                return Some(usize::try_from(seed).unwrap() * PER_REGISTER + at + 1);
            }
        }
    }
    None
}

#[test]
fn every_mistake_is_found() {
    for mistake in 1..=COUNT {
        let found = found_after(mistake);
        choose(0);
        assert!(
            found.is_some(),
            "mistake {mistake} stays unseen over {REGISTERS} registers"
        );
        println!("mistake {mistake} shows after {} requests", found.unwrap());
    }
}
