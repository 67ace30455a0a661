//! Feeds any bytes to the harness `fuzz::peek`.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| fuzz::peek(body));
