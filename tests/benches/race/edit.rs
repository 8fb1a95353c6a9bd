//! One row of many is changed: how long until every answer is known again.

use crate::answers::walked;
use crate::load;
use crate::spent::{self, Spent, count, time};
use crate::table::Table;
use ringfence_engine::answers::diff::{Matched, changes, matched};
use ringfence_engine::compile::Settings;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{Matches, Pipeline};
use ringfence_engine::reach::{PairAnswer, Reach, evaluate, evaluate_by};
use ringfence_engine::source::Sources;
use ringfence_tests::generate::rows::{Rows, acl1, atoms};
use ringfence_tests::ovn::traced::Traced;
use ringfence_tests::random::Random;
use ringfence_view::loaded::Loaded;
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Machines, rows, and how many edits of the text there are at most.
const SIZES: [(usize, usize, usize); 2] = [(1_000, 1_000, 60), (10_000, 10_000, 20)];
/// How many edits of rows there are.
const EDITS: usize = 200;
/// How many pairs are asked about after the last edit, besides all that changed.
const SAMPLE: usize = 20_000;
/// After so long no further edit of a text is begun.
const PATIENCE: Duration = Duration::from_secs(40);
/// Rows of the switch on which northd is measured, with 1,000 ports.
const NORTHD: [usize; 2] = [1_000, 10_000];
/// How often northd is given a row.
const CHANGES: usize = 7;
/// How many conversations are walked.
const WALKS: usize = 500;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let mut table = Table::new(
        "One row is changed (ACL-1): from the text to every answer",
        &["machines x rows", "edits", "median", "p99", "everything anew", "ratio of the median"],
    );
    for (machines, rows, most) in SIZES {
        let mut text = Text::new(&acl1(machines, rows, 1));
        let mut edited = Edited::new(&text.whole());
        let (_, anew) = spent::here(|| known(&mut Loaded::new(sources(&text.whole()), &Settings::default()).reach()));
        let (begin, mut all) = (Instant::now(), Vec::new());
        while all.len() < most && (all.len() < 3 || begin.elapsed() < PATIENCE) {
            text.change(all.len(), machines);
            let now = text.whole();
            all.push(spent::here(|| edited.change(&now)).1);
        }
        let loaded = Loaded::new(sources(&text.whole()), &Settings::default());
        walked(&loaded.compiled.network, &mut loaded.reach(), &mut Random::new(7), WALKS, &atoms())?;
        all.sort_by_key(|spent| spent.cpu);
        let at = |part: usize| all[(all.len() * part / 100).min(all.len() - 1)];
        table.row([
            format!("{machines} x {rows}"),
            all.len().to_string(),
            at(50).to_string(),
            at(99).to_string(),
            anew.to_string(),
            count(anew.over(&at(50))),
        ]);
    }
    table.note(
        "Each edit gives a row an address that no other row names, so that a class of machines is divided. The edit is a \
         new text; what is kept from the text before is what the engine keeps. Of fewer than 100 edits, p99 is the slowest. \
         A sample of the answers after the last edit was walked packet by packet.",
    );
    table.note(format!("The load was {}.", load()));
    Ok(vec![of_rows()?, table, northd()?])
}

/// An edit of a row as such: what it changes is found, and with what was known before, every answer is known.
fn of_rows() -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new(
        "One row is changed (ACL-1): from the row to every answer",
        &["machines x rows", "edits", "median", "p99", "everything anew", "ratio of the median", "pairs that change"],
    );
    for (machines, number, _) in SIZES {
        let mut rows = Rows::acl1(machines, number, 1);
        let mut kept = Kept::of(&rows);
        let mut all: Vec<Spent> = (0..EDITS).map(|number| kept.edit(&mut rows, number)).collect();
        let (mut anew, spent) = spent::here(|| {
            let mut reach = evaluate(&rows.network, &rows.machines);
            known(&mut reach);
            reach
        });
        kept.holds(&rows, &mut anew)?;
        walked(&rows.network, &mut anew, &mut Random::new(7), WALKS, &atoms())?;
        all.sort_by_key(|spent| spent.cpu);
        let at = |part: usize| all[(all.len() * part / 100).min(all.len() - 1)];
        table.row([
            format!("{machines} x {number}"),
            EDITS.to_string(),
            at(50).to_string(),
            at(99).to_string(),
            spent.to_string(),
            count(spent.over(&at(50))),
            kept.changed.len().to_string(),
        ]);
    }
    table.note(
        "Each edit gives a row an address that no other row names, so that a class of machines is divided; the row that was \
         there may have named up to 256. The rows around it are kept as they were parsed, and the answers that the edit \
         changes are found by asking about those pairs alone that the row may mean, before and after.",
    );
    table.note(format!(
        "After the last edit {SAMPLE} random pairs and all that ever changed were asked about anew, and the same came out; a \
         sample was walked packet by packet. The load was {}.",
        load()
    ));
    Ok(table)
}

/// What stays from one edit of a row to the next.
struct Kept {
    matches: Matches,
    network: Network,
    pipelines: Arc<[Pipeline]>,
    common: Matched,
    /// The network as it was first, and its answers.
    first: Rows,
    /// The answers that are others now.
    changed: HashMap<(usize, usize), PairAnswer>,
}

impl Kept {
    fn of(rows: &Rows) -> Self {
        let mut matches = Matches::default();
        let pipelines = Pipeline::all_by(&rows.network, &mut matches).into();
        let common = matched(&rows.machines, &rows.machines);
        let (network, first, changed) = (rows.network.clone(), rows.clone(), HashMap::new());
        Self { matches, network, pipelines, common, first, changed }
    }

    /// Edits a row; what it took until every answer was known.
    fn edit(&mut self, rows: &mut Rows, number: usize) -> Spent {
        let acls = &mut rows.network.switches[0].acls;
        let at = number * 7 % acls.len();
        address(&mut acls[at].matches, number * 13 % rows.machines.len());
        let (pipelines, spent) = spent::here(|| {
            let pipelines: Arc<[Pipeline]> = Pipeline::all_by(&rows.network, &mut self.matches).into();
            let mut old = evaluate_by(&self.network, &rows.machines, Arc::clone(&self.pipelines));
            let mut new = evaluate_by(&rows.network, &rows.machines, Arc::clone(&pipelines));
            for change in changes(&self.common, &mut old, &mut new) {
                self.changed.insert((change.from, change.to), change.after().clone());
            }
            pipelines
        });
        self.pipelines = pipelines;
        self.network = rows.network.clone();
        spent
    }

    /// Holds what is known against an evaluation that knew nothing.
    fn holds(&self, rows: &Rows, anew: &mut Reach<'_>) -> Result<(), String> {
        let mut first = evaluate(&self.first.network, &self.first.machines);
        first.classes();
        let random = &mut Random::new(11);
        let machines = rows.machines.len();
        let drawn = (0..SAMPLE).map(|_| (random.below(machines), random.below(machines)));
        for (from, to) in drawn.chain(self.changed.keys().copied()).filter(|(from, to)| from != to) {
            let (known, is) = (self.changed.get(&(from, to)).cloned(), anew.pair(from, to));
            let known = known.unwrap_or_else(|| first.pair(from, to));
            if known != is {
                return Err(format!("lp{from} to lp{to}: {known:?} is known, {is:?} is so"));
            }
        }
        Ok(())
    }
}

/// Gives the match of a row the address of a machine.
fn address(matches: &mut String, machine: usize) {
    let begin = matches.rfind("== 10.").unwrap() + 3;
    let end = begin + matches[begin..].find(' ').unwrap();
    matches.replace_range(begin..end, &format!("10.{}.{}.{}/32", machine >> 16, machine >> 8 & 255, machine & 255));
}

/// What stays from one edit to the next. This is the place for whatever keeps more.
struct Edited {
    matches: Matches,
}

impl Edited {
    fn new(text: &str) -> Self {
        let mut edited = Self { matches: Matches::default() };
        edited.change(text);
        edited
    }

    /// Takes a new text; afterwards the answer about every pair is known, by class.
    fn change(&mut self, text: &str) -> usize {
        known(&mut Loaded::by(sources(text), &Settings::default(), |_| {}, &mut self.matches).reach())
    }
}

/// Makes every answer known; how many classes there are.
fn known(reach: &mut Reach<'_>) -> usize {
    let classes = reach.classes().len();
    (0..classes).for_each(|class| drop(reach.fan(class)));
    classes
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("rows.yaml", text);
    sources
}

/// The text, line by line.
struct Text {
    lines: Vec<String>,
    rows: Vec<usize>,
}

impl Text {
    fn new(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let rows = lines.iter().enumerate().filter(|(_, line)| line.contains("direction:")).map(|(at, _)| at).collect();
        Self { lines, rows }
    }

    /// Gives a row an address of a machine.
    fn change(&mut self, number: usize, machines: usize) {
        let row = self.rows[number * 7 % self.rows.len()];
        address(&mut self.lines[row], number * 13 % machines + 1);
    }

    fn whole(&self) -> String {
        self.lines.join("\n")
    }
}

/// What northd spends on one row more.
fn northd() -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new(
        "For comparison: one row more for ovn-northd, 1,000 ports on one switch (ACL-1)",
        &["rows", "northd, median", "until the Southbound database has it"],
    );
    for rows in NORTHD {
        let world = Rows::acl1(1_000, rows, 1);
        let traced = Traced::start(&world.network, &world.machines)?;
        let mut all = Vec::new();
        for number in 0..CHANGES {
            let matches =
                format!("outport == \"lp{number}.default\" && ip4 && ip4.src == 10.9.9.{number} && tcp.dst == 99");
            let row = json!({ "direction": "to-lport", "priority": 3000 + number, "match": matches, "action": "drop" });
            let insert = json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row });
            let hang = json!([["acls", "insert", ["named-uuid", "row"]]]);
            let hang = json!({ "op": "mutate", "table": "Logical_Switch", "where": [], "mutations": hang });
            let (cpu, begin) = (spent::of_process(traced.northd()), Instant::now());
            traced.change(vec![insert, hang])?;
            all.push(Spent { wall: begin.elapsed(), cpu: spent::of_process(traced.northd()) - cpu, memory: 0 });
        }
        let median = Spent::median(all);
        table.row([rows.to_string(), time(median.cpu), time(median.wall)]);
    }
    table.note(
        "northd turns rows into logical flows for every hypervisor, which an evaluation does not; the second column has \
         the start of the `ovn-nbctl --wait=sb sync` that waits.",
    );
    Ok(table)
}
