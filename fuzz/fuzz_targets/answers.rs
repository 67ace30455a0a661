//! Feeds any bytes to the harness `fuzz::passing::answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::passing::answers(bytes));
