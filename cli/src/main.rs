//! The command line of Ringfence.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Worlds are many small texts and lists, read, kept and given back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ringfence_cli::run(std::env::args_os())
}
