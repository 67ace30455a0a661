//! Feeds any bytes to the harness `fuzz::tokens::statement`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::tokens::statement(bytes));
