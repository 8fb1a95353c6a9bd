//! The command line of Ringfence: reads, asks the engine, and renders; decides nothing.
//!
//! One file per verb in `verb`. A verb loads its `input`, asks, and hands plain values to `render` (for people)
//! or `ringfence_view::wire` (for programs). Files are opened in `files` alone, databases are asked in `live` alone, clusters in
//! `cluster` alone, `git` is asked in `revision` alone, `ovn-trace` in `probe::tracer` alone, terminals and the environment are
//! looked at in `console` alone.
//!
//! ```text
//! arguments → verb → input → files, live, cluster
//!                  → render, wire → console
//! ```

mod advice;
mod arguments;
mod caution;
mod cluster;
mod console;
mod enforcement;
mod files;
mod input;
mod live;
mod mend;
mod page;
mod planned;
mod probe;
mod profile;
mod progress;
mod render;
mod revision;
mod status;
mod survey;
mod target;
mod verb;

use clap::error::ErrorKind;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let invocation = match arguments::parse(&arguments) {
        Ok(invocation) => invocation,
        Err(error) => {
            // Where not even that can be written, there is nobody to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { status::Status::Fine } else { status::Status::InputError }.into();
        }
    };
    let mut console = console::Console::open(invocation.color);
    match invocation.verb.run(&mut console) {
        Ok(status) => status.into(),
        Err(error) => {
            console.complain(&format!("cannot write the answer: {error}"));
            status::Status::InputError.into()
        }
    }
}
