//! The rows of a stage that a packet may match at all, found without asking each.
//!
//! Most rows hold only of packets with one of a few marks: a port, a port group, an address, a transport port. The marks of
//! a packet are looked up, and the rows behind them are asked; no other can match.

use super::members::Members;
use super::row::Row;
use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Expression, FieldTest, Masked, PortSet, PortTest, Relation, Value};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::ops::Range;
use hashbrown::{DefaultHashBuilder, HashMap};
use once_cell::race::OnceBox;

/// Finds rows for packets; made when the first packet comes, for all who have the same rows.
#[derive(Debug, Clone, Default)]
pub struct Finder(Arc<OnceBox<Index>>);

/// Rows by what a packet must have that they match.
#[derive(Debug, Default)]
struct Index {
    /// Rows in the order of their marks.
    rows: Vec<u32>,
    /// Where in `rows` those of a mark stand. Marks are numbers, of which two may be equal by chance, at the cost of a look.
    marks: HashMap<u64, Range<usize>>,
    /// Fields that marks are made of, each with the bits that count.
    tests: Vec<(Field, u128)>,
    /// Rows that need no mark.
    others: Vec<u32>,
    hasher: DefaultHashBuilder,
}

/// Something that a packet has, or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Mark<'e> {
    Port(PortField, &'e str),
    /// The port is in the group of this number.
    Group(PortField, u32),
    Field(Field, Masked),
}

/// Marks of which a packet must have one, and about how many of the endpoints have one.
#[derive(Debug, Default)]
struct Need<'e> {
    marks: Vec<Mark<'e>>,
    weight: u64,
}

/// With more constants in a test, a row is asked of every packet.
const MOST_MARKS: usize = 64;

/// What a mark weighs that says nothing of an endpoint.
const ANYBODY: u64 = 1 << 20;

impl Finder {
    /// The places of all of the rows, which are always the same, that may match a packet, in their order. Nothing where that
    /// cannot be told: a field is not known.
    pub(super) fn near<'p>(
        &self,
        rows: &[Row],
        ports: impl Iterator<Item = (PortField, &'p str)>,
        members: &Members,
        field: impl Fn(Field) -> Value,
    ) -> Option<Vec<u32>> {
        self.0.get_or_init(|| Box::new(Index::of(rows, members))).near(ports, members, field)
    }
}

impl Index {
    fn of(rows: &[Row], members: &Members) -> Self {
        let (mut index, mut marked) = (Self::default(), Vec::new());
        for (row, at) in rows.iter().zip(0..) {
            match need(&row.matches, members) {
                None => index.others.push(at),
                Some(need) => marked.extend(need.marks.iter().map(|mark| (index.note(mark), at))),
            }
        }
        marked.sort_unstable();
        for alike in marked.chunk_by(|(one, _), (other, _)| one == other) {
            let start = index.rows.len();
            index.rows.extend(alike.iter().map(|(_, row)| row));
            index.marks.extend(alike.first().map(|(mark, _)| (*mark, start..index.rows.len())));
        }
        index
    }

    /// The number of a mark, whose test is remembered.
    fn note(&mut self, mark: &Mark<'_>) -> u64 {
        if let Mark::Field(field, Masked { mask, .. }) = *mark
            && !self.tests.contains(&(field, mask))
        {
            self.tests.push((field, mask));
        }
        self.hasher.hash_one(mark)
    }

    fn near<'p>(
        &self,
        ports: impl Iterator<Item = (PortField, &'p str)>,
        members: &Members,
        field: impl Fn(Field) -> Value,
    ) -> Option<Vec<u32>> {
        let mut near = self.others.clone();
        for (field, port) in ports {
            self.gather(&Mark::Port(field, port), &mut near);
            members.groups(port).for_each(|group| self.gather(&Mark::Group(field, group), &mut near));
        }
        for (tested, mask) in self.tests.iter().copied() {
            let Value::Known(number) = field(tested) else { return None };
            self.gather(&Mark::Field(tested, Masked { value: number & mask, mask }), &mut near);
        }
        near.sort_unstable();
        near.dedup();
        Some(near)
    }

    fn gather(&self, mark: &Mark<'_>, near: &mut Vec<u32>) {
        let rows = self.marks.get(&self.hasher.hash_one(mark)).and_then(|rows| self.rows.get(rows.clone()));
        near.extend(rows.into_iter().flatten());
    }
}

/// What a packet needs of which a match may hold; nothing where it may hold of any.
fn need<'e>(matches: &'e Expression, members: &Members) -> Option<Need<'e>> {
    match matches {
        Expression::Constant(false) => Some(Need::default()),
        Expression::Constant(true) | Expression::Resident { .. } => None,
        Expression::Port(test) => port(test, members),
        Expression::Field(test) => field(test),
        Expression::All(parts) => parts.iter().filter_map(|part| need(part, members)).min_by_key(|need| need.weight),
        Expression::Any(parts) => parts.iter().try_fold(Need::default(), |mut sum, part| {
            let Need { marks, weight } = need(part, members)?;
            sum.marks.extend(marks);
            sum.weight += weight;
            (sum.marks.len() <= MOST_MARKS).then_some(sum)
        }),
    }
}

fn port<'e>(test: &'e PortTest, members: &Members) -> Option<Need<'e>> {
    match &test.set {
        PortSet::Name(name) => Some(Need { marks: [Mark::Port(test.field, name)].to_vec(), weight: 1 }),
        PortSet::Group(name) => {
            let Some((group, size)) = members.group(name) else { return Some(Need::default()) };
            Some(Need { marks: [Mark::Group(test.field, group)].to_vec(), weight: size.try_into().ok()? })
        }
    }
}

fn field(test: &FieldTest) -> Option<Need<'_>> {
    let says_who = match test.field {
        Field::EthSrc
        | Field::EthDst
        | Field::Ip4Src
        | Field::Ip4Dst
        | Field::Ip6Src
        | Field::Ip6Dst
        | Field::ArpSpa
        | Field::ArpTpa => true,
        Field::TcpSrc | Field::TcpDst | Field::UdpSrc | Field::UdpDst | Field::SctpSrc | Field::SctpDst => false,
        _ => return None,
    };
    let Relation::In(constants) = &test.relation else { return None };
    if constants.len() > MOST_MARKS || constants.iter().any(|constant| constant.mask == 0) {
        return None;
    }
    let whole = |constant: &Masked| Masked { value: constant.value << test.low, mask: constant.mask << test.low };
    let weight = |mark: &Masked| {
        let free = test.field.width().saturating_sub(mark.mask.count_ones());
        if says_who { 1u64.checked_shl(free).unwrap_or(ANYBODY).min(ANYBODY) } else { ANYBODY }
    };
    let marks: Vec<Masked> = constants.iter().map(whole).collect();
    let weight = marks.iter().map(weight).sum();
    Some(Need { marks: marks.into_iter().map(|mark| Mark::Field(test.field, mark)).collect(), weight })
}
