//! Programs and packages that are written in Python, each set of them in a virtual environment of its own.
//!
//! It lies outside the checkout, and has just the versions that are named here.

use crate::cache;
use crate::packages;
use crate::run::{captured, command, watched};
use crate::tally::Tally;
use std::path::{Path, PathBuf};

/// A virtual environment: its name, and its packages with their versions.
pub struct Environment {
    /// The name of its folder.
    pub name: &'static str,
    /// What is in it.
    pub packages: &'static [(&'static str, &'static str)],
}

impl Environment {
    /// Makes it where it is not there; its folder of programs.
    pub fn provide(&self) -> Result<PathBuf, String> {
        let home = cache::folder(self.name);
        if !self.is_there(&home) {
            let wanted: Vec<String> = self.pinned().collect();
            let failed = |error| format!("{} cannot be installed into {}: {error}", wanted.join(", "), home.display());
            self.install(&home).map_err(failed)?;
        }
        Ok(home.join("bin"))
    }

    fn pinned(&self) -> impl Iterator<Item = String> {
        self.packages.iter().map(|(package, version)| format!("{package}=={version}"))
    }

    fn is_there(&self, home: &Path) -> bool {
        let python = home.join("bin/python");
        let asked = "import importlib.metadata as m, sys; print(*(f'{p}=={m.version(p)}' for p in sys.argv[1:]))";
        let names = self.packages.iter().map(|(package, _)| *package);
        let words: Vec<&str> = ["-c", asked].into_iter().chain(names).collect();
        let wanted = self.pinned().collect::<Vec<_>>().join(" ");
        python.exists()
            && captured(&mut command(&python.display().to_string(), &words)).is_ok_and(|said| said.trim() == wanted)
    }

    fn install(&self, home: &Path) -> Result<(), String> {
        packages::provide(packages::PYTHON)?;
        let place = home.display().to_string();
        if watched(&mut command("python3", &["-m", "venv", "--clear", &place]), &mut Tally::default()).is_err() {
            // Debian keeps what `venv` needs in a package of its own.
            packages::provide_package("python3-venv")?;
            watched(&mut command("python3", &["-m", "venv", "--clear", &place]), &mut Tally::default())?;
        }
        let python = home.join("bin/python").display().to_string();
        let mut install = command(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        watched(install.args(self.pinned()), &mut Tally::default())
    }
}
