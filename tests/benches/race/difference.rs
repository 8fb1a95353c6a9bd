//! What changes between two rule sets of which few rows differ.

use crate::answers::delivers;
use crate::load;
use crate::spent;
use crate::table::Table;
use ringfence_engine::answers::diff::{changes, matched};
use ringfence_engine::ovn::acl::Action;
use ringfence_engine::ovn::pipeline::{Matches, Pipeline};
use ringfence_engine::reach::{evaluate, evaluate_by};
use ringfence_tests::generate::rows::{Rows, atoms};
use ringfence_tests::random::Random;
use std::collections::BTreeMap;
use std::error::Error;

/// Machines and rows.
const SIZES: [(usize, usize); 2] = [(200, 10_000), (1_000, 10_000)];
/// How many rows differ.
const DIFFERENT: usize = 10;
const RUNS: usize = 3;
/// How many pairs are asked about in both sets by themselves.
const SAMPLE: usize = 20_000;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let mut table = Table::new(
        "Two sets of 10,000 rows (ACL-1) of which 10 differ",
        &["machines", "both evaluated, and compared", "compared, both being known", "pairs that change"],
    );
    for (machines, count) in SIZES {
        let old = Rows::acl1(machines, count, 1);
        let mut new = old.clone();
        for number in 0..DIFFERENT {
            let row = &mut new.network.switches[0].acls[number * (count / DIFFERENT)];
            row.action = if row.action == Action::Drop { Action::AllowRelated } else { Action::Drop };
        }
        let common = matched(&old.machines, &new.machines);
        let (found, whole) = spent::often(RUNS, || {
            // A match that both sets have is parsed once, as `diff` does it.
            let mut matches = Matches::default();
            let mut made = |rows: &Rows| Pipeline::all_by(&rows.network, &mut matches);
            let (one, other) = (made(&old), made(&new));
            let mut one = evaluate_by(&old.network, &old.machines, one.into());
            changes(&common, &mut one, &mut evaluate_by(&new.network, &new.machines, other.into()))
        });
        let (mut one, mut other) = (evaluate(&old.network, &old.machines), evaluate(&new.network, &new.machines));
        changes(&common, &mut one, &mut other);
        let (_, again) = spent::often(RUNS, || changes(&common, &mut one, &mut other));
        // Pair by pair, by evaluations that ask about nobody else.
        let known: BTreeMap<(usize, usize), _> =
            found.iter().map(|change| ((change.from, change.to), change)).collect();
        let (mut one, mut other) = (evaluate(&old.network, &old.machines), evaluate(&new.network, &new.machines));
        let random = &mut Random::new(7);
        let drawn = (0..SAMPLE).map(|_| (random.below(machines), random.below(machines)));
        for (from, to) in drawn.chain(known.keys().copied()).filter(|(from, to)| from != to) {
            let (was, is) = (one.pair(from, to), other.pair(from, to));
            let differs = atoms().iter().any(|header| delivers(&was, *header) != delivers(&is, *header));
            let change = known.get(&(from, to));
            if (was != is) != change.is_some() || differs && change.is_none() {
                return Err(format!("lp{from} to lp{to}: {was:?}, then {is:?}, told as {change:?}").into());
            }
        }
        table.row([machines.to_string(), whole.to_string(), again.to_string(), found.len().to_string()]);
    }
    table.note(
        "Rows begin as text. The change of every pair is exact in protocols and ports. No other tool that runs here compares \
         two sets of OVN rows; those for NetworkPolicies stop far below this size.",
    );
    table.note(format!(
        "{SAMPLE} random pairs and all that change were asked about in both sets one by one, and the same came out. Medians \
         of {RUNS}. The load was {}.",
        load()
    ));
    Ok(vec![table])
}
