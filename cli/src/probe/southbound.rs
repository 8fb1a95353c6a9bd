//! The Southbound database that belongs to a Northbound one: whether it does, and how far ovn-northd has got.

use super::bundle::SOUTHBOUND;
use super::stale::{COLUMNS, stale};
use super::tracer::Tracer;
use crate::live::{Database, Live};
use ringfence_northbound::row::{entry, integer};
use ringfence_ovsdb::Snapshot;
use std::collections::BTreeSet;
use std::time::Duration;

/// A Southbound database, and how ovn-trace gets to it.
pub(crate) struct Southbound<'l> {
    database: Database,
    live: &'l Live,
}

/// How often, and at what intervals, it is looked whether ovn-northd has caught up.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

impl<'l> Southbound<'l> {
    /// Connects to it.
    pub(crate) fn open(live: &'l Live, named: Option<&str>) -> Result<Self, String> {
        Ok(Self { database: live.southbound(named)?, live })
    }

    /// Somebody who can be asked about packets, as the database is now.
    pub(crate) fn tracer(&self) -> Result<Tracer, String> {
        Tracer::new(&self.database.name, self.live.tls_arguments())
    }

    /// Version of its schema.
    pub(crate) fn version(&self) -> &str {
        &self.database.schema().version
    }

    /// All that ovn-trace reads.
    pub(crate) fn read(&mut self) -> Result<Snapshot, String> {
        self.dump(SOUTHBOUND)
    }

    /// Waits for ovn-northd a little. Gives a sentence where it has not made flows of a Northbound database as it is; an error
    /// where it is another database's ovn-northd.
    pub(crate) fn catch_up(&mut self, northbound: &Snapshot) -> Result<Option<String>, String> {
        self.belongs_to(northbound)?;
        let counted = |snapshot: &Snapshot, table| {
            snapshot.rows(table).next().and_then(|(_, row)| integer(row, "nb_cfg")).unwrap_or_default()
        };
        let wanted = counted(northbound, "NB_Global");
        let mut there = 0;
        for _ in 0..LOOKS {
            there = counted(&self.dump(&[("SB_Global", &["nb_cfg"])])?, "SB_Global");
            if there >= wanted {
                return Ok(None);
            }
            self.database.pause(PAUSE);
        }
        Ok(Some(format!(
            "ovn-northd has not made flows of the last change yet (nb_cfg is {wanted}, and it is at {there}): see whether \
             it runs"
        )))
    }

    /// A sentence where its flows are not those of a Northbound database as it is, whatever was counted.
    pub(crate) fn stale(&mut self, northbound: &Snapshot) -> Result<Option<String>, String> {
        Ok(stale(northbound, &self.dump(COLUMNS)?))
    }

    fn belongs_to(&mut self, northbound: &Snapshot) -> Result<(), String> {
        let bindings = self.dump(&[("Datapath_Binding", &["external_ids"])])?;
        let switches: BTreeSet<&str> = bindings
            .rows("Datapath_Binding")
            .filter_map(|(_, row)| entry(row, "external_ids", "logical-switch"))
            .collect();
        let wanted: Vec<String> =
            northbound.rows("Logical_Switch").map(|(id, _)| id.hyphenated().to_string()).collect();
        if wanted.is_empty() || wanted.iter().any(|id| switches.contains(id.as_str())) {
            return Ok(());
        }
        Err(format!(
            "`{}` has none of the switches of the Northbound database: it belongs to another one, and `--sb` names the right one, or ovn-northd has made nothing of it yet",
            self.database.name
        ))
    }

    fn dump(&mut self, tables: &[(&str, &[&str])]) -> Result<Snapshot, String> {
        self.database.dump(tables).map_err(|error| format!("cannot read the Southbound database: {error}"))
    }
}
