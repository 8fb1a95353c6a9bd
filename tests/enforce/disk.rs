//! A server whose file is on a disk that is soon full.

use crate::cluster::until;
use crate::server::{SCHEMA, text};
use libtest_mimic::Failed;
use ringfence_tests::ovn::database::Database;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A server with a disk of its own, which nobody else sees and which goes with it.
pub struct Cramped {
    process: Child,
    folder: TempDir,
}

impl Drop for Cramped {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Cramped {
    /// A server with an empty Northbound database on a disk of one mebibyte.
    pub fn start() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let disk = folder.path().join("disk");
        fs::create_dir(&disk)?;
        let (socket, control) = (text(&folder.path().join("nb.sock")), text(&folder.path().join("ctl")));
        let script = "mount -t tmpfs -o size=1m tmpfs \"$1\" && ovsdb-tool create \"$1/nb.db\" \"$2\" && \
            exec ovsdb-server --remote=\"punix:$3\" --unixctl=\"$4\" \"$1/nb.db\"";
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c", script, "sh"])
            .args([text(&disk).as_str(), SCHEMA, &socket, &control])
            .env("OVS_RUNDIR", folder.path())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { process, folder };
        until("the server listens", || server.socket().exists().then_some(()).ok_or_else(|| "nobody does".to_owned()))?;
        Ok(server)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("nb.sock")
    }

    /// Where it listens.
    pub fn database(&self) -> Database {
        Database::new(&self.socket(), "OVN_Northbound")
    }

    /// A file on the disk, from outside.
    pub fn path(&self, name: &str) -> PathBuf {
        let inside = self.folder.path().join("disk").join(name);
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        root.join(inside.strip_prefix("/").unwrap_or(Path::new("")))
    }

    /// Leaves no byte of it.
    pub fn fill(&self) -> Result<(), Failed> {
        let mut file = File::create(self.path("full"))?;
        loop {
            match file.write(&[0; 1 << 12]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes room again.
    pub fn clear(&self) -> Result<(), Failed> {
        Ok(fs::remove_file(self.path("full"))?)
    }
}
