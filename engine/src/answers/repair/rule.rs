//! A new rule in a NetworkPolicy.

use super::item::Item;
use super::list::List;
use super::row::block;
use super::{Edit, Wish, ends};
use crate::answers::conversation::Half;
use crate::answers::filter::{Filter, PortRange};
use crate::compile::Compiled;
use crate::ovn::pipeline::Stage;
use crate::reach::{Endpoint, Family};
use crate::read::{NetworkPolicy, PolicyType, Presence, read};
use crate::source::Sources;
use crate::world::{Machine, NAME_LABEL, Roster, Scope, world};
use alloc::string::ToString;
use alloc::vec::Vec;

/// A rule in a policy: of those that select who stands there the one that selects fewest. It names the other end by its
/// labels, and by its addresses where it is no pod or has none: by every address where these are not one block.
pub(super) fn rule(
    texts: &Sources,
    compiled: &Compiled,
    wish: &Wish<'_>,
    (policy, stage, half): (&str, Stage, Half),
    family: Family,
) -> Option<Vec<Edit>> {
    let ((_, from), (_, to)) = ends(compiled, wish).ok()?;
    if half == Half::Reply {
        return None;
    }
    let (list, near, other) = if stage == Stage::ToLport { ("ingress", to, from) } else { ("egress", from, to) };
    let world = world(&read(texts));
    let machine = |end: &Endpoint| {
        let is = |machine: &&Machine| machine.interfaces.iter().any(|one| machine.endpoint_id(one) == end.id);
        world.machines.iter().filter(|machine| machine.pod == Presence::Running).find(is)
    };
    let (namespace, name) = policy.split_once('/')?;
    let selected = machine(other).and_then(|other| selector(other, namespace));
    let peer = selected.unwrap_or_else(|| {
        let every = if family == Family::Ipv4 { "0.0.0.0/0" } else { "::/0" };
        let cidr = block(other, family).map_or_else(|| every.into(), |block| block.to_string());
        Item::of("ipBlock", Item::of("cidr", Item::text(cidr)))
    });
    let port = match wish.part {
        Filter::All => None,
        Filter::Tcp(port) => Some(("TCP", port)),
        Filter::Udp(port) => Some(("UDP", port)),
        Filter::Sctp(port) => Some(("SCTP", port)),
        // A rule that is to say ICMP says everything. A row says that alone, and comes before what a policy drops on arrival;
        // what leaves is asked of policies behind the balancer, where a Subnet has no rows.
        Filter::Icmp if stage == Stage::ToLport => return None,
        Filter::Icmp => None,
    };
    let port = port.map(|(protocol, ports)| {
        let number = |port: u16| Item::Number(port.to_string());
        let first = ports.map(|ports| ("port", number(ports.first())));
        let last = ports.and_then(PortRange::last).map(|last| ("endPort", number(last)));
        Item::mapping([("protocol", Item::text(protocol))].into_iter().chain(first).chain(last))
    });
    let entry =
        [(if list == "ingress" { "from" } else { "to" }, peer)].into_iter().chain(port.map(|port| ("ports", port)));
    let rule = Item::mapping(entry.map(|(key, item)| (key, Item::List([item].into()))));
    let kind = if list == "ingress" { PolicyType::Ingress } else { PolicyType::Egress };
    let here = |policy: &&NetworkPolicy| {
        let selects = |near: &Machine| near.namespace == namespace && policy.spec.pods.selects(&near.labels);
        policy.namespace == namespace && policy.spec.types.contains(&kind) && machine(near).is_some_and(selects)
    };
    let mut policies: Vec<&NetworkPolicy> = world.network_policies.iter().filter(here).collect();
    let roster = Roster::new(&world);
    policies.sort_by_key(|policy| roster.pods(&Scope::Namespace(namespace.into()), &policy.spec.pods).len());
    let names = policies.iter().map(|policy| policy.name.value.as_str()).chain([name]);
    names.flat_map(|name| texts.iter().map(move |text| (name, text))).find_map(|(name, (id, source))| {
        let list = List { kind: "NetworkPolicy", namespace: Some(namespace), name, key: list };
        let (from, to, insert) = list.prepend(source.text(), &rule)?;
        Some([Edit { source: id, from, to, insert }].into())
    })
}

/// What selects a pod by all of its labels but those that are other ones after the next change, or of which no object speaks;
/// nothing where it has none.
fn selector(machine: &Machine, namespace: &str) -> Option<Item> {
    let lasting = |key: &str| !key.ends_with("-hash") && !FLEETING.iter().any(|prefix| key.starts_with(prefix));
    let own = machine.labels.iter().filter(|(key, _)| lasting(key) && !machine.given.contains(*key));
    let labels: Vec<_> = own.map(|(key, value)| (&**key, Item::text(&**value))).collect();
    let selector = |labels: Vec<_>| Item::of("matchLabels", Item::mapping(labels));
    let elsewhere = (machine.namespace != namespace)
        .then(|| ("namespaceSelector", selector([(NAME_LABEL, Item::text(machine.namespace.as_str()))].into())));
    let pods = (!labels.is_empty()).then(|| ("podSelector", selector(labels)))?;
    Some(Item::mapping([pods].into_iter().chain(elsewhere)))
}

/// Labels of KubeVirt that all machines have, that name a node or a pod's maker, or that only its release 1.7 began to write.
const FLEETING: [&str; 2] = ["kubevirt.io", "vmi.kubevirt.io/"];
