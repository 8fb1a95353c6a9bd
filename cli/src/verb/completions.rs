//! `completions`: a script that teaches a shell the verbs and flags.

use crate::arguments::Invocation;
use crate::console::Console;
use crate::status::Status;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io;

/// What follows `completions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  source <(ringfence completions bash)                               this shell
  ringfence completions bash > /etc/bash_completion.d/ringfence      every bash
  ringfence completions zsh > \"${fpath[1]}/_ringfence\"
  ringfence completions fish > ~/.config/fish/completions/ringfence.fish";

impl Arguments {
    /// Writes the script.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Invocation::command(), "ringfence", &mut script);
        console.print(|out| out.write_all(&script))?;
        Ok(Status::Fine)
    }
}
