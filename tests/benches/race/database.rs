//! Ten rows more for a Northbound database that has 9,990.

use crate::load;
use crate::peer::named;
use crate::spent::{self, Spent, count};
use crate::table::Table;
use ringfence_tests::generate::rows::{Rows, acl1};
use ringfence_tests::ovn::database::Database;
use ringfence_tests::ovn::sandbox::Sandbox;
use ringfence_tests::ovn::traced::switch;
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MACHINES: usize = 1_000;
const ROWS: usize = 10_000;
/// How many of them are not there yet.
const MISSING: usize = 10;
/// Rows that are planned for a database without any.
const MANY: usize = 50_000;

/// A database with the switch and its ports.
struct Desk {
    program: PathBuf,
    database: Database,
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let desk = Desk::new()?;
    let all = acl1(MACHINES, ROWS, 1);
    let (most, whole) = (desk.file("most", &without_last(&all, MISSING))?, desk.file("whole", &all)?);
    desk.apply(&most)?;
    desk.holds(ROWS - MISSING)?;
    let (ours, ours_server) = desk.apply(&whole)?;
    desk.holds(ROWS)?;
    let before = desk.size()?;
    let (again, again_server) = desk.apply(&whole)?;
    if desk.size()? != before {
        return Err("a second run sent something".into());
    }
    let (separately, separately_server) = desk.nbctl()?;
    desk.holds(ROWS + MISSING)?;
    let (raw, raw_server) = desk.transact()?;
    desk.holds(ROWS + 2 * MISSING)?;
    let mut table = Table::new(
        "Ten rows more for a Northbound database that has 9,990 (ACL-1, 1,000 ports)",
        &["", "who writes", "ovsdb-server", "both, ratio to one transaction"],
    );
    let floor = raw.cpu + raw_server.cpu;
    let mut row = |name: &str, client: Spent, server: Spent| {
        let ratio = (client.cpu + server.cpu).as_secs_f64() / floor.as_secs_f64();
        table.row([name.into(), client.to_string(), spent::time(server.cpu), count(ratio)]);
    };
    row("`ringfence apply`: reads all, evaluates before and after, writes ten", ours, ours_server);
    row("`ringfence apply` again: nothing is sent", again, again_server);
    row("`ovn-nbctl acl-add`, ten processes, nothing evaluated", separately, separately_server);
    row("one transaction on a connection that is there, nothing read", raw, raw_server);
    let mut plan = Table::new("A plan of 50,000 rows for a database without any", &["time", "memory"]);
    let planned = plan_many()?;
    plan.row([planned.to_string(), format!("{} MiB", planned.memory)]);
    plan.note("At most 1 GiB was aimed at.");
    table.note(
        "One run each, `--wait none`. Only the program says what the rows do to connections before it writes them; the \
         last line is what the server takes, the client being this benchmark itself.",
    );
    table.note(format!("The load was {}.", load()));
    Ok(vec![table, plan])
}

impl Desk {
    fn new() -> Result<Self, Box<dyn Error>> {
        let mut sandbox = Sandbox::new()?;
        let database = sandbox.database("OVN_Northbound", "/usr/share/ovn/ovn-nb.ovsschema")?;
        database.transact(vec![json!({ "op": "insert", "table": "NB_Global", "row": {} })])?;
        let Rows { machines, .. } = Rows::acl1(MACHINES, 0, 1);
        database.transact(switch("ls0", &machines))?;
        Ok(Self { program: named("RINGFENCE_PROGRAM")?, database, sandbox, folder: tempfile::tempdir()? })
    }

    fn file(&self, name: &str, text: &str) -> std::io::Result<PathBuf> {
        let path = self.folder.path().join(format!("{name}.yaml"));
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Applies a file: what the program took, and what the server.
    fn apply(&self, file: &Path) -> Result<(Spent, Spent), Box<dyn Error>> {
        let mut command = Command::new(&self.program);
        command.args(["apply", "--nb", &self.database.remote(), "--yes", "--accept", "all", "--wait", "none", "-f"]);
        command.arg(file).stdout(Stdio::null()).stderr(fs::File::create(self.folder.path().join("words"))?);
        let server = self.server();
        let (succeeded, spent) = spent::program(&mut command)?;
        match succeeded {
            true => Ok((spent, self.since(server))),
            false => Err(fs::read_to_string(self.folder.path().join("words"))?.into()),
        }
    }

    fn nbctl(&self) -> Result<(Spent, Spent), Box<dyn Error>> {
        let (server, mut sum) = (self.server(), Spent::default());
        for number in 0..MISSING {
            let matches = format!("outport == \"lp{number}.default\" && ip4.src == 10.9.9.{number}");
            let mut command = self.sandbox.command("ovn-nbctl");
            command.args(["--db", &self.database.remote(), "acl-add", "ls0", "to-lport", "900", &matches, "drop"]);
            let (succeeded, spent) = spent::program(&mut command)?;
            if !succeeded {
                return Err("ovn-nbctl failed".into());
            }
            sum.cpu += spent.cpu;
            sum.wall += spent.wall;
        }
        Ok((sum, self.since(server)))
    }

    fn transact(&self) -> Result<(Spent, Spent), Box<dyn Error>> {
        let rows = (0..MISSING).map(|number| {
            let matches = format!("outport == \"lp{number}.default\" && ip4.src == 10.9.8.{number}");
            let row = json!({ "direction": "to-lport", "priority": 901, "match": matches, "action": "drop" });
            json!({ "op": "insert", "table": "ACL", "uuid-name": format!("r{number}"), "row": row })
        });
        let mut operations: Vec<Value> = rows.collect();
        let named: Vec<Value> = (0..MISSING).map(|number| json!(["named-uuid", format!("r{number}")])).collect();
        let hang = json!([["acls", "insert", ["set", named]]]);
        operations.push(json!({ "op": "mutate", "table": "Logical_Switch", "where": [], "mutations": hang }));
        let server = self.server();
        let (done, spent) = spent::here(|| self.database.transact(operations));
        done?;
        Ok((spent, self.since(server)))
    }

    fn server(&self) -> (Duration, Instant) {
        (spent::of_process(self.sandbox.process("OVN_Northbound").unwrap()), Instant::now())
    }

    fn since(&self, (cpu, begin): (Duration, Instant)) -> Spent {
        Spent { cpu: self.server().0 - cpu, wall: begin.elapsed(), memory: 0 }
    }

    /// Fails unless the switch has just so many rows.
    fn holds(&self, rows: usize) -> Result<(), Box<dyn Error>> {
        let found = self.database.select("ACL", json!([]), &["_uuid"])?.len();
        if found == rows { Ok(()) } else { Err(format!("{rows} rows were expected, {found} are there").into()) }
    }

    /// How long the server's journal is: whatever is written makes it longer.
    fn size(&self) -> std::io::Result<u64> {
        Ok(fs::metadata(self.sandbox.path("OVN_Northbound.db"))?.len())
    }
}

fn plan_many() -> Result<Spent, Box<dyn Error>> {
    let desk = Desk::new()?;
    let file = desk.file("many", &acl1(MACHINES, MANY, 1))?;
    let mut command = Command::new("timeout");
    command.arg("120").arg(&desk.program).args(["plan", "--nb", &desk.database.remote(), "-f"]).arg(&file);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    // A plan of something ends with 1.
    Ok(spent::program(&mut command)?.1)
}

/// The text without its last rows.
fn without_last(text: &str, count: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.contains("direction:")).unwrap();
    lines.drain(last + 1 - count..=last);
    lines.join("\n")
}
