//! Objects that are written into the cluster, and nothing of anybody else's.

use super::manifest::{Loaded, Manifest};
use super::program::{Ran, argument, ringfence};
use super::server::{Server, runtime};
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A switch with a row of somebody else's and three machines.
pub const WORLD: &str = r#"
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: vswitch1, annotations: {keep: "this"}}
spec:
  cidrBlock: 172.20.10.0/24
  gateway: 172.20.10.1
  excludeIps: [172.20.10.1]
  protocol: IPv4
  provider: ovn
  acls:
  - {direction: to-lport, priority: 900, match: "ip4.src == 172.20.10.4 && tcp.dst == 25", action: drop}
---
apiVersion: v1
kind: Pod
metadata: {name: vm1, namespace: default, labels: {app: a}, annotations: {ovn.kubernetes.io/ip_address: 172.20.10.2, ovn.kubernetes.io/logical_switch: vswitch1}}
spec: {}
---
apiVersion: v1
kind: Pod
metadata: {name: vm2, namespace: default, labels: {app: b}, annotations: {ovn.kubernetes.io/ip_address: 172.20.10.3, ovn.kubernetes.io/logical_switch: vswitch1}}
spec: {}
---
apiVersion: v1
kind: Pod
metadata: {name: vm3, namespace: default, labels: {app: c}, annotations: {ovn.kubernetes.io/ip_address: 172.20.10.4, ovn.kubernetes.io/logical_switch: vswitch1}}
spec: {}
"#;

/// What a policy set says: a row, a switch of the Subnet, a policy.
pub const RULES: &str = r#"
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: vswitch1}
spec:
  allowEWTraffic: true
  acls:
  - {direction: to-lport, priority: 1005, match: ip4.dst == 172.20.10.2, action: drop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default, labels: {team: net}}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: c}}}]
    ports: [{port: 80}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: not-written}
"#;

/// The same without the row of the Subnet and with another policy.
pub const OTHERS: &str = r#"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: other, namespace: default}
spec: {podSelector: {matchLabels: {app: c}}, policyTypes: [Ingress]}
"#;

/// A cluster with the world in it, and files.
pub struct Field<'s> {
    server: &'s Server,
    /// Asks the server, for an administrator.
    pub client: Client,
    folder: TempDir,
    loaded: Loaded,
    /// Whether the policy that the files speak of was there before.
    is_theirs: bool,
}

/// An error's words.
pub fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn resource(kind: &str) -> (ApiResource, bool) {
    let (group, version, plural, namespaced) = match kind {
        "Subnet" => ("kubeovn.io", "v1", "subnets", false),
        "NetworkPolicy" => ("networking.k8s.io", "v1", "networkpolicies", true),
        _ => ("", "v1", "configmaps", true),
    };
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let (group, version, plural) = (group.to_owned(), version.to_owned(), plural.to_owned());
    (ApiResource { group, version, api_version, kind: kind.to_owned(), plural }, namespaced)
}

impl<'s> Field<'s> {
    /// Puts the world there, and more.
    pub fn new(server: &'s Server, more: &[Value]) -> Result<Self, String> {
        let mut manifest = Manifest::of(WORLD);
        manifest.objects.extend(more.iter().cloned());
        let loaded = runtime().block_on(Loaded::load(server, &manifest))?;
        let client = runtime().block_on(server.client("admin"))?;
        let is_theirs = more.iter().any(|object| object["metadata"]["name"] == "web");
        let field = Self { server, client, folder: tempfile::tempdir().map_err(said)?, loaded, is_theirs };
        if field.loaded.refused.is_empty() { Ok(field) } else { Err(format!("{:?}", field.loaded.refused)) }
    }

    /// A file with a text.
    pub fn file(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.folder.path().join(name);
        fs::write(&path, text).map_err(said)?;
        Ok(argument(&path))
    }

    fn run(&self, user: &str, arguments: &[&str]) -> Result<Ran, String> {
        let kubeconfig = argument(&self.server.kubeconfig());
        let place = ["--to", "cluster", "--kubeconfig", &kubeconfig, "--context", user];
        ringfence(&[arguments, &place].concat())
    }

    fn apply(&self, text: &str, more: &[&str]) -> Result<Ran, String> {
        let file = self.file("rules.yaml", text)?;
        self.run("admin", &[&["apply", "-f", &file, "--yes", "--accept", "all"], more].concat())
    }

    /// The objects of a kind.
    pub fn api(&self, kind: &str, namespace: &str) -> Api<DynamicObject> {
        let (resource, namespaced) = resource(kind);
        match namespaced {
            true => Api::namespaced_with(self.client.clone(), namespace, &resource),
            false => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// An object, where it is there.
    pub fn get(&self, kind: &str, name: &str) -> Result<Option<Value>, String> {
        let namespace = if kind == "ConfigMap" { "kube-system" } else { "default" };
        let found = runtime().block_on(self.api(kind, namespace).get_opt(name)).map_err(said)?;
        Ok(found.map(|object| serde_json::to_value(object).unwrap()))
    }

    fn subnet(&self) -> Result<Value, String> {
        self.get("Subnet", "vswitch1")?.ok_or_else(|| "the Subnet has gone".to_owned())
    }

    fn version(&self) -> Result<Vec<Value>, String> {
        let objects = [
            self.get("Subnet", "vswitch1")?,
            self.get("NetworkPolicy", "web")?,
            self.get("ConfigMap", "ringfence-default")?,
        ];
        Ok(objects.into_iter().flatten().map(|object| object["metadata"]["resourceVersion"].clone()).collect())
    }

    /// What somebody else writes.
    pub fn patch(&self, kind: &str, name: &str, manager: &str, patch: &Value) -> Result<(), String> {
        let parameters = PatchParams { field_manager: Some(manager.to_owned()), ..PatchParams::default() };
        let (api, patch) = (self.api(kind, "default"), Patch::Merge(patch));
        runtime().block_on(api.patch(name, &parameters, &patch)).map(drop).map_err(said)
    }

    /// Whatever became of it, the next test finds the server as it was.
    pub fn end(self, outcome: Result<(), String>) -> Result<(), String> {
        let remove = |kind: &str, namespace: &str, names: &[&str]| {
            for name in names {
                let _ = runtime().block_on(self.api(kind, namespace).delete(name, &DeleteParams::default()));
            }
        };
        remove("NetworkPolicy", "default", &["other"]);
        if !self.is_theirs {
            remove("NetworkPolicy", "default", &["web"]);
        }
        remove("ConfigMap", "kube-system", &["ringfence-default", "ringfence-b"]);
        runtime().block_on(self.loaded.clear())?;
        outcome
    }
}

/// What must hold, with what was seen instead.
pub fn expect(what: &str, holds: bool, ran: &impl std::fmt::Debug) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {ran:?}")) }
}

/// A test in a cluster with the world in it.
pub fn within(
    server: &Server,
    more: &[Value],
    test: impl FnOnce(&Field<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let field = Field::new(server, more)?;
    let outcome = test(&field);
    field.end(outcome)
}

/// Objects come as they are written, what others wrote stays, a second apply sends nothing, and a rollback takes all back.
pub fn there_and_back(server: &Server) -> Result<(), String> {
    within(server, &[], |field| {
        let before = field.subnet()?;
        let file = field.file("rules.yaml", RULES)?;
        let plan = field.run("admin", &["plan", "-f", &file])?;
        let words = [
            "+ Subnet/vswitch1 to-lport 1005 drop (ip4.dst == 172.20.10.2)",
            "+ NetworkPolicy/default/web",
            "default/vm3 → default/vm1",
            "ConfigMap (1)",
            "1 of the rows of Subnet/vswitch1 are somebody else's",
            "no kube-ovn-controller was found",
        ];
        expect("plan", plan.status == 1 && words.iter().all(|word| plan.out.contains(word)), &plan)?;
        let guarded = field.run("admin", &["apply", "-f", &file, "--yes"])?;
        expect("guard rails", guarded.status == 1 && guarded.err.contains("--accept"), &guarded)?;
        let dry = field.apply(RULES, &["--dry-run=server"])?;
        expect("dry run", dry.status == 0 && dry.out.contains("nothing was written"), &dry)?;
        expect(
            "a dry run writes nothing",
            field.subnet()? == before && field.get("NetworkPolicy", "web")?.is_none(),
            &dry,
        )?;

        let applied = field.apply(RULES, &[])?;
        expect("apply", applied.status == 0 && applied.out.contains("rollback --to cluster"), &applied)?;
        let subnet = field.subnet()?;
        let rows = subnet["spec"]["acls"].as_array().cloned().unwrap_or_default();
        let whole = rows.len() == 2 && rows[0] == before["spec"]["acls"][0] && subnet["spec"]["allowEWTraffic"] == true;
        expect(
            "the Subnet",
            whole
                && subnet["spec"]["cidrBlock"] == "172.20.10.0/24"
                && subnet["metadata"]["annotations"]["keep"] == "this",
            &subnet,
        )?;
        let policy = field.get("NetworkPolicy", "web")?.unwrap_or_default();
        expect(
            "the policy",
            policy["spec"]["ingress"][0]["ports"][0]["port"] == 80 && policy["metadata"]["labels"]["team"] == "net",
            &policy,
        )?;
        let manager = policy["metadata"]["managedFields"][0].clone();
        expect(
            "server-side apply",
            manager["manager"] == "ringfence-default" && manager["operation"] == "Apply",
            &manager,
        )?;

        let versions = field.version()?;
        let again = field.apply(RULES, &[])?;
        expect(
            "again",
            again.status == 0 && again.out.contains("nothing to change") && field.version()? == versions,
            &again,
        )?;
        let verified = field.run("admin", &["verify", "-f", &file])?;
        expect("verify", verified.status == 0, &verified)?;

        let list = field.run("admin", &["rollback", "--list"])?;
        expect("list", list.out.contains("generation 1"), &list)?;
        let back = field.run("admin", &["rollback", "--yes", "--accept", "all"])?;
        expect("rollback", back.status == 0 && field.get("NetworkPolicy", "web")?.is_none(), &back)?;
        expect("the Subnet is as it was", field.subnet()?["spec"]["acls"] == before["spec"]["acls"], &back)?;
        let after = field.subnet()?["metadata"]["annotations"].clone();
        expect("no note stays", after == json!({"keep": "this"}), &after)?;
        let forth = field.run("admin", &["rollback", "--yes", "--accept", "all"])?;
        let same = field.subnet()?["spec"] == subnet["spec"];
        expect("and back again", forth.status == 0 && field.get("NetworkPolicy", "web")?.is_some() && same, &forth)
    })
}

/// What is not in the files any more goes, if it is ours; what somebody else made stays.
pub fn what_is_not_wanted_goes(server: &Server) -> Result<(), String> {
    let theirs = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "theirs"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"]}});
    within(server, &[theirs], |field| {
        let first = field.apply(RULES, &[])?;
        expect("apply", first.status == 0, &first)?;
        let beside = field.apply("", &["--set", "b"])?;
        expect("another set", beside.status == 0 && field.get("NetworkPolicy", "web")?.is_some(), &beside)?;
        let second = field.apply(OTHERS, &[])?;
        expect("prune", second.status == 0 && second.out.contains("- NetworkPolicy/default/web"), &second)?;
        let left = [
            field.get("NetworkPolicy", "web")?.is_none(),
            field.get("NetworkPolicy", "other")?.is_some(),
            field.get("NetworkPolicy", "theirs")?.is_some(),
        ];
        expect("what is left", left == [true; 3], &left)?;
        let subnet = field.subnet()?;
        expect("the row is gone", subnet["spec"]["acls"].as_array().is_some_and(|rows| rows.len() == 1), &subnet)?;
        expect("the field is as it was", subnet["spec"].get("allowEWTraffic").is_none(), &subnet)
    })
}

/// Who else writes a field is named, and nothing is written; an object of somebody else's is left alone.
pub fn conflicts_are_told(server: &Server) -> Result<(), String> {
    let web = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"]}});
    within(server, &[web], |field| {
        let foreign = field.apply(RULES, &[])?;
        let words = ["NetworkPolicy/default/web is there", "--adopt"];
        expect("foreign", foreign.status == 2 && words.iter().all(|word| foreign.err.contains(word)), &foreign)?;
        let adopted = field.apply(RULES, &["--adopt"])?;
        expect("adopt", adopted.status == 0, &adopted)?;
        let drift = json!({"spec": {"podSelector": {"matchLabels": {"app": "nobody"}}}});
        field.patch("NetworkPolicy", "web", "somebody-else", &drift)?;
        let before = field.version()?;
        let conflict = field.apply(RULES, &[])?;
        let told =
            conflict.status == 2 && conflict.err.contains("somebody-else") && conflict.err.contains("podSelector");
        expect("conflict", told && field.version()? == before, &conflict)?;
        let forced = field.apply(RULES, &["--adopt"])?;
        let policy = field.get("NetworkPolicy", "web")?.unwrap_or_default();
        expect("taken over", forced.status == 0 && policy["spec"]["podSelector"]["matchLabels"]["app"] == "b", &forced)
    })
}

/// A role of a file with the user who has it.
pub fn bound(file: &str, roles: &[&str], user: &str) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(super::root().join(file)).map_err(said)?;
    let group = "rbac.authorization.k8s.io";
    let of = |role: Value| {
        let name = role["metadata"]["name"].clone();
        let binding = json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding",
            "metadata": {"name": format!("{}-{user}", name.as_str().unwrap_or_default())},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        });
        [role, binding]
    };
    let wanted = |role: &Value| role["metadata"]["name"].as_str().is_some_and(|name| roles.contains(&name));
    Ok(Manifest::of(&text).objects.into_iter().filter(wanted).flat_map(of).collect())
}

/// Who may only read is told what is missing, and plans all the same; the writer's roles are enough.
pub fn the_writer_may_write_and_the_viewer_not(server: &Server) -> Result<(), String> {
    let mut roles = bound("deploy/viewer.yaml", &["ringfence-viewer"], "viewer")?;
    let outcome = within(server, &roles, |field| {
        let file = field.file("rules.yaml", RULES)?;
        let plan = field.run("viewer", &["plan", "-f", &file])?;
        expect("the viewer plans", plan.status == 1 && plan.out.contains("+ NetworkPolicy/default/web"), &plan)?;
        let denied = field.run("viewer", &["apply", "-f", &file, "--yes", "--accept", "all"])?;
        let words = ["no permission", "deploy/writer.yaml", "\"viewer\" cannot"];
        expect("denied", denied.status == 2 && words.iter().all(|word| denied.err.contains(word)), &denied)?;
        expect("nothing was written", field.get("NetworkPolicy", "web")?.is_none(), &denied)
    });
    outcome?;
    roles.extend(bound("deploy/writer.yaml", &["ringfence-keeper"], "viewer")?);
    // Whoever may keep what takes an apply back may still not write: that is seen before anything is.
    within(server, &roles, |field| {
        let file = field.file("rules.yaml", RULES)?;
        let denied = field.run("viewer", &["apply", "-f", &file, "--yes", "--accept", "all"])?;
        let untouched = field.get("ConfigMap", "ringfence-default")?.is_none();
        expect("denied", denied.status == 2 && denied.err.contains("cannot patch resource") && untouched, &denied)
    })?;
    roles.extend(bound("deploy/writer.yaml", &["ringfence-writer"], "viewer")?);
    within(server, &roles, |field| {
        let file = field.file("rules.yaml", RULES)?;
        for rules in [RULES, OTHERS] {
            let file = field.file("rules.yaml", rules)?;
            let applied = field.run("viewer", &["apply", "-f", &file, "--yes", "--accept", "all"])?;
            expect("the writer writes", applied.status == 0 && applied.out.contains("applied"), &applied)?;
        }
        let back = field.run("viewer", &["rollback", "2", "--yes", "--accept", "all"])?;
        let gone = field.get("NetworkPolicy", "other")?.is_none();
        expect("and takes it back", back.status == 0 && gone, &(back, file))
    })
}

/// What changes between a plan and its requests is seen (409), and nothing is written over it; a run plans again.
pub fn what_moved_is_planned_again(server: &Server) -> Result<(), String> {
    use ringfence_cluster::{Access, observe};
    use ringfence_objects::{Adoption, History, Plan, Purpose, Sent, Wanted, is_writable, send};
    within(server, &[], |field| {
        let access = Access { kubeconfig: Some(server.kubeconfig()), context: None };
        let set = ringfence_enforce::PolicySet::default();
        let mut wanted = Wanted::default();
        wanted.add("rules", RULES).map_err(said)?;
        let touch =
            json!({"spec": {"acls": [{"direction": "to-lport", "priority": 7, "match": "ip6", "action": "drop"}]}});
        let sent = runtime().block_on(async {
            let connection = access.connect().await.map_err(said)?;
            let observed = observe(&connection, 500, |kind| is_writable(kind.group, kind.name)).await.map_err(said)?;
            let plan = Plan::new(observed, &set, &wanted, Adoption::None).map_err(said)?;
            let history = History::read(&connection, &set, "kube-system").await.map_err(said)?;
            let api = field.api("Subnet", "");
            api.patch("vswitch1", &PatchParams::default(), &Patch::Merge(&touch)).await.map_err(said)?;
            send(&connection, &plan, &history, Purpose::Earnest).await.map_err(said)
        })?;
        expect("moved", sent == Sent::Moved(0) && field.get("NetworkPolicy", "web")?.is_none(), &sent)?;
        let applied = field.apply(RULES, &[])?;
        let rows = field.subnet()?["spec"]["acls"].clone();
        let both = rows.as_array().is_some_and(|rows| rows.len() == 2) && rows[0]["priority"] == 7;
        expect("both rows", applied.status == 0 && both, &(applied, rows))
    })
}

/// Two who apply other sets to the same Subnet at once, and one who writes it all the time: no row is lost, none is doubled.
pub fn rivals_lose_nothing(server: &Server) -> Result<(), String> {
    within(server, &[], |field| {
        let rule = |priority: u32| {
            format!(
                "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: vswitch1}}\nspec:\n  acls: [{{direction: to-lport, priority: {priority}, match: ip4, action: allow}}]\n"
            )
        };
        let kubeconfig = argument(&server.kubeconfig());
        for round in 0..6u32 {
            let files = [field.file("a.yaml", &rule(100 + round))?, field.file("b.yaml", &rule(200 + round))?];
            let ran = std::thread::scope(|scope| {
                let kubeconfig = &kubeconfig;
                let apply = move |file: &str, set: &'static str| {
                    let arguments = ["apply", "-f", file, "--set", set, "--yes", "--accept", "all", "--to", "cluster"];
                    ringfence(&[&arguments[..], &["--kubeconfig", kubeconfig]].concat())
                };
                let [one_file, other_file] = [&files[0], &files[1]];
                let one = scope.spawn(move || apply(one_file, "default"));
                let other = scope.spawn(move || apply(other_file, "b"));
                for turn in 0..40u32 {
                    if one.is_finished() && other.is_finished() {
                        break;
                    }
                    field.patch(
                        "Subnet",
                        "vswitch1",
                        "restless",
                        &json!({"metadata": {"annotations": {"turn": turn.to_string()}}}),
                    )?;
                    std::thread::sleep(std::time::Duration::from_millis(25));
                }
                Ok::<_, String>((one.join().unwrap()?, other.join().unwrap()?))
            })?;
            let rows = field.subnet()?["spec"]["acls"].clone();
            let mut priorities: Vec<u64> =
                rows.as_array().into_iter().flatten().filter_map(|row| row["priority"].as_u64()).collect();
            priorities.sort_unstable();
            let expected = [100 + u64::from(round), 200 + u64::from(round), 900];
            expect("rows", ran.0.status == 0 && ran.1.status == 0 && priorities == expected, &(priorities, ran))?;
        }
        Ok(())
    })
}

/// Whenever it is killed, the next apply makes everything as it is wanted, and a rollback finds its way.
pub fn killed_applies_converge(server: &Server) -> Result<(), String> {
    use std::process::{Command, Stdio};
    const ROUNDS: u64 = 20;
    within(server, &[], |field| {
        let before = field.subnet()?["spec"].clone();
        let files = [field.file("a.yaml", RULES)?, field.file("b.yaml", OTHERS)?];
        let kubeconfig = argument(&server.kubeconfig());
        let mut halfway = 0;
        for round in 0..ROUNDS {
            let file = if round % 2 == 0 { &files[0] } else { &files[1] };
            let arguments =
                ["apply", "-f", file, "--yes", "--accept", "all", "--to", "cluster", "--kubeconfig", &kubeconfig];
            let started = std::time::Instant::now();
            let whole = field.run("admin", &["plan", "-f", file])?;
            let typical = started.elapsed();
            let mut child = Command::new(super::program::program()?)
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(said)?;
            // From the end of what a plan takes, where requests begin, to about twice of it.
            std::thread::sleep(typical * u32::try_from(ROUNDS + round).unwrap() / u32::try_from(ROUNDS).unwrap());
            let _ = child.kill();
            let _ = child.wait();
            let left = field.run("admin", &["plan", "-f", file, "-o", "json"])?.json()?;
            let objects = left["objects"].as_array().map_or(0, Vec::len);
            halfway += usize::from(objects > 0);
            let again = ringfence(&arguments)?;
            let verified = field.run("admin", &["verify", "-f", file])?;
            expect("it converges", again.status == 0 && verified.status == 0, &(again, verified, whole))?;
        }
        expect("some were killed before their end", halfway > 0, &halfway)?;
        let emptied = field.apply("", &[])?;
        let same = field.subnet()?["spec"] == before && field.get("NetworkPolicy", "other")?.is_none();
        expect("nothing stays", emptied.status == 0 && same, &emptied)?;
        let back = field.run("admin", &["rollback", "--yes", "--accept", "all"])?;
        expect("the way back", back.status == 0 && field.get("NetworkPolicy", "other")?.is_some(), &back)
    })
}
