//! Which fields of an object are kept. What is not named here is never written anywhere.
//!
//! A list of what is kept, and none of what is dropped: pods hold passwords in `env`, machines in `userData`, and
//! annotations in whatever was applied.

use serde_json::{Map, Value};

/// What of a value is kept. Of a list the same of every item.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// All of it.
    Whole,
    /// These fields.
    Fields(&'static [(&'static str, Keep)]),
    /// Annotations that say where a machine is attached.
    Attachment,
    /// Annotations of Kube-OVN's.
    KubeOvn,
    /// Arguments that change an answer.
    Flags,
    /// The last part of an image's name, with its tag.
    Image,
}

use Keep::{Attachment, Fields, Flags, Image, KubeOvn, Whole};

const METADATA: Keep = Fields(&[
    ("name", Whole),
    ("namespace", Whole),
    ("labels", Whole),
    ("annotations", Attachment),
    ("ownerReferences", Fields(&[("kind", Whole), ("name", Whole), ("controller", Whole)])),
]);
const CONTAINERS: Keep = Fields(&[("name", Whole), ("ports", Whole), ("restartPolicy", Whole)]);
const POD_SPEC: Keep =
    Fields(&[("nodeName", Whole), ("hostNetwork", Whole), ("containers", CONTAINERS), ("initContainers", CONTAINERS)]);
const TEMPLATE: Keep = Fields(&[("metadata", METADATA), ("spec", POD_SPEC)]);
const GUEST: Keep = Fields(&[("hostname", Whole), ("networks", Whole)]);

/// An object of which its labels matter.
pub(crate) const LABELS: Keep = Fields(&[("metadata", METADATA)]);
/// An object that is all rules.
pub(crate) const SPEC: Keep = Fields(&[("metadata", METADATA), ("spec", Whole)]);
/// A NetworkPolicy.
pub(crate) const POLICY: Keep = Fields(&[
    ("metadata", Fields(&[("name", Whole), ("namespace", Whole), ("labels", Whole), ("annotations", KubeOvn)])),
    ("spec", Whole),
]);
/// A Subnet.
pub(crate) const SUBNET: Keep =
    Fields(&[("metadata", METADATA), ("spec", Whole), ("status", Fields(&[("u2oInterconnectionIP", Whole)]))]);
/// A Node.
pub(crate) const NODE: Keep = Fields(&[("metadata", METADATA), ("status", Fields(&[("addresses", Whole)]))]);
/// A Service.
pub(crate) const SERVICE: Keep = Fields(&[
    ("metadata", METADATA),
    (
        "spec",
        Fields(&[("type", Whole), ("clusterIP", Whole), ("clusterIPs", Whole), ("selector", Whole), ("ports", Whole)]),
    ),
]);
/// A VirtualMachine.
pub(crate) const MACHINE: Keep = Fields(&[
    ("metadata", METADATA),
    (
        "spec",
        Fields(&[
            ("running", Whole),
            ("runStrategy", Whole),
            ("template", Fields(&[("metadata", METADATA), ("spec", GUEST)])),
        ]),
    ),
]);
/// A VirtualMachineInstance.
pub(crate) const INSTANCE: Keep = Fields(&[
    ("metadata", METADATA),
    ("spec", GUEST),
    (
        "status",
        Fields(&[
            ("phase", Whole),
            ("nodeName", Whole),
            ("interfaces", Fields(&[("name", Whole), ("mac", Whole), ("ipAddress", Whole), ("ipAddresses", Whole)])),
        ]),
    ),
]);
/// A Pod.
pub(crate) const POD: Keep = Fields(&[
    ("metadata", METADATA),
    ("spec", POD_SPEC),
    ("status", Fields(&[("phase", Whole), ("podIP", Whole), ("podIPs", Whole)])),
]);
/// What makes pods of a template.
pub(crate) const WORKLOAD: Keep =
    Fields(&[("metadata", METADATA), ("spec", Fields(&[("replicas", Whole), ("template", TEMPLATE)]))]);
/// A Job, which says when it has made its last pod.
pub(crate) const JOB: Keep = Fields(&[
    ("metadata", METADATA),
    ("spec", Fields(&[("template", TEMPLATE)])),
    ("status", Fields(&[("conditions", Fields(&[("type", Whole), ("status", Whole)]))])),
]);
/// A CronJob.
pub(crate) const CRON_JOB: Keep = Fields(&[
    ("metadata", METADATA),
    ("spec", Fields(&[("jobTemplate", Fields(&[("spec", Fields(&[("template", TEMPLATE)]))]))])),
]);
/// A Deployment, which may be the one that runs Kube-OVN's controller.
pub(crate) const DEPLOYMENT: Keep = WORKLOAD;
/// The Deployment that runs Kube-OVN's controller.
const CONTROLLER: Keep = Fields(&[
    ("metadata", METADATA),
    (
        "spec",
        Fields(&[
            ("replicas", Whole),
            (
                "template",
                Fields(&[
                    ("metadata", METADATA),
                    (
                        "spec",
                        Fields(&[
                            ("hostNetwork", Whole),
                            (
                                "containers",
                                Fields(&[("name", Whole), ("image", Image), ("command", Flags), ("args", Flags)]),
                            ),
                        ]),
                    ),
                ]),
            ),
        ]),
    ),
]);

/// The flags of Kube-OVN's controller that change an answer.
const FLAGS: [&str; 9] = [
    "np-enforcement",
    "enable-np",
    "enable-anp",
    "enable-lb",
    "node-switch-cidr",
    "enable-dns-name-resolver",
    "keep-vm-ip",
    "non-primary-cni-mode",
    "ls-ct-skip-dst-lport-ips",
];

/// Those whose value may be the next word.
const VALUED: [&str; 2] = ["np-enforcement", "node-switch-cidr"];

impl Keep {
    /// What is kept of an object.
    pub(crate) fn of_object(self, object: &Value) -> Value {
        let metadata =
            |key: &str| object.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
        let controller =
            metadata("name") == Some("kube-ovn-controller") && metadata("namespace") == Some("kube-system");
        let deployment = object.get("kind").and_then(Value::as_str) == Some("Deployment");
        let keep = if controller && deployment { CONTROLLER } else { self };
        keep.of(object).unwrap_or(Value::Null)
    }

    /// What is kept of a value; nothing where nothing of it is left.
    fn of(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (_, Value::Null) => None,
            (Whole, value) => Some(value.clone()),
            (Flags, Value::Array(words)) => some(Value::Array(flags(words))),
            (Image, Value::String(image)) => Some(image.rsplit('/').next().unwrap_or(image).into()),
            (Flags | Image, _) => None,
            (_, Value::Array(items)) => some(Value::Array(items.iter().filter_map(|item| self.of(item)).collect())),
            (Fields(fields), Value::Object(object)) => {
                let part = |(key, keep): &(&str, Self)| Some(((*key).to_owned(), keep.of(object.get(*key)?)?));
                some(Value::Object(fields.iter().filter_map(part).collect()))
            }
            (Attachment, Value::Object(object)) => some(Value::Object(some_of(object, attaches))),
            (KubeOvn, Value::Object(object)) => {
                some(Value::Object(some_of(object, |key| key.starts_with("ovn.kubernetes.io/"))))
            }
            (Fields(_) | Attachment | KubeOvn, _) => None,
        }
    }
}

fn some(value: Value) -> Option<Value> {
    let empty = match &value {
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    (!empty).then_some(value)
}

fn some_of(object: &Map<String, Value>, kept: impl Fn(&str) -> bool) -> Map<String, Value> {
    object.iter().filter(|(key, _)| kept(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Kube-OVN's annotations of a provider's interface, and what Multus attaches.
fn attaches(key: &str) -> bool {
    let of_provider = ["ip_address", "ip_pool", "mac_address", "logical_switch", "security_groups", "port_security"];
    matches!(key, "k8s.v1.cni.cncf.io/networks" | "v1.multus-cni.io/default-network")
        || key.split_once(".kubernetes.io/").is_some_and(|(_, what)| of_provider.contains(&what))
}

/// `--flag=value`, `--flag`, and `--flag value`.
fn flags(words: &[Value]) -> Vec<Value> {
    let mut kept = Vec::new();
    let mut open = false;
    for word in words.iter().filter_map(Value::as_str) {
        match word.strip_prefix("--") {
            Some(named) => {
                let name = named.split('=').next().unwrap_or(named);
                let known = FLAGS.contains(&name);
                open = name == named && VALUED.contains(&name);
                kept.extend(known.then(|| word.into()));
            }
            None => {
                kept.extend(open.then(|| word.into()));
                open = false;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_not_kept() {
        let pod = json!({
            "kind": "Pod",
            "metadata": {
                "name": "a", "uid": "1", "managedFields": [{}],
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "SECRET", "ovn.kubernetes.io/ip_address": "10.0.0.2"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "b", "uid": "2"}],
            },
            "spec": {
                "containers": [{"name": "c", "env": [{"name": "PASSWORD", "value": "SECRET"}], "ports": [{"containerPort": 80}]}],
                "imagePullSecrets": [{"name": "SECRET"}],
            },
            "status": {"podIP": "10.0.0.2", "conditions": ["SECRET"]},
        });
        let kept = json!({
            "metadata": {
                "name": "a", "annotations": {"ovn.kubernetes.io/ip_address": "10.0.0.2"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "b"}],
            },
            "spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}]}]},
            "status": {"podIP": "10.0.0.2"},
        });
        assert_eq!(POD.of_object(&pod), kept);
        let machine = json!({"kind": "VirtualMachine", "metadata": {"name": "a"}, "spec": {"running": true, "template": {
            "spec": {"volumes": [{"cloudInitNoCloud": {"userData": "SECRET"}}], "networks": [{"name": "n", "pod": {}}]}}}});
        assert!(!MACHINE.of_object(&machine).to_string().contains("SECRET"));
    }

    #[test]
    fn of_the_controller_the_release_and_known_flags_are_kept() {
        let args = ["--enable-np=false", "--token=SECRET", "--np-enforcement", "lax", "--key", "SECRET", "--enable-lb"];
        let object = |name: &str| {
            json!({"kind": "Deployment", "metadata": {"name": name, "namespace": "kube-system"}, "spec": {"template": {"spec": {
                "containers": [{"name": "a", "image": "host.example/kubeovn/kube-ovn:v1.14.5", "args": args}]}}}})
        };
        let kept = DEPLOYMENT.of_object(&object("kube-ovn-controller"));
        let container = &kept["spec"]["template"]["spec"]["containers"][0];
        let words = ["--enable-np=false", "--np-enforcement", "lax", "--enable-lb"];
        assert_eq!(*container, json!({"name": "a", "image": "kube-ovn:v1.14.5", "args": words}));
        assert!(!DEPLOYMENT.of_object(&object("other")).to_string().contains("SECRET"));
    }
}
