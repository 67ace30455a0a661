//! Feeds any text to the harness `fuzz::format`.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::format(text));
