//! Feeds any bytes to the harness `fuzz::translate::requests`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::translate::requests(data));
