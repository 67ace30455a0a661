//! Feeds any bytes to the harness `fuzz::bedrock`.
#![no_main]

libfuzzer_sys::fuzz_target!(|stream: &[u8]| fuzz::bedrock(stream));
