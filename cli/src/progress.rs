//! A bar on standard error for what takes longer than a second.

use crate::console::Console;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// What takes less time shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// The clock is looked at once in so many steps.
const STRIDE: u64 = 256;

/// When the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// When the computation is done.
    Afterwards,
    /// While it goes on: on a terminal a bar would stand in its way.
    Meanwhile,
}

/// The state of a long computation.
pub(crate) struct Progress {
    bar: ProgressBar,
    done: u64,
    steps: u64,
    shown_after: Option<Instant>,
}

impl Progress {
    /// A computation of that many steps; hidden until it has taken a second, and always where nobody watches.
    pub(crate) fn new(console: &Console, steps: usize, answers: Answers) -> Self {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} pairs, {eta} left") {
            bar.set_style(style);
        }
        let disturbs = answers == Answers::Meanwhile && console.displayed;
        let shown_after = (console.watched && !disturbs).then(|| Instant::now() + PATIENCE);
        Self { bar, done: 0, steps, shown_after }
    }

    /// So many more steps are done.
    pub(crate) fn step(&mut self, steps: usize) {
        let before = self.done;
        self.done += u64::try_from(steps).unwrap_or(u64::MAX);
        if self.done == self.steps {
            self.bar.finish_and_clear();
        }
        if before / STRIDE == self.done / STRIDE {
            return;
        }
        if self.shown_after.is_some_and(|at| Instant::now() >= at) {
            self.shown_after = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(self.done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
