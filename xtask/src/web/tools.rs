//! What turns a compiled module into a page: trunk, wasm-bindgen, wasm-opt.

use super::{made, say, version};
use crate::cache;
use crate::packages;
use crate::run::{cargo, command, root, watched};
use crate::tally::Tally;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The last trunk that this workspace's compiler can build.
const TRUNK: &str = "0.21.14";

/// The package of wasm-opt: Debian's own is too old for what wasm-bindgen writes.
const BINARYEN: &str = "132.0.0";

/// Sees to it that they are there, and gives the folders that hold them.
pub fn provide() -> Result<Vec<PathBuf>, String> {
    packages::provide(packages::NODE)?;
    let bindgen = bindgen()?;
    // A dependency that wasm-bindgen-cli has locked has left the registry.
    let folders = [
        installed("wasm-bindgen-cli", "wasm-bindgen", &bindgen, "1", &[])?,
        // It copies files and waits for others.
        installed("trunk", "trunk", TRUNK, "0", &["--locked", "--no-default-features"])?,
        Some(binaryen()?),
    ];
    Ok(folders.into_iter().flatten().collect())
}

/// The version of wasm-bindgen in Cargo.lock: the tool and the crate have to be the same.
fn bindgen() -> Result<String, String> {
    let lock = root().join("Cargo.lock");
    let text = std::fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let after = text.split("name = \"wasm-bindgen\"\nversion = \"").nth(1);
    let version = after.and_then(|rest| rest.split('"').next());
    version.map(str::to_owned).ok_or_else(|| "wasm-bindgen is not in Cargo.lock".to_owned())
}

/// The folder of a program that cargo installs, optimised so far; none where the right one is on `PATH` already.
fn installed(
    package: &str,
    program: &str,
    wanted: &str,
    level: &str,
    options: &[&str],
) -> Result<Option<PathBuf>, String> {
    let home = cache::folder("web").join(format!("{package}-{wanted}"));
    let is_wanted = |path: &Path| version(path).is_some_and(|said| said == format!("{program} {wanted}"));
    let inner = home.join("bin");
    if inner.join(program).exists() && is_wanted(&inner.join(program)) {
        return Ok(Some(inner));
    }
    if on_path(program).is_some_and(|path| is_wanted(&path)) {
        return Ok(None);
    }
    say(&format!("building {package} {wanted}, once (several minutes)"));
    let target = home.join("target");
    let place = home.display().to_string();
    let mut install = cargo(&["install", "--quiet", "--root", &place, &format!("{package}@{wanted}")]);
    // Its own profile spends half of the time on link-time optimisation of a program that waits for others.
    install
        .args(options)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .env("CARGO_TARGET_DIR", &target);
    watched(&mut install, &mut Tally::default())?;
    std::fs::remove_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    if is_wanted(&inner.join(program)) {
        return Ok(Some(inner));
    }
    Err(format!("missing: {program} {wanted}, though {package} was installed"))
}

/// wasm-opt, which npm brings as a script.
fn binaryen() -> Result<PathBuf, String> {
    let home = cache::folder("web").join(format!("binaryen-{BINARYEN}"));
    let (bin, script) = (home.join("bin"), home.join("node_modules/binaryen/bin/wasm-opt"));
    let written = |error: std::io::Error| format!("{}: {error}", home.display());
    if !script.exists() {
        say(&format!("fetching wasm-opt {BINARYEN}, once"));
        made(&home)?;
        let place = home.display().to_string();
        let mut install = command("npm", &["install", "--silent", "--no-fund", "--no-audit", "--no-save"]);
        install.args(["--prefix", &place, &format!("binaryen@{BINARYEN}")]);
        watched(&mut install, &mut Tally::default())?;
        if !script.exists() {
            return Err("missing: wasm-opt, though the npm package binaryen was installed".to_owned());
        }
    }
    let program = bin.join("wasm-opt");
    if !program.exists() {
        made(&bin)?;
        std::fs::write(&program, format!("#!/bin/sh\nexec node '{}' \"$@\"\n", script.display())).map_err(written)?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).map_err(written)?;
    }
    Ok(bin)
}

/// Where a program is.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}
