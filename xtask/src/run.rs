//! A program run to its end, its words passed on and its tests counted.

use crate::tally::Tally;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The top of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// A command at the top of the checkout.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// A cargo command, by the cargo that runs us.
pub fn cargo(arguments: &[&str]) -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), arguments)
}

/// What stands before a line that the summary repeats.
pub const WORD: &str = "!!! ";

/// So many lines of what a command says of its failures are repeated, at most.
const REPEATED: usize = 60;

/// Runs a command and prints what it says; another exit status than 0 is an error.
///
/// The tests that it reports are counted either way. What it says of tests that failed is said again, for the summary.
pub fn watched(command: &mut Command, tally: &mut Tally) -> Result<(), String> {
    println!("$ {}", shown(command));
    let mut failures: Vec<String> = Vec::new();
    let result = told(command, |line| {
        println!("{line}");
        tally.read(line);
        let begins = line.trim() == "failures:";
        if (begins || !failures.is_empty()) && failures.len() < REPEATED {
            failures.push(line.to_owned());
        }
    });
    if result.is_err() {
        failures.iter().for_each(|line| println!("{WORD}{line}"));
    }
    result
}

/// Runs a command and hands on each line of what it says; another exit status than 0 is an error.
pub fn told(command: &mut Command, mut hear: impl FnMut(&str)) -> Result<(), String> {
    let shown = shown(command);
    let failed = |error: io::Error| format!("`{shown}`: {error}");
    let mut process = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(output) = process.stdout.take() {
        BufReader::new(output).lines().map_while(Result::ok).for_each(|line| hear(&line));
    }
    let status = process.wait().map_err(failed)?;
    status.success().then_some(()).ok_or_else(|| format!("`{shown}` ended with {status}"))
}

/// Runs a command silently and gives what it wrote.
pub fn captured(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("`{shown}`: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text).ok_or_else(|| format!("`{shown}` ended with {}", output.status))
}

/// How many arguments of a command are shown.
const SHOWN: usize = 9;

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments: Vec<String> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let dots = if arguments.len() > SHOWN { Some("…".to_owned()) } else { None };
    std::iter::once(program).chain(arguments.into_iter().take(SHOWN)).chain(dots).collect::<Vec<_>>().join(" ")
}
