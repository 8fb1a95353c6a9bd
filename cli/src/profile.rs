//! Names of profiles on the command line.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ringfence_engine::compile::{PROFILES, Profile};

/// Takes the name of a profile.
pub(crate) fn parser() -> impl TypedValueParser<Value = &'static Profile> {
    let names = PROFILES.iter().map(|profile| PossibleValue::new(profile.name));
    let known = |name: String| Profile::named(&name).ok_or("no such profile");
    PossibleValuesParser::new(names).try_map(known)
}
