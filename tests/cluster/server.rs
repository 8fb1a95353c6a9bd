//! A real kube-apiserver with an etcd of its own, in a directory that goes with it.

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// How long both servers may take until they answer.
const START: Duration = Duration::from_secs(120);

/// A server, which ends with its value.
pub struct Server {
    processes: Vec<Child>,
    /// What the API server was started with.
    arguments: Vec<String>,
    directory: TempDir,
    etcd: u16,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Server {
    /// A server without any object but its own.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [etcd, peers, port] = free_ports();
        let mut server = Self { processes: Vec::new(), arguments: Vec::new(), directory, etcd, port };
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let data = format!("--data-dir={}", server.path("etcd").display());
        let (clients, peers) = (url(etcd), url(peers));
        server.spawn(
            Path::new("etcd"),
            &[
                &data,
                &format!("--listen-client-urls={clients}"),
                &format!("--advertise-client-urls={clients}"),
                &format!("--listen-peer-urls={peers}"),
                &format!("--initial-advertise-peer-urls={peers}"),
                &format!("--initial-cluster=default={peers}"),
            ],
        );
        let key = server.path("account.key");
        openssl(&["genrsa", "-out", &key.display().to_string(), "2048"]);
        let tokens = "admin-token,admin,1,\"system:masters\"\nviewer-token,viewer,2\nstranger-token,stranger,3\n";
        fs::write(server.path("tokens.csv"), tokens).unwrap();
        let path = |name: &str| server.path(name).display().to_string();
        let arguments = [
            format!("--etcd-servers={clients}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--cert-dir={}", path("certificates")),
            "--service-account-issuer=https://ringfence.example".to_owned(),
            format!("--service-account-key-file={}", path("account.key")),
            format!("--service-account-signing-key-file={}", path("account.key")),
            format!("--token-auth-file={}", path("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
            "--disable-admission-plugins=ServiceAccount".to_owned(),
        ];
        server.arguments = arguments.to_vec();
        server.spawn_api();
        server.write_kubeconfig();
        server.wait();
        server
    }

    fn spawn_api(&mut self) {
        let arguments = self.arguments.clone();
        self.spawn(&program(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Ends the API server and starts another one, which knows no state but the store's last.
    pub fn restart_api(&mut self) {
        if let Some(mut api) = self.processes.pop() {
            let _ = api.kill();
            let _ = api.wait();
        }
        self.spawn_api();
        self.wait();
    }

    fn spawn(&mut self, program: &Path, arguments: &[&str]) {
        let name = program.file_name().unwrap().to_string_lossy().into_owned();
        let log = || File::options().create(true).append(true).open(self.path(&format!("{name}.log"))).unwrap();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log())
            .stderr(log())
            .spawn();
        self.processes.push(child.unwrap_or_else(|error| panic!("setpriv (package util-linux): {error}")));
    }

    fn wait(&mut self) {
        let end = Instant::now() + START;
        let runtime = runtime();
        loop {
            for process in &mut self.processes {
                assert!(process.try_wait().unwrap().is_none(), "a server has ended: {}", self.logs());
            }
            let ready = || async {
                let request =
                    kube::core::Request::new("/api/v1/namespaces").get("default", &kube::api::GetParams::default());
                self.client("admin").await.ok()?.request::<Value>(request.ok()?).await.ok()
            };
            if self.certificates().exists() && runtime.block_on(ready()).is_some() {
                return;
            }
            assert!(Instant::now() < end, "the servers do not answer: {}", self.logs());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn logs(&self) -> String {
        let tail = |name: &str| {
            let text = fs::read_to_string(self.path(name)).unwrap_or_default();
            text.lines().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
        };
        format!("{}\n{}", tail("etcd.log"), tail("kube-apiserver.log"))
    }

    /// A file of the server.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn certificates(&self) -> PathBuf {
        self.path("certificates/apiserver.crt")
    }

    /// The kubeconfig, with a context for each of `admin`, `viewer`, `stranger` and `nobody`.
    pub fn kubeconfig(&self) -> PathBuf {
        self.path("kubeconfig")
    }

    fn write_kubeconfig(&self) {
        let users = ["admin", "viewer", "stranger", "nobody"];
        let named = |name: &str, key: &str, value: Value| json!({ "name": name, key: value });
        let cluster =
            json!({"server": format!("https://127.0.0.1:{}", self.port), "certificate-authority": self.certificates()});
        let context = |user: &&str| named(user, "context", json!({"cluster": "test", "user": user}));
        let user = |user: &&str| named(user, "user", json!({"token": format!("{user}-token")}));
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "admin",
            "clusters": [named("test", "cluster", cluster)],
            "contexts": users.iter().map(context).collect::<Vec<_>>(),
            "users": users.iter().map(user).collect::<Vec<_>>(),
        });
        fs::write(self.kubeconfig(), kubeconfig.to_string()).unwrap();
    }

    /// A client of it.
    pub async fn client(&self, context: &str) -> Result<Client, String> {
        let kubeconfig = Kubeconfig::read_from(self.kubeconfig()).map_err(|error| error.to_string())?;
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| error.to_string())?;
        Client::try_from(config).map_err(|error| error.to_string())
    }

    /// Makes the store forget every state but the last: lists that were begun before cannot be continued.
    pub fn compact(&self) {
        let revision = self.etcd("/v3/kv/range", &json!({"key": "AA=="}))["header"]["revision"].clone();
        self.etcd("/v3/kv/compaction", &json!({ "revision": revision, "physical": true }));
    }

    fn etcd(&self, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.etcd)).unwrap();
        let body = body.to_string();
        let head = format!("POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{answer}");
        serde_json::from_str(body).unwrap()
    }
}

/// One thread, for one thing after the other: what a client began is only gone on with in the runtime that it began in.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());
    &RUNTIME
}

/// Runs `openssl`.
pub fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("openssl (package openssl): {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Where `cargo xtask test --only cluster` puts it.
fn program() -> PathBuf {
    let stated = std::env::var_os("RINGFENCE_KUBE_APISERVER").map(PathBuf::from);
    let program =
        stated.expect("RINGFENCE_KUBE_APISERVER names no kube-apiserver: run `cargo xtask test --only cluster`");
    assert!(program.exists(), "there is no {}: run `cargo xtask test --only cluster`", program.display());
    program
}

fn free_ports() -> [u16; 3] {
    // All are held until the last is known, so that they differ.
    let listeners = [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
