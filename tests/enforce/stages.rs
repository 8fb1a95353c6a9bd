//! What goes ahead of the last transaction of an apply in stages means nothing: each state between two of them, evaluated.

use crate::foreign;
use libtest_mimic::Failed;
use ringfence_enforce::{Desired, Plan, PolicySet, Strictness, read};
use ringfence_engine::compile::Settings;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::reach::PairAnswer;
use ringfence_engine::source::Sources;
use ringfence_northbound::Document;
use ringfence_ovsdb::{Client, Endpoint, Operation, Options, Schema, Snapshot};
use ringfence_tests::generate::network;
use ringfence_tests::ovn::case;
use ringfence_tests::ovn::store::Store;
use ringfence_tests::random::{self, Random};
use ringfence_view::loaded::Loaded;
use std::collections::BTreeMap;

/// How many rule sets follow each other, without `RINGFENCE_ROUNDS`.
const ROUNDS: u64 = 40;

/// Of how many a rule set is made, at most, by turns: where many rows follow few, many come.
const MOST: [usize; 2] = [2, 16];

/// Of every pair of endpoints what it can send.
type World = BTreeMap<(String, String), PairAnswer>;

/// One random rule set takes the place of another in as many stages as there can be, some of them left half-way: no pair
/// gains or loses anything until the last transaction, and then what was foretold.
pub fn run(seed: u64) -> Result<(), Failed> {
    let store = Store::start()?;
    foreign::write(store.database())?;
    let set: PolicySet = "staged".parse()?;
    let rounds = random::setting("RINGFENCE_ROUNDS").unwrap_or(ROUNDS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = Client::connect(&Endpoint::list(&store.remote())?, Options::new("OVN_Northbound")).await?;
        let schema = client.schema().clone();
        let (mut between, mut left) = (0, 0);
        for round in 0..rounds {
            let mut random = Random::part(seed, round.try_into()?);
            let plan = Plan::new(
                read(&mut client).await?,
                &schema,
                &set,
                &desired(&mut random, MOST[usize::from(round % 2 == 1)]),
            )?;
            let before = evaluated(&plan.world, &schema);
            let mut stages = stages(&plan, &mut random)?;
            let last = stages.pop().ok_or("a plan of no transaction")?;
            for (number, stage) in stages.iter().enumerate() {
                client.transact(stage).await?;
                let now = evaluated(&read(&mut client).await?, &schema);
                same(&before, &now).map_err(|error| format!("round {round}, after stage {}: {error}", number + 1))?;
                between += 1;
            }
            if random.once_in(4) {
                left += u64::from(!stages.is_empty());
                continue;
            }
            client.transact(&last).await?;
            let now = evaluated(&read(&mut client).await?, &schema);
            same(&evaluated(&plan.after(), &schema), &now).map_err(|error| format!("round {round}: {error}"))?;
        }
        println!("{rounds} rule sets, {between} states between two stages, {left} applies left half-way");
        if between * 2 < rounds || left == 0 { Err("there were too few stages to say anything".into()) } else { Ok(()) }
    })
}

/// Rows of several random rule sets as those of one.
fn desired(random: &mut Random, most: usize) -> Desired {
    let mut network = network::network(random);
    for _ in 0..random.below(most) {
        let more = network::network(random);
        for (switch, other) in network.switches.iter_mut().zip(more.switches) {
            switch.acls.extend(other.acls);
        }
    }
    let mut sources = Sources::new();
    sources.add("random", case::text(&network));
    Desired::of(&Loaded::new(sources, &Settings::default()).compiled.network)
}

/// As small as can be, or a little larger.
fn stages(plan: &Plan, random: &mut Random) -> Result<Vec<Vec<Operation>>, String> {
    let least = plan.staged(Strictness::World, 0).err().unwrap_or_default();
    let limit = least + random.below(1000);
    plan.staged(Strictness::World, limit).map_err(|bytes| format!("{bytes} bytes do not go into {limit}"))
}

fn evaluated(snapshot: &Snapshot, schema: &Schema) -> World {
    let document = Document::of(snapshot, Some(schema));
    let mut sources = Sources::new();
    let source = sources.add("database", document.text.clone());
    let complete = |network: &mut _| document.complete(network, source);
    let loaded = Loaded::by(sources, &Settings::default(), complete, &mut Matches::default());
    let (endpoints, mut reach) = (&loaded.compiled.endpoints, loaded.reach());
    let id = |index: usize| endpoints[index].id.to_string();
    reach.pairs().map(|(from, to)| ((id(from), id(to)), reach.pair(from, to))).collect()
}

fn same(foretold: &World, now: &World) -> Result<(), String> {
    if !foretold.keys().eq(now.keys()) {
        return Err("other endpoints are there".to_owned());
    }
    match foretold.iter().find(|(pair, answer)| now[pair] != **answer) {
        Some(((from, to), answer)) => {
            let now = now[&(from.clone(), to.clone())].verdict();
            Err(format!("{from} to {to} was {}, and is another {}", answer.verdict().name(), now.name()))
        }
        None => Ok(()),
    }
}
