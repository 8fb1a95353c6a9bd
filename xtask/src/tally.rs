//! Counts of tests, read off what the test runners print.

use std::ops::AddAssign;

/// How many tests there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that a runner was told to leave out.
    pub ignored: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl Tally {
    /// Takes in a line of a runner: `test result: ok. 3 passed; 0 failed; 1 ignored; …` counts, others do not.
    pub fn read(&mut self, line: &str) {
        let Some(counts) = line.trim_start().strip_prefix("test result: ") else { return };
        *self += Self {
            passed: number_before(counts, " passed"),
            failed: number_before(counts, " failed"),
            ignored: number_before(counts, " ignored"),
        };
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let number = text.split(word).next().and_then(|before| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_off_the_runners_last_line() {
        let mut tally = Tally::default();
        tally.read("running 4 tests");
        tally.read("test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.5s");
        tally.read("test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(tally, Tally { passed: 13, failed: 1, ignored: 2 });
    }
}
