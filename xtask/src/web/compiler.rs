//! The compiler that can make wasm: the one of rustup where it has the target, else Debian's.

use super::{Environment, TARGET, say, sysroot};
use crate::packages;
use crate::run::{captured, command, watched};
use crate::tally::Tally;
use std::path::Path;

/// Sees to it that there is one, and gives what has to be said to use it.
pub fn provide() -> Result<Environment, String> {
    if has_target() || added() {
        return Ok(Environment::default());
    }
    if !Path::new("/etc/debian_version").exists() {
        return Err(format!("missing: the standard library for {TARGET}; with rustup: rustup target add {TARGET}"));
    }
    packages::provide(packages::WASM)?;
    let sysroot = sysroot::provide()?;
    Ok(Environment {
        folders: vec!["/usr/bin".into()],
        variables: vec![
            ("RUSTC", sysroot.join("bin/rustc").into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19".into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", sysroot::ABORT.into()),
        ],
    })
}

/// Whether the compiler in use has the standard library for it.
fn has_target() -> bool {
    let Ok(folder) = captured(&mut command("rustc", &["--print", "target-libdir", "--target", TARGET])) else {
        return false;
    };
    let names = std::fs::read_dir(folder.trim()).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.into_iter().any(|name| name.to_string_lossy().starts_with("libstd-"))
}

/// Whether rustup has added it, where it may be asked at all.
fn added() -> bool {
    if std::env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|said| said == "0") {
        return false;
    }
    say("asking rustup for the standard library of wasm");
    watched(&mut command("rustup", &["target", "add", TARGET]), &mut Tally::default()).is_ok() && has_target()
}
