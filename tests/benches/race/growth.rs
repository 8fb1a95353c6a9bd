//! What more of everything costs: whole processes of the program, within bounds of time and memory.

use crate::files::written;
use crate::load;
use crate::peer::named;
use crate::spent::{self, time};
use crate::table::Table;
use ringfence_tests::generate::policies::np1;
use ringfence_tests::generate::rows::acl1;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run may take, in seconds on the clock.
const SECONDS: u32 = 900;
/// NetworkPolicies as the API means them.
const KUBERNETES: &[&str] = &["--profile", "kubernetes"];
/// What it may use, in KiB.
const MEMORY: u32 = 8 << 20;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let program = named("RINGFENCE_PROGRAM")?;
    let mut pods = Table::new(
        "As endpoints grow: `reach` of NP-1, whole processes",
        &["pods x policies", "time", "memory", "power of the growth"],
    );
    let np1 = |size: &(usize, usize)| written(&np1(size.0, size.1, 1)).map_err(Box::from);
    series(&program, KUBERNETES, &mut pods, &[(1_000, 100), (10_000, 100), (100_000, 100)], np1)?;
    series(&program, KUBERNETES, &mut pods, &[(10_000, 1_000), (10_000, 10_000), (100_000, 10_000)], np1)?;
    let mut rows = Table::new(
        "As rows grow: `reach` of ACL-1 on 100 machines, whole processes",
        &["machines x rows", "time", "memory", "power of the growth"],
    );
    let acl1 = |size: &(usize, usize)| {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("rows.yaml"), acl1(size.0, size.1, 1))?;
        Ok(folder)
    };
    series(&program, &[], &mut rows, &[(100, 1_000), (100, 10_000), (100, 100_000)], acl1)?;
    for table in [&mut pods, &mut rows] {
        table.note(
            "From files to text, one run each. The power is that of the size between a line and the one before it: 1 is in \
             proportion, 2 is its square.",
        );
        table.note(format!(
            "A run is ended after {SECONDS} s, and may use 8 GiB of address space. The load was {}.",
            load()
        ));
    }
    Ok(vec![pods, rows])
}

/// Runs one size after the other; past one that does not end there is no larger one.
fn series(
    program: &Path,
    words: &[&str],
    table: &mut Table,
    sizes: &[(usize, usize)],
    files: impl Fn(&(usize, usize)) -> Result<TempDir, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut before: Option<(f64, f64)> = None;
    for size in sizes {
        let folder = files(size)?;
        let (succeeded, spent) = spent::program(&mut bounded(program, words, folder.path()))?;
        let whole = (size.0 * size.1) as f64;
        let power = before.map(|(was, cpu)| (spent.cpu.as_secs_f64() / cpu).ln() / (whole / was).ln());
        let power = power.filter(|_| succeeded).map_or_else(|| "-".to_owned(), |power| format!("{power:.2}"));
        let taken = if succeeded { spent.to_string() } else { format!("stopped after {}", time(spent.wall)) };
        table.row([format!("{} x {}", size.0, size.1), taken, format!("{} MiB", spent.memory), power]);
        if !succeeded {
            break;
        }
        before = Some((whole, spent.cpu.as_secs_f64()));
    }
    Ok(())
}

fn bounded(program: &Path, words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new("sh");
    let limits = format!("ulimit -v {MEMORY} && exec timeout {SECONDS} \"$0\" \"$@\"");
    command.args(["-c", &limits]).arg(program).arg("reach").args(words).arg("-f").arg(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}
