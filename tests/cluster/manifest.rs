//! A manifest, of which the cluster gets what is a cluster's.

use super::server::Server;
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::{Api, Client, Error};
use ringfence_cluster::{KINDS, Kind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What of a manifest goes where.
pub struct Manifest {
    /// The program's own kinds, which no cluster has: an `Inventory`, an `Expectation`.
    pub own: String,
    /// The cluster's.
    pub objects: Vec<Value>,
}

/// A kind of the server's that is loaded and not read.
const OTHERS: [(&str, &str); 6] = [
    ("ReplicationController", "replicationcontrollers"),
    ("CustomResourceDefinition", "customresourcedefinitions"),
    ("ClusterRole", "clusterroles"),
    ("ClusterRoleBinding", "clusterrolebindings"),
    ("RoleBinding", "rolebindings"),
    ("ServiceAccount", "serviceaccounts"),
];

impl Manifest {
    /// Reads it.
    pub fn of(text: &str) -> Self {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        let mut manifest = Self { own: String::new(), objects: Vec::new() };
        for document in documents.into_iter().flat_map(unpacked) {
            if document["apiVersion"].as_str().unwrap_or_default().starts_with("ringfence/") {
                manifest.own += &format!("---\n{document}\n");
            } else if !document.is_null() {
                manifest.objects.push(document);
            }
        }
        manifest
    }

    /// The namespaces that its objects are in.
    pub fn namespaces(&self) -> BTreeSet<String> {
        let namespaced = self.objects.iter().filter(|object| is_namespaced(object));
        let mut names: BTreeSet<String> = namespaced.map(namespace).collect();
        for object in self.objects.iter().filter(|object| object["kind"] == "Namespace") {
            names.remove(text(&object["metadata"]["name"]));
        }
        names.remove("default");
        names
    }
}

fn unpacked(document: Value) -> Vec<Value> {
    match document.get("items").and_then(Value::as_array) {
        Some(items) => items.clone(),
        None => vec![document],
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn namespace(object: &Value) -> String {
    object["metadata"]["namespace"].as_str().unwrap_or("default").to_owned()
}

fn is_namespaced(object: &Value) -> bool {
    let (group, _) = group_and_version(object);
    let of_kube_ovn = group == "kubeovn.io" || group == "policy.networking.k8s.io";
    let kind = text(&object["kind"]);
    let is_ours = ["RoleBinding", "ServiceAccount", "ReplicationController"].contains(&kind);
    is_ours || (!of_kube_ovn && !["Namespace", "Node"].contains(&kind) && known(object).is_some())
}

fn group_and_version(object: &Value) -> (String, String) {
    let api = text(&object["apiVersion"]);
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    (group.to_owned(), version.to_owned())
}

fn known(object: &Value) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| object["kind"] == kind.name)
}

fn resource(object: &Value) -> ApiResource {
    let kind = text(&object["kind"]).to_owned();
    let other = OTHERS.iter().find(|(name, _)| *name == kind).map(|(_, plural)| *plural);
    let plural = known(object).map(|kind| kind.plural).or(other).unwrap_or_else(|| panic!("{kind} is not known"));
    let (group, version) = group_and_version(object);
    let api_version = text(&object["apiVersion"]).to_owned();
    ApiResource { group, version, api_version, kind, plural: plural.to_owned() }
}

/// What a server wants and the program does not need: a Deployment's selector, an image. No answer depends on it.
fn completed(mut object: Value) -> Value {
    match text(&object["kind"]) {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
            let labels = object["spec"]["template"]["metadata"]["labels"].clone();
            if object["spec"].get("selector").is_none() {
                object["spec"]["selector"] = json!({ "matchLabels": labels });
            }
            complete_pod(&mut object["spec"]["template"]["spec"]);
        }
        "ReplicationController" => complete_pod(&mut object["spec"]["template"]["spec"]),
        "Pod" => complete_pod(&mut object["spec"]),
        "Job" => complete_job(&mut object["spec"]),
        "CronJob" => {
            // Of a release that had no other version yet.
            object["apiVersion"] = json!("batch/v1beta1");
            object["spec"]["schedule"] = json!("0 0 * * *");
            complete_job(&mut object["spec"]["jobTemplate"]["spec"]);
        }
        _ => {}
    }
    object
}

fn complete_job(spec: &mut Value) {
    complete_pod(&mut spec["template"]["spec"]);
    spec["template"]["spec"]["restartPolicy"] = json!("Never");
}

fn complete_pod(spec: &mut Value) {
    if spec.get("containers").is_none() {
        spec["containers"] = json!([{}]);
    }
    for (index, container) in spec["containers"].as_array_mut().into_iter().flatten().enumerate() {
        for (key, value) in [("name", format!("c{index}")), ("image", "none".to_owned())] {
            if container.get(key).is_none() {
                container[key] = json!(value);
            }
        }
    }
}

/// What is in a server because somebody put it there.
pub struct Loaded {
    client: Client,
    objects: Vec<Value>,
    relabelled: Vec<Value>,
    /// What the server did not take, each with its words.
    pub refused: Vec<String>,
}

impl Loaded {
    /// Puts all of it there; what the server refuses as invalid is told, everything else is a failure.
    pub async fn load(server: &Server, manifest: &Manifest) -> Result<Self, String> {
        let client = server.client("admin").await?;
        let mut loaded = Self { client, objects: Vec::new(), relabelled: Vec::new(), refused: Vec::new() };
        let space = |name: String| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let mut objects: Vec<Value> = manifest.namespaces().into_iter().map(space).collect();
        objects.extend(manifest.objects.iter().cloned().map(completed));
        // A namespace comes before what is in it, wherever it stands.
        objects.sort_by_key(|object| object["kind"] != "Namespace");
        for object in objects {
            let create = loaded.create(&object).await;
            if let Err(error) = create {
                loaded.clear().await?;
                return Err(error);
            }
        }
        Ok(loaded)
    }

    async fn create(&mut self, object: &Value) -> Result<(), String> {
        let api = self.api(object);
        let name = text(&object["metadata"]["name"]);
        let asked: DynamicObject =
            serde_json::from_value(object.clone()).map_err(|error| format!("{name}: {error}"))?;
        match api.create(&PostParams::default(), &asked).await {
            Ok(_) => self.objects.push(object.clone()),
            Err(Error::Api(status)) if status.code == 422 => {
                self.refused.push(status.message.clone());
                return Ok(());
            }
            Err(Error::Api(status)) if status.code == 409 && object["kind"] == "Namespace" => {
                let labels = Patch::Merge(json!({"metadata": {"labels": object["metadata"]["labels"]}}));
                let patched = api.patch(name, &PatchParams::default(), &labels).await;
                patched.map_err(|error| format!("{name}: {error}"))?;
                self.relabelled.push(object.clone());
            }
            Err(error) => return Err(format!("{} {name}: {error}", text(&object["kind"]))),
        }
        // Kinds of the server's own take their status apart.
        if let Some(status) = object.get("status").filter(|_| matches!(text(&object["kind"]), "Pod" | "Node" | "Job")) {
            let status = Patch::Merge(json!({ "status": status }));
            let patched = api.patch_status(name, &PatchParams::default(), &status).await;
            patched.map_err(|error| format!("status of {name}: {error}"))?;
        }
        Ok(())
    }

    fn api(&self, object: &Value) -> Api<DynamicObject> {
        let resource = resource(object);
        if is_namespaced(object) {
            Api::namespaced_with(self.client.clone(), &namespace(object), &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        }
    }

    /// Takes all of it away again.
    pub async fn clear(mut self) -> Result<(), String> {
        for space in &self.relabelled {
            let labels = Patch::Merge(json!({"metadata": {"labels": null}}));
            let cleared =
                self.api(space).patch(text(&space["metadata"]["name"]), &PatchParams::default(), &labels).await;
            cleared.map_err(|error| error.to_string())?;
        }
        while let Some(object) = self.objects.pop() {
            let name = text(&object["metadata"]["name"]).to_owned();
            let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::background() };
            let gone = self.api(&object).delete(&name, &now).await;
            gone.map_err(|error| format!("{name} stays: {error}"))?;
            if object["kind"] == "Namespace" {
                self.finalize(&name).await?;
            }
        }
        Ok(())
    }

    /// No controller runs that would let a namespace go.
    async fn finalize(&self, name: &str) -> Result<(), String> {
        let body =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}});
        let done = self.api(&body).replace_subresource("finalize", name, &PostParams::default(), &body).await;
        done.map(drop).map_err(|error| format!("{name} stays: {error}"))
    }
}

/// Waits until the server has the kinds that it was told of.
pub fn wait_for_kinds(server: &Server) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    super::runtime().block_on(async {
        let client = server.client("admin").await.unwrap();
        loop {
            let groups: Vec<&str> = KINDS.iter().map(|kind| kind.group).collect();
            let found = kube::discovery::Discovery::new(client.clone()).filter(&groups).run().await;
            let is_there = |kind: &&Kind| {
                let group = found.as_ref().ok().and_then(|found| found.get(kind.group));
                group.is_some_and(|group| {
                    group.resources_by_stability().iter().any(|(known, _)| known.kind == kind.name)
                })
            };
            let missing: Vec<&str> = KINDS.iter().filter(|kind| !is_there(kind)).map(|kind| kind.name).collect();
            if missing.is_empty() {
                return;
            }
            assert!(std::time::Instant::now() < end, "the server has no {missing:?}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
}
