//! From files to words about who may connect to whom: whole processes.

use crate::load;
use crate::peer::named;
use crate::spent::{self, Spent, count};
use crate::table::Table;
use ringfence_tests::generate::policies::np1;
use ringfence_tests::nca::answer::Answer;
use ringfence_tests::nca::comparison::{Tally, compare};
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// NP-1 by pods and policies.
const SIZES: [(usize, usize); 3] = [(100, 100), (500, 100), (1_000, 10)];
/// How often this program runs; the other one runs once.
const RUNS: usize = 15;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let (ours, theirs) = (named("RINGFENCE_PROGRAM")?, named("RINGFENCE_NCA")?);
    let mut table = Table::new(
        "From files to text: NP-1, whole processes",
        &[
            "pods x policies",
            "network-config-analyzer, summed up (`txt`)",
            "ringfence, summed up",
            "ratio",
            "network-config-analyzer, every connection (`txt_no_fw_rules`)",
            "ringfence, every pair (`-o csv`)",
            "ratio",
        ],
    );
    let mut tally = Tally::default();
    for (pods, policies) in SIZES {
        let cluster = np1(pods, policies, 1);
        let folder = written(&cluster)?;
        let other = |format| match spent::program(&mut analyser(&theirs, folder.path(), format)?)? {
            (true, spent) => Ok::<_, Box<dyn Error>>(spent),
            (false, _) => Err("network-config-analyzer failed".into()),
        };
        let (summed, every) = (other("txt")?, other("txt_no_fw_rules")?);
        // A fast wrong answer is none.
        let said = Answer::parse(&fs::read_to_string(folder.path().join("out.txt"))?, "");
        compare(&format!("NP-1({pods},{policies})"), &cluster, &said, &mut tally);
        let short = reach(&ours, folder.path(), &[])?;
        let long = reach(&ours, folder.path(), &["-o", "csv"])?;
        table.row([
            format!("{pods} x {policies}"),
            summed.to_string(),
            short.to_string(),
            count(summed.over(&short)),
            every.to_string(),
            long.to_string(),
            count(every.over(&long)),
        ]);
    }
    tally.agrees()?;
    table.note(tally.words());
    table.note(format!(
        "Both read the same three files. The other one is written in Python, whose start alone takes 0.4 s, and was \
         run once for each: it sums connections up as rules of a firewall, or lists all that there are. This one was run {RUNS} times; it sums up what does not fit a screen, or \
         writes every pair with its ports."
    ));
    table.note(format!("The load was {}.", load()));
    Ok(vec![table])
}

/// The files of a workload, in a folder of their own.
pub fn written(cluster: &ringfence_tests::generate::policies::Cluster) -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for (name, text) in cluster.files() {
        fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}

fn analyser(program: &Path, folder: &Path, format: &str) -> std::io::Result<Command> {
    let mut command = Command::new(program);
    command.args(["--connectivity", "policies.json", "-n", "namespaces.json", "-p", "pods.json"]);
    command.args(["-o", format, "-f", "out.txt"]).current_dir(folder);
    command.stdout(Stdio::null()).stderr(File::create(folder.join("words.txt"))?);
    Ok(command)
}

fn reach(program: &Path, folder: &Path, more: &[&str]) -> Result<Spent, String> {
    spent::programs(RUNS, || {
        let mut command = Command::new(program);
        command.args(["reach", "--profile", "kubernetes", "-f"]);
        command.arg(folder.join("namespaces.json")).arg("-f").arg(folder.join("pods.json"));
        command.arg("-f").arg(folder.join("policies.json")).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    })
}
