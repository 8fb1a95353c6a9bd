//! The playground: what builds it, and what it weighs.
//!
//! Whatever is needed comes from package registries through their own clients, once, into `~/.cache/ringfence`; a second
//! checkout finds it there. A page that is newer than everything it is made of is not built again.

mod build;
mod compiler;
mod size;
mod sysroot;
mod tools;

pub use build::{playground, script_package, script_tests};
pub use size::within_budget;

use crate::run::{captured, command};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the page and the package, and prints what they weigh.
pub fn print() -> Result<(), String> {
    for folder in [playground()?, script_package()?] {
        println!("{}", folder.display());
        size::print(&size::sizes(&folder)?);
    }
    Ok(())
}

/// The target of everything that goes to a browser.
const TARGET: &str = "wasm32-unknown-unknown";

/// What a build for the browser finds in its environment.
#[derive(Debug, Default)]
struct Environment {
    /// Folders to look for programs in, before those of `PATH`.
    folders: Vec<PathBuf>,
    variables: Vec<(&'static str, OsString)>,
}

impl Environment {
    /// Gives it to a command; cargo keeps what it builds apart from what is built for this machine.
    fn lend<'command>(&self, command: &'command mut Command) -> Result<&'command mut Command, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))?;
        // The cargo that runs us may be another one than that which builds for the browser.
        for inherited in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(inherited);
        }
        command.env("PATH", path).env("CARGO_TARGET_DIR", target());
        Ok(command.envs(self.variables.iter().map(|(name, value)| (name, value))))
    }
}

/// Where cargo builds for the browser.
fn target() -> PathBuf {
    crate::run::root().join("target/web")
}

/// Says what is being done, and why it may take a while.
fn say(what: &str) {
    println!("web: {what}");
}

fn made(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// What a program says of its own version, where it is there at all.
fn version(program: &Path) -> Option<String> {
    let said = captured(&mut command(&program.display().to_string(), &["--version"])).ok()?;
    Some(said.trim().to_owned())
}
