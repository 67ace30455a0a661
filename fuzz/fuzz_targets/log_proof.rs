//! Feeds any bytes to the harness `fuzz::logs::proof`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::logs::proof(bytes));
