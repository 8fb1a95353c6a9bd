//! The command line, asked.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.out).map_err(|error| format!("{error}: {}{}", self.out, self.err))
    }
}

/// Runs it.
pub fn ringfence(arguments: &[&str]) -> Result<Ran, String> {
    let output = Command::new(program()?)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("OVN_NB_DB")
        .env_remove("KUBECONFIG")
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().ok_or("ended by a signal")?;
    Ok(Ran { status, out: text(&output.stdout), err: text(&output.stderr) })
}

/// Where it was built.
pub fn program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = own.ancestors().nth(2).map(|folder| folder.join("ringfence")).filter(|program| program.exists());
    built.ok_or("there is no program to ask: cargo build -p ringfence-cli".to_owned())
}

/// A path as an argument.
pub fn argument(path: &Path) -> String {
    path.display().to_string()
}

/// Of an answer of `reach` what does not depend on where its objects are written.
pub fn answer(said: &Value) -> Value {
    let sorted = |key: &str| {
        let mut list = said[key].as_array().cloned().unwrap_or_default();
        list.sort_by_key(ToString::to_string);
        list
    };
    serde_json::json!({ "profile": said["profile"], "endpoints": sorted("endpoints"), "pairs": sorted("pairs") })
}

/// The first line in which two answers differ.
pub fn difference(one: &Value, other: &Value) -> Option<String> {
    let (one, other) = (format!("{one:#}"), format!("{other:#}"));
    let lines = one.lines().zip(other.lines()).enumerate();
    let differing = lines.filter(|(_, (one, other))| one != other).take(6);
    let told: Vec<String> =
        differing.map(|(line, (one, other))| format!("line {line}: {} | {}", one.trim(), other.trim())).collect();
    (one != other).then(|| format!("{} and {} lines; {}", one.lines().count(), other.lines().count(), told.join("; ")))
}
