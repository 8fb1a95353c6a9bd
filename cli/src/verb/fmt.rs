//! `fmt`: match expressions as OVN prints them.

use crate::console::Console;
use crate::files;
use crate::input::{self, manifests, of_something};
use crate::status::Status;
use clap::Args;
use ringfence_engine::compile::{Settings, Strictness};
use ringfence_engine::diagnostic::{Diagnostic, Severity};
use ringfence_view::canonical::canonical;
use ringfence_view::mend::with;
use ringfence_view::patch;
use std::io;
use std::path::PathBuf;

/// What follows `fmt`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file, a folder (*.yaml, *.yml and *.json at any depth) or `-` for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-", required = true)]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    /// Show the lines that would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringfence fmt -f manifests/                    writes the files, and names those that it changed
  ringfence fmt -f manifests/ --dry-run          the lines that would change
  kustomize build . | ringfence fmt -f -         standard input comes out again

A match comes to stand on one line, in OVN's spelling: `ip4.src==10.0.0.1&&tcp` becomes `ip4.src == 10.0.0.1 && tcp`. It \
means the same. Nothing else of a file changes; what OVN does not understand, and a match with a comment in it, stays as it is.

Exit status: 0; with `--dry-run` 1 where lines would change; 2 some of the input could not be used as it is written, or \
a file could not be written.";

impl Arguments {
    /// Writes them.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        // An object that the API server refuses has matches all the same.
        let settings = Settings { strictness: Strictness::Lenient, ..Settings::default() };
        let loaded = match manifests(&self.files, &settings) {
            Ok(loaded) => of_something(loaded),
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        let grave = |found: &&Diagnostic| found.severity == Severity::Error;
        let mistakes: Vec<Diagnostic> = loaded.compiled.diagnostics.iter().filter(grave).cloned().collect();
        input::tell(&loaded, console, &mistakes);
        let fixes = canonical(&loaded);
        let new = with(&loaded.sources, &fixes.iter().collect::<Vec<_>>());
        if self.dry_run {
            console.print(|out| out.write_all(patch::lines(&loaded.sources, &new).as_bytes()))?;
            let found = if fixes.is_empty() { Status::Fine } else { Status::Findings };
            return Ok(found.max(input::status(&loaded)));
        }
        let mut status = input::status(&loaded);
        // Standard input comes out again, whatever became of it.
        let mut piped = new.iter().map(|(_, source)| source).filter(|source| source.name() == "-");
        piped.try_for_each(|source| console.print(|out| out.write_all(source.text().as_bytes())))?;
        for (old, new) in loaded.sources.changed(&new).filter(|(old, _)| old.name() != "-") {
            match files::replace(old.name(), old.text(), new.text()) {
                Ok(()) => console.print(|out| writeln!(out, "{}", old.name()))?,
                Err(why) => {
                    console.complain(&format!("`{}` is left as it is: {why}", old.name()));
                    status = Status::InputError;
                }
            }
        }
        Ok(status)
    }
}
