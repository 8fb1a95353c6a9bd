//! A step of the test run, and how it went.

use crate::tally::Tally;
use std::time::{Duration, Instant};

/// One thing that is checked.
pub struct Step {
    /// Its name, for `--without` and `--only`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Does it.
    pub run: fn(&mut Tally) -> Result<(), String>,
}

/// A step that was run.
pub struct Done {
    name: &'static str,
    took: Duration,
    tally: Tally,
    error: Option<String>,
}

impl Step {
    /// Runs it and prints what it is.
    pub fn go(&self) -> Done {
        println!("\n=== {}: {}", self.name, self.does);
        let begin = Instant::now();
        let mut tally = Tally::default();
        let error = (self.run)(&mut tally).err();
        // A step that fails without a test to show for it is a failure all the same.
        if error.is_some() && tally.failed == 0 {
            tally.failed += 1;
        }
        if let Some(error) = &error {
            println!("!!! {}: {error}", self.name);
        }
        Done { name: self.name, took: begin.elapsed(), tally, error }
    }
}

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
