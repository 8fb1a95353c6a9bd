//! The matches of all rows, parsed: their mistakes, and what they ask of addresses.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::Acl;
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, FieldTest, MatchError, parse};
use crate::ovn::network::{Network, Switch};
use crate::read::{place_within, written_within};
use crate::source::Sources;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

/// The tests of the rows that can be asked about a packet, by switch.
pub(super) struct Tests {
    switches: Vec<Vec<FieldTest>>,
    groups: Vec<Vec<FieldTest>>,
    /// The groups with a port on each switch.
    present: Vec<Vec<usize>>,
}

impl Tests {
    /// Parses every row; one that OVN cannot parse tests nothing.
    pub(super) fn of(network: &Network) -> Self {
        let context = Context::of(network);
        Self {
            switches: network.switches.iter().map(|switch| tests(&switch.acls, &context)).collect(),
            groups: network.port_groups.iter().map(|group| tests(&group.acls, &context)).collect(),
            present: network.switches.iter().map(|switch| present(network, switch)).collect(),
        }
    }

    /// The tests that the rows in play on some switches make of a field.
    pub(super) fn on<'t>(&'t self, switches: &'t [usize], fields: &'t [Field]) -> impl Iterator<Item = &'t FieldTest> {
        let present = switches.iter().filter_map(|index| self.present.get(*index)).flatten();
        let groups: BTreeSet<usize> = present.copied().collect();
        let own = switches.iter().filter_map(|index| self.switches.get(*index)).flatten();
        let of_groups = groups.into_iter().filter_map(|index| self.groups.get(index)).flatten();
        own.chain(of_groups).filter(|test| fields.contains(&test.field))
    }

    /// All tests.
    pub(super) fn all(&self) -> impl Iterator<Item = &FieldTest> {
        self.switches.iter().chain(&self.groups).flatten()
    }
}

fn tests(rows: &[Acl], context: &Context) -> Vec<FieldTest> {
    let mut tests = Vec::new();
    for parsed in rows.iter().filter_map(|row| parse(&row.matches, context).ok()) {
        collect(&parsed.annotate(), &mut tests);
    }
    tests
}

/// The groups whose rows are in play on a switch: those with one of its ports.
fn present(network: &Network, switch: &Switch) -> Vec<usize> {
    let ports: BTreeSet<&str> = switch.ports.iter().map(|port| port.name.as_str()).collect();
    let groups = network.port_groups.iter().enumerate();
    let here = groups.filter(|(_, group)| group.ports.iter().any(|port| ports.contains(port.as_str())));
    here.map(|(index, _)| index).collect()
}

fn collect(expression: &Expression, tests: &mut Vec<FieldTest>) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| collect(part, tests)),
        Expression::Field(test) => tests.push(test.clone()),
        Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => {}
    }
}

/// What OVN cannot parse, in OVN's own words, at the character that it stumbles over.
pub fn mistakes(sources: &Sources, network: &Network) -> Vec<Diagnostic> {
    let context = Context::of(network);
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    let groups = network.port_groups.iter().flat_map(|group| &group.acls);
    switches
        .chain(groups)
        .filter_map(|row| parse(&row.matches, &context).err().map(|errors| (row, errors)))
        .flat_map(|(row, errors)| {
            let (first, further) = (core::iter::once(true), core::iter::repeat(false));
            let mistakes =
                errors.iter().zip(first.chain(further)).map(|(error, first)| mistake(sources, row, error, first));
            mistakes.collect::<Vec<_>>()
        })
        .collect()
}

fn mistake(sources: &Sources, row: &Acl, error: &MatchError, first: bool) -> Diagnostic {
    let message = if first {
        format!("{} This `{}` is ignored by OVN: {}", error.message(), row.action, row.action.when_ignored())
    } else {
        format!("{} This is a further mistake in the same match", error.message())
    };
    let within = |span| row.provenance.place.map(|place| place_within(sources, place, &row.matches, span));
    let mut diagnostic = Diagnostic::new(Code::MatchSyntax, message).at_maybe(within(error.span()));
    diagnostic.help = error.help();
    if let Some((place, replacement)) = error.fix().and_then(|(span, text)| Some((within(span)?, text))) {
        let written = row.provenance.place.map(|scalar| written_within(sources, scalar, &replacement));
        diagnostic = diagnostic.fix(place, written.unwrap_or(replacement));
    }
    diagnostic
}
