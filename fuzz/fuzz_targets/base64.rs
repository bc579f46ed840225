#![no_main]

#[path = "../properties.rs"]
#[allow(dead_code, reason = "one of them is this target's")]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::base64(data));
