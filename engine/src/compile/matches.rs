//! The matches of all rows, parsed: their mistakes, and what they ask of addresses.

use super::security_group::absent;
use super::unwritten::Unwritten;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Provenance};
use crate::ovn::field::Field;
use crate::ovn::matching::{Adviser, Context, Definitions, Expression, FieldTest, MatchError, MatchErrors, parse};
use crate::ovn::network::{Network, Switch};
use crate::read::{edit_within, place_within};
use crate::source::Sources;
use crate::world::World;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The tests of the rows that can be asked about a packet, by switch.
pub(super) struct Tests {
    switches: Vec<Vec<FieldTest>>,
    groups: Vec<Vec<FieldTest>>,
    /// The groups with a port on each switch.
    present: Vec<Vec<usize>>,
    /// The rows that OVN cannot parse.
    broken: Vec<Broken>,
}

/// A match that OVN cannot parse.
struct Broken {
    matches: String,
    /// Where its row comes from; of one that is not written, the place alone.
    provenance: Provenance,
    /// What its row should do, where that is known.
    action: Option<Action>,
    errors: MatchErrors,
}

impl Tests {
    /// Parses every row; one that OVN cannot parse tests nothing, and one that is not written neither.
    pub(super) fn of(network: &Network, unwritten: Vec<Unwritten>, adviser: Adviser) -> Self {
        let context = Context::of(network).advised_by(adviser);
        let definitions = Definitions::new(context.version());
        let mut broken = Vec::new();
        let mut of = |rows: &Vec<Acl>| tests(rows, &context, &definitions, &mut broken);
        let switches = network.switches.iter().map(|switch| of(&switch.acls)).collect();
        let groups = network.port_groups.iter().map(|group| of(&group.acls)).collect();
        broken.extend(unwritten.into_iter().filter_map(|row| {
            let errors = parse(&row.matches, &context).err()?;
            let provenance = Provenance { place: Some(row.place), ..Provenance::default() };
            Some(Broken { matches: row.matches, provenance, action: row.action, errors })
        }));
        Self {
            switches,
            groups,
            present: network.switches.iter().map(|switch| present(network, switch)).collect(),
            broken,
        }
    }

    /// What OVN cannot parse, in OVN's own words, at the character that it stumbles over; of a rule, in those of its object.
    pub(super) fn mistakes(&self, sources: &Sources, world: &World) -> Vec<Diagnostic> {
        let of_row = |row: &Broken| -> Vec<Diagnostic> {
            let (first, further) = (core::iter::once(true), core::iter::repeat(false));
            let errors = row.errors.iter().zip(first.chain(further));
            let told = |error: &MatchError| absent(&world.security_groups, &row.provenance, error.kind());
            errors.map(|(error, first)| told(error).unwrap_or_else(|| row.mistake(sources, error, first))).collect()
        };
        self.broken.iter().flat_map(of_row).collect()
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

fn tests(rows: &[Acl], context: &Context, definitions: &Definitions, broken: &mut Vec<Broken>) -> Vec<FieldTest> {
    let mut tests = Vec::new();
    for row in rows {
        match parse(&row.matches, context) {
            Ok(parsed) => collect(parsed.annotate_by(definitions), &mut tests),
            Err(errors) => broken.push(Broken {
                matches: row.matches.clone(),
                provenance: row.provenance.clone(),
                action: Some(row.action),
                errors,
            }),
        }
    }
    tests
}

/// The groups whose rows are in play on a switch: those with one of its ports.
fn present(network: &Network, switch: &Switch) -> Vec<usize> {
    let ports = switch.port_names();
    let groups = network.port_groups.iter().enumerate();
    groups.filter(|(_, group)| group.has_port(&ports)).map(|(index, _)| index).collect()
}

fn collect(expression: Expression, tests: &mut Vec<FieldTest>) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.into_iter().for_each(|part| collect(part, tests)),
        Expression::Field(test) => tests.push(test),
        Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => {}
    }
}

impl Broken {
    fn mistake(&self, sources: &Sources, error: &MatchError, first: bool) -> Diagnostic {
        let said = error.message();
        let message = match self.action {
            _ if !first => format!("{said} This is a further mistake in the same match"),
            Some(action) => format!("{said} This `{action}` is ignored by OVN: {}", action.when_ignored()),
            None => format!("{said} OVN ignores a row with this match, whatever its action"),
        };
        let within = |span| self.provenance.place.map(|place| place_within(sources, place, &self.matches, span));
        let mut diagnostic = Diagnostic::new(Code::MatchSyntax, message).at_maybe(within(error.span()));
        diagnostic.help = error.help();
        if let Some((scalar, (span, text))) = self.provenance.place.zip(error.fix()) {
            let (place, written) = edit_within(sources, scalar, &self.matches, span, &text);
            diagnostic = diagnostic.fix(place, written);
        }
        diagnostic
    }
}
