//! Rows of the `ACL` table: as they are written outright, and as Kube-OVN makes them up.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use crate::ovn::network::Version;
use crate::read::AclEntry;
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The longest name that the database takes.
const LONGEST_NAME: usize = 63;

/// Rows that somebody writes into the database.
pub(super) fn bare(object: &str, entries: &[AclEntry], version: Version, out: &mut Vec<Diagnostic>) -> Vec<Acl> {
    entries.iter().filter_map(|entry| accepted(entry, object, version, out)).collect()
}

/// A row as its author wrote it, where the version takes it.
pub(super) fn accepted(entry: &AclEntry, object: &str, version: Version, out: &mut Vec<Diagnostic>) -> Option<Acl> {
    let old = version == Version::V23_03;
    if !is_taken(entry, version) {
        let message = "OVN 23.03 has no action `pass` and refuses the row; it is left out";
        let help = "write another action, or ask about `version: main`";
        out.push(
            Diagnostic::new(Code::VersionMismatch, message).severity(Severity::Error).at(entry.action.place).help(help),
        );
        return None;
    }
    let tier = entry.tier.as_ref().filter(|tier| tier.value != Tier::default());
    if let (true, Some(tier)) = (old, tier) {
        let message = format!("OVN 23.03 has no tiers; tier {} is left out of the row", tier.value.get());
        out.push(
            Diagnostic::new(Code::VersionMismatch, message)
                .at(tier.place)
                .help("remove `tier`, or ask about `version: main`"),
        );
    }
    Some(Acl {
        direction: entry.direction,
        after_lb: entry.after_lb && entry.direction == Direction::FromLport,
        tier: tier.filter(|_| !old).map_or_else(Tier::default, |tier| tier.value),
        priority: entry.priority,
        matches: entry.matches.value.clone(),
        action: entry.action.value,
        name: entry.name.as_deref().map(short),
        log: None,
        provenance: provenance(object, entry.field.clone(), entry.matches.place),
    })
}

/// Whether a version knows the action of a row.
pub(super) fn is_taken(entry: &AclEntry, version: Version) -> bool {
    version != Version::V23_03 || entry.action.value != Action::Pass
}

/// A row that Kube-OVN makes up.
pub(super) fn built(
    priority: i64,
    matches: String,
    action: Action,
    direction: Direction,
    provenance: Provenance,
) -> Acl {
    let priority = Priority::new(priority).unwrap_or_default();
    Acl {
        direction,
        after_lb: false,
        tier: Tier::default(),
        priority,
        matches,
        action,
        name: None,
        log: None,
        provenance,
    }
}

/// Where a row comes from.
pub(super) fn provenance(object: &str, field: String, place: Place) -> Provenance {
    Provenance { object: object.to_string(), field, place: Some(place) }
}

/// `setACLName` of Kube-OVN.
pub(super) fn short(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_string();
    }
    let kept = (0..=LONGEST_NAME - 3).rev().find_map(|end| name.get(..end)).unwrap_or("");
    format!("{kept}...")
}

/// A finding that is no more than worth knowing.
pub(super) fn worth_knowing(finding: Diagnostic) -> Diagnostic {
    finding.severity(Severity::Info)
}

/// The rows that a version takes: OVN 23.03 has no action `pass`.
pub(super) fn without_pass(mut rows: Vec<Acl>, version: Version, out: &mut Vec<Diagnostic>) -> Vec<Acl> {
    let refused = |row: &Acl| version == Version::V23_03 && row.action == Action::Pass;
    if let Some(row) = rows.iter().find(|row| refused(row)) {
        let object = &row.provenance.object;
        let message = format!("OVN 23.03 has no action `pass`: the rows of `{object}` that pass are left out");
        out.push(Diagnostic::new(Code::VersionMismatch, message).at_maybe(row.provenance.place));
    }
    rows.retain(|row| !refused(row));
    rows
}
