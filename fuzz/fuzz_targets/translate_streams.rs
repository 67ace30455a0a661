//! Feeds any bytes to the harness `fuzz::translate::streams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::translate::streams(data));
