//! A program that stays, and keeps the rows of a real Northbound database as the objects of the cluster say.

use super::manifest;
use super::manifest::{Loaded, Manifest};
use super::program::{argument, program, ringfence};
use super::server::{Server, runtime};
use super::writing::{Field, WORLD, bound, expect, said, within};
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The schema of the package `ovn-common`.
const SCHEMA: &str = "/usr/share/ovn/ovn-nb.ovsschema";

/// A Northbound database of its own, with the switch and the machines of the world.
pub struct Database {
    folder: TempDir,
    server: Child,
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(out) } else { Err(format!("{program} {arguments:?}: {err}")) }
}

/// Waits until something holds.
fn until(what: &str, limit: u64, mut holds: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
    let end = Instant::now() + Duration::from_secs(limit);
    while Instant::now() < end {
        if holds()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(format!("not within {limit} seconds: {what}"))
}

impl Database {
    /// Starts a server and writes the switch.
    pub fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(said)?;
        let path = |name: &str| argument(&folder.path().join(name));
        run("ovsdb-tool", &["create", &path("nb.db"), SCHEMA])?;
        let server = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "ovsdb-server", "--no-chdir", "-vconsole:off"])
            .args([format!("--remote=punix:{}", path("nb.sock")), format!("--unixctl={}", path("ctl")), path("nb.db")])
            .stdin(Stdio::null())
            .spawn()
            .map_err(said)?;
        let database = Self { server, folder };
        until("a database", 20, || Ok(Path::new(&database.socket()).exists()))?;
        database.nbctl(&["init"])?;
        database.nbctl(&["ls-add", "vswitch1"])?;
        for (name, address) in [("vm1", "2"), ("vm2", "3"), ("vm3", "4")] {
            database.nbctl(&["lsp-add", "vswitch1", name])?;
            let addresses = format!("02:00:00:00:10:0{address} 172.20.10.{address}");
            database.nbctl(&["lsp-set-addresses", name, &addresses])?;
        }
        Ok(database)
    }

    /// Where it listens.
    pub fn socket(&self) -> String {
        argument(&self.folder.path().join("nb.sock"))
    }

    /// Asks `ovn-nbctl`.
    pub fn nbctl(&self, arguments: &[&str]) -> Result<String, String> {
        let database = format!("--db=unix:{}", self.socket());
        run("ovn-nbctl", &[&[database.as_str(), "--timeout=10"], arguments].concat())
    }

    /// The priorities of the rows of the switch, each with its match.
    fn rows(&self) -> Result<String, String> {
        self.nbctl(&["acl-list", "vswitch1"])
    }

    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> Result<(), String> {
        let mut last = String::new();
        let seen = until(what, 40, || {
            last = self.rows()?;
            Ok(holds(&last))
        });
        seen.map_err(|error| format!("{error}: {last}"))
    }
}

/// A replica.
struct Replica {
    child: Child,
    log: std::path::PathBuf,
    _folder: TempDir,
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Replica {
    fn start(server: &Server, database: &Database, user: &str, more: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(said)?;
        let log = folder.path().join("log");
        let file = File::create(&log).map_err(said)?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(program()?)
            .args(["run", "--listen", "127.0.0.1:0", "--lease-duration", "3", "--resync", "3600"])
            .args(["--kubeconfig", &argument(&server.kubeconfig()), "--context", user])
            .args(["--nb", &format!("unix:{}", database.socket())])
            .args(more)
            .env("HOME", "/nonexistent")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .map_err(said)?;
        let replica = Self { child, log, _folder: folder };
        until("a replica that listens", 20, || Ok(replica.address().is_some()))
            .map_err(|error| replica.told(&error))?;
        Ok(replica)
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn told(&self, error: &str) -> String {
        format!("{error}; it said: {}", self.said())
    }

    fn address(&self) -> Option<String> {
        Some(self.said().split("listens on ").nth(1)?.lines().next()?.to_owned())
    }

    /// The status and the body of an answer.
    fn get(&self, path: &str) -> Result<(String, String), String> {
        let address = self.address().ok_or("it does not listen")?;
        let mut stream = TcpStream::connect(&address).map_err(said)?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).map_err(said)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(said)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        Ok((head.lines().next().unwrap_or_default().to_owned(), body.to_owned()))
    }

    fn metric(&self, name: &str) -> Result<f64, String> {
        let (_, body) = self.get("/metrics")?;
        let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).ok_or_else(|| format!("there is no {name} in {body}"))
    }

    fn until(&self, metric: &str, value: f64) -> Result<(), String> {
        let seen = until(&format!("{metric} is {value}"), 40, || Ok((self.metric(metric)? - value).abs() < 0.1));
        seen.map_err(|error| self.told(&error))
    }

    fn signal(&self, signal: &str) -> Result<(), String> {
        run("kill", &[&format!("-{signal}"), &self.child.id().to_string()]).map(drop)
    }

    /// Ends it as it wants to be ended.
    fn end(mut self) -> Result<(), String> {
        self.signal("TERM")?;
        let mut status = None;
        until("an end", 10, || {
            status = self.child.try_wait().map_err(said)?;
            Ok(status.is_some())
        })?;
        let well = status.is_some_and(|status| status.success());
        if well { Ok(()) } else { Err(self.told(&format!("{status:?}"))) }
    }
}

fn row(priority: u32) -> Value {
    json!({"direction": "to-lport", "priority": priority, "match": format!("ip4.dst == 172.20.10.2 && tcp.dst == {priority}"), "action": "drop"})
}

fn remove(client: &Client, group: &str, plural: &str, names: &[&str]) {
    let api = api(client, group, plural, "kube-system");
    for name in names {
        let _ = runtime().block_on(api.delete(name, &DeleteParams::default()));
    }
}

fn api(client: &Client, group: &str, plural: &str, namespace: &str) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        api_version: format!("{group}/v1"),
        kind: plural.to_owned(),
        plural: plural.to_owned(),
    };
    Api::namespaced_with(client.clone(), namespace, &resource)
}

fn subnets(client: &Client) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "kubeovn.io".to_owned(),
        version: "v1".to_owned(),
        api_version: "kubeovn.io/v1".to_owned(),
        kind: "Subnet".to_owned(),
        plural: "subnets".to_owned(),
    };
    Api::all_with(client.clone(), &resource)
}

fn client(server: &Server) -> Result<Client, String> {
    runtime().block_on(server.client("admin"))
}

fn events(server: &Server, reason: &str) -> Result<Vec<Value>, String> {
    let api = api(&client(server)?, "events.k8s.io", "events", "default");
    let list = runtime().block_on(api.list(&ListParams::default())).map_err(said)?;
    let all = list.items.into_iter().map(|event| serde_json::to_value(event).unwrap());
    Ok(all.filter(|event| event["reason"] == reason).collect())
}

fn forget_lease(server: &Server) -> Result<(), String> {
    remove(&client(server)?, "coordination.k8s.io", "leases", &["ringfence"]);
    Ok(())
}

/// Rows come, change with the objects, and come back when somebody takes them away; objects have Events; roles are enough.
pub fn rows_are_kept(server: &Server) -> Result<(), String> {
    let mut roles = bound("deploy/viewer.yaml", &["ringfence-viewer"], "viewer")?;
    roles.extend(bound("deploy/writer.yaml", &["ringfence-runner", "ringfence-elector"], "viewer")?);
    forget_lease(server)?;
    within(server, &roles, |field: &Field<'_>| {
        let database = Database::start()?;
        database.nbctl(&["acl-add", "vswitch1", "to-lport", "3", "ip6", "drop"])?;
        let replica = Replica::start(server, &database, "viewer", &["--accept", "all"])?;
        let first = database.until("the first row", |rows| rows.contains("tcp.dst == 25"));
        first.map_err(|error| replica.told(&error))?;
        replica.until("ringfence_synced", 1.0)?;
        // That the database holds what is wanted is known before the look at it is over.
        until("ready", 30, || Ok(replica.get("/readyz")?.0.contains("200")))?;
        let health = replica.get("/healthz")?;
        expect("healthy", health.0.contains("200"), &health)?;
        expect("it leads", replica.metric("ringfence_leader")? > 0.5, &replica.said())?;

        field.patch("Subnet", "vswitch1", "somebody", &json!({"spec": {"acls": [row(80), row(81)]}}))?;
        database.until("changed rows", |rows| {
            rows.contains("tcp.dst == 80") && rows.contains("tcp.dst == 81") && !rows.contains("tcp.dst == 25")
        })?;
        replica.until("ringfence_synced", 1.0)?;
        let before = replica.metric("ringfence_repairs_total")?;
        database.nbctl(&["acl-del", "vswitch1", "to-lport", "80", "ip4.dst == 172.20.10.2 && tcp.dst == 80"])?;
        database.until("the row is back", |rows| rows.contains("tcp.dst == 80"))?;
        replica.until("ringfence_repairs_total", before + 1.0)?;
        expect("a row of somebody else's stays", database.rows()?.contains("ip6"), &database.rows())?;

        let repaired = events(server, "Repaired")?;
        let of_subnet = repaired
            .iter()
            .any(|event| event["regarding"]["kind"] == "Subnet" && event["regarding"]["name"] == "vswitch1");
        expect("an Event", of_subnet, &(repaired, replica.said()))?;
        // Nothing is sent when nothing has changed.
        let applies = replica.metric("ringfence_applies_total")?;
        field.patch("Subnet", "vswitch1", "somebody", &json!({"metadata": {"annotations": {"touched": "yes"}}}))?;
        std::thread::sleep(Duration::from_secs(2));
        let after = replica.metric("ringfence_applies_total")?;
        expect("nothing is sent", (applies - after).abs() < 0.1, &(applies, after))?;
        replica.end()
    })
}

/// What trips a guard rail is not written, and told of at the object.
pub fn guard_rails_hold(server: &Server) -> Result<(), String> {
    forget_lease(server)?;
    within(server, &[], |field: &Field<'_>| {
        let database = Database::start()?;
        let all = json!({"direction": "to-lport", "priority": 2000, "match": "ip4", "action": "drop"});
        field.patch("Subnet", "vswitch1", "somebody", &json!({"spec": {"acls": [all]}}))?;
        let replica = Replica::start(server, &database, "admin", &[])?;
        replica.until("ringfence_blocked", 1.0)?;
        expect("nothing is written", database.rows()?.is_empty(), &database.rows())?;
        let told = replica.said();
        expect("the reason", told.contains("guard rails are tripped: everything"), &told)?;
        expect("an Event", !events(server, "Refused")?.is_empty(), &told)?;
        field.patch("Subnet", "vswitch1", "somebody", &json!({"spec": {"acls": [row(80)]}}))?;
        database.until("what trips none", |rows| rows.contains("tcp.dst == 80"))?;
        replica.until("ringfence_blocked", 0.0)?;
        replica.end()
    })
}

/// A replica that was away while the server forgot what happened (410) reads all of it anew.
pub fn what_is_forgotten_is_read_anew(_: &Server) -> Result<(), String> {
    let mut server = Server::start();
    let kinds = Manifest::of(include_str!("kinds.yaml"));
    runtime().block_on(Loaded::load(&server, &kinds))?;
    manifest::wait_for_kinds(&server);
    let database = Database::start()?;
    runtime().block_on(Loaded::load(&server, &Manifest::of(WORLD)))?;
    let replica = Replica::start(&server, &database, "admin", &["--accept", "all"])?;
    database.until("the first row", |rows| rows.contains("tcp.dst == 25"))?;
    let lists = replica.metric("ringfence_lists_total")?;
    replica.signal("STOP")?;
    // What is under way to it already is not forgotten: its connections are cut first.
    server.restart_api();
    let patch = |value: Value| {
        let subnets = subnets(&client(&server)?);
        let patch = Patch::Merge(value);
        runtime().block_on(subnets.patch("vswitch1", &PatchParams::default(), &patch)).map(drop).map_err(said)
    };
    patch(json!({"spec": {"acls": [row(80)]}}))?;
    for turn in 0..20 {
        patch(json!({"metadata": {"annotations": {"turn": turn.to_string()}}}))?;
    }
    server.compact();
    server.restart_api();
    replica.signal("CONT")?;
    let seen = database
        .until("what happened meanwhile", |rows| rows.contains("tcp.dst == 80") && !rows.contains("tcp.dst == 25"));
    seen.map_err(|error| replica.told(&error))?;
    let again = replica.metric("ringfence_lists_total")?;
    expect("it was read anew", again > lists, &(lists, again, replica.said()))?;
    replica.end()
}

/// Of two replicas one acts; when it is killed the other one does, and when it is ended at once.
pub fn one_of_two_acts(server: &Server) -> Result<(), String> {
    forget_lease(server)?;
    within(server, &[], |field: &Field<'_>| {
        let database = Database::start()?;
        let start = |name: &str| Replica::start(server, &database, "admin", &["--accept", "all", "--identity", name]);
        let mut first = start("first")?;
        first.until("ringfence_leader", 1.0)?;
        let second = start("second")?;
        database.until("the first row", |rows| rows.contains("tcp.dst == 25"))?;
        second.until("ringfence_synced", 1.0)?;
        for _ in 0..40 {
            let leaders = (first.metric("ringfence_leader")?, second.metric("ringfence_leader")?);
            expect("one leads", leaders.0 > 0.5 && leaders.1 < 0.5, &leaders)?;
            std::thread::sleep(Duration::from_millis(100));
        }
        until("the other one is ready", 30, || Ok(second.get("/readyz")?.0.contains("200")))?;

        first.child.kill().map_err(said)?;
        first.child.wait().map_err(said)?;
        let killed = Instant::now();
        field.patch("Subnet", "vswitch1", "somebody", &json!({"spec": {"acls": [row(80)]}}))?;
        database.until("the other one acts", |rows| rows.contains("tcp.dst == 80"))?;
        let took = killed.elapsed();
        let early = took < Duration::from_secs(2);
        expect("not before the Lease has ended", !early && took < Duration::from_secs(15), &took)?;
        second.until("ringfence_leader", 1.0)?;

        let third = start("third")?;
        third.until("ringfence_synced", 1.0)?;
        second.end()?;
        let ended = Instant::now();
        third.until("ringfence_leader", 1.0)?;
        let took = ended.elapsed();
        expect("at once", took < Duration::from_millis(2500), &took)?;
        database.nbctl(&["acl-del", "vswitch1"])?;
        database.until("the third one acts", |rows| rows.contains("tcp.dst == 80"))?;
        third.end()
    })
}

/// A database says whether it would take a plan, and keeps nothing; of both ways the one that fits is told.
pub fn a_database_is_tried(server: &Server) -> Result<(), String> {
    within(server, &[], |field: &Field<'_>| {
        let database = Database::start()?;
        let rules = field.file("rules.yaml", &WORLD.replace("priority: 900", "priority: 901"))?;
        let nb = format!("unix:{}", database.socket());
        let before = database.nbctl(&["--columns=_uuid,external_ids", "list", "NB_Global"])?;
        let tried = ringfence(&["apply", "-f", &rules, "--nb", &nb, "--dry-run=server"])?;
        let words = ["901 drop", "the server takes it"];
        expect("tried", tried.status == 0 && words.iter().all(|word| tried.out.contains(word)), &tried)?;
        let after = database.nbctl(&["--columns=_uuid,external_ids", "list", "NB_Global"])?;
        expect("nothing is kept", database.rows()?.is_empty() && before == after, &(before, after))?;
        // Of a database and a cluster, the cluster where Kube-OVN makes rows.
        let kubeconfig = argument(&server.kubeconfig());
        let both = ["plan", "-f", &rules, "--nb", &nb, "--kubeconfig", &kubeconfig];
        let alone = ringfence(&both)?;
        expect("rows", alone.out.contains("`--to ovn` fits") && alone.out.contains(&nb), &alone)?;
        let controller = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "kube-ovn-controller", "namespace": "kube-system"},
            "spec": {"template": {"metadata": {"labels": {"app": "c"}}, "spec": {"containers": [{"name": "c", "image": "kube-ovn:v1.14.5"}]}}}});
        let loaded =
            runtime().block_on(Loaded::load(server, &Manifest { own: String::new(), objects: vec![controller] }))?;
        let beside = ringfence(&both);
        let replica = Replica::start(server, &database, "admin", &["--accept", "all"]);
        let blocked = replica.and_then(|replica| replica.until("ringfence_blocked", 1.0).map(|()| replica.said()));
        runtime().block_on(loaded.clear())?;
        let beside = beside?;
        expect("objects", beside.out.contains("`--to cluster` fits: Kube-OVN's controller runs there"), &beside)?;
        let blocked = blocked?;
        expect("no rows twice", blocked.contains("Kube-OVN's controller runs in this cluster"), &blocked)
    })
}

/// What is to be deployed, the server takes as it is written.
pub fn the_deployment_is_taken(server: &Server) -> Result<(), String> {
    let text = fs::read_to_string(super::root().join("deploy/run.yaml")).map_err(said)?;
    let manifest = Manifest::of(&text);
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let refused = loaded.refused.clone();
    let connection = runtime().block_on(server.client("admin"))?;
    let found = runtime().block_on(api_of_deployments(&connection).get("ringfence")).map_err(said);
    runtime().block_on(loaded.clear())?;
    let found = serde_json::to_value(found?).map_err(said)?;
    let written = manifest.objects.iter().find(|object| object["kind"] == "Deployment").cloned().unwrap_or_default();
    let pod = |object: &Value| object["spec"]["template"]["spec"]["containers"][0].clone();
    let kept = |key: &str| pod(&found)[key] == pod(&written)[key];
    let whole = ["image", "args", "securityContext"].into_iter().all(kept) && !pod(&found)["readinessProbe"].is_null();
    expect("all of it is kept", refused.is_empty() && whole, &(refused, found))
}

fn api_of_deployments(client: &Client) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "apps".to_owned(),
        version: "v1".to_owned(),
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        plural: "deployments".to_owned(),
    };
    Api::namespaced_with(client.clone(), "ringfence", &resource)
}
