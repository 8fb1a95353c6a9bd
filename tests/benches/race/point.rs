//! One packet among 10,000 rows: whether it is delivered, and which rows decide.

use crate::answers::question;
use crate::atoms::drawn;
use crate::load;
use crate::spent::{self, Spent, count};
use crate::table::Table;
use ringfence_engine::answers::explain::{Decider, Explanation, PacketKind, explain};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{Pipeline, Stage};
use ringfence_engine::ovn::walk::{Choice, Journey, Walk};
use ringfence_engine::reach::{L4Header, Verdict};
use ringfence_tests::generate::rows::Rows;
use ringfence_tests::ovn::traced::{Said, Traced, microflow};
use ringfence_tests::random::Random;
use std::error::Error;
use std::time::Instant;

const MACHINES: usize = 1_000;
const ROWS: usize = 10_000;
/// How many packets are asked about.
const COUNT: u32 = 100;
const SAMPLE: usize = COUNT as usize;
/// How often this engine answers all of them.
const RUNS: usize = 3;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let rows = Rows::acl1(MACHINES, ROWS, 1);
    let pipelines = Pipeline::all(&rows.network);
    // Every second packet is aimed at a row.
    let random = &mut Random::new(99);
    let mut packets: Vec<(usize, usize, L4Header)> = Vec::new();
    while packets.len() < SAMPLE {
        packets.extend(drawn(&rows.network, &rows.machines, packets.len() % 2 == 1, random));
    }
    let questions: Vec<_> = packets
        .iter()
        .map(|(from, to, header)| {
            question(&rows.network, &pipelines, (&rows.machines[*from], &rows.machines[*to]), *header)
        })
        .collect();
    let (explanations, whole) = spent::often(RUNS, || questions.iter().map(explain).collect::<Vec<_>>());
    let (walked, walk) =
        spent::often(RUNS, || questions.iter().filter_map(|one| one.walk(Choice::Strict)).collect::<Vec<_>>());
    // What ovn-trace is given: a packet at its port.
    let packets_there: Vec<_> = walked.iter().map(|conversation| &conversation.request.way).collect();
    let sent = |way| Walk::new(&rows.network, &pipelines, Choice::Strict).send(way);
    let (requests, request) =
        spent::often(RUNS, || packets_there.iter().map(|way| sent(way.as_slice())).collect::<Vec<_>>());
    let mut traced = Traced::start(&rows.network, &rows.machines)?;
    let flows: Vec<String> = packets
        .iter()
        .map(|(from, to, header)| microflow(&rows.machines[*from], &rows.machines[*to], *header))
        .collect();
    traced.ask(&flows[..1])?;
    let (cpu, begin) = (spent::of_process(traced.trace()), Instant::now());
    let traces = traced.ask(&flows)?;
    let theirs = Spent { wall: begin.elapsed(), cpu: spent::of_process(traced.trace()) - cpu, memory: 0 };
    let words = compared(&rows, &packets, &explanations, &traces)?;
    alone(&explanations, &requests)?;
    let mut table = Table::new(
        "One packet among 10,000 rows (ACL-1), with the rows that decide",
        &["", "a packet", "ratio to ovn-trace"],
    );
    let each = |spent: &Spent| Spent { cpu: spent.cpu / COUNT, wall: spent.wall / COUNT, memory: 0 };
    table.row(["ovn-trace, as a daemon".into(), each(&theirs).to_string(), "1".into()]);
    table.row([
        "the request alone, with the rows that decide".into(),
        each(&request).to_string(),
        count(theirs.over(&request)),
    ]);
    table.row([
        "`explain`: both halves, deciders, words, notes".into(),
        each(&whole).to_string(),
        count(theirs.over(&whole)),
    ]);
    table.row(["walking both halves alone".into(), each(&walk).to_string(), count(theirs.over(&walk))]);
    table.note(words);
    table.note(
        "ovn-trace simulates the request alone, through all tables of the switch, and writes down what each of them did. The \
         second line is that request, through the stages that ask ACLs; the others are the request, its answer, and the \
         question for an address, and for `explain` all of it twice, for what is certain and for what is possible. Rows were \
         parsed before, as ovn-trace has read its flows before.",
    );
    table.note(format!(
        "{SAMPLE} packets, medians of {RUNS} for this engine, one run of ovn-trace. The load was {}.",
        load()
    ));
    Ok(vec![table])
}

/// Fails where a request that was sent by itself came to something else than in its conversation.
fn alone(explanations: &[Explanation], requests: &[Journey]) -> Result<(), String> {
    if explanations.len() != requests.len() {
        return Err(format!("{} of {} requests were sent", requests.len(), explanations.len()));
    }
    let known = explanations.iter().zip(requests).filter(|(whole, _)| whole.verdict != Verdict::Undefined);
    for (whole, request) in known {
        if whole.delivered != request.delivered {
            return Err(format!("a request by itself: {request:?}, in its conversation: {:?}", whole.steps));
        }
    }
    Ok(())
}

/// Fails where ovn-trace delivers or decides otherwise.
fn compared(
    rows: &Rows,
    packets: &[(usize, usize, L4Header)],
    explanations: &[Explanation],
    traces: &[String],
) -> Result<String, String> {
    let (mut decided, mut compared) = (0, 0);
    for (((from, to, header), explanation), trace) in packets.iter().zip(explanations).zip(traces) {
        if explanation.verdict == Verdict::Undefined {
            continue;
        }
        let said = Said::of(trace, &rows.machines[*to]);
        let ours = [Stage::FromLport, Stage::ToLport].map(|stage| decider(&rows.network, explanation, stage));
        // What was dropped on entering gets to no other stage.
        let ours = if ours[0].is_some_and(|(_, drops)| drops) { [ours[0], None] } else { ours };
        let ours = ours.map(|row| row.map(|(priority, _)| priority));
        compared += 1;
        decided += ours.iter().flatten().count();
        if said.delivered != explanation.delivered || said.deciders != ours {
            let flow = microflow(&rows.machines[*from], &rows.machines[*to], *header);
            return Err(format!("ovn-trace says {said:?}, the engine {ours:?}: {flow}"));
        }
    }
    Ok(format!("{compared} answers are the same; so are the {decided} rows that decide in them, by their priorities."))
}

/// The priority of the row that decides about the request at a stage, and whether it drops.
fn decider(network: &Network, explanation: &Explanation, stage: Stage) -> Option<(u16, bool)> {
    use ringfence_engine::answers::conversation::Half;
    use ringfence_engine::ovn::acl::Action;
    let request = |step: &&ringfence_engine::answers::explain::Step| {
        step.half == Half::Request && step.packet == PacketKind::Ip && step.stage == stage
    };
    explanation.steps.iter().find(request).and_then(|step| match &step.decider {
        Decider::Row(id) => {
            let acl = id.acl(network)?;
            Some((acl.priority.get(), acl.action == Action::Drop))
        }
        Decider::Default | Decider::Established | Decider::Builtin(_) | Decider::Ambiguous(_) => None,
    })
}
