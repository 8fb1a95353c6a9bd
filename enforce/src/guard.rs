//! Guard rails: what a change may do that nobody wants by accident.

use crate::lease::unanswered;
use crate::meaning::Meaning;
use crate::resolve::some;
use ipnet::IpNet;
use ringfence_engine::answers::diff::Change;
use ringfence_engine::ovn::acl::Provenance;
use ringfence_engine::ovn::pipeline::Pipeline;
use ringfence_engine::reach::{
    AddressRange, Attachment, Endpoint, EndpointKind, FamilyAnswer, L4Header, L4Set, PairAnswer, Ports, Region, Verdict,
};
use ringfence_view::loaded::Loaded;
use std::collections::{BTreeMap, BTreeSet};

/// Something that nobody wants by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// A machine and its gateway lose each other.
    Gateway,
    /// A machine that OVN gives its address cannot ask for it any more.
    Dhcp,
    /// A machine that resolved names beyond its switch cannot any more.
    Dns,
    /// A node loses a machine: probes of the kubelet fail.
    Node,
    /// Somebody in a management network loses a machine.
    Management,
    /// Nobody talks to anybody any more.
    Everything,
    /// A switch begins to track connections, or ceases to: what every other row of it means changes.
    Stateful,
    /// OVN cannot parse a row, and ignores it.
    Ignored,
    /// Nobody can say any more what becomes of a pair: OVN does not promise it.
    Undefined,
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Gateway,
        Self::Dhcp,
        Self::Dns,
        Self::Node,
        Self::Management,
        Self::Everything,
        Self::Stateful,
        Self::Ignored,
        Self::Undefined,
    ];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Dhcp => "dhcp",
            Self::Dns => "dns",
            Self::Node => "node",
            Self::Management => "management",
            Self::Everything => "everything",
            Self::Stateful => "stateful",
            Self::Ignored => "ignored",
            Self::Undefined => "undefined",
        }
    }

    /// The guard rail of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guard| guard.name() == name)
    }

    /// The guard rails that a change trips, each with the reason. Of the networks that are named for management nobody may lose
    /// a connection to a machine.
    pub fn tripped(meaning: &Meaning, management: &[IpNet]) -> Vec<Tripped> {
        let found = |guard: Self| guard.trip(meaning, management).map(|message| Tripped { guard, message });
        Self::ALL.into_iter().filter_map(found).collect()
    }

    fn trip(self, meaning: &Meaning, management: &[IpNet]) -> Option<String> {
        match self {
            Self::Gateway => {
                let cut = |(one, other): Ends<'_>| machine_and(one, other, EndpointKind::Gateway);
                told("gateway and machine lose each other", &closed(meaning, cut))
            }
            Self::Dhcp => {
                let before = unanswered(&meaning.before, &meaning.served);
                let after = unanswered(&meaning.after, &meaning.served);
                told("OVN hears no question for an address any more", &after.difference(&before).cloned().collect())
            }
            Self::Dns => told("nobody beyond the switch is left on udp/53 to resolve names", &without_names(meaning)),
            Self::Node => told("nodes reach less of a machine, and probes of the kubelet may fail", &unprobed(meaning)),
            Self::Management => told("the management network loses connections to", &unmanaged(meaning, management)),
            Self::Everything => everything(meaning),
            Self::Stateful => stateful(meaning),
            Self::Ignored => ignored(meaning),
            Self::Undefined => told(
                "what becomes of it is not promised by OVN any more, as for rows of equal priority that disagree",
                &doubtful(meaning),
            ),
        }
    }
}

/// A guard rail with the reason why it is tripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tripped {
    /// Which one.
    pub guard: Guard,
    /// What would happen.
    pub message: String,
}

/// Who asks and who answers.
type Ends<'a> = (&'a Endpoint, &'a Endpoint);

fn told(what: &str, who: &BTreeSet<String>) -> Option<String> {
    (!who.is_empty()).then(|| format!("{what}: {}", some(who)))
}

fn ends<'m>(meaning: &'m Meaning, change: &Change) -> Option<Ends<'m>> {
    let endpoint = |index: usize| meaning.before.compiled.endpoints.get(meaning.matched.common.get(index)?.old);
    endpoint(change.from).zip(endpoint(change.to))
}

/// Of the pairs that could talk in a family of addresses and cannot any more: those that are meant.
fn closed(meaning: &Meaning, of: impl Fn(Ends<'_>) -> Option<String>) -> BTreeSet<String> {
    let shut = |change: &&Change| {
        let gone =
            |family: &FamilyAnswer| change.after().family(family.family).is_none_or(|now| now.answered.is_empty());
        change.before().families.iter().any(|family| !family.answered.is_empty() && gone(family))
    };
    meaning.changes.iter().filter(shut).filter_map(|change| of(ends(meaning, change)?)).collect()
}

/// Ports that a client asks from, to any port.
fn client() -> Region {
    Region::product(&Ports::range(32_768, 60_999), &Ports::full())
}

/// Machines of which a node loses a TCP port or the answer to a ping: what probes are made of.
fn unprobed(meaning: &Meaning) -> BTreeSet<String> {
    let probes = L4Set { tcp: client(), icmp: Region::full(), ..L4Set::empty() };
    let loses = |change: &Change| change.families().iter().any(|family| !family.lost.intersection(&probes).is_empty());
    let probed = |change: &Change| {
        let (from, to) = ends(meaning, change)?;
        (is_node(from) && is_machine(to) && !is_node(to) && loses(change)).then(|| to.id.clone())
    };
    meaning.changes.iter().filter_map(probed).collect()
}

/// Machines to which somebody in one of the networks loses an answered connection. Addresses that no rule tells apart are one
/// endpoint, of which a network may be a part.
fn unmanaged(meaning: &Meaning, management: &[IpNet]) -> BTreeSet<String> {
    let overlaps = |net: &IpNet, range: &AddressRange| {
        let is_same = net.network().is_ipv4() == range.first.is_ipv4();
        is_same && net.network() <= range.last && range.first <= net.broadcast()
    };
    let manages =
        |from: &Endpoint| from.addresses.iter().any(|range| management.iter().any(|net| overlaps(net, range)));
    let used = |family| L4Set { tcp: client(), udp: client(), sctp: client(), ..L4Set::full(family) };
    let loses = |change: &Change| {
        change.families().iter().any(|family| !family.lost.intersection(&used(family.family)).is_empty())
    };
    let lost = |change: &Change| {
        let (from, to) = ends(meaning, change)?;
        // Of a range that the rows cut anew, the part is meant that both worlds have.
        let now = meaning.after.compiled.endpoints.get(meaning.matched.common.get(change.from)?.new)?;
        (is_machine(to) && manages(from) && manages(now) && loses(change)).then(|| to.id.clone())
    };
    if management.is_empty() { BTreeSet::new() } else { meaning.changes.iter().filter_map(lost).collect() }
}

/// Pairs of which nobody can say any more what becomes of something.
fn doubtful(meaning: &Meaning) -> BTreeSet<String> {
    let doubts = |change: &Change| {
        change.after().families.iter().any(|now| {
            let before = change.before().family(now.family).map(|before| &before.undefined);
            !before.map_or(now.undefined.is_empty(), |before| before.contains_all(&now.undefined))
        })
    };
    let pair = |change: &Change| {
        let (from, to) = ends(meaning, change).filter(|_| doubts(change))?;
        Some(format!("{} to {}", from.id, to.id))
    };
    meaning.changes.iter().filter_map(pair).collect()
}

fn is_machine(endpoint: &Endpoint) -> bool {
    matches!(endpoint.attachment, Attachment::Port { .. })
}

/// The machine of a pair of a machine and something else.
fn machine_and(one: &Endpoint, other: &Endpoint, kind: EndpointKind) -> Option<String> {
    match (one.kind == kind, other.kind == kind) {
        (true, false) if is_machine(other) && other.switch == one.switch => Some(other.id.clone()),
        (false, true) if is_machine(one) && one.switch == other.switch => Some(one.id.clone()),
        _ => None,
    }
}

/// Kube-OVN gives each node a port `node-NAME` on the switch `join`.
fn is_node(endpoint: &Endpoint) -> bool {
    let port = endpoint.id.rsplit('/').next().unwrap_or_default();
    endpoint.kind == EndpointKind::Node || (endpoint.switch == "join" && port.starts_with("node-"))
}

const DNS: L4Header = L4Header::Udp(40_000, 53);

/// Machines that lose their last way to a name server beyond their switch.
fn without_names(meaning: &Meaning) -> BTreeSet<String> {
    let beyond = |change: &&Change| ends(meaning, change).is_some_and(|(from, to)| from.switch != to.switch);
    let asked = |answer: &PairAnswer| answer.families.iter().any(|family| family.answered.contains(DNS));
    let loses = meaning.changes.iter().filter(beyond).filter(|change| asked(change.before()) && !asked(change.after()));
    let losers: BTreeSet<usize> = loses.map(|change| change.from).collect();
    let mut after = meaning.after.reach();
    let common = &meaning.matched.common;
    let mut cut = BTreeSet::new();
    for loser in losers.into_iter().filter_map(|index| common.get(index)) {
        let Some(from) = meaning.after.compiled.endpoints.get(loser.new) else { continue };
        let others = meaning.after.compiled.endpoints.iter().enumerate();
        let mut beyond = others.filter(|(index, to)| *index != loser.new && to.switch != from.switch);
        if !beyond.any(|(index, _)| asked(&after.pair(loser.new, index))) {
            cut.insert(from.id.clone());
        }
    }
    cut
}

fn everything(meaning: &Meaning) -> Option<String> {
    let talks = |world: &Loaded| {
        let mut reach = world.reach();
        let machine = |index: usize| world.compiled.endpoints.get(index).is_some_and(is_machine);
        let mut pairs =
            reach.pairs().filter(|(from, to)| machine(*from) || machine(*to)).collect::<Vec<_>>().into_iter();
        pairs.any(|(from, to)| !matches!(reach.verdict(from, to), Verdict::Closed | Verdict::OneWay))
    };
    let loses = meaning.changes.iter().any(|change| change.families().iter().any(|family| !family.lost.is_empty()));
    (loses && !talks(&meaning.after)).then(|| "no machine can talk to anybody any more".to_owned())
}

fn stateful(meaning: &Meaning) -> Option<String> {
    let tracking = |world: &Loaded| -> BTreeSet<String> {
        let stateful = world.pipelines().iter().filter(|pipeline| pipeline.stateful());
        stateful.filter_map(|pipeline| name(world, pipeline)).collect()
    };
    let (before, after) = (tracking(&meaning.before), tracking(&meaning.after));
    let begin: BTreeSet<String> = after.difference(&before).cloned().collect();
    let end: BTreeSet<String> = before.difference(&after).cloned().collect();
    let begin = told(
        "connections are tracked from now on, so that answers pass by themselves and other rows mean something else",
        &begin,
    );
    let end = told("connections are tracked no more, so that answers need rows of their own", &end);
    let both: Vec<String> = begin.into_iter().chain(end).collect();
    (!both.is_empty()).then(|| both.join("; "))
}

fn name(world: &Loaded, pipeline: &Pipeline) -> Option<String> {
    world.compiled.network.switches.get(pipeline.switch).map(|switch| switch.name.clone())
}

/// Rows that OVN ignores and that are new.
fn ignored(meaning: &Meaning) -> Option<String> {
    let (before, mut after) = (broken(&meaning.before), broken(&meaning.after));
    after.retain(|said, _| !before.contains_key(said));
    let told = after.iter().take(BROKEN);
    let told: Vec<String> = told.map(|((matches, why), whose)| format!("`{matches}`, {whose}: {why}")).collect();
    let more = match after.len().saturating_sub(BROKEN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    (!told.is_empty()).then(|| format!("OVN cannot parse the match and ignores the row: {}{more}", told.join("; ")))
}

/// More matches that OVN cannot parse are counted.
const BROKEN: usize = 3;

/// What OVN cannot parse, with its own words, and whose row it is.
fn broken(world: &Loaded) -> BTreeMap<(&str, &str), String> {
    let network = &world.compiled.network;
    let errors = world.pipelines().iter().flat_map(|pipeline| &pipeline.broken);
    errors
        .filter_map(|error| {
            let acl = error.id.acl(network)?;
            Some(((acl.matches.as_str(), error.message.as_str()), whose(&acl.provenance)))
        })
        .collect()
}

/// `Switch/web (ringfence, default Subnet/web spec.acls[0]) ACL 281517d4`. Rows of a database that nobody put a name on are told
/// from ours.
fn whose(Provenance { object, field, .. }: &Provenance) -> String {
    let nobody = if field.starts_with("ACL ") && !object.ends_with(')') { " (no name of a writer)" } else { "" };
    format!("{object}{nobody} {field}")
}
