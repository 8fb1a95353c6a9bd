//! Workloads and the pods that they own: what is in the input twice is asked about once.

use super::machine::Machine;
use crate::reach::EndpointKind;
use crate::read::{self, Object, Presence, Reading};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashSet;

/// The label by which a Deployment tells the pods of its ReplicaSets apart.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// A workload by namespace, kind and name.
type Workload = (String, String, String);

/// Leaves out workloads whose pods are there themselves, and workloads that another one makes.
pub(super) fn drop_spoken_for(
    reading: &Reading,
    machines: &mut BTreeMap<(String, String, Option<EndpointKind>), Machine>,
) {
    let workloads = || reading.objects.iter().filter_map(workload);
    let known: HashSet<Workload> = workloads().map(name).collect();
    let mut spoken: HashSet<Workload> = reading.objects.iter().filter_map(pod).flat_map(owners).collect();
    for workload in workloads() {
        let owners: Vec<Workload> = owners(workload).collect();
        if spoken.contains(&name(workload)) {
            spoken.extend(owners);
        } else if owners.iter().any(|owner| known.contains(owner)) {
            spoken.insert(name(workload));
        }
    }
    machines.retain(|(namespace, name, kind), _| {
        kind.is_none_or(|kind| !spoken.contains(&(namespace.clone(), kind.name().to_string(), name.clone())))
    });
}

fn workload(object: &Object) -> Option<&read::Machine> {
    if let Object::Workload(machine) = object { Some(machine) } else { None }
}

/// A pod that has not ended: of what has, its workload may make another.
fn pod(object: &Object) -> Option<&read::Machine> {
    if let Object::Pod(machine) = object { Some(machine).filter(|pod| pod.pod != Presence::Absent) } else { None }
}

fn name(machine: &read::Machine) -> Workload {
    (machine.namespace.clone(), machine.kind.name().to_string(), machine.name.value.clone())
}

/// The controller of a machine, and for the ReplicaSet of a Deployment that one too.
fn owners(machine: &read::Machine) -> impl Iterator<Item = Workload> {
    let of = |kind: &str, name: &str| (machine.namespace.clone(), kind.to_string(), name.to_string());
    let owner = machine.owner.as_ref();
    let hash = machine.labels.get(TEMPLATE_HASH);
    let deployment = owner.filter(|owner| owner.kind == "ReplicaSet").zip(hash).and_then(|(owner, hash)| {
        let name = owner.name.strip_suffix(hash.as_str())?.strip_suffix('-')?;
        Some(of("Deployment", name))
    });
    owner.map(|owner| of(&owner.kind, &owner.name)).into_iter().chain(deployment)
}
