//! Why a place is left as it is.

use crate::console::Console;
use crate::status::Status;
use std::io;

/// Why a place is left as it is.
#[derive(Debug)]
pub(super) enum Halt {
    /// It must not be written: a guard rail, a no, another world.
    Refused(String),
    /// It cannot be.
    Failed(String),
    /// The answer cannot be written down.
    Unheard(io::Error),
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Unheard(error)
    }
}

impl Halt {
    /// The same, with the place named.
    pub(super) fn at(self, place: &str) -> Self {
        match self {
            Self::Refused(message) => Self::Refused(format!("{place}: {message}")),
            Self::Failed(message) => Self::Failed(format!("{place}: {message}")),
            Self::Unheard(error) => Self::Unheard(error),
        }
    }

    /// Says so.
    pub(super) fn tell(self, console: &mut Console) -> io::Result<Status> {
        let (message, status) = match self {
            Self::Refused(message) => (message, Status::Findings),
            Self::Failed(message) => (message, Status::InputError),
            Self::Unheard(error) => return Err(error),
        };
        console.complain(&message);
        Ok(status)
    }
}
