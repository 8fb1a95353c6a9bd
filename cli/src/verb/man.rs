//! `man`: the manual pages, made from the definition of the command line.

use crate::arguments::Invocation;
use crate::console::Console;
use crate::files;
use crate::status::Status;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::io;
use std::path::PathBuf;

/// What follows `man`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The page of this verb; without it the program's own page
    #[arg(value_name = "VERB", conflicts_with = "dir")]
    verb: Option<String>,

    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ringfence man | man -l -
  ringfence man explain | man -l -
  ringfence man --dir /usr/local/share/man/man1";

impl Arguments {
    /// Writes one page, or all.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let mut program = Invocation::command();
        program.build();
        if let Some(folder) = &self.dir {
            let verbs = program.get_subcommands().filter(|verb| verb.get_name() != "help");
            let pages = core::iter::once(&program).chain(verbs).map(page).collect::<io::Result<Vec<_>>>()?;
            return match files::write_all(folder, &pages) {
                Ok(()) => Ok(Status::Fine),
                Err(error) => {
                    console.complain(&format!("cannot write into `{}`: {error}", folder.display()));
                    Ok(Status::InputError)
                }
            };
        }
        let Some(wanted) = &self.verb else { return print(console, &program) };
        match program.get_subcommands().find(|verb| verb.get_name() == wanted) {
            Some(verb) => print(console, verb),
            None => {
                let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
                console.complain(&format!("there is no verb `{wanted}`: write one of {}", names.join(", ")));
                Ok(Status::InputError)
            }
        }
    }
}

fn print(console: &mut Console, command: &Command) -> io::Result<Status> {
    let (_, page) = page(command)?;
    console.print(|out| out.write_all(&page))?;
    Ok(Status::Fine)
}

/// The name of a page's file, and the page.
fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    Ok((format!("{name}.1"), page))
}
