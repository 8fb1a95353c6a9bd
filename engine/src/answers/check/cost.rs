//! What a row costs on every hypervisor: ovn-controller turns its match into OpenFlow flows.
//!
//! As `expr_to_matches` does it: `!=` on n bits becomes up to n flows, a range up to two for each bit, a set one for each
//! element; where two or more fields have several values, a conjunction adds them up instead of multiplying them. An estimate from above: fields that are tested twice count twice.
//! Where connections are tracked northd writes the match twice: for requests of new connections, and for those of known ones
//! (`consider_acl`); or, of `allow-stateless`, once to keep packets out of tracking. A `pass` is written once.

use super::name;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::matching::{Expression, FieldTest, Relation};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{Origin, Outcome, Pipeline, Row, Stage};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// From so many flows on it is said, and from so many on it is a warning.
const WORTH_KNOWING: u64 = 500;
const WORTH_CHANGING: u64 = 10_000;

/// The flows that a match becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    flows: u64,
    /// How many of them are parts of conjunctions.
    conjunctive: u64,
}

pub(super) fn check(network: &Network, pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    let mut costs: BTreeMap<_, Cost> = BTreeMap::new();
    for (pipeline, stage) in pipelines.iter().flat_map(|one| Stage::ALL.into_iter().map(move |stage| (one, stage))) {
        let rows: &[Row] = pipeline.stage(stage).map_or(&[], |rows| rows.acls.as_slice());
        for row in rows {
            if let Origin::Acl(id) = row.origin {
                let is_doubled = pipeline.stateful() && row.outcome != Outcome::Pass;
                let cost = cost(&row.matches).times(if is_doubled { 2 } else { 1 });
                let dearest = costs.entry(id).or_insert(cost);
                *dearest = if cost.flows > dearest.flows { cost } else { *dearest };
            }
        }
    }
    let dear = costs.into_iter().filter(|(_, cost)| cost.flows >= WORTH_KNOWING);
    let tell = |(id, cost): (_, Cost)| {
        let (acl, row) = name(network, id)?;
        let message = format!("{row} becomes about {} flows on every hypervisor{}", cost.flows, cost.conjunctions());
        let severity = if cost.flows >= WORTH_CHANGING { Severity::Warning } else { Severity::Info };
        let help = "test prefixes instead of single addresses and ranges, and `==` in a row of its own instead of `!=`";
        Some(Diagnostic::new(Code::ExpensiveRow, message).at_maybe(acl.provenance.place).severity(severity).help(help))
    };
    dear.filter_map(tell).collect::<Vec<_>>()
}

impl Cost {
    fn times(self, many: u64) -> Self {
        Self { flows: self.flows.saturating_mul(many), conjunctive: self.conjunctive.saturating_mul(many) }
    }

    /// How many of the flows are parts of conjunctions, behind how many there are.
    fn conjunctions(self) -> String {
        match self.conjunctive {
            0 => String::new(),
            parts if parts > self.flows / 2 => ", most of them parts of conjunctions".into(),
            parts => format!(", {parts} of them parts of conjunctions"),
        }
    }
}

fn cost(expression: &Expression) -> Cost {
    let single = Cost { flows: 1, conjunctive: 0 };
    match expression {
        Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => single,
        Expression::Field(test) => Cost { flows: flows(test), conjunctive: 0 },
        Expression::Any(parts) => parts.iter().map(cost).fold(Cost { flows: 0, conjunctive: 0 }, |a, b| Cost {
            flows: a.flows.saturating_add(b.flows),
            conjunctive: a.conjunctive.saturating_add(b.conjunctive),
        }),
        Expression::All(parts) => {
            let several: Vec<u64> = parts.iter().map(|part| cost(part).flows).filter(|flows| *flows > 1).collect();
            match several.as_slice() {
                [] => single,
                [one] => Cost { flows: *one, conjunctive: 0 },
                dimensions => {
                    let sum = dimensions.iter().fold(1u64, |sum, flows| sum.saturating_add(*flows));
                    Cost { flows: sum, conjunctive: sum - 1 }
                }
            }
        }
    }
}

fn flows(test: &FieldTest) -> u64 {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let width = u64::from(test.width);
    match &test.relation {
        Relation::In(constants) => count(constants.len()),
        // Each constant is a disjunction over its bits, and all of them must hold: they are multiplied.
        Relation::NotIn(constants) => constants
            .iter()
            .map(|constant| u64::from(constant.mask.count_ones()))
            .fold(1, |product: u64, bits| product.saturating_mul(bits.max(1))),
        Relation::Less(_) | Relation::LessOrEqual(_) | Relation::Greater(_) | Relation::GreaterOrEqual(_) => width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ovn::matching::{Context, parse};
    use crate::ovn::network::Version;

    #[test]
    fn of_conjunctions_it_is_told_how_many_flows_are_parts() {
        let of = |text: &str| cost(&parse(text, &Context::new(Version::Main)).unwrap().annotate()).conjunctions();
        assert_eq!(of("ip4.src == {10.0.0.1, 10.0.0.2, 10.0.0.3}"), "");
        assert_eq!(
            of("ip4.src == {10.0.0.1, 10.0.0.2} && ip4.dst == {1.1.1.1, 1.1.1.2}"),
            ", most of them parts of conjunctions"
        );
        let few = "ip4.src != 10.0.0.1 || (ip4.src == {10.0.0.1, 10.0.0.2} && ip4.dst == {1.1.1.1, 1.1.1.2})";
        assert_eq!(of(few), ", 4 of them parts of conjunctions");
    }

    #[test]
    fn sets_add_up_and_inequalities_multiply() {
        let of = |text: &str| cost(&parse(text, &Context::new(Version::Main)).unwrap().annotate()).flows;
        assert_eq!(of("ip4.src == 10.0.0.1"), 1);
        // Each port, each family of the prerequisite, and the conjunction itself.
        assert_eq!(of("tcp.dst == {80, 443}"), 2 + 2 + 1);
        assert_eq!(of("ip4.src != 10.0.0.1"), 32);
        assert_eq!(of("ip4.src != {10.0.0.1, 10.0.0.2}"), 32 * 32);
        assert!(of("ip4.src == {10.0.0.1, 10.0.0.2} && tcp.dst == {1, 2, 3}") < 10);
    }
}
