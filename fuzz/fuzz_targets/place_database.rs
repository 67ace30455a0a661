//! Feeds any input to the harness `fuzz::places::database`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::places::database(bytes));
