//! Feeds any bytes to the harness `fuzz::logs::witness`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::logs::witness(bytes));
