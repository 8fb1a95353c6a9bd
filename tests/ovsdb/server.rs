//! Servers of their own, each in a directory that goes with it.

use ringfence_ovsdb::{Client, ConnectError, Endpoint, Options};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The schema of the Northbound database.
pub const SCHEMA: &str = "/usr/share/ovn/ovn-nb.ovsschema";

/// A server, which ends with its value.
pub struct Server {
    process: Child,
    pub directory: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// A server with an empty Northbound database behind a Unix socket.
    pub fn standalone(arguments: &[String]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("nb.db");
        run("ovsdb-tool", &["create", &text(&database), SCHEMA]);
        Self::start(directory, arguments)
    }

    /// A server of the database `nb.db` in a directory.
    pub fn start(directory: TempDir, arguments: &[String]) -> Self {
        let database = text(&directory.path().join("nb.db"));
        Self::of(directory, &[arguments, &[database]].concat())
    }

    /// A server without a database of its own, which passes on what it is asked.
    #[allow(dead_code, reason = "not every test has one")]
    pub fn relay(source: &Endpoint) -> Self {
        Self::of(tempfile::tempdir().unwrap(), &[format!("relay:OVN_Northbound:{source}")])
    }

    fn of(directory: TempDir, arguments: &[String]) -> Self {
        let path = |name: &str| directory.path().join(name);
        let process = Command::new("ovsdb-server")
            .args([format!("--remote=punix:{}", text(&path("nb.sock"))), format!("--unixctl={}", text(&path("ctl")))])
            .arg(format!("--log-file={}", text(&path("log"))))
            .args(arguments)
            .env("OVS_RUNDIR", directory.path())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, directory };
        let end = Instant::now() + Duration::from_secs(20);
        while !server.directory.path().join("ctl").exists() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// A file of the server.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where it listens.
    pub fn socket(&self) -> Endpoint {
        Endpoint::Unix { path: self.path("nb.sock") }
    }

    /// A client of it.
    pub async fn client(&self) -> Client {
        connect(&[self.socket()], options()).await.unwrap()
    }

    /// Runs `ovn-nbctl` on it.
    pub fn nbctl(&self, arguments: &[&str]) -> String {
        let database = format!("--db={}", self.socket());
        run("ovn-nbctl", &[&[database.as_str(), "--no-leader-only"], arguments].concat())
    }

    /// The number of its process.
    #[allow(dead_code, reason = "not every test stops a server for a while")]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it at once, and leaves its files.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again with the same files, once it was killed.
    pub fn restarted(mut self) -> Self {
        self.kill();
        for name in ["nb.sock", "ctl"] {
            let _ = std::fs::remove_file(self.path(name));
        }
        let directory = std::mem::replace(&mut self.directory, tempfile::tempdir().unwrap());
        Self::start(directory, &[])
    }
}

/// The usual options, with less patience.
pub fn options() -> Options {
    let patience = Duration::from_secs(10);
    Options { patience, probe: Duration::from_millis(500), persistence: patience, ..Options::new("OVN_Northbound") }
}

/// Connects.
pub async fn connect(endpoints: &[Endpoint], options: Options) -> Result<Client, ConnectError> {
    Client::connect(endpoints, options).await
}

/// Runs a program and gives what it prints.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// A path as text.
pub fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A port of the loopback that nobody uses.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
