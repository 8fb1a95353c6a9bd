//! `serve`: the playground in a browser, from this program alone.

#[cfg(feature = "playground")]
mod assets;
#[cfg(feature = "playground")]
mod server;
#[cfg(feature = "playground")]
mod shared;

use crate::console::Console;
use crate::status::Status;
use clap::Args;
use std::io;
use std::path::PathBuf;

/// What follows `serve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file, a folder or `-` to begin with; files and folders are read again when they change; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    /// The port on 127.0.0.1; without it 8080 or, where that is taken, any other
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Opens the page in a browser, where there is a desktop
    #[arg(long)]
    open: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringfence serve --open                  the playground, with its gallery
  ringfence serve -f manifests/           with these rules, whenever they are saved

Only this machine can reach it, and nothing that is written there leaves the browser. Ctrl-C ends it.

Exit status: 0 when it was ended; 2 where the port is taken, or where the program was built without the playground.";

impl Arguments {
    /// Serves until Ctrl-C.
    #[cfg(feature = "playground")]
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        server::run(self, console)
    }

    /// Says how to get a program that can.
    #[cfg(not(feature = "playground"))]
    #[expect(clippy::unnecessary_wraps, reason = "as the other one, and the other verbs")]
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        console.complain(
            "this program was built without the playground; in a checkout, `cargo xtask play` builds one that has it",
        );
        Ok(Status::InputError)
    }
}
