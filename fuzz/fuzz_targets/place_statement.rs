//! Feeds any input to the harness `fuzz::places::statement`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::places::statement(text));
