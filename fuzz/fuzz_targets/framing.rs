//! Feeds any bytes to the harness `fuzz::passing::framing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::passing::framing(bytes));
