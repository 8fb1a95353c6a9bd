//! A step of the test run, and how it went.

use crate::packages::Need;
use crate::run::{WORD, told};
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
    /// What it said of its failures; the last line is its error. Empty where there is none.
    failures: Vec<String>,
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
        let (begin, mut tally, mut failures) = (Instant::now(), Tally::default(), Vec::new());
        let status = std::env::current_exe().map_err(|error| error.to_string()).and_then(|program| {
            let mut process = Command::new(program);
            process.args(["step", name]);
            told(&mut process, |line| {
                println!("{name:>8} | {line}");
                tally.read(line);
                failures.extend(line.strip_prefix(WORD).map(str::to_owned));
            })
        });
        match status {
            Ok(()) => failures.clear(),
            Err(status) if failures.is_empty() => failures.push(status),
            Err(_) => {}
        }
        // A step that fails without a test to show for it is a failure all the same.
        if !failures.is_empty() && tally.failed == 0 {
            tally.failed += 1;
        }
        let done = Done { name, took: begin.elapsed(), tally, failures };
        println!("=== {}", done.line());
        done
    }
}

impl Done {
    /// Its counts.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What it said of each test that failed, a line each.
    pub fn failures(&self) -> impl Iterator<Item = String> {
        let but_the_error = self.failures.len().saturating_sub(1);
        self.failures.iter().take(but_the_error).map(|line| format!("{:>8} | {line}", self.name))
    }

    /// One line about it.
    pub fn line(&self) -> String {
        let Tally { passed, failed, ignored } = self.tally;
        let seconds = self.took.as_secs_f64();
        let word = if self.failures.is_empty() { "ok    " } else { "FAILED" };
        let ignored = if ignored > 0 { format!(", {ignored} ignored") } else { String::new() };
        let error = self.failures.last().map_or_else(String::new, |error| format!("  {error}"));
        format!("{word} {:<8} {seconds:>6.1} s  {passed} passed, {failed} failed{ignored}{error}", self.name)
    }
}
