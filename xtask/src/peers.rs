//! The comparison with another analyser, which is installed first where it is not there.
//!
//! It lives in a virtual environment of its own outside the checkout, in the version whose answers are known.

use crate::cache;
use crate::packages;
use crate::run::{captured, cargo, command, watched};
use crate::tally::Tally;
use std::path::{Path, PathBuf};

/// The analyser and its version (`docs/peers.md`).
const PACKAGE: &str = "network-config-analyzer";
const VERSION: &str = "2.1.0";

/// Installs it and holds the program against it.
pub fn peers(tally: &mut Tally) -> Result<(), String> {
    let program = provide()?;
    let mut test = cargo(&["test", "--quiet", "-p", "ringfence-tests", "--test", "peers", "--", "--nocapture"]);
    watched(test.env("RINGFENCE_NCA", program), tally)
}

/// Installs it where it is not there; its program.
pub fn provide() -> Result<PathBuf, String> {
    let home = cache::folder("nca");
    if !is_installed(&home) {
        install(&home)
            .map_err(|error| format!("{PACKAGE} {VERSION} cannot be installed into {}: {error}", home.display()))?;
    }
    Ok(home.join("bin/nca"))
}

fn is_installed(home: &Path) -> bool {
    let asked = "import importlib.metadata as m; print(m.version('network-config-analyzer'))";
    let python = home.join("bin/python");
    python.exists()
        && home.join("bin/nca").exists()
        && captured(&mut command(&python.display().to_string(), &["-c", asked]))
            .is_ok_and(|said| said.trim() == VERSION)
}

fn install(home: &Path) -> Result<(), String> {
    packages::provide(packages::PYTHON)?;
    let place = home.display().to_string();
    if watched(&mut command("python3", &["-m", "venv", "--clear", &place]), &mut Tally::default()).is_err() {
        // Debian keeps what `venv` needs in a package of its own.
        packages::provide_package("python3-venv")?;
        watched(&mut command("python3", &["-m", "venv", "--clear", &place]), &mut Tally::default())?;
    }
    let python = home.join("bin/python").display().to_string();
    let pinned = format!("{PACKAGE}=={VERSION}");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &pinned];
    watched(&mut command(&python, &install), &mut Tally::default())
}
