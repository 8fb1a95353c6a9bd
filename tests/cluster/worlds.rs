//! Worlds of files, in the server.

use super::manifest::{Loaded, Manifest};
use super::program::{answer, argument, difference, ringfence};
use super::root;
use super::server::{Server, runtime};
use std::fs;
use std::path::{Path, PathBuf};

/// Worlds with a field where it does not belong. Unless it is asked to be strict, a server drops such a field and takes the
/// rest of the object, which is what `--lenient` promises of a file.
const DROPPED: [&str; 1] = ["tests/corpus/reach/network-policy-3-misplaced.yaml"];

/// The gallery, and the corpus of `reach`.
pub fn files() -> Vec<PathBuf> {
    let folders = ["examples", "examples/kube-ovn-vm-isolation", "tests/corpus/reach"];
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| yaml(&root().join(folder))).collect();
    files.sort();
    assert!(files.len() > 40, "the worlds are where they are looked for");
    files
}

fn yaml(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

/// The same world in a file, in the server, and in a file that was exported from the server.
pub fn same(server: &Server, file: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let kubeconfig = argument(&server.kubeconfig());
    let folder = tempfile::tempdir().map_err(said)?;
    let path = |name: &str| argument(&folder.path().join(name));
    // What the server has of its own is in the answer too: it goes beside the file.
    let system = ringfence(&["export", "--kubeconfig", &kubeconfig])?;
    fs::write(path("system.yaml"), &system.out).map_err(said)?;
    let manifest = Manifest::of(&fs::read_to_string(file).map_err(said)?);
    fs::write(path("own.yaml"), format!("{}\n", manifest.own)).map_err(said)?;
    let lenient: &[&str] = if DROPPED.iter().any(|name| file.ends_with(name)) { &["--lenient"] } else { &[] };
    let files = ["reach", "-o", "json", "-f", &argument(file), "-f", &path("system.yaml")];
    let written = ringfence(&[&files, lenient].concat())?;

    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let live = ringfence(&["reach", "-o", "json", "--kubeconfig", &kubeconfig, "-f", &path("own.yaml")]);
    let export = ringfence(&["export", "--kubeconfig", &kubeconfig]);
    let again = ringfence(&["export", "--kubeconfig", &kubeconfig]);
    let refused = loaded.refused.clone();
    runtime().block_on(loaded.clear())?;
    let (live, export) = (live?, export?);

    if export.out != again?.out {
        return Err("the same cluster is exported as two texts".to_owned());
    }
    fs::write(path("export.yaml"), &export.out).map_err(said)?;
    let exported = ringfence(&["reach", "-o", "json", "-f", &path("export.yaml"), "-f", &path("own.yaml")])?;
    let (written, live, exported) = (answer(&written.json()?), answer(&live.json()?), answer(&exported.json()?));
    if written["endpoints"].as_array().is_none_or(Vec::is_empty) {
        return Err("the world has no endpoint".to_owned());
    }
    let refused = if refused.is_empty() { String::new() } else { format!("; the server refused {refused:?}") };
    if let Some(different) = difference(&written, &live) {
        return Err(format!("the file and the cluster: {different}{refused}"));
    }
    difference(&live, &exported).map_or(Ok(()), |different| Err(format!("the cluster and its export: {different}")))
}

/// A row of the cluster names the object and the field that it comes from.
pub fn objects_are_named(server: &Server) -> Result<(), String> {
    let file = root().join("examples/policy-repairs-acl.yaml");
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let manifest = Manifest::of(&text);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let own = folder.path().join("own.yaml");
    fs::write(&own, &manifest.own).map_err(|error| error.to_string())?;
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let kubeconfig = argument(&server.kubeconfig());
    let compiled = ringfence(&["compile", "-o", "json", "--kubeconfig", &kubeconfig, "-f", &argument(&own)]);
    runtime().block_on(loaded.clear())?;
    let compiled = compiled?.out;
    let objects = manifest.objects.iter().map(|object| {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        match object["kind"].as_str() {
            Some("NetworkPolicy") => format!("\"networkpolicy/default/{name}\""),
            kind => format!("\"{}/{name}\"", kind.unwrap_or_default().to_lowercase()),
        }
    });
    for object in objects {
        if !compiled.contains(&object) {
            return Err(format!("no row comes from {object}: {compiled}"));
        }
    }
    Ok(())
}

/// What files would change in the cluster is told, and nothing where they are what is there.
pub fn files_against_the_cluster(server: &Server) -> Result<(), String> {
    let text = fs::read_to_string(root().join("examples/kube-ovn-vm-isolation/subnet-acl-1.yaml"));
    let manifest = Manifest::of(&text.map_err(|error| error.to_string())?);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).map(|()| argument(&path)).map_err(|error| error.to_string())
    };
    let own = write("own.yaml", &manifest.own)?;
    let subnet = manifest.objects.iter().find(|object| object["kind"] == "Subnet").ok_or("no Subnet")?.clone();
    let same = write("same.yaml", &subnet.to_string())?;
    let mut emptied = subnet;
    emptied["spec"]["acls"] = serde_json::json!([]);
    let emptied = write("emptied.yaml", &emptied.to_string())?;
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let kubeconfig = argument(&server.kubeconfig());
    let diff = |file: &str| ringfence(&["diff", "--kubeconfig", &kubeconfig, file, "-f", &own]);
    let (none, some) = (diff(&same), diff(&emptied));
    runtime().block_on(loaded.clear())?;
    let (none, some) = (none?, some?);
    match (none.status, some.status) {
        (0, 1) => Ok(()),
        _ => Err(format!("{none:?} {some:?}")),
    }
}

/// What pods and machines hold beside their addresses is nowhere.
pub fn no_secret_is_written(server: &Server) -> Result<(), String> {
    const SECRETS: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: holder, annotations: {kubectl.kubernetes.io/last-applied-configuration: SECRET, example.com/token: SECRET}}
spec:
  containers:
  - name: one
    image: none
    command: [run, --password=SECRET]
    env: [{name: PASSWORD, value: SECRET}]
status: {phase: Running, podIP: 10.0.0.9, message: SECRET}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: machine, namespace: default}
spec:
  running: true
  template:
    spec:
      volumes: [{name: init, cloudInitNoCloud: {userData: SECRET}}]
      networks: [{name: net, pod: {}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kube-ovn-controller, namespace: kube-system}
spec:
  selector: {matchLabels: {app: kube-ovn-controller}}
  template:
    metadata: {labels: {app: kube-ovn-controller}}
    spec:
      hostNetwork: true
      containers:
      - {name: one, image: "host.example/SECRET/kube-ovn:v1.14.2", args: [--enable-np=true, --token=SECRET]}
"#;
    let loaded = runtime().block_on(Loaded::load(server, &Manifest::of(SECRETS)))?;
    let kubeconfig = argument(&server.kubeconfig());
    let export = ringfence(&["export", "--kubeconfig", &kubeconfig]);
    let checked = ringfence(&["check", "-o", "json", "--kubeconfig", &kubeconfig]);
    runtime().block_on(loaded.clear())?;
    let (export, checked) = (export?, checked?);
    for there in ["name: holder", "name: machine", "kube-ovn:v1.14.2", "--enable-np=true", "10.0.0.9"] {
        if !export.out.contains(there) {
            return Err(format!("`{there}` is not in the export: {}", export.out));
        }
    }
    let said = [export.out, export.err, checked.out, checked.err].concat();
    for hidden in ["SECRET", "admin-token", "managedFields", "uid:", "resourceVersion"] {
        if said.contains(hidden) {
            return Err(format!("`{hidden}` was written: {said}"));
        }
    }
    Ok(())
}

/// What a file says of isolation, written into a cluster that has everything else of it, makes the cluster say what the file
/// says; a second time nothing is sent; and without any of it the cluster is as it was.
pub fn written_worlds_are_the_same(server: &Server) -> Result<(), String> {
    let mut refused = Vec::new();
    let files = files();
    for file in &files {
        let name = file.strip_prefix(root()).unwrap_or(file).display().to_string();
        match written(server, file).map_err(|error| format!("{name}: {error}"))? {
            None => {}
            Some(why) if why.contains("cannot be used as it is written") => refused.push(name),
            Some(why) => return Err(format!("{name}: {why}")),
        }
    }
    let expected = MISPLACED.map(str::to_owned);
    if refused == expected { Ok(()) } else { Err(format!("of {} were refused {refused:#?}", files.len())) }
}

/// Policies with `policyTypes` outside of `spec`, which a strict server refuses.
const MISPLACED: [&str; 3] = [
    "examples/kube-ovn-vm-isolation/network-policy-3.yaml",
    "tests/corpus/reach/network-policy-3-misplaced.yaml",
    "tests/corpus/reach/network-policy-3.yaml",
];

const RULES: [&str; 5] =
    ["NetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", "SecurityGroup"];

/// Why a file is refused, where it is.
fn written(server: &Server, file: &Path) -> Result<Option<String>, String> {
    let said = |error: std::io::Error| error.to_string();
    let kubeconfig = argument(&server.kubeconfig());
    let folder = tempfile::tempdir().map_err(said)?;
    let path = |name: &str| argument(&folder.path().join(name));
    let system = ringfence(&["export", "--kubeconfig", &kubeconfig])?;
    fs::write(path("system.yaml"), &system.out).map_err(said)?;
    let mut manifest = Manifest::of(&fs::read_to_string(file).map_err(said)?);
    fs::write(path("own.yaml"), format!("{}\n", manifest.own)).map_err(said)?;
    let reach = ringfence(&["reach", "-o", "json", "-f", &argument(file), "-f", &path("system.yaml")])?;
    manifest.objects.retain(|object| !RULES.iter().any(|kind| object["kind"] == *kind));
    for subnet in manifest.objects.iter_mut().filter(|object| object["kind"] == "Subnet") {
        for field in ["acls", "private", "allowSubnets", "allowEWTraffic"] {
            subnet["spec"].as_object_mut().map(|spec| spec.remove(field));
        }
    }
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let outcome = (|| {
        let before = ringfence(&["export", "--kubeconfig", &kubeconfig])?.out;
        let run = |verb: &str, file: &str| {
            let place = ["--to", "cluster", "--kubeconfig", &kubeconfig, "--yes", "--accept", "all"];
            ringfence(&[&[verb, "-f", file][..], &place].concat())
        };
        let applied = run("apply", &argument(file))?;
        if applied.status != 0 {
            let same = ringfence(&["export", "--kubeconfig", &kubeconfig])?.out == before;
            let why = applied.err.lines().last().unwrap_or_default().to_owned();
            return if same { Ok(Some(why)) } else { Err(format!("refused, and written: {applied:?}")) };
        }
        let live = ringfence(&["reach", "-o", "json", "--kubeconfig", &kubeconfig, "-f", &path("own.yaml")])?;
        if let Some(different) = difference(&answer(&reach.json()?), &answer(&live.json()?)) {
            return Err(format!("the file and the cluster: {different}; {applied:?}"));
        }
        let again = run("apply", &argument(file))?;
        if again.status != 0 || !again.out.contains("nothing to change") {
            return Err(format!("again: {again:?}"));
        }
        fs::write(path("empty.yaml"), "").map_err(said)?;
        let emptied = run("apply", &path("empty.yaml"))?;
        let after = ringfence(&["export", "--kubeconfig", &kubeconfig])?.out;
        if emptied.status == 0 && after == before { Ok(None) } else { Err(format!("not as it was: {emptied:?}")) }
    })();
    let swept = outcome.is_ok();
    if !swept {
        let place = ["--to", "cluster", "--kubeconfig", &kubeconfig, "--yes", "--accept", "all"];
        fs::write(path("empty.yaml"), "").map_err(said)?;
        ringfence(&[&["apply", "-f", &path("empty.yaml")][..], &place].concat())?;
    }
    runtime().block_on(loaded.clear())?;
    outcome
}
