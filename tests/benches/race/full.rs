//! A large cluster in this process: reading, compiling, evaluating.

use crate::answers::walked;
use crate::labels::headers;
use crate::load;
use crate::spent::{self, Spent};
use crate::table::Table;
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::{Profile, Settings, compile};
use ringfence_engine::reach::evaluate;
use ringfence_engine::read::read;
use ringfence_engine::source::Sources;
use ringfence_engine::world::world;
use ringfence_tests::generate::policies::np1;
use ringfence_tests::random::Random;
use ringfence_view::matrix::Matrix;
use std::error::Error;

const PODS: usize = 10_000;
const POLICIES: usize = 1_000;
const RUNS: usize = 3;
/// How many conversations are walked.
const WALKS: usize = 300;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let mut table = Table::new(
        "NP-1, 10,000 pods x 1,000 policies, in this process",
        &["step", "time", "most memory of the process"],
    );
    let mut sources = Sources::new();
    for (name, text) in np1(PODS, POLICIES, 1).files() {
        sources.add(name, &text);
    }
    let mut row = |name: &str, spent: Spent| {
        table.row([name.into(), spent.to_string(), format!("{} MiB", spent.memory)]);
    };
    let (reading, spent) = spent::often(RUNS, || read(&sources));
    row("reading", spent);
    let settings = Settings { profile: Profile::named("kubernetes"), ..Settings::default() };
    let ((joined, compiled), spent) = spent::often(RUNS, || {
        let joined = world(&reading);
        let compiled = compile(&joined, &settings);
        (joined, compiled)
    });
    row("joining and compiling", spent);
    drop((reading, joined));
    let (classes, spent) = spent::often(RUNS, || {
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        let classes = reach.classes();
        (0..classes.len()).for_each(|class| drop(reach.fan(class)));
        classes.len()
    });
    row("evaluating: the answer about every pair is known, by class", spent);
    let (totals, spent) = spent::often(RUNS, || {
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        Matrix::of(&mut reach, Filter::default()).totals()
    });
    row("the same, with the words of each answer, counted by verdict", spent);
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    reach.classes();
    let (_, kept) = walked(&compiled.network, &mut reach, &mut Random::new(7), WALKS, &headers())?;
    let totals: Vec<String> = totals.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
    table.note(format!(
        "{classes} classes of endpoints; pairs: {}. {WALKS} conversations were walked packet by packet, and the answers \
         compared; {kept} of them do not work.",
        totals.join(", ")
    ));
    table.note(format!("Medians of {RUNS}. The load was {}.", load()));
    Ok(vec![table])
}
