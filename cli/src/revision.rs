//! Files as they were in a revision: the only place where `git` is called. It reads, and is told nothing to write.

use ringfence_engine::source::Sources;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A commit of the repository that the working folder is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    commit: String,
    /// As it was written.
    name: String,
}

impl Revision {
    /// The commit that a word means, where it means one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let wanted = format!("{name}^{{commit}}");
        let said = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).ok()?;
        let commit = String::from_utf8(said).ok()?.trim().to_owned();
        Some(Self { commit, name: name.to_owned() })
    }

    /// The manifests that were below these paths.
    pub(crate) fn read(&self, paths: &[PathBuf]) -> Result<Sources, String> {
        let mut sources = Sources::new();
        for path in paths {
            let path = path.to_str().ok_or("a path is no text")?;
            let listed = git(&["ls-tree", "-r", "-z", "--name-only", &self.commit, "--", path])?;
            let listed = String::from_utf8(listed).map_err(|error| error.to_string())?;
            for name in listed.split('\0').filter(|name| *name == path || crate::files::is_manifest(Path::new(name))) {
                if !name.is_empty() {
                    let bytes = git(&["show", &format!("{}:./{name}", self.commit)])?;
                    sources.add_bytes(format!("{}:{name}", self.name), &bytes);
                }
            }
        }
        Ok(sources)
    }
}

/// What git says; in its own words, where it refuses.
fn git(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git").args(arguments).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no `git` to ask about revisions".to_owned(),
        _ => format!("cannot run `git`: {error}"),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().next().unwrap_or("git refuses").trim_start_matches("fatal: ").to_owned())
}
