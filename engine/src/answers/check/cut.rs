//! Whether a pair is one that a machine needs: with its gateway, or with a node.

use crate::reach::{Classes, Endpoint, EndpointKind, Example, Reach, Verdict};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

/// What a pair may take from a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cut {
    Nothing,
    /// Its gateway, though it reaches others.
    Gateway,
    /// The answers of its gateway.
    Ping,
    Node,
}

/// What tells it.
pub(super) struct Cuts<'a> {
    endpoints: &'a [Endpoint],
    classes: &'a Classes,
    /// The classes that reach nobody: cutting them off the gateway too is what their isolation means.
    isolated: Vec<bool>,
    /// The switches with a machine that reaches somebody. Where none does, nobody is isolated from the others: all is cut.
    busy: BTreeSet<&'a str>,
}

impl<'a> Cuts<'a> {
    pub fn new(endpoints: &'a [Endpoint], classes: &'a Classes, verdicts: &[(Example, Verdict)]) -> Self {
        let mut isolated = vec![true; classes.len()];
        for (pair, _) in verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Closed) {
            if let Some(isolated) = isolated.get_mut(pair.classes.0) {
                *isolated = false;
            }
        }
        let is_busy = |(end, endpoint): &(usize, &Endpoint)| {
            let isolated = classes.of(*end).and_then(|class| isolated.get(class));
            endpoint.kind.is_machine() && isolated.is_some_and(|isolated| !isolated)
        };
        let busy = endpoints.iter().enumerate().filter(is_busy).map(|(_, machine)| machine.switch.as_str()).collect();
        Self { endpoints, classes, isolated, busy }
    }

    /// Whether a pair is a machine and its gateway, or a node and a machine. That a machine which reaches nobody does not reach
    /// its gateway either is meant where others of its switch do; but Kube-OVN pings an IPv6 gateway before it lets a pod start.
    pub fn of(&self, pair: Example, reach: &mut Reach<'_>) -> Cut {
        let Example { from, to, .. } = pair;
        let is = |end: usize, kind| self.endpoints.get(end).is_some_and(|endpoint| endpoint.kind == kind);
        let is_isolated =
            |end: usize| self.classes.of(end).and_then(|class| self.isolated.get(class)).copied().unwrap_or(false);
        let gateway = |end| is(end, EndpointKind::Gateway);
        let is_machine = |end: usize| self.endpoints.get(end).is_some_and(|endpoint| endpoint.kind.is_machine());
        let (machine, gateway) = match (gateway(from), gateway(to)) {
            (false, true) => (from, to),
            (true, false) => (to, from),
            _ if is(from, EndpointKind::Node) && is_machine(to) && !is_isolated(to) => return Cut::Node,
            _ => return Cut::Nothing,
        };
        let switch = |end: usize| self.endpoints.get(end).map(|endpoint| endpoint.switch.as_str());
        if switch(machine) != switch(gateway) {
            return Cut::Nothing;
        }
        let is_meant = is_isolated(machine) && switch(machine).is_some_and(|switch| self.busy.contains(switch));
        if !is_meant && reach.verdict(machine, gateway) == Verdict::Closed {
            return Cut::Gateway;
        }
        if machine == from { Cut::Ping } else { Cut::Nothing }
    }
}
