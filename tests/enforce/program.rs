//! The program, as somebody runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    /// Both of its streams.
    pub words: String,
}

impl Ran {
    /// An error unless the exit status is this one.
    pub fn wants(self, status: i32) -> Result<Self, String> {
        if self.status == status { Ok(self) } else { Err(format!("exit status {status} was expected: {self:?}")) }
    }
}

/// Where it was built.
pub fn path() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.ancestors().nth(2).unwrap().join("ringfence");
    assert!(program.exists(), "there is no program to try: cargo build -p ringfence-cli");
    program
}

/// A verb on a database, with files.
pub fn command(verb: &str, remote: &str, files: &[&Path], more: &[&str]) -> Command {
    let mut command = Command::new(path());
    command.arg(verb).args(["--nb", remote]).args(more).env_remove("OVN_NB_DB").stdin(Stdio::null());
    for file in files {
        command.arg("-f").arg(file);
    }
    command
}

/// Runs a verb to its end.
pub fn run(verb: &str, remote: &str, files: &[&Path], more: &[&str]) -> Result<Ran, String> {
    let output = command(verb, remote, files, more).output().map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let status = output.status.code().ok_or("it was killed")?;
    Ok(Ran { status, words: text(output.stdout) + &text(output.stderr) })
}

/// Applies, whatever the guard rails say.
pub fn apply(remote: &str, files: &[&Path], more: &[&str]) -> Result<Ran, String> {
    run("apply", remote, files, &[&["--yes", "--accept", "all"], more].concat())
}
