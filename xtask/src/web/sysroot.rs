//! The standard library for wasm, built once from Debian's sources of it.
//!
//! It goes into a sysroot of its own, so that every build after that is an ordinary one: a compiler that believes to be
//! a nightly one is seen by what is built for the browser alone, and by no build script.

use super::{TARGET, made, say};
use crate::cache;
use crate::run::{captured, command, watched};
use crate::tally::Tally;
use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Debian's compiler; only the sources of the same release can be built by it.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// A program in a browser has nobody to tell of a panic: it stops, and carries no words for it. Cargo is told, so that
/// it builds everything again for a library that was built otherwise.
pub const ABORT: &str = "-Zunstable-options -Cpanic=immediate-abort -Zpanic_abort_tests";

/// The sysroot for the compiler that is installed; built where there is none for just this one.
pub fn provide() -> Result<PathBuf, String> {
    let version = captured(&mut command(RUSTC, &["-vV"]))?;
    let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let (Some(release), Some(host)) = (field("release:"), field("host:")) else {
        return Err(format!("`{RUSTC} -vV` names no release or no host"));
    };
    let folder = cache::folder("web").join(format!("sysroot-{release}-small"));
    // Written last: half a sysroot is none.
    let stamp = folder.join("made-by");
    let made_by = format!("{version}{ABORT}\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == made_by) {
        return Ok(folder);
    }
    say("building the standard library for wasm, once (about a minute)");
    let written = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(written)?;
    }
    let libraries = folder.join("lib/rustlib").join(TARGET).join("lib");
    made(&libraries)?;
    library(&libraries)?;
    let own = captured(&mut command(RUSTC, &["--print", "target-libdir"]))?;
    let own = Path::new(own.trim()).parent().unwrap_or(Path::new("/")).to_owned();
    symlink(own, folder.join("lib/rustlib").join(host)).map_err(written)?;
    shim(&folder).map_err(written)?;
    std::fs::write(&stamp, &made_by).map_err(written)?;
    Ok(folder)
}

/// Builds an empty crate together with the standard library, and keeps the latter.
fn library(into: &Path) -> Result<(), String> {
    let scratch = cache::folder("web").join("scratch");
    let written = |error: std::io::Error| format!("{}: {error}", scratch.display());
    made(&scratch.join("src"))?;
    let manifest = "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\n\n[workspace]\n";
    std::fs::write(scratch.join("Cargo.toml"), manifest).map_err(written)?;
    std::fs::write(scratch.join("src/lib.rs"), "").map_err(written)?;
    let target = scratch.join("target");
    let mut build = command(CARGO, &["build", "--quiet", "--release", "--target", TARGET]);
    // Without the bitcode a build with link-time optimisation fails; `test` is for tests that run in a browser.
    build
        .args(["-Z", "build-std=std,panic_abort,test", "-Z", "build-std-features=optimize_for_size"])
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", format!("-Cembed-bitcode=yes -Copt-level=z {ABORT}"))
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(&scratch);
    watched(&mut build, &mut Tally::default())?;
    let built = target.join(TARGET).join("release/deps");
    let entries = std::fs::read_dir(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let libraries = entries.flatten().map(|entry| entry.path()).filter(|path| is_of_std(path));
    for path in libraries {
        std::fs::copy(&path, into.join(path.file_name().unwrap_or_default())).map_err(written)?;
    }
    std::fs::remove_dir_all(&scratch).map_err(written)
}

fn is_of_std(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.extension() == Some(OsStr::new("rlib")) && !name.starts_with("libscratch-")
}

/// A compiler that looks there. Only what is built for the browser may use [`ABORT`], which is not stable yet.
fn shim(folder: &Path) -> std::io::Result<()> {
    let program = folder.join("bin/rustc");
    std::fs::create_dir_all(folder.join("bin"))?;
    let call = format!("{RUSTC} --sysroot '{}' \"$@\"", folder.display());
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in\n  *\" {TARGET} \"*) RUSTC_BOOTSTRAP=1 exec {call} ;;\nesac\nexec {call}\n"
    );
    std::fs::write(&program, script)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
}
