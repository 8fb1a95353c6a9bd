//! Where the others are, and the program itself.

use std::path::PathBuf;

/// A program or a file that `cargo xtask bench` names in the environment.
pub fn named(variable: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.ok_or_else(|| format!("{variable} is not set: `cargo xtask bench` sees to what is compared with"))
}

/// A script beside the comparisons.
pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/race").join(name)
}
