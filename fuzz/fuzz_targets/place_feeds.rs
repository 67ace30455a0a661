//! Feeds any input to the harness `fuzz::places::feeds`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::places::feeds(text));
