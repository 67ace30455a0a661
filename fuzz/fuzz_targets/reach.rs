//! Feeds any bytes to the harness `fuzz::reach`.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| fuzz::reach(body));
