//! Feeds any text to the harness `fuzz::place`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::place(text));
