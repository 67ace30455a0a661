//! Feeds any input to the harness `fuzz::places::forwarded`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::places::forwarded(bytes));
