//! Feeds any bytes to the harness `fuzz::passing::meter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::passing::meter(bytes));
