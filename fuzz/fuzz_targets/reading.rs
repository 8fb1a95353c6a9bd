//! Any bytes for the reader, and whatever comes of them for the compiler: no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_engine::compile::{Settings, load};
use ringfence_engine::source::Sources;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    sources.add("fuzz.yaml", text);
    let compiled = load(&sources, &Settings::default());
    for diagnostic in &compiled.diagnostics {
        assert!(!diagnostic.message.contains('\n'), "a message is one line");
    }
});
