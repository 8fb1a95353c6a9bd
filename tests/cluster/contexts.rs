//! Several clusters by their contexts: two servers, and two contexts of one.

use super::manifest::{Loaded, Manifest, wait_for_kinds};
use super::program::{Ran, argument, ringfence};
use super::server::{Server, runtime};
use super::writing::{Field, OTHERS, RULES, bound, expect, said, within};
use kube::Api;
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use std::fs;

/// Two clusters with the same world, and a kubeconfig for both.
struct Two<'t> {
    east: &'t Field<'t>,
    west: &'t Field<'t>,
    kubeconfig: &'t str,
}

impl Two<'_> {
    fn run(&self, contexts: &str, arguments: &[&str]) -> Result<Ran, String> {
        let place = ["--to", "cluster", "--kubeconfig", self.kubeconfig, "--context", contexts];
        ringfence(&[arguments, &place].concat())
    }

    fn apply(&self, contexts: &str, text: &str, more: &[&str]) -> Result<Ran, String> {
        let file = self.east.file("rules.yaml", text)?;
        self.run(contexts, &[&["apply", "-f", &file, "--yes"], more].concat())
    }

    /// In which of both a policy is.
    fn hold(&self, name: &str) -> Result<[bool; 2], String> {
        let is_there = |field: &Field<'_>| Ok::<_, String>(field.get("NetworkPolicy", name)?.is_some());
        Ok([is_there(self.east)?, is_there(self.west)?])
    }

    /// Nothing was written in either, and this was said.
    fn untouched(&self, what: &str, ran: &Ran, status: i32, words: &[&str]) -> Result<(), String> {
        let told = words.iter().chain(&["nothing was written anywhere"]).all(|word| ran.err.contains(word));
        let kept = [self.east, self.west].map(|field| field.get("ConfigMap", "ringfence-default"));
        let kept = kept.into_iter().collect::<Result<Vec<_>, _>>()?.iter().any(Option::is_some);
        expect(what, ran.status == status && told && self.hold("web")? == [false; 2] && !kept, ran)
    }
}

const ALL: [&str; 2] = ["--accept", "all"];

/// The second server and the kubeconfig are there for all of it.
pub fn several_clusters(server: &Server) -> Result<(), String> {
    let west = Server::start();
    let kinds = Manifest::of(include_str!("kinds.yaml"));
    runtime().block_on(Loaded::load(&west, &kinds))?;
    wait_for_kinds(&west);
    let kubeconfig = argument(&west.path("both"));
    fs::write(&kubeconfig, both(server, &west).to_string()).map_err(said)?;
    let roles = |names: &[&str]| {
        let mut roles = bound("deploy/viewer.yaml", &["ringfence-viewer"], "viewer")?;
        roles.extend(bound("deploy/writer.yaml", names, "viewer")?);
        Ok::<_, String>(roles)
    };
    type Test = fn(&Two<'_>) -> Result<(), String>;
    let tests: [(&str, Vec<Value>, Test); 7] = [
        ("all of them", vec![], all_of_them),
        ("a guard rail", vec![], a_guard_rail),
        ("nobody answers", vec![], nobody_answers),
        ("no role", roles(&[])?, no_role),
        ("no keeper", roles(&["ringfence-writer"])?, no_keeper),
        ("half-way", vec![], half_way),
        ("one by two names", vec![], one_by_two_names),
    ];
    for (name, more, test) in tests {
        let outcome = within(server, &[], |near| {
            within(&west, &more, |far| test(&Two { east: near, west: far, kubeconfig: &kubeconfig }))
        });
        outcome.map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// A kubeconfig with contexts of both servers, and of one that is not there.
fn both(east: &Server, west: &Server) -> Value {
    let cluster = |name: &str, server: &Server, port: u16| {
        json!({"name": name, "cluster": {
            "server": format!("https://127.0.0.1:{port}"), "certificate-authority": server.path("certificates/apiserver.crt"),
        }})
    };
    let context =
        |name: &str, cluster: &str, user: &str| json!({"name": name, "context": {"cluster": cluster, "user": user}});
    let user = |name: &str| json!({"name": name, "user": {"token": format!("{name}-token")}});
    json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [cluster("east", east, east.port), cluster("west", west, west.port), cluster("gone", west, 1)],
        "users": [user("admin"), user("viewer")],
        "contexts": [
            context("east", "east", "admin"), context("again", "east", "admin"), context("west", "west", "admin"),
            context("clerk", "west", "viewer"), context("gone", "gone", "admin"),
        ],
    })
}

/// Both are shown before either is written, both are written, and both are taken back.
fn all_of_them(two: &Two<'_>) -> Result<(), String> {
    let file = two.east.file("rules.yaml", RULES)?;
    let plan = two.run("east,west", &["plan", "-f", &file, "-o", "json"])?;
    let documents = plan.json()?;
    let contexts = [&documents[0]["context"], &documents[1]["context"]];
    let same = documents[0]["objects"] == documents[1]["objects"] && documents[0]["objects"].is_array();
    expect("plan", plan.status == 1 && contexts == ["east", "west"] && same, &plan)?;
    let applied = two.apply("east,west", RULES, &ALL)?;
    let order = ["in cluster east:", "in cluster west:", "\ncluster east:", "--context east", "\ncluster west:"];
    let places: Option<Vec<usize>> = order.iter().map(|word| applied.out.find(word)).collect();
    let in_order = places.is_some_and(|places| places.is_sorted());
    let back = applied.out.contains("--context west");
    expect("apply", applied.status == 0 && in_order && back && two.hold("web")? == [true; 2], &applied)?;
    let verified = two.run("east,west", &["verify", "-f", &file])?;
    expect("verify", verified.status == 0 && verified.out.contains("in cluster west is as declared"), &verified)?;
    let again = two.apply("east,west", RULES, &[])?;
    expect("again", again.status == 0 && again.out.matches("nothing to change").count() == 2, &again)?;
    let list = two.run("east,west", &["rollback", "--list"])?;
    expect("list", list.status == 0 && list.out.matches("generation 1").count() == 2, &list)?;
    let back = two.run("east,west", &["rollback", "--yes", "--accept", "all"])?;
    expect("rollback", back.status == 0 && two.hold("web")? == [false; 2], &back)
}

/// What trips a guard rail in the second is written in neither.
fn a_guard_rail(two: &Two<'_>) -> Result<(), String> {
    // From now on, connections are tracked in the east, and not in the west.
    let tracked = two.apply("east", OTHERS, &["--set", "b", "--accept", "all"])?;
    expect("tracked", tracked.status == 0, &tracked)?;
    let alone = two.apply("east", RULES, &["--dry-run=server"])?;
    let is_free = alone.status == 0 && !alone.out.contains("! stateful");
    expect("the first alone", is_free, &alone)?;
    let ran = two.apply("east,west", RULES, &["--accept", "gateway,dhcp,dns,node,everything"])?;
    let is_shown = ran.out.contains("in cluster east:") && ran.out.contains("in cluster west:");
    expect("both are shown", is_shown && !ran.err.contains("cluster east: guard"), &ran)?;
    two.untouched("a guard rail", &ran, 1, &["cluster west: guard rails are tripped", "--accept stateful"])
}

/// What one cluster cannot be asked for is written in none.
fn nobody_answers(two: &Two<'_>) -> Result<(), String> {
    let ran = two.apply("east,gone,west", RULES, &ALL)?;
    two.untouched("nobody answers", &ran, 2, &["cluster gone: cannot reach"])?;
    let mute = two.apply("east,west", RULES, &ALL)?;
    expect("the others alone", mute.status == 0 && two.hold("web")? == [true; 2], &mute)
}

/// Who may not write in the second writes in neither.
fn no_role(two: &Two<'_>) -> Result<(), String> {
    let ran = two.apply("east,clerk", RULES, &ALL)?;
    two.untouched("no role", &ran, 2, &["cluster clerk: no permission for", "deploy/writer.yaml"])
}

/// Neither does who may not keep there what takes it back.
fn no_keeper(two: &Two<'_>) -> Result<(), String> {
    let ran = two.apply("east,clerk", RULES, &ALL)?;
    two.untouched("no keeper", &ran, 2, &["cluster clerk: no permission for ConfigMap/kube-system/ringfence-default"])
}

/// What only writing shows stops it: what is written is said, and how it is taken back, and that works.
fn half_way(two: &Two<'_>) -> Result<(), String> {
    let rules = format!("{RULES}---{OTHERS}");
    let quota = Quota::of_one_policy(two.west)?;
    let ran = two.apply("east,west", &rules, &ALL)?;
    let words = [
        "cluster west:",
        "of 3 objects are written, then:",
        "the server refuses NetworkPolicy/default/",
        "exceeded quota",
        "stopped at cluster west",
        "cluster east is written",
    ];
    let told = ran.status == 2 && words.iter().all(|word| ran.err.contains(word));
    let held = two.hold("web")?[0] && two.hold("other")?[0];
    expect("half-way", told && held, &ran)?;
    let commands: Vec<&str> = ran.err.split('`').filter(|words| words.starts_with("ringfence rollback")).collect();
    expect("two commands", commands.len() == 2, &ran)?;
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().skip(1).chain(["--yes", "--accept", "all"]).collect();
        let back = ringfence(&words)?;
        expect(command, back.status == 0, &back)?;
    }
    let nothing = [two.hold("web")?, two.hold("other")?];
    expect("nothing is left", nothing == [[false; 2]; 2], &nothing)?;
    quota.count_none()?;
    let again = two.apply("east,west", &rules, &ALL)?;
    expect("half-way again", again.status == 2 && again.err.contains("stopped at cluster west"), &again)?;
    quota.lift()?;
    let on = two.apply("east,west", &rules, &ALL)?;
    let held = [two.hold("web")?, two.hold("other")?];
    let east = on.out.contains("in cluster east: nothing to change");
    expect("another apply goes on", on.status == 0 && east && held == [[true; 2]; 2], &on)
}

/// A cluster with two names is written once.
fn one_by_two_names(two: &Two<'_>) -> Result<(), String> {
    let ran = two.apply("east,again", RULES, &ALL)?;
    let once = ran.out.contains("in cluster again: nothing to change") && ran.out.matches("applied").count() == 1;
    expect("once", ran.status == 0 && once && two.hold("web")? == [true, false], &ran)
}

/// A namespace that takes one policy. A request that is only tried is not counted, so that each of two is taken.
struct Quota(Api<DynamicObject>);

impl Quota {
    fn of_one_policy(field: &Field<'_>) -> Result<Self, String> {
        let resource = ApiResource {
            group: String::new(),
            version: "v1".to_owned(),
            api_version: "v1".to_owned(),
            kind: "ResourceQuota".to_owned(),
            plural: "resourcequotas".to_owned(),
        };
        let quota = Self(Api::namespaced_with(field.client.clone(), "default", &resource));
        let object = json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": policies(1)},
        });
        let object: DynamicObject = serde_json::from_value(object).map_err(said)?;
        runtime().block_on(quota.0.create(&PostParams::default(), &object)).map_err(said)?;
        quota.count_none()?;
        Ok(quota)
    }

    /// No controller runs that would count.
    fn count_none(&self) -> Result<(), String> {
        let status = Patch::Merge(json!({"status": {"hard": policies(1), "used": policies(0)}}));
        runtime().block_on(self.0.patch_status("few", &PatchParams::default(), &status)).map(drop).map_err(said)
    }

    fn lift(self) -> Result<(), String> {
        runtime().block_on(self.0.delete("few", &DeleteParams::default())).map(drop).map_err(said)
    }
}

fn policies(number: u32) -> Value {
    json!({"count/networkpolicies.networking.k8s.io": number.to_string()})
}
