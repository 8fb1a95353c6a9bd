//! A network namespace and work done inside it.

use super::sandbox::finish;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Where `ip netns` keeps namespaces.
const FOLDER: &str = "/run/netns";

/// What all our namespaces' names begin with; the process's id follows.
const PREFIX: &str = "ringfence-";

/// A namespace that is deleted with its value.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = finish(Command::new("ip").args(["netns", "del", &self.name]));
    }
}

impl Namespace {
    /// A new namespace, named after this process so that runs do not meet.
    pub fn new(label: &str) -> io::Result<Self> {
        let name = format!("{PREFIX}{}-{label}", std::process::id());
        finish(Command::new("ip").args(["netns", "add", &name]))?;
        let namespace = Self { name };
        namespace.link_up("lo")?;
        Ok(namespace)
    }

    /// Its name for `ip netns`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs lines of `ip` in it.
    pub fn ip(&self, lines: &str) -> io::Result<()> {
        let mut command = Command::new("ip");
        command.args(["-n", &self.name, "-batch", "-"]).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        if let Some(mut input) = process.stdin.take() {
            io::Write::write_all(&mut input, lines.as_bytes())?;
        }
        let output = process.wait_with_output()?;
        let words = || io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned());
        output.status.success().then_some(()).ok_or_else(words)
    }

    fn link_up(&self, link: &str) -> io::Result<()> {
        self.ip(&format!("link set {link} up\n"))
    }

    /// Does work on a thread that lives in the namespace. Sockets opened there stay there.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        let file = File::open(Path::new(FOLDER).join(&self.name))?;
        let inside = move || {
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
            work()
        };
        thread::scope(|scope| scope.spawn(inside).join().unwrap_or_else(|_| Err(io::Error::other("panic"))))
    }

    /// Sets kernel parameters below `/proc/sys/net`; one that this kernel does not have is left out.
    pub fn sysctl(&self, settings: &[(&str, &str)]) -> io::Result<()> {
        self.enter(|| {
            let set = |(name, value): &(&str, &str)| fs::write(Path::new("/proc/sys/net").join(name), value);
            settings.iter().map(set).filter(|result| !absent(result)).collect()
        })
    }
}

fn absent(result: &io::Result<()>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Deletes what runs that died left behind: namespaces of ours whose process is gone.
pub fn sweep() {
    for entry in fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        let dead = owner.is_some_and(|id| id.parse::<u32>().is_ok() && !PathBuf::from("/proc").join(id).exists());
        if dead {
            let _ = finish(Command::new("ip").args(["netns", "del", &name]));
        }
    }
}
