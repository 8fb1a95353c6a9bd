//! A run directory and the daemons in it.
//!
//! Nothing of the machine's own OVN is touched: every socket, database and log lies in the directory,
//! and every daemon ends with the value that started it, or with the process at the latest.

use super::database::Database;
use super::rpc;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a daemon may take until it listens.
const START: Duration = Duration::from_secs(30);

/// What our directories' names begin with; the process's id follows.
const PREFIX: &str = "ringfence-";

/// A private directory with running daemons.
#[derive(Debug)]
pub struct Sandbox {
    daemons: Vec<Daemon>,
    directory: TempDir,
}

/// A process that ends with its value.
#[derive(Debug)]
struct Daemon {
    name: String,
    process: Child,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        while self.daemons.pop().is_some() {}
        end_by_pidfiles(self.directory.path());
    }
}

impl Sandbox {
    /// An empty sandbox, after what dead runs left behind is swept away.
    pub fn new() -> io::Result<Self> {
        sweep();
        let prefix = format!("{PREFIX}{}-", std::process::id());
        Ok(Self { daemons: Vec::new(), directory: tempfile::Builder::new().prefix(&prefix).tempdir()? })
    }

    /// A file in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command whose environment keeps Open vSwitch's programs inside the sandbox.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for variable in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVN_RUNDIR", "OVN_LOGDIR", "OVN_DBDIR"] {
            command.env(variable, self.directory.path());
        }
        command.env("PATH", path_of_root()).stdin(Stdio::null());
        command
    }

    /// Runs a program to its end and gives its output; another status than 0 is an error with its words.
    pub fn run(&self, program: &str, arguments: &[&str]) -> io::Result<String> {
        finish(self.command(program).args(arguments))
    }

    /// Starts a daemon in the foreground. The kernel ends it should this process die without a word.
    pub fn start(&mut self, name: &str, program: &[&str]) -> io::Result<u32> {
        let log = File::create(self.path(&format!("{name}.out")))?;
        let mut command = self.command("setpriv");
        command.args(["--pdeathsig", "KILL"]).args(program);
        let process = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        let id = process.id();
        self.daemons.push(Daemon { name: name.to_owned(), process });
        Ok(id)
    }

    /// The process of a daemon that was started here.
    pub fn process(&self, name: &str) -> Option<u32> {
        self.daemons.iter().find(|daemon| daemon.name == name).map(|daemon| daemon.process.id())
    }

    /// Ends one daemon.
    pub fn stop(&mut self, name: &str) {
        self.daemons.retain(|daemon| daemon.name != name);
    }

    /// Waits until a socket answers.
    pub fn wait_for(&self, socket: &Path) -> io::Result<()> {
        let begin = Instant::now();
        while std::os::unix::net::UnixStream::connect(socket).is_err() {
            self.still_alive()?;
            if begin.elapsed() > START {
                return Err(io::Error::other(format!("nothing listens on {}", socket.display())));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// An error with the last words of a daemon that has ended, if one has.
    pub fn still_alive(&self) -> io::Result<()> {
        let fallen = |daemon: &&Daemon| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.process.id())).unwrap_or_default();
            stat.rsplit(") ").next().is_none_or(|state| state.is_empty() || state.starts_with('Z'))
        };
        match self.daemons.iter().find(fallen) {
            Some(daemon) => {
                Err(io::Error::other(format!("{} has ended: {}", daemon.name, last_line(&self.output(&daemon.name)))))
            }
            None => Ok(()),
        }
    }

    /// A server for a new database of a schema that the packages brought.
    pub fn database(&mut self, name: &'static str, schema: &str) -> io::Result<Database> {
        let (file, socket) = (self.path(&format!("{name}.db")), self.path(&format!("{name}.sock")));
        let control = self.path(&format!("{name}.ctl"));
        self.run("ovsdb-tool", &["create", text(&file), schema])?;
        let remote = format!("--remote=punix:{}", socket.display());
        let control = format!("--unixctl={}", control.display());
        self.start(name, &["ovsdb-server", &remote, &control, "--no-chdir", "-vconsole:warn", text(&file)])?;
        self.wait_for(&socket)?;
        Ok(Database::new(&socket, name))
    }

    /// A command of a daemon's control socket in this directory.
    pub fn control(&self, socket: &str, name: &str, arguments: &[&str]) -> io::Result<String> {
        rpc::command(&self.path(socket), name, arguments)
    }

    /// What a daemon has written so far.
    pub fn output(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.out"))).unwrap_or_default()
    }
}

/// Ends the daemons that detached themselves: those whose pidfile lies in a directory, and that really are of it.
fn end_by_pidfiles(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "pid") {
            end(&path, directory);
        }
    }
}

fn end(pidfile: &Path, directory: &Path) -> Option<()> {
    let id: i32 = fs::read_to_string(pidfile).ok()?.trim().parse().ok()?;
    let words = fs::read(format!("/proc/{id}/cmdline")).ok()?;
    let ours = String::from_utf8_lossy(&words).contains(text(directory));
    let process = Pid::from_raw(id).filter(|_| ours)?;
    kill_process(process, Signal::KILL).ok()
}

/// Removes directories, and ends detached daemons, of runs whose process is gone.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
            end_by_pidfiles(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn last_line(text: &str) -> &str {
    text.lines().next_back().unwrap_or("without a word")
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{command:?}: {}: {words}", output.status)))
}

/// A path as an argument; the sandbox's own paths are plain ASCII.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn path_of_root() -> String {
    format!("{}:/usr/local/sbin:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}
