//! Headers that no row of some switches tells apart.

use super::header::headers;
use super::l4::{Family, L4Set};
use super::region::{Ports, Region};
use super::scene::Half;
use crate::ovn::acl::Direction;
use crate::ovn::field::Field;
use crate::ovn::matching::{Expression, FieldTest};
use crate::ovn::pipeline::{Pipeline, Stage};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// A division of a family's headers: of two conversations between the same ends whose headers are in one set, every row
/// says the same, of the requests and of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The sets, disjoint, none of them empty.
    pub sets: Vec<L4Set>,
    /// Whether the rows tell more apart than could be divided.
    pub outgrown: bool,
}

/// A set that is made of more pieces than this is not divided by.
const LARGEST: usize = 4096;

impl Cells {
    /// What the rows of some switches tell apart, in at most so many sets.
    pub fn of<'p>(pipelines: impl IntoIterator<Item = &'p Pipeline>, family: Family, most: usize) -> Self {
        let mut tests = BTreeSet::new();
        for pipeline in pipelines {
            let rows =
                Stage::ALL.into_iter().filter_map(|stage| pipeline.stage(stage)).flat_map(|rows| rows.acls.iter());
            rows.for_each(|row| collect(&row.matches, &mut tests));
            let directions = Direction::ALL.into_iter();
            directions.flat_map(|direction| pipeline.stateless(direction)).for_each(|row| collect(row, &mut tests));
        }
        let mut cells = Self { sets: kinds(family), outgrown: false };
        for test in tests {
            cells.divide(&headers(test, family, Half::Request), most);
            cells.divide(&headers(test, family, Half::Reply).answers(family), most);
        }
        cells
    }

    fn divide(&mut self, by: &L4Set, most: usize) {
        if by.size() > LARGEST {
            self.outgrown = true;
            return;
        }
        let parts =
            |set: &L4Set| [set.intersection(by), set.difference(by)].into_iter().filter(|part| !part.is_empty());
        let divided: Vec<L4Set> = self.sets.iter().flat_map(parts).collect();
        if divided.len() > most {
            self.outgrown = true;
        } else {
            self.sets = divided;
        }
    }
}

/// TCP, UDP, the question of a ping, SCTP, what else there is of ICMP, the other protocols.
fn kinds(family: Family) -> Vec<L4Set> {
    let (none, full) = (L4Set::empty(), L4Set::full(family));
    let (request, _) = family.echo();
    let echo = Region::product(&Ports::range(request, request), &Ports::full()).intersection(&full.icmp);
    [
        L4Set { tcp: full.tcp, ..none.clone() },
        L4Set { udp: full.udp, ..none.clone() },
        L4Set { icmp: echo.clone(), ..none.clone() },
        L4Set { sctp: full.sctp, ..none.clone() },
        L4Set { icmp: full.icmp.difference(&echo), ..none.clone() },
        L4Set { other: full.other, ..none },
    ]
    .to_vec()
}

/// The tests of transport fields in an expression.
fn collect<'e>(expression: &'e Expression, tests: &mut BTreeSet<&'e FieldTest>) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| collect(part, tests)),
        Expression::Field(test) if is_transport(test.field) => drop(tests.insert(test)),
        Expression::Field(_) | Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => {}
    }
}

fn is_transport(field: Field) -> bool {
    use Field::{
        Icmp4Code, Icmp4Type, Icmp6Code, Icmp6Type, IpProto, SctpDst, SctpSrc, TcpDst, TcpSrc, UdpDst, UdpSrc,
    };
    let fields =
        [IpProto, TcpSrc, TcpDst, UdpSrc, UdpDst, SctpSrc, SctpDst, Icmp4Type, Icmp4Code, Icmp6Type, Icmp6Code];
    fields.contains(&field)
}
