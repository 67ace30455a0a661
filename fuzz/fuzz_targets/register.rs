//! Feeds any text to the harness `fuzz::register`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::register(text));
