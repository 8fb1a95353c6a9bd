//! Every pair of machines and every kind of request on one switch, beside an ovn-trace that is asked one by one.

use crate::answers::{Answers, walked};
use crate::load;
use crate::spent::{self, Spent, count, time};
use crate::table::Table;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::{Endpoint, Family, L4Header, evaluate};
use ringfence_tests::generate::rows::{Rows, atoms, header};
use ringfence_tests::ovn::lowering::lower;
use ringfence_tests::ovn::traced::{Said, Traced, microflow};
use ringfence_tests::random::Random;
use std::error::Error;
use std::time::Instant;

const MACHINES: usize = 1_000;
const ROWS: usize = 1_000;
/// How often this engine computes everything.
const RUNS: usize = 3;
/// How many packets ovn-trace is asked about.
const SAMPLE: usize = 600;
/// How many conversations are walked.
const WALKS: usize = 2_000;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let mut table = Table::new(
        "Every pair and every kind of request: 1,000 machines x 1,000 rows on one switch",
        &[
            "rows",
            "answers",
            "ringfence, all of them",
            "answers a CPU-second",
            "ovn-trace, answers a CPU-second",
            "ratio",
            "compared",
        ],
    );
    for (name, rows) in [("ACL-1", Rows::acl1(MACHINES, ROWS, 1)), ("ACL-2", Rows::acl2(MACHINES, ROWS, 1))] {
        let atoms = atoms();
        let ((answers, bits), ours) = spent::often(RUNS, || {
            let mut reach = evaluate(&rows.network, &rows.machines);
            let answers = Answers::of(&mut reach);
            let bits = answers.bits(&atoms);
            (answers, bits)
        });
        let total = answers.pairs() * atoms.len();
        assert_eq!(bits.len(), MACHINES * MACHINES * atoms.len().div_ceil(64));
        let mut reach = evaluate(&rows.network, &rows.machines);
        let (_, kept) = walked(&rows.network, &mut reach, &mut Random::new(7), WALKS, &atoms)?;
        let sample = Sample::drawn(&rows.network, &rows.machines);
        let words = atoms.len().div_ceil(64);
        let delivered = |from: usize, to: usize, header: L4Header| {
            let at = atoms.iter().position(|atom| *atom == header).unwrap();
            bits[(from * MACHINES + to) * words + at / 64] >> (at % 64) & 1 == 1
        };
        let (theirs, compared) = sample.compared(&rows.network, &rows.machines, delivered)?;
        let of = |spent: &Spent, answers: usize| answers as f64 / spent.cpu.as_secs_f64();
        let (our, their) = (of(&ours, total), of(&theirs, SAMPLE));
        table.row([
            name.into(),
            count(total as f64),
            ours.to_string(),
            count(our),
            count(their),
            count(our / their),
            compared,
        ]);
        table.note(format!(
            "{name}: {} different answers of pairs. Of {WALKS} conversations that were walked packet by packet, {kept} do \
             not work; all are as computed at once.",
            answers.examples.len()
        ));
    }
    table.note(format!(
        "An answer is one bit: whether such a request is delivered for certain. {} kinds of requests are all that the rows \
         tell apart by protocol and destination port; beside the bits each pair keeps its exact sets of ports, what is \
         answered and what is undefined among them. The time begins with rows as text.",
        atoms().len()
    ));
    table.note(
        "ovn-trace runs as a daemon and is asked over one connection; what it took until it was up does not count. It \
         simulates one packet through all tables of a switch, not the ACLs alone, and writes down what it did. Half of the \
         packets are drawn by chance, half are aimed at a row.",
    );
    table.note(
        "ACL-2 has port groups, address sets, ties, tiers and a default that drops. OVN 23.03 has no tiers: for it they \
         are said anew as priorities. Where equal rows disagree, the answer is `undefined`, and not compared.",
    );
    table.note(format!("Medians of {RUNS}. The load was {}.", load()));
    Ok(vec![table])
}

/// Packets for ovn-trace.
pub struct Sample {
    packets: Vec<(usize, usize, L4Header)>,
}

impl Sample {
    /// Some by chance, some aimed at rows.
    pub fn drawn(network: &Network, machines: &[Endpoint]) -> Self {
        let random = &mut Random::new(99);
        let mut packets = Vec::new();
        while packets.len() < SAMPLE {
            packets.extend(drawn(network, machines, packets.len() % 2 == 1, random));
        }
        Self { packets }
    }

    /// Asks a real OVN, and compares. Says what it took, and what was compared.
    pub fn compared(
        &self,
        network: &Network,
        machines: &[Endpoint],
        delivered: impl Fn(usize, usize, L4Header) -> bool,
    ) -> Result<(Spent, String), Box<dyn Error>> {
        let mut traced = Traced::start(&lower(network)?, machines)?;
        let flows: Vec<String> = self
            .packets
            .iter()
            .map(|(from, to, header)| microflow(&machines[*from], &machines[*to], *header))
            .collect();
        // The first answer pays for what is made once.
        traced.ask(&flows[..1])?;
        let (cpu, begin) = (spent::of_process(traced.trace()), Instant::now());
        let traces = traced.ask(&flows)?;
        let (wall, cpu) = (begin.elapsed(), spent::of_process(traced.trace()) - cpu);
        let mut reach = evaluate(network, machines);
        let (mut compared, mut dropped) = (0, 0);
        for ((from, to, header), trace) in self.packets.iter().zip(&traces) {
            let answer = reach.pair(*from, *to);
            if answer.family(Family::Ipv4).is_some_and(|family| family.undefined.contains(*header)) {
                continue;
            }
            let said = Said::of(trace, &machines[*to]).delivered;
            compared += 1;
            dropped += usize::from(!said);
            if said != delivered(*from, *to, *header) {
                let flow = microflow(&machines[*from], &machines[*to], *header);
                return Err(format!("ovn-trace says {said}, the engine does not: {flow}\n{trace}").into());
            }
        }
        let words = format!("{compared} of {SAMPLE}, {dropped} dropped ({} each)", time(cpu / u32::try_from(SAMPLE)?));
        Ok((Spent { cpu, wall, memory: 0 }, words))
    }
}

/// A request between two machines: any, or one that a random row is about. Nothing where that one would ask itself, or
/// where a row speaks of addresses that no machine has.
pub fn drawn(
    network: &Network,
    machines: &[Endpoint],
    aims: bool,
    random: &mut Random,
) -> Option<(usize, usize, L4Header)> {
    let request = match aims {
        true => aimed(network, machines, random),
        false => Some((random.below(machines.len()), random.below(machines.len()), header(random))),
    };
    request.filter(|(from, to, _)| from != to)
}

fn aimed(network: &Network, machines: &[Endpoint], random: &mut Random) -> Option<(usize, usize, L4Header)> {
    let acl = random.pick(&network.switches[0].acls);
    // Some rows are about no address.
    acl.matches.find("ip4.")?;
    let inside = acl.matches.split_once(" == ")?.1.split(' ').next()?.trim_matches('"');
    let port = match inside.strip_prefix('@') {
        Some(group) => {
            let group = network.port_groups.iter().find(|found| found.name == group)?;
            random.pick(&group.ports)
        }
        None => inside,
    };
    let range = acl.matches.split("ip4.").nth(1)?.split(' ').nth(2)?;
    let written = match range.strip_prefix('$') {
        Some(set) => random.pick(&network.address_sets[set]),
        None => range,
    };
    let one = machine(port.strip_prefix("lp")?.strip_suffix(".default")?.parse().ok()?, machines)?;
    let (address, length) = written.split_once('/').unwrap_or((written, "32"));
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let free = 32 - length.parse::<u32>().ok()?;
    let within = random.below(1 << free);
    let other = machine(usize::try_from(u32::from(address) & 0xff_ffff).ok()? + within, machines)?;
    let (from, to) = if acl.matches.starts_with("outport") { (other, one) } else { (one, other) };
    Some((from, to, asked(&acl.matches)?))
}

/// A header that a row asks for.
fn asked(matches: &str) -> Option<L4Header> {
    let words = matches.split(" && ").nth(3)?;
    let digits = |letter: char| !letter.is_ascii_digit();
    let port = words.split(digits).find(|word| !word.is_empty())?.parse().ok()?;
    Some(if words.starts_with("tcp") { L4Header::Tcp(40_000, port) } else { L4Header::Udp(40_000, port) })
}

fn machine(number: usize, machines: &[Endpoint]) -> Option<usize> {
    (number < machines.len()).then_some(number)
}
