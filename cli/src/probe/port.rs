//! Who of an evaluation has a port in the database, with the addresses that the evaluation takes him to have.

use ringfence_engine::reach::{Attachment, Endpoint};
use ringfence_northbound::is_served;
use ringfence_northbound::row::text;
use ringfence_ovsdb::{Row, Snapshot};
use std::collections::HashMap;

/// Why nobody can ask about packets from or to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unasked {
    /// He stands for addresses that no port of the database has.
    Portless,
    /// OVN sends nothing to his address, or takes nothing from it.
    Unserved,
}

/// The ports of a database by their names.
pub(super) struct Ports<'w> {
    rows: HashMap<&'w str, &'w Row>,
}

impl<'w> Ports<'w> {
    /// All of them.
    pub(super) fn of(world: &'w Snapshot) -> Self {
        let ports = world.rows("Logical_Switch_Port");
        Self { rows: ports.filter_map(|(_, row)| Some((text(row, "name")?, row))).collect() }
    }

    /// Why nobody can ask about an endpoint; nothing where somebody can. Routers, and what is behind them, have no address at
    /// a port.
    pub(super) fn unasked(&self, end: &Endpoint) -> Option<Unasked> {
        let Attachment::Port { port, .. } = &end.attachment else { return None };
        let Some(row) = self.rows.get(port.as_str()) else { return Some(Unasked::Portless) };
        let is_served = end.addresses.iter().all(|range| is_served(row, end.mac, range.first));
        (!is_served).then_some(Unasked::Unserved)
    }
}
