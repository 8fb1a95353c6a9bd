//! What the command line says of the same files.

use super::page::File;
use serde_json::Value;
use std::process::Command;

/// The verdict of every ordered pair, sorted.
pub fn verdicts(files: &[File]) -> Result<Vec<[String; 3]>, String> {
    let answer: Value =
        serde_json::from_str(&said(&["reach", "-o", "json"], files)?).map_err(|error| error.to_string())?;
    let pairs = answer["pairs"].as_array().ok_or("no pairs")?;
    let text = |pair: &Value, key: &str| pair[key].as_str().unwrap_or_default().to_owned();
    let line = |pair: &Value| ["from", "to", "verdict"].map(|key| text(pair, key));
    let mut lines: Vec<[String; 3]> = pairs.iter().map(line).collect();
    lines.sort();
    Ok(lines)
}

/// What it says on standard output.
pub fn said(words: &[&str], files: &[File]) -> Result<String, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = own.ancestors().nth(2).map(|folder| folder.join("ringfence")).filter(|program| program.exists());
    let program = built.ok_or("there is no program to compare with: cargo build -p ringfence-cli")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(words);
    for file in files {
        let path = folder.path().join(&file.name);
        std::fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
        command.arg("-f").arg(path);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    match String::from_utf8(output.stdout) {
        Ok(said) if !said.is_empty() => Ok(said),
        Ok(_) | Err(_) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
