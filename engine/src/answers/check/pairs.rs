//! What the rows do between the endpoints that is hardly meant.

use super::name;
use crate::answers::conversation::{Question, Shape, backends};
use crate::answers::explain::{Decider, Explanation, PacketKind, Step, explain};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::Action;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Builtin, Outcome, Pipeline};
use crate::reach::{
    Classes, Endpoint, EndpointKind, Example, FamilyAnswer, L4Header, L4Set, PairAnswer, Ports, Reach, Region, Verdict,
};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Pairs of classes whose verdict is looked at; and how many rows are asked, over all those that are walked.
const MOST_PAIRS: usize = 1_000_000;
const MOST_ROWS: usize = 20_000_000;

/// The pairs of classes about which something is found, by what is found and the row behind it.
#[derive(Default)]
struct Found {
    replies: BTreeMap<AclId, Vec<Example>>,
    gateways: BTreeMap<AclId, Vec<Example>>,
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
    let isolated = judged.isolated(&verdicts);
    let mut found = Found::default();
    let mut left = verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Open).map(|(pair, _)| *pair);
    let (mut known, mut walked) = (HashMap::new(), 0);
    // Of pairs that are alike one is walked, and the same is found of all.
    while walked < most {
        let Some(pair) = left.next() else { break };
        let cut = judged.cuts(pair, &isolated, reach);
        let alike = reach.alike(pair.from, pair.to).map(|alike| (alike, cut));
        let behind = alike.and_then(|alike| known.get(&alike).cloned()).unwrap_or_else(|| {
            walked += 1;
            let behind: Rc<[Behind]> = judged.look(pair, &reach.pair(pair.from, pair.to), cut).into();
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
        let message =
            format!("{unseen} pairs were not walked one by one: the findings about pairs are from the first ones");
        findings.push(Diagnostic::new(Code::ReplyDropped, message).severity(Severity::Info));
    }
    findings
}

/// What a closed pair takes from a machine that reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cut {
    Nothing,
    Gateway,
    Node,
}

/// What is behind a lost conversation.
#[derive(Debug, Clone)]
enum Behind {
    Reply(AclId),
    Gateway(AclId),
    Node(AclId),
    Resolution(AclId),
    Tie(Vec<AclId>),
    Invalid(usize),
}

impl Found {
    fn note(&mut self, behind: &Behind, pair: Example) {
        let pairs = match behind {
            Behind::Reply(row) => self.replies.entry(*row).or_default(),
            Behind::Gateway(row) => self.gateways.entry(*row).or_default(),
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
    /// The classes that reach nobody: cutting them off the gateway too is what their isolation means.
    fn isolated(&self, verdicts: &[(Example, Verdict)]) -> Vec<bool> {
        let mut isolated = vec![true; self.classes.len()];
        for (pair, _) in verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Closed) {
            if let Some(isolated) = isolated.get_mut(pair.classes.0) {
                *isolated = false;
            }
        }
        isolated
    }

    /// Whether a pair is a machine and a gateway that it cannot use, though it reaches others; or a node and a machine.
    fn cuts(&self, pair: Example, isolated: &[bool], reach: &mut Reach<'_>) -> Cut {
        let Example { from, to, .. } = pair;
        let is = |end, kind| self.kind(end) == Some(kind);
        let is_isolated =
            |end: usize| self.classes.of(end).and_then(|class| isolated.get(class)).copied().unwrap_or(false);
        let gateway = |end| is(end, EndpointKind::Gateway);
        let (machine, gateway) = match (gateway(from), gateway(to)) {
            (false, true) => (from, to),
            (true, false) => (to, from),
            _ if is(from, EndpointKind::Node) && self.is_machine(to) && !is_isolated(to) => return Cut::Node,
            _ => return Cut::Nothing,
        };
        let meant = is_isolated(machine) || is(machine, EndpointKind::External);
        if !meant && reach.verdict(machine, gateway) == Verdict::Closed { Cut::Gateway } else { Cut::Nothing }
    }

    fn is_machine(&self, endpoint: usize) -> bool {
        matches!(self.kind(endpoint), Some(EndpointKind::VirtualMachine | EndpointKind::Pod))
    }

    fn look(&self, pair: Example, answer: &PairAnswer, cut: Cut) -> Vec<Behind> {
        let mut found = Vec::new();
        for family in &answer.families {
            let unanswered =
                family.delivered.intersection(&L4Set::answerable(family.family)).difference(&family.answered);
            let missing = L4Set::full(family.family).difference(&family.delivered);
            let walked = |header: Option<L4Header>| header.and_then(|header| self.explain(pair, family, header));
            if let Some(explanation) = walked(family.undefined.example()) {
                tie(&explanation, |rows| found.push(Behind::Tie(rows)));
            } else if let Some(explanation) = walked(unanswered.example()) {
                dropped(&explanation, |row, kind| match kind {
                    PacketKind::Arp => found.push(Behind::Resolution(row)),
                    PacketKind::Ip => found.push(Behind::Reply(row)),
                });
                if let Some(step) =
                    explanation.steps.iter().find(|step| step.decider == Decider::Builtin(Builtin::Invalid))
                {
                    found.push(Behind::Invalid(step.switch));
                }
            } else if let Some(explanation) = walked(missing.example()) {
                dropped(&explanation, |row, kind| match kind {
                    PacketKind::Arp => found.push(Behind::Resolution(row)),
                    PacketKind::Ip if cut == Cut::Gateway => found.push(Behind::Gateway(row)),
                    PacketKind::Ip if cut == Cut::Node => found.push(Behind::Node(row)),
                    PacketKind::Ip => {}
                });
            }
        }
        found
    }

    fn explain(&self, pair: Example, family: &FamilyAnswer, header: L4Header) -> Option<Explanation> {
        let (from, to) = (self.endpoints.get(pair.from)?, self.endpoints.get(pair.to)?);
        let (network, pipelines, family) = (self.network, self.pipelines, family.family);
        let backend = backends(network, self.endpoints, to, family, header).first().copied();
        Some(explain(&Question { network, pipelines, from, to, family, header, shape: Shape::default(), backend }))
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
        let about = |code, rows: BTreeMap<AclId, Vec<Example>>, words: fn(&str, &str) -> (String, &'static str)| {
            let tell = move |(id, pairs): (AclId, Vec<Example>)| {
                let (acl, row) = name(self.network, id)?;
                let (message, help) = words(&row, &self.list(&pairs));
                Some(Diagnostic::new(code, message).at_maybe(acl.provenance.place).help(help))
            };
            rows.into_iter().filter_map(tell).collect::<Vec<_>>()
        };
        let replies = about(Code::ReplyDropped, found.replies, |row, pairs| {
            (
                format!("requests arrive, but {row} drops their answers: {pairs}"),
                "let the answers pass by a row of higher priority, or make the switch track connections: one \
                 `allow-related` row that matches the requests is enough",
            )
        });
        let gateways = about(Code::GatewayCut, found.gateways, |row, pairs| {
            (
                format!("{row} also cuts the gateway: {pairs}"),
                "if the VMs need it, `allow` the gateway's address at a higher priority, both ways: \
                 `ip4.dst == GATEWAY` in to-lport and `ip4.src == GATEWAY` in from-lport",
            )
        });
        let nodes = about(Code::NodeCut, found.nodes, |row, pairs| {
            (
                format!("{row} keeps nodes from machines: {pairs}"),
                "where the kubelet probes a machine or the console goes over the network, `allow` the node's address",
            )
        });
        let resolution = about(Code::ArpDropped, found.resolution, |row, pairs| {
            (
                format!("{row} drops ARP, so nothing gets through once the ARP caches are empty: {pairs}"),
                "add `ip4` to the match, or `allow` `arp` at a higher priority, both ways",
            )
        });
        let ties = found.ties.into_iter().filter_map(|(rows, pairs)| self.tell_tie(&rows, &pairs));
        let invalid = found.invalid.into_iter().filter_map(|(switch, pairs)| self.tell_invalid(switch, &pairs));
        let invalid: Vec<_> = invalid.collect();
        replies.into_iter().chain(invalid).chain(gateways).chain(nodes).chain(resolution).chain(ties).collect()
    }

    fn tell_tie(&self, rows: &[AclId], pairs: &[Example]) -> Option<Diagnostic> {
        let named: Vec<_> = rows.iter().filter_map(|id| name(self.network, *id)).collect();
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

/// Pairs that are named.
const MOST_SHOWN: usize = 3;

fn tie(explanation: &Explanation, mut found: impl FnMut(Vec<AclId>)) {
    for step in &explanation.steps {
        if let Decider::Ambiguous(rows) = &step.decider {
            let mut rows = rows.clone();
            rows.sort_unstable();
            rows.dedup();
            found(rows);
        }
    }
}

fn dropped(explanation: &Explanation, mut found: impl FnMut(AclId, PacketKind)) {
    let is_drop = |step: &&Step| matches!(step.outcome, Outcome::Drop | Outcome::Reject);
    if let Some(step) = explanation.steps.iter().find(is_drop)
        && let Decider::Row(row) = &step.decider
    {
        found(*row, step.packet);
    }
}
