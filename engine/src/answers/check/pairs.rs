//! What the rows do between the endpoints that is hardly meant.

use super::name;
use crate::answers::conversation::Question;
use crate::answers::explain::{Decider, Explanation, PacketKind, Step, explain};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Outcome, Pipeline};
use crate::reach::{Endpoint, EndpointKind, FamilyAnswer, L4Header, L4Set, PairAnswer, Reach, Verdict};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// More pairs than this are not asked one by one.
const MOST_PAIRS: usize = 40_000;

/// The pairs about which something is found, by what is found and the row behind it.
#[derive(Default)]
struct Found {
    replies: BTreeMap<AclId, Vec<(usize, usize)>>,
    gateways: BTreeMap<AclId, Vec<(usize, usize)>>,
    resolution: BTreeMap<AclId, Vec<(usize, usize)>>,
    ties: BTreeMap<Vec<AclId>, Vec<(usize, usize)>>,
}

pub(super) fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    let pipelines = reach.pipelines().to_vec();
    let pairs: Vec<_> = reach.pairs().take(MOST_PAIRS).collect();
    let answers: Vec<_> = pairs.iter().map(|(from, to)| reach.pair(*from, *to)).collect();
    let judged = Judged { network, pipelines: &pipelines, endpoints };
    let isolated = judged.isolated(&pairs, &answers);
    let mut found = Found::default();
    for ((from, to), answer) in pairs.iter().zip(&answers).filter(|(_, answer)| answer.verdict() != Verdict::Open) {
        judged.look((*from, *to), answer, &isolated, &mut found);
    }
    let mut findings = judged.tell(found);
    let count = endpoints.len() * endpoints.len().saturating_sub(1);
    if count > MOST_PAIRS {
        let message = format!("{count} pairs are too many to ask one by one; the findings about pairs are from the first {MOST_PAIRS}");
        findings.push(Diagnostic::new(Code::ReplyDropped, message).severity(Severity::Info));
    }
    findings
}

struct Judged<'a> {
    network: &'a Network,
    pipelines: &'a [Pipeline],
    endpoints: &'a [Endpoint],
}

impl Judged<'_> {
    /// The endpoints that reach nobody: cutting them off the gateway too is what their isolation means.
    fn isolated(&self, pairs: &[(usize, usize)], answers: &[PairAnswer]) -> Vec<bool> {
        let mut isolated: Vec<bool> = self.endpoints.iter().map(|_| true).collect();
        for ((from, _), _) in pairs.iter().zip(answers).filter(|(_, answer)| answer.verdict() != Verdict::Closed) {
            if let Some(isolated) = isolated.get_mut(*from) {
                *isolated = false;
            }
        }
        isolated
    }

    fn look(&self, pair: (usize, usize), answer: &PairAnswer, isolated: &[bool], found: &mut Found) {
        for family in &answer.families {
            let unanswered = family.delivered.intersection(&L4Set::answerable(family.family)).difference(&family.answered);
            let missing = L4Set::full(family.family).difference(&family.delivered);
            let walked = |header: Option<L4Header>| header.and_then(|header| self.explain(pair, family, header));
            let machine = if self.kind(pair.0) == Some(EndpointKind::Gateway) { pair.1 } else { pair.0 };
            let gateway = [pair.0, pair.1].iter().any(|end| self.kind(*end) == Some(EndpointKind::Gateway));
            let spared = isolated.get(machine).copied().unwrap_or(false);
            if let Some(explanation) = walked(family.undefined.example()) {
                tie(&explanation, |rows| found.ties.entry(rows).or_default().push(pair));
            } else if let Some(explanation) = walked(unanswered.example()) {
                dropped(&explanation, |row, kind| match kind {
                    PacketKind::Arp => found.resolution.entry(row).or_default().push(pair),
                    PacketKind::Ip => found.replies.entry(row).or_default().push(pair),
                });
            } else if let Some(explanation) = walked(missing.example()) {
                dropped(&explanation, |row, kind| match kind {
                    PacketKind::Arp => found.resolution.entry(row).or_default().push(pair),
                    PacketKind::Ip if gateway && !spared => found.gateways.entry(row).or_default().push(pair),
                    PacketKind::Ip => {}
                });
            }
        }
    }

    fn explain(&self, (from, to): (usize, usize), family: &FamilyAnswer, header: L4Header) -> Option<Explanation> {
        let (from, to) = (self.endpoints.get(from)?, self.endpoints.get(to)?);
        let (network, pipelines, family) = (self.network, self.pipelines, family.family);
        Some(explain(&Question { network, pipelines, from, to, family, header }))
    }

    fn kind(&self, endpoint: usize) -> Option<EndpointKind> {
        self.endpoints.get(endpoint).map(|endpoint| endpoint.kind)
    }

    fn tell(&self, found: Found) -> Vec<Diagnostic> {
        let about = |code, rows: BTreeMap<AclId, Vec<(usize, usize)>>, words: fn(&str, &str) -> (String, &'static str)| {
            let tell = move |(id, pairs): (AclId, Vec<(usize, usize)>)| {
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
                 `ip4.dst == GATEWAY` (to-lport) and `ip4.src == GATEWAY` (to-lport)",
            )
        });
        let resolution = about(Code::ArpDropped, found.resolution, |row, pairs| {
            (
                format!("{row} drops ARP, so nothing gets through once the ARP caches are empty: {pairs}"),
                "add `ip4` to the match, or `allow` `arp` at a higher priority, both ways",
            )
        });
        let ties = found.ties.into_iter().filter_map(|(rows, pairs)| self.tell_tie(&rows, &pairs));
        replies.into_iter().chain(gateways).chain(resolution).chain(ties).collect()
    }

    fn tell_tie(&self, rows: &[AclId], pairs: &[(usize, usize)]) -> Option<Diagnostic> {
        let named: Vec<_> = rows.iter().filter_map(|id| name(self.network, *id)).collect();
        let (first, row) = named.first()?;
        let pairs = self.list(pairs);
        if named.len() == 1 {
            let message = format!("what {row} matches depends on OVN's own state, so its effect cannot be known: {pairs}");
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

    /// Some pairs in words, and how many more there are.
    fn list(&self, pairs: &[(usize, usize)]) -> String {
        let id = |end: usize| self.endpoints.get(end).map_or("?", |endpoint| endpoint.id.as_str());
        let shown: Vec<_> = pairs.iter().take(3).map(|(from, to)| format!("{} → {}", id(*from), id(*to))).collect();
        let rest = pairs.len().saturating_sub(shown.len());
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new().to_string() };
        format!("{}{more}", shown.join(", "))
    }
}

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
