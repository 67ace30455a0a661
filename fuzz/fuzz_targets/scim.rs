//! Feeds any bytes to the harness `fuzz::scim::any`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::scim::any(bytes));
