//! The only place where `ovn-trace` is run.
//!
//! One that stays (`--detach`) has read the database once and answers by its control socket, but takes what connection
//! tracking says (`--ct`) when it starts only: so there is one for each thing that connection tracking may say, told so
//! very often. What needs different words within one packet is asked of a process of its own.

use ringfence_engine::answers::explain::Trace;
use ringfence_ovsdb::codec::Codec;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::runtime::Runtime;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder;

/// What is run.
const PROGRAM: &str = "ovn-trace";

/// How often one that stays is told what connection tracking says.
const TOLD: usize = 4_000;

/// So many packets are asked of it before a new one takes its place: a packet meets connection tracking less often than
/// `TOLD / MOST` times.
const MOST: usize = 200;

/// How long it may take to read the database, and to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that can be asked about packets.
pub(crate) struct Tracer {
    arguments: Vec<OsString>,
    folder: TempDir,
    runtime: Runtime,
    staying: HashMap<&'static str, Staying>,
    started: usize,
    /// What it calls itself.
    pub(crate) version: String,
}

/// One that stays.
struct Staying {
    stream: UnixStream,
    codec: Codec,
    asked: usize,
}

/// Why there is no answer.
pub(super) enum Silence {
    /// To this packet.
    Packet(String),
    /// To none any more: somebody pressed Ctrl-C.
    Interrupted,
}

impl Tracer {
    /// Sees that there is an `ovn-trace`; it will ask the database at these endpoints.
    pub(super) fn new(endpoints: &str, more: Vec<OsString>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let said = runtime.block_on(run(Command::new(PROGRAM).arg("--version"))).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                "there is no `ovn-trace` to ask: install OVN's own tools (Debian: ovn-common, ovn-central), or leave out \
                 `--probe`"
                    .to_owned()
            }
            _ => format!("cannot run `{PROGRAM}`: {error}"),
        })?;
        let version = String::from_utf8_lossy(&said.stdout).lines().take(2).collect::<Vec<_>>().join("; ");
        let folder = tempfile::tempdir().map_err(|error| format!("cannot make a folder for `{PROGRAM}`: {error}"))?;
        let arguments = [OsString::from(format!("--db={endpoints}"))].into_iter().chain(more).collect();
        Ok(Self { arguments, folder, runtime, staying: HashMap::new(), started: 0, version })
    }

    /// What OVN makes of a packet, in detail.
    pub(super) fn trace(&mut self, trace: &Trace) -> Result<String, Silence> {
        let first = trace.tracking.first().copied().unwrap_or_default();
        if trace.tracking.iter().any(|flags| *flags != first) {
            return self.alone(trace).map_err(Silence::Packet);
        }
        let mut staying = match self.staying.remove(first) {
            Some(staying) if staying.asked < MOST => staying,
            Some(mut worn) => {
                self.runtime.block_on(worn.end());
                self.stay(first).map_err(Silence::Packet)?
            }
            None => self.stay(first).map_err(Silence::Packet)?,
        };
        let words = [trace.switch.as_str(), trace.microflow.as_str()];
        let answer = self.runtime.block_on(async {
            tokio::select! {
                answer = tokio::time::timeout(PATIENCE, staying.ask("trace", &words)) => Some(answer),
                _ = tokio::signal::ctrl_c() => None,
            }
        });
        match answer {
            Some(Ok(Ok(text))) => {
                self.staying.insert(first, staying);
                Ok(text)
            }
            // One that did not answer has died, or is of no more use.
            Some(Ok(Err(message))) => Err(Silence::Packet(message)),
            Some(Err(_)) => Err(Silence::Packet(format!("no answer within {} seconds", PATIENCE.as_secs()))),
            None => {
                self.staying.insert(first, staying);
                Err(Silence::Interrupted)
            }
        }
    }

    fn alone(&self, trace: &Trace) -> Result<String, String> {
        let tracking = trace.tracking.iter().map(|flags| format!("--ct={flags}"));
        let mut command = Command::new(PROGRAM);
        command.args(&self.arguments).args(tracking).args(["--no-friendly-names", "-vconsole:off", "--"]);
        let output = self.runtime.block_on(run(command.arg(&trace.switch).arg(&trace.microflow)));
        let output = output.map_err(|error| format!("cannot run `{PROGRAM}`: {error}"))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    /// Starts one that stays. It comes back from its start when it has become a process of its own.
    fn stay(&mut self, flags: &'static str) -> Result<Staying, String> {
        self.started += 1;
        let socket = self.folder.path().join(self.started.to_string());
        let told = if flags.is_empty() { 0 } else { TOLD };
        let mut control = OsString::from("--unixctl=");
        control.push(&socket);
        let mut command = Command::new(PROGRAM);
        command.args(&self.arguments).args(std::iter::repeat_n(format!("--ct={flags}"), told)).arg(control);
        command.args(["--no-friendly-names", "-vconsole:off", "-vsyslog:off", "--detach", "--no-chdir"]);
        let output =
            self.runtime.block_on(run(&mut command)).map_err(|error| format!("cannot run `{PROGRAM}`: {error}"))?;
        if !output.status.success() {
            return Err(format!("`{PROGRAM}` does not start: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let stream = self.runtime.block_on(connect(&socket))?;
        Ok(Staying { stream, codec: Codec::default(), asked: 0 })
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        for staying in self.staying.values_mut() {
            self.runtime.block_on(staying.end());
        }
    }
}

impl Staying {
    async fn end(&mut self) {
        // It ends without a word.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.ask("exit", &[])).await;
    }

    async fn ask(&mut self, method: &str, words: &[&str]) -> Result<String, String> {
        self.asked += 1;
        let question = json!({ "id": self.asked, "method": method, "params": words }).to_string();
        self.stream.write_all(question.as_bytes()).await.map_err(|error| error.to_string())?;
        let mut bytes = BytesMut::new();
        let answer = loop {
            if let Some(answer) = self.codec.decode(&mut bytes).map_err(|error| error.to_string())? {
                break answer;
            }
            if self.stream.read_buf(&mut bytes).await.map_err(|error| error.to_string())? == 0 {
                return Err(format!("`{PROGRAM}` has ended without an answer"));
            }
        };
        match (answer.get("result").and_then(Value::as_str), answer.get("error")) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, error) => Err(error.map(Value::to_string).unwrap_or_default()),
        }
    }
}

async fn connect(socket: &Path) -> Result<UnixStream, String> {
    UnixStream::connect(socket).await.map_err(|error| format!("`{PROGRAM}` does not listen: {error}"))
}

/// Runs to the end, which must not take for ever: where `ovn-trace` cannot connect it tries again and again.
async fn run(command: &mut Command) -> io::Result<Output> {
    let run = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "it gets no answer from the database");
    tokio::time::timeout(PATIENCE, run).await.map_err(late)?
}
