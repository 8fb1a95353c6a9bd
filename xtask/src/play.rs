//! The program at work: the playground in a browser, or the examples on the command line.

use crate::run::{captured, cargo, command, root, watched};
use crate::tally::Tally;
use crate::web;
use clap::Args;
use serde_json::Value;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

/// How it is shown.
#[derive(Debug, Args)]
pub struct Choice {
    /// Asks the command line about every example instead, and ends
    #[arg(long)]
    cli: bool,
    /// The port; 8080 or, where that is taken, any other, unless it is said
    #[arg(long)]
    port: Option<u16>,
}

/// Serves the playground until Ctrl-C, or prints who reaches whom in every example and explains one pair of each.
pub fn play(choice: &Choice) -> Result<(), String> {
    if choice.cli { shown() } else { served(choice.port) }
}

/// The program itself serves the page, which is inside it.
fn served(port: Option<u16>) -> Result<(), String> {
    web::playground()?;
    let build = ["build", "--quiet", "--release", "-p", "ringfence-cli", "--features", "playground"];
    watched(&mut cargo(&build), &mut Tally::default())?;
    let mut serve = command(&program()?, &["serve", "--open"]);
    serve.args(port.map(|port| format!("--port={port}")));
    // It takes our place, so that Ctrl-C reaches it and nothing stays behind.
    Err(format!("`ringfence serve`: {}", serve.exec()))
}

fn shown() -> Result<(), String> {
    watched(&mut cargo(&["build", "--quiet", "--release", "-p", "ringfence-cli"]), &mut Tally::default())?;
    let examples = examples(&root().join("examples"));
    if examples.is_empty() {
        return Err("there is nothing in `examples`".to_owned());
    }
    examples.iter().try_for_each(|example| show(example))
}

/// Every file of the gallery, its folders included.
fn examples(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml");
    let within = folders.iter().flat_map(|folder| examples(folder));
    let mut files: Vec<PathBuf> = files.into_iter().filter(yaml).chain(within).collect();
    files.sort();
    files
}

fn show(example: &Path) -> Result<(), String> {
    let place = example.display().to_string();
    println!("\n=== {place}");
    let ringfence = program()?;
    watched(&mut command(&ringfence, &["reach", "-f", &place]), &mut Tally::default())?;
    let json = captured(&mut command(&ringfence, &["reach", "-f", &place, "-o", "json"]))?;
    let answer: Value = serde_json::from_str(&json).map_err(|error| format!("`reach -o json`: {error}"))?;
    let Some((from, to)) = interesting(&answer) else { return Ok(()) };
    // `explain` says by its status whether the conversation works; here either is fine.
    let _ = watched(&mut command(&ringfence, &["explain", &from, &to, "-f", &place]), &mut Tally::default());
    Ok(())
}

fn program() -> Result<String, String> {
    let metadata = captured(&mut cargo(&["metadata", "--quiet", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let target = metadata.get("target_directory").and_then(Value::as_str).unwrap_or("target");
    Ok(format!("{target}/release/ringfence"))
}

/// A pair of machines that is not simply open, or else the first.
fn interesting(answer: &Value) -> Option<(String, String)> {
    let pairs = answer.get("pairs")?.as_array()?;
    let closed = |pair: &&Value| pair.get("verdict").is_some_and(|verdict| verdict != "open");
    let pair = pairs.iter().find(closed).or_else(|| pairs.first())?;
    let name = |key: &str| pair.get(key).and_then(Value::as_str).map(str::to_owned);
    Some((name("from")?, name("to")?))
}
