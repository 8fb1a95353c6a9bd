//! What can be said of a row without asking about pairs.

use super::{name, odd};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Direction};
use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Context, Definition, Definitions, Expression, Match, PortSet, parse};
use crate::ovn::network::{Network, Version};
use crate::ovn::pipeline::{Pipeline, RowError};
use crate::read::Placed;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) fn check(network: &Network, pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    let context = Context::of(network);
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    let rows = switches.chain(network.port_groups.iter().flat_map(|group| &group.acls));
    let definitions = Definitions::new(network.version);
    let parsed = rows.filter_map(|acl| Some((acl, parse(&acl.matches, &context).ok()?)));
    let ports = network.switches.iter().flat_map(|switch| &switch.ports).map(|port| port.name.as_str()).collect();
    let mut findings: Vec<_> = parsed
        .flat_map(|(acl, matches)| {
            [odd::check(acl, &matches), row(&ports, acl, &matches, &matches.annotate_by(&definitions))].concat()
        })
        .collect();
    findings.extend(misplaced(network, pipelines));
    findings
}

/// Rows that are well formed by themselves, and ignored for where OVN puts them.
pub(super) fn misplaced(network: &Network, pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    let (mut findings, mut told) = (Vec::new(), BTreeSet::new());
    let broken = pipelines.iter().flat_map(|pipeline| pipeline.broken.iter().map(move |error| (pipeline, error)));
    for (pipeline, error) in broken.filter(|(_, error)| error.by_context && told.insert(error.id)) {
        findings.extend(misplaced_row(network, pipeline, error));
    }
    findings
}

fn row(names: &BTreeSet<&str>, acl: &Acl, written: &Match, matches: &Expression) -> Vec<Diagnostic> {
    let mut uses = Uses::default();
    uses.look(matches);
    let finding = |code, message: String| Diagnostic::new(code, message).at_maybe(acl.provenance.place);
    let mut findings = Vec::new();
    if acl.direction == Direction::FromLport && uses.outport {
        let message =
            "`outport` is not known yet when a packet leaves the VM: this part of a from-lport row never matches";
        let help = "use `direction: to-lport`, or test the destination address instead";
        findings.push(finding(Code::OutportTooEarly, message.to_string()).help(help));
    }
    for port in uses.ports.iter().filter(|name| !names.contains(name.as_str())) {
        let message =
            format!("no port is called `{port}` here: as long as that is so, this part of the match never holds");
        let near: Vec<&str> =
            names.iter().copied().filter(|name| name.starts_with(port.as_str()) || port.starts_with(name)).collect();
        let help = match near.as_slice() {
            [] => "a VM's port is called `name.namespace`, followed by the subnet's provider where that is not `ovn`"
                .to_string(),
            near => format!("did you mean `{}`?", near.join("` or `")),
        };
        findings.push(finding(Code::UnknownName, message).help(help));
    }
    if let Some(field) = uses.internal {
        // As it is called there: a register may be a part of a field.
        let is = |definition: &Definition| matches!(definition, Definition::Field(of) | Definition::Bits { field: of, .. } if *of == field);
        let symbol = written.tests().map(|test| test.subject.symbol).find(|symbol| is(&symbol.definition()));
        let name = symbol.map_or(field.name(), |symbol| symbol.name());
        let message = format!("`{name}` is OVN's own and changes its meaning between versions");
        findings.push(finding(Code::InternalField, message).help("test a field of the packet instead"));
    }
    if let Some(field) = uses.lost {
        let name = field.name();
        let message =
            format!("OVN loses the test of `{name}` when it installs the row: it matches whatever `{name}` is");
        findings.push(
            finding(Code::OddMatch, message).help("leave the test out, and tell the traffic apart by something else"),
        );
    }
    if *matches == Expression::Constant(false) {
        let message = format!("this match is never true, so the row `{}` does nothing", acl.action);
        findings.push(finding(Code::NeverMatches, message));
    }
    findings
}

fn misplaced_row(network: &Network, pipeline: &Pipeline, error: &RowError) -> Option<Diagnostic> {
    let (acl, row) = name(network, error.id)?;
    let follows = acl.action.when_ignored();
    let message =
        format!("{} OVN cannot parse this match where it pastes it: {row} is ignored by OVN: {follows}", error.message);
    let tracked = if pipeline.stateful() { "on a switch that tracks connections " } else { "" };
    let help = match (network.version, acl.action) {
        (Version::V23_03, Action::Reject) => {
            "put the whole match into parentheses: OVN 23.03 does not, for a `reject`".to_string()
        }
        _ if error.message.contains("port group name") => {
            let switch = network.switches.get(pipeline.switch).map_or("", |switch| switch.name.as_str());
            format!("the group has no port on {switch}, and OVN knows it only where it has one")
        }
        _ => format!(
            "{tracked}OVN puts the match into parentheses of its own: leave out comments, and close each parenthesis"
        ),
    };
    let whole = format!("({})", acl.matches);
    let helps = acl.action == Action::Reject && parse(&whole, &Context::of(network)).is_ok();
    let fix = acl.provenance.place.filter(|_| helps);
    let found = Diagnostic::new(Code::MatchContext, message).at_maybe(acl.provenance.place).help(help);
    Some(match fix {
        Some(place) => {
            let written = Placed::new(acl.matches.clone(), place);
            found.fix(place, written.instead(&whole))
        }
        None => found,
    })
}

/// What a match looks at.
#[derive(Default)]
struct Uses {
    outport: bool,
    ports: BTreeSet<String>,
    internal: Option<Field>,
    lost: Option<Field>,
}

impl Uses {
    fn look(&mut self, expression: &Expression) {
        match expression {
            Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| self.look(part)),
            Expression::Port(test) => {
                self.outport |= test.field == PortField::Outport;
                if let PortSet::Name(name) = &test.set {
                    self.ports.insert(name.clone());
                }
            }
            Expression::Field(test) if is_internal(test.field) => self.internal = Some(test.field),
            Expression::Field(test) if matches!(test.field, Field::IpDscp | Field::IpEcn) => {
                self.lost = Some(test.field)
            }
            Expression::Field(_) | Expression::Constant(_) | Expression::Resident { .. } => {}
        }
    }
}

fn is_internal(field: Field) -> bool {
    matches!(
        field,
        Field::CtState
            | Field::CtMark
            | Field::CtLabel
            | Field::Flags
            | Field::Xxreg0
            | Field::Xxreg1
            | Field::Xreg4
            | Field::InportKey
            | Field::OutportKey
    )
}
