//! What the rows do between the endpoints that is hardly meant.

use super::cut::{Cut, Cuts};
use super::idle::is_by_hand;
use super::name;
use super::tracked::Tracked;
use crate::answers::conversation::{Question, Shape};
use crate::answers::explain::{Decider, PacketKind, Step, stopping};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::Action;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Builtin, Outcome, Pipeline};
use crate::reach::{
    Classes, Endpoint, EndpointKind, Example, Family, L4Header, L4Set, PairAnswer, Ports, Reach, Region, Verdict,
};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashMap;

/// Pairs of classes whose verdict is looked at; and how many rows are asked, over all those that are walked.
const MOST_PAIRS: usize = 1_000_000;
const MOST_ROWS: usize = 20_000_000;

/// What to say of a row, its name and its examples: what is wrong, and what to do.
type Words<'w> = &'w dyn Fn(AclId, &str, &[Example]) -> (String, String);

/// The pairs of classes about which something is found, by what is found and the row behind it.
#[derive(Default)]
struct Found {
    replies: BTreeMap<AclId, Vec<Example>>,
    /// Rows that drop answers even where connections are tracked.
    lasting: BTreeSet<AclId>,
    gateways: BTreeMap<AclId, Vec<Example>>,
    pings: BTreeMap<AclId, Vec<Example>>,
    nodes: BTreeMap<AclId, Vec<Example>>,
    resolution: BTreeMap<AclId, Vec<Example>>,
    ties: BTreeMap<Vec<AclId>, Vec<Example>>,
    /// Answers that connection tracking calls invalid, by switch.
    invalid: BTreeMap<usize, Vec<Example>>,
}

pub(super) fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    let pipelines = reach.pipelines().to_vec();
    let rows: usize = pipelines.iter().map(|pipeline| pipeline.acls.len()).sum();
    let most = (MOST_ROWS / rows.max(1)).max(100);
    let classes = reach.classes().divided(&|end| endpoints.get(end).map(|endpoint| endpoint.kind as usize));
    let beyond = classes.pairs().skip(MOST_PAIRS).map(|pair| pair.pairs).sum::<usize>();
    let verdicts: Vec<_> =
        classes.pairs().take(MOST_PAIRS).map(|pair| (pair, reach.verdict(pair.from, pair.to))).collect();
    let judged = Judged { network, pipelines: &pipelines, endpoints, classes: &classes };
    let cuts = Cuts::new(endpoints, &classes, &verdicts);
    let (mut found, mut tracked) = (Found::default(), Tracked::new(network, &pipelines));
    // Where there is no way, or nobody knows what a router does on it, there is no row behind it.
    let by_rows = |(pair, verdict): &&(Example, Verdict)| match verdict {
        Verdict::Open => false,
        Verdict::Undefined if reach.may_be_rerouted(pair.from, pair.to) => false,
        Verdict::Undefined | Verdict::Partial | Verdict::OneWay | Verdict::Closed => reach.has_way(pair.from, pair.to),
    };
    let mut left = verdicts.iter().filter(by_rows).map(|(pair, _)| *pair).collect::<Vec<_>>().into_iter();
    let (mut known, mut walked) = (HashMap::new(), 0);
    // Of pairs that are alike one is walked, and the same is found of all.
    while walked < most {
        let Some(pair) = left.next() else { break };
        let cut = cuts.of(pair, reach);
        let alike = reach.alike(pair.from, pair.to).map(|alike| (alike, cut));
        let behind = alike.and_then(|alike| known.get(&alike).cloned()).unwrap_or_else(|| {
            walked += 1;
            let behind: Rc<[Behind]> = judged.look(pair, &reach.pair(pair.from, pair.to), cut, &mut tracked).into();
            if let Some(alike) = alike {
                known.insert(alike, Rc::clone(&behind));
            }
            behind
        });
        behind.iter().for_each(|behind| found.note(behind, pair));
    }
    let mut findings = judged.tell(found);
    findings.extend(judged.without_names(&verdicts, reach));
    let unseen = left.map(|pair| pair.pairs).sum::<usize>() + beyond;
    if unseen > 0 {
        let pairs = if unseen == 1 { "pair was" } else { "pairs were" };
        let message =
            format!("{unseen} {pairs} not walked one by one: the findings about pairs are from the first ones");
        findings.push(Diagnostic::new(Code::ReplyDropped, message).severity(Severity::Info));
    }
    findings
}

/// What is behind a lost conversation.
#[derive(Debug, Clone)]
enum Behind {
    /// And whether tracking would let it pass.
    Reply(AclId, bool),
    Gateway(AclId),
    Ping(AclId),
    Node(AclId),
    Resolution(AclId),
    Tie(Vec<AclId>),
    Invalid(usize),
}

impl Found {
    fn note(&mut self, behind: &Behind, pair: Example) {
        let pairs = match behind {
            Behind::Reply(row, helps) => {
                if !helps {
                    self.lasting.insert(*row);
                }
                self.replies.entry(*row).or_default()
            }
            Behind::Gateway(row) => self.gateways.entry(*row).or_default(),
            Behind::Ping(row) => self.pings.entry(*row).or_default(),
            Behind::Node(row) => self.nodes.entry(*row).or_default(),
            Behind::Resolution(row) => self.resolution.entry(*row).or_default(),
            Behind::Tie(rows) => self.ties.entry(rows.clone()).or_default(),
            Behind::Invalid(switch) => self.invalid.entry(*switch).or_default(),
        };
        pairs.push(pair);
    }
}

/// Whom a machine may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nobody,
    Others,
    Names,
}

struct Judged<'a> {
    network: &'a Network,
    pipelines: &'a [Pipeline],
    endpoints: &'a [Endpoint],
    classes: &'a Classes,
}

impl Judged<'_> {
    fn is_machine(&self, endpoint: usize) -> bool {
        self.kind(endpoint).is_some_and(EndpointKind::is_machine)
    }

    fn look(&self, pair: Example, answer: &PairAnswer, cut: Cut, tracked: &mut Tracked<'_>) -> Vec<Behind> {
        let mut found = Vec::new();
        // What policies say is not said of the gateway; of an IPv4 one Kube-OVN asks by ARP.
        let by_hand = |row: AclId| row.acl(self.network).is_some_and(is_by_hand);
        for family in &answer.families {
            let unanswered =
                family.delivered.intersection(&L4Set::answerable(family.family)).difference(&family.answered);
            let missing = L4Set::full(family.family).difference(&family.delivered);
            let asked = |header| stopping(self.question(pair, family.family, header)?, self.endpoints);
            let steps = |header: Option<L4Header>| Some(asked(header?)?.1);
            let asks_gateway =
                matches!(cut, Cut::Gateway | Cut::Ping) && self.kind(pair.to) == Some(EndpointKind::Gateway);
            if asks_gateway && family.family == Family::Ipv6 && !family.answered.contains(PING) {
                steps(Some(PING)).iter().for_each(|steps| {
                    dropped(steps, |_, row| found.extend(by_hand(row).then_some(Behind::Ping(row))));
                });
            }
            if let Some(steps) = steps(family.undefined.example()) {
                tie(&steps, |rows| found.push(Behind::Tie(rows)));
            } else if let Some((question, steps)) = unanswered.example().and_then(asked) {
                dropped(&steps, |step, row| match step.packet {
                    PacketKind::Arp => found.push(Behind::Resolution(row)),
                    PacketKind::Ip => found.push(Behind::Reply(row, tracked.answers(&question, step.switch))),
                });
                if let Some(step) = steps.iter().find(|step| step.decider == Decider::Builtin(Builtin::Invalid)) {
                    found.push(Behind::Invalid(step.switch));
                }
            } else if let Some(steps) = steps(missing.example()) {
                dropped(&steps, |step, row| match step.packet {
                    PacketKind::Arp => found.push(Behind::Resolution(row)),
                    PacketKind::Ip if cut == Cut::Gateway && family.family == Family::Ipv4 => {
                        found.extend(by_hand(row).then_some(Behind::Gateway(row)));
                    }
                    PacketKind::Ip if cut == Cut::Node => found.push(Behind::Node(row)),
                    PacketKind::Ip => {}
                });
            }
        }
        found
    }

    fn question(&self, pair: Example, family: Family, header: L4Header) -> Option<Question<'_>> {
        let (from, to) = (self.endpoints.get(pair.from)?, self.endpoints.get(pair.to)?);
        let (network, pipelines) = (self.network, self.pipelines);
        Some(Question { network, pipelines, from, to, family, header, shape: Shape::default(), backend: None })
    }

    /// Machines that may open connections to somebody, but ask nobody for an address.
    fn without_names(&self, verdicts: &[(Example, Verdict)], reach: &mut Reach<'_>) -> Option<Diagnostic> {
        let mut asking: BTreeMap<usize, Asks> = BTreeMap::new();
        for (pair, verdict) in verdicts.iter().filter(|(pair, _)| self.is_machine(pair.from)) {
            let asks = asking.entry(pair.classes.0).or_insert(Asks::Nobody);
            match verdict {
                Verdict::Open | Verdict::Undefined => *asks = Asks::Names,
                Verdict::Partial if *asks != Asks::Names => {
                    let port = |port| L4Set {
                        udp: Region::product(&Ports::full(), &Ports::range(port, port)),
                        ..L4Set::empty()
                    };
                    let answered = |wanted: &L4Set, pair: &PairAnswer| {
                        pair.families.iter().any(|family| !family.answered.intersection(wanted).is_empty())
                    };
                    let pair = reach.pair(pair.from, pair.to);
                    *asks = if answered(&port(53), &pair) { Asks::Names } else { Asks::Others };
                }
                Verdict::Partial | Verdict::OneWay | Verdict::Closed => {}
            }
        }
        let cut = asking.iter().filter(|(_, asks)| **asks == Asks::Others).map(|(class, _)| *class);
        let mut cut: Vec<usize> =
            cut.filter_map(|class| self.classes.members().get(class)).flatten().copied().collect();
        cut.sort_unstable();
        let id = |end: &usize| self.endpoints.get(*end).map(|endpoint| endpoint.id.as_str());
        let shown: Vec<&str> = cut.iter().take(3).filter_map(id).collect();
        let more = cut.len().saturating_sub(shown.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let verb = if cut.len() == 1 { "reaches" } else { "reach" };
        let message =
            format!("{}{rest} {verb} others, but nobody on udp/53: names cannot be resolved", shown.join(", "));
        let help = "if they are to use names, allow udp/53 and tcp/53 to the cluster's DNS";
        (!cut.is_empty()).then(|| Diagnostic::new(Code::DnsCut, message).help(help))
    }

    fn kind(&self, endpoint: usize) -> Option<EndpointKind> {
        self.endpoints.get(endpoint).map(|endpoint| endpoint.kind)
    }

    fn tell(&self, found: Found) -> Vec<Diagnostic> {
        let about = |code, rows: BTreeMap<AclId, Vec<Example>>, words: Words<'_>| {
            let tell = |(id, pairs): (AclId, Vec<Example>)| {
                let (acl, row) = name(self.network, id)?;
                let (message, help) = words(id, &row, &pairs);
                Some(Diagnostic::new(code, message).at_maybe(acl.provenance.place).help(help))
            };
            rows.into_iter().filter_map(tell).collect::<Vec<_>>()
        };
        let replies = about(Code::ReplyDropped, found.replies, &|id, row, pairs| {
            let pairs = self.list(pairs);
            let tracking = match found.lasting.contains(&id) {
                true => "",
                false => {
                    ", or make the switch track connections: one `allow-related` row that matches the requests is enough"
                }
            };
            (
                format!("requests arrive, but {row} drops their answers: {pairs}"),
                format!("let the answers pass by a row of higher priority{tracking}"),
            )
        });
        // Where a row drops, one that lets pass both halves has to be: in the same direction.
        let both = |id: AclId, family: Family, pairs: &[Example]| {
            let direction = id.acl(self.network).map_or("", |acl| acl.direction.name());
            let ip = if family == Family::Ipv4 { "ip4" } else { "ip6" };
            let gateway = self.gateway(family, pairs).map_or_else(|| "GATEWAY".into(), |address| address.to_string());
            format!("`allow` in {direction}, at a higher priority, `{ip}.dst == {gateway} || {ip}.src == {gateway}`")
        };
        let gateways = about(Code::GatewayCut, found.gateways, &|id, row, pairs| {
            let help = format!("if the VMs need it, {}", both(id, Family::Ipv4, pairs));
            (format!("{row} also cuts the gateway: {}", self.list(pairs)), help)
        });
        let pings = about(Code::GatewayCut, found.pings, &|id, row, pairs| {
            let help = format!("{}, or set `disableGatewayCheck: true` in the Subnet", both(id, Family::Ipv6, pairs));
            let pairs = self.list(pairs);
            (
                format!(
                    "{row} also drops pings of the IPv6 gateway, without which Kube-OVN lets no pod start: {pairs}"
                ),
                help,
            )
        });
        let nodes = about(Code::NodeCut, found.nodes, &|_, row, pairs| {
            (
                format!("{row} keeps nodes from machines: {}", self.list(pairs)),
                "where the kubelet probes a machine or the console goes over the network, `allow` the node's address"
                    .into(),
            )
        });
        let resolution = about(Code::ArpDropped, found.resolution, &|_, row, pairs| {
            (
                format!("{row} drops ARP, so nothing gets through once the ARP caches are empty: {}", self.list(pairs)),
                "add `ip4` to the match, or `allow` `arp` at a higher priority, both ways".into(),
            )
        });
        let ties = found.ties.into_iter().filter_map(|(rows, pairs)| self.tell_tie(&rows, &pairs));
        let invalid = found.invalid.into_iter().filter_map(|(switch, pairs)| self.tell_invalid(switch, &pairs));
        let invalid: Vec<_> = invalid.collect();
        replies
            .into_iter()
            .chain(invalid)
            .chain(gateways)
            .chain(pings)
            .chain(nodes)
            .chain(resolution)
            .chain(ties)
            .collect()
    }

    /// The address of the gateway that these pairs are about; nothing where there are several.
    fn gateway(&self, family: Family, pairs: &[Example]) -> Option<IpAddr> {
        let ends = pairs.iter().flat_map(|pair| [pair.from, pair.to]).filter_map(|end| self.endpoints.get(end));
        let gateways = ends.filter(|end| end.kind == EndpointKind::Gateway);
        let addresses: BTreeSet<IpAddr> = gateways.filter_map(|end| end.address(family)).collect();
        addresses.first().copied().filter(|_| addresses.len() == 1)
    }

    fn tell_tie(&self, rows: &[AclId], pairs: &[Example]) -> Option<Diagnostic> {
        // Of objects that share a port group it is told where they are written.
        let known = rows.iter().filter(|id| !id.is_contested(self.network));
        let named: Vec<_> = known.filter_map(|id| name(self.network, *id)).collect();
        let (first, row) = named.first()?;
        let pairs = self.list(pairs);
        if named.len() == 1 {
            let message =
                format!("what {row} matches depends on OVN's own state, so its effect cannot be known: {pairs}");
            return Some(Diagnostic::new(Code::InternalField, message).at_maybe(first.provenance.place));
        }
        let message = format!(
            "{} rows of equal priority {} match the same packets and disagree; OVN does not promise which decides: {pairs}",
            named.len(),
            first.priority.get()
        );
        let found = Diagnostic::new(Code::EqualPriority, message).at_maybe(first.provenance.place);
        let labels = named.iter().skip(1).filter_map(|(acl, row)| Some((acl.provenance.place?, format!("and {row}"))));
        let found = labels.fold(found, |found, (place, word)| found.label(place, word));
        Some(found.help("give the row that should win a higher priority"))
    }

    /// Requests that an `allow-stateless` row keeps out of connection tracking, on a switch that tracks the answers.
    fn tell_invalid(&self, switch: usize, pairs: &[Example]) -> Option<Diagnostic> {
        let stateless = |id: &&AclId| id.acl(self.network).is_some_and(|acl| acl.action == Action::AllowStateless);
        let rows = &self.pipelines.get(switch)?.acls;
        let found = rows.iter().find(stateless).and_then(|id| name(self.network, *id));
        let message = format!(
            "requests arrive untracked, so their TCP and ping answers are dropped as invalid: {}",
            self.list(pairs)
        );
        let place = found.and_then(|(acl, _)| acl.provenance.place);
        let help = "give the answers an `allow-stateless` row too, or let both pass by `allow-related`; \
                    with `use_ct_inv_match=false`, as Kube-OVN sets it, the answers go to the rows instead";
        Some(Diagnostic::new(Code::ReplyDropped, message).at_maybe(place).help(help))
    }

    /// Some pairs in words, and how many more there are.
    fn list(&self, pairs: &[Example]) -> String {
        let id = |end: usize| self.endpoints.get(end).map_or("?", |endpoint| endpoint.id.as_str());
        let mut first: Vec<_> = pairs.iter().flat_map(|pair| self.classes.first(pair.classes, MOST_SHOWN)).collect();
        first.sort_unstable();
        let shown: Vec<_> =
            first.iter().take(MOST_SHOWN).map(|(from, to)| format!("{} → {}", id(*from), id(*to))).collect();
        let rest = pairs.iter().map(|pair| pair.pairs).sum::<usize>().saturating_sub(shown.len());
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    }
}

/// What Kube-OVN sends to an IPv6 gateway before a pod starts.
const PING: L4Header = L4Header::Icmp(128, 0);

/// Pairs that are named.
const MOST_SHOWN: usize = 3;

fn tie(steps: &[Step], mut found: impl FnMut(Vec<AclId>)) {
    for step in steps {
        if let Decider::Ambiguous(rows) = &step.decider {
            let mut rows = rows.clone();
            rows.sort_unstable();
            rows.dedup();
            found(rows);
        }
    }
}

fn dropped(steps: &[Step], mut found: impl FnMut(&Step, AclId)) {
    let is_drop = |step: &&Step| matches!(step.outcome, Outcome::Drop | Outcome::Reject);
    if let Some(step) = steps.iter().find(is_drop)
        && let Decider::Row(row) = &step.decider
    {
        found(step, *row);
    }
}
