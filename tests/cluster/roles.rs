//! Who may read.

use super::manifest::{Loaded, Manifest};
use super::program::{answer, argument, difference, ringfence};
use super::root;
use super::server::{Server, runtime};
use ringfence_cluster::KINDS;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

fn viewer() -> Result<Manifest, String> {
    let text = fs::read_to_string(root().join("deploy/viewer.yaml")).map_err(|error| error.to_string())?;
    Ok(Manifest::of(&text))
}

fn binding(role: &str, user: &str) -> Value {
    let group = "rbac.authorization.k8s.io";
    json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": format!("{role}-{user}")},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    })
}

fn world() -> Result<Manifest, String> {
    let file = root().join("tests/corpus/reach/anp-deny.yaml");
    Ok(Manifest::of(&fs::read_to_string(file).map_err(|error| error.to_string())?))
}

/// Who has the role reads what an administrator reads, and without any part of it something is told to be missing.
pub fn the_viewer_may_read_all(server: &Server) -> Result<(), String> {
    let mut manifest = world()?;
    let role = viewer()?;
    let [rules] = role.objects.as_slice() else { return Err("there is one role".to_owned()) };
    let granted: BTreeSet<String> = rules["rules"].as_array().into_iter().flatten().flat_map(resources).collect();
    let read: BTreeSet<String> = KINDS.iter().map(|kind| kind.resource()).collect();
    if granted != read {
        return Err(format!("granted {granted:?}, read {read:?}"));
    }
    manifest.objects.extend([rules.clone(), binding("ringfence-viewer", "viewer")]);
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let kubeconfig = argument(&server.kubeconfig());
    let asked = |user: &str| ringfence(&["reach", "-o", "json", "--kubeconfig", &kubeconfig, "--context", user]);
    let export = |user: &str| ringfence(&["export", "--kubeconfig", &kubeconfig, "--context", user]);
    let (admin, viewer) = (asked("admin"), asked("viewer"));
    let exports = (export("admin"), export("viewer"));
    runtime().block_on(loaded.clear())?;
    let (admin, viewer) = (admin?, viewer?);
    if viewer.status != 0 || viewer.out.contains("no permission") || exports.0?.out != exports.1?.out {
        return Err(format!("{viewer:?}"));
    }
    difference(&answer(&admin.json()?), &answer(&viewer.json()?)).map_or(Ok(()), Err)
}

fn resources(rule: &Value) -> Vec<String> {
    let group = rule["apiGroups"][0].as_str().unwrap_or_default().to_owned();
    let name = |plural: &Value| {
        let plural = plural.as_str().unwrap_or_default();
        if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") }
    };
    rule["resources"].as_array().into_iter().flatten().map(name).collect()
}

/// Without a role nothing may be listed, and with a part of it each other kind is told once, with what follows.
pub fn denied_kinds_are_told(server: &Server) -> Result<(), String> {
    let mut manifest = world()?;
    let mut role = viewer()?.objects.remove(0);
    role["metadata"]["name"] = json!("part");
    let denied = ["networkpolicies.networking.k8s.io", "pods"];
    for rule in role["rules"].as_array_mut().into_iter().flatten() {
        let group = rule["apiGroups"][0].as_str().unwrap_or_default().to_owned();
        let listed = rule["resources"].as_array_mut().ok_or("no resources")?;
        listed.retain(|plural| {
            let plural = plural.as_str().unwrap_or_default();
            !denied.contains(&plural) && !denied.contains(&format!("{plural}.{group}").as_str())
        });
    }
    let rules = role["rules"].as_array_mut().ok_or("no rules")?;
    rules.retain(|rule| rule["resources"].as_array().is_some_and(|listed| !listed.is_empty()));
    manifest.objects.extend([role, binding("part", "stranger")]);
    let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
    let kubeconfig = argument(&server.kubeconfig());
    let asked = |user: &str| ringfence(&["reach", "-o", "json", "--kubeconfig", &kubeconfig, "--context", user]);
    let (part, nothing) = (asked("stranger"), asked("viewer"));
    runtime().block_on(loaded.clear())?;
    let (part, nothing) = (part?, nothing?);
    let told = |said: &Value| {
        let all = said["diagnostics"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|found| found["code"] == "RF027" && found["severity"] == "error").collect::<Vec<_>>()
    };
    let of_part = told(&part.json()?);
    for denied in denied {
        let words = format!("no permission to list `{denied}`: ");
        let once = of_part.iter().filter(|found| found["message"].as_str().unwrap_or_default().starts_with(&words));
        if once.filter(|found| found["help"].to_string().contains("deploy/viewer.yaml")).count() != 1 {
            return Err(format!("{denied} is not told once: {of_part:?}"));
        }
    }
    let endpoints = part.json()?["endpoints"].as_array().map_or(0, Vec::len);
    if part.status != 2 || of_part.len() != denied.len() || endpoints == 0 {
        return Err(format!("the rest was not read: {part:?}"));
    }
    let of_nothing = told(&nothing.json()?);
    if nothing.status == 2 && of_nothing.len() == KINDS.len() { Ok(()) } else { Err(format!("{nothing:?}")) }
}
