#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mdskill_fuzz::archive(data));
