//! How fast the program is beside another one, in the same run on the same files.

use crate::peers;
use crate::run::{cargo, root, watched};
use crate::tally::Tally;

/// Sees to it that both are there and agree, and prints what they take.
pub fn bench() -> Result<(), String> {
    let nca = peers::provide()?;
    let tally = &mut Tally::default();
    // A fast wrong answer is none.
    let mut agree = cargo(&["test", "--quiet", "--release", "-p", "ringfence-tests", "--test", "peers"]);
    watched(agree.env("RINGFENCE_NCA", &nca).env("RINGFENCE_PEER_SETS", "12"), tally)?;
    watched(&mut cargo(&["build", "--quiet", "--release", "-p", "ringfence-cli"]), tally)?;
    let program = root().join("target/release/ringfence");
    let mut race = cargo(&["bench", "--quiet", "-p", "ringfence-tests", "--bench", "race"]);
    watched(race.env("RINGFENCE_NCA", nca).env("RINGFENCE_PROGRAM", program), tally)
}
