//! What rows write into the log.

use crate::row::{integer, text, uuids};
use ringfence_engine::ovn::acl::{Log, Meter, Severity};
use ringfence_ovsdb::{Row, Snapshot};

/// What a row logs; nothing where it does not.
pub(crate) fn log(snapshot: &Snapshot, acl: &Row) -> Option<Log> {
    let on = acl.get("log").and_then(|log| log.only()?.as_bool()).unwrap_or_default();
    on.then(|| Log {
        severity: text(acl, "severity").and_then(severity),
        meter: text(acl, "meter").and_then(|name| meter(snapshot, name)),
    })
}

fn severity(name: &str) -> Option<Severity> {
    let all = [Severity::Alert, Severity::Warning, Severity::Notice, Severity::Info, Severity::Debug];
    all.into_iter().find(|severity| severity.name() == name)
}

/// A meter that counts packets. What another unit lets through has no word in the engine.
fn meter(snapshot: &Snapshot, name: &str) -> Option<Meter> {
    let is_it = |row: &&Row| text(row, "name") == Some(name) && counts_packets(row);
    let row = snapshot.rows("Meter").map(|(_, row)| row).find(is_it)?;
    let band = uuids(row, "bands").into_iter().find_map(|id| snapshot.row("Meter_Band", id))?;
    let number = |column| integer(band, column).and_then(|number| u32::try_from(number).ok());
    Some(Meter { name: name.to_owned(), rate: number("rate")?, burst: number("burst_size").unwrap_or_default() })
}

/// Whether a meter's rates are packets a second.
pub(crate) fn counts_packets(meter: &Row) -> bool {
    text(meter, "unit") == Some("pktps")
}
