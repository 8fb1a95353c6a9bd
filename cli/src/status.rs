//! The exit status: the answer in one number.

use std::process::ExitCode;

/// What the caller learns without reading a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: `reach` answered, `explain` says open, `check` found nothing.
    Fine,
    /// 1: `explain` says anything else, `check` found something.
    Findings,
    /// 2: some of the input could not be used as it is written.
    InputError,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Fine => Self::SUCCESS,
            Status::Findings => Self::from(1),
            Status::InputError => Self::from(2),
        }
    }
}
