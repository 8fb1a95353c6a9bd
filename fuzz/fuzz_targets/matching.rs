//! Any text for the match language: no panic, and what is printed means what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_engine::ovn::matching::{Context, parse};
use ringfence_engine::ovn::network::Version;

fuzz_target!(|text: &str| {
    for version in Version::ALL {
        let context = Context::new(*version).with_address_set("as1", ["10.0.0.1", "fd00::/64"]).with_port_group("pg1");
        if let Ok(parsed) = parse(text, &context) {
            let printed = parsed.to_string();
            let again = parse(&printed, &context).expect("what is printed can be read");
            assert_eq!(again.to_string(), printed, "printing twice changes nothing");
            assert_eq!(again.annotate(), parsed.annotate(), "{printed} means what was read");
        }
    }
});
