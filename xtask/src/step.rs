//! A step of the test run, and how it went.

use crate::packages::Need;
use crate::run::told;
use crate::tally::Tally;
use std::process::Command;
use std::time::{Duration, Instant};

/// One thing that is checked.
pub struct Step {
    /// Its name, for `--without` and `--only`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Beside what it is run.
    pub lane: Lane,
    /// What it needs of the machine.
    pub needs: &'static [&'static [Need]],
    /// Does it.
    pub run: fn(&mut Tally) -> Result<(), String>,
}

/// Steps of one lane are run one after the other, and beside those of the other lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Compilers work all the time.
    Compiling,
    /// Programs wait for packets, for clocks and for each other.
    Waiting,
}

/// How much a compiler stands back behind what is timed.
const NICE: i32 = 10;

/// A step that was run.
pub struct Done {
    name: &'static str,
    took: Duration,
    tally: Tally,
    error: Option<String>,
}

impl Step {
    /// Runs it here, and prints what it does. The last line of one that fails says why.
    pub fn go(&self) -> Result<(), String> {
        if self.lane == Lane::Compiling {
            // Whoever may not stand back goes on all the same.
            let _ = rustix::process::nice(NICE);
        }
        (self.run)(&mut Tally::default()).inspect_err(|error| println!("{WORD}{error}"))
    }

    /// Runs it in a process of its own, as others may be run beside it, and prints what it says with its name.
    pub fn apart(&self) -> Done {
        let Self { name, does, .. } = self;
        println!("=== {name}: {does}");
        let (begin, mut tally, mut error) = (Instant::now(), Tally::default(), None);
        let status = std::env::current_exe().map_err(|error| error.to_string()).and_then(|program| {
            let mut process = Command::new(program);
            process.args(["step", name]);
            told(&mut process, |line| {
                println!("{name:>8} | {line}");
                tally.read(line);
                error = line.strip_prefix(WORD).map(str::to_owned).or_else(|| error.take());
            })
        });
        let error = status.err().map(|status| error.unwrap_or(status));
        // A step that fails without a test to show for it is a failure all the same.
        if error.is_some() && tally.failed == 0 {
            tally.failed += 1;
        }
        let done = Done { name, took: begin.elapsed(), tally, error };
        println!("=== {}", done.line());
        done
    }
}

/// What stands before an error.
const WORD: &str = "!!! ";

impl Done {
    /// Its counts.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// One line about it.
    pub fn line(&self) -> String {
        let Tally { passed, failed, ignored } = self.tally;
        let seconds = self.took.as_secs_f64();
        let word = if self.error.is_none() { "ok    " } else { "FAILED" };
        let ignored = if ignored > 0 { format!(", {ignored} ignored") } else { String::new() };
        let error = self.error.as_ref().map_or_else(String::new, |error| format!("  {error}"));
        format!("{word} {:<8} {seconds:>6.1} s  {passed} passed, {failed} failed{ignored}{error}", self.name)
    }
}
