//! The rows of a stage, and which of them may match a packet of another at all.

use super::cuboid::{Budget, Cuboid, MADE, Side, TooComplex, meet};
use super::space::{Shape, Space, Test, Values, numbered};
use crate::ovn::pipeline::{Row, StageRows, Tracking};
use crate::reach::Intervals;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// Looks for what one row matches.
const MOST_LOOKS: usize = 1_000 * MADE;
/// Ranges of the values of a hull on one axis; of more only the bounds are kept.
const MOST_RANGES: usize = 1_024;

/// The rows of a stage with what they match, roughly: never less than they do.
pub(super) struct Hulls<'a> {
    /// OVN's own rows, then the others in the order in which they are asked.
    rows: Vec<Shaped<'a>>,
    index: Index,
    flags: Flags,
}

/// A row over numbered axes.
pub(super) struct Shaped<'a> {
    pub(super) row: &'a Row,
    shape: Shape,
    guard: Test,
    hull: Known,
}

enum Known {
    /// It is no more than this.
    Hull(Hull),
    /// It matches nothing.
    Nothing,
    /// Too much to find out.
    Anything,
}

/// What all packets of some boxes have in common; by it most rows need not be compared at all.
struct Hull(Vec<(usize, Values)>);

/// Rows by the flags that all their packets have.
struct Flags {
    all: FixedBitSet,
    /// By flag: the rows that need it. One that needs several stands with the first.
    needing: HashMap<usize, Vec<usize>>,
    /// Rows that need none.
    free: Vec<usize>,
}

/// Rows by the values of the axis that leaves the fewest of them to be compared.
struct Index {
    axis: usize,
    /// The least and the greatest value of a row, in the order of the least ones.
    bounds: Vec<((u128, u128), usize)>,
    /// For the middle of each part of `bounds` that is halved: the greatest value in that part.
    highest: Vec<u128>,
    /// Rows that may have any value.
    others: Vec<usize>,
}

impl<'a> Hulls<'a> {
    /// The rows of a stage.
    pub(super) fn of(rows: &'a StageRows) -> Self {
        let mut space = Space::default();
        let rows: Vec<_> = rows.all().map(|row| Shaped::of(row, &mut space)).collect();
        Self { index: Index::of(&rows), flags: Flags::of(&rows, space.flags()), rows }
    }

    /// The rows, in the order in which they are asked.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Shaped<'a>> {
        self.rows.iter()
    }

    /// The flags that none of these boxes speaks of: other groups, for example, than those that a row names. And the rows that
    /// may match a packet of a row, all of whose boxes these are, without any such flag, in the order in which they are asked.
    pub(super) fn plainest(
        &self,
        row: &Shaped<'a>,
        packets: &[Cuboid],
        budget: &mut Budget,
    ) -> Result<(FixedBitSet, Vec<&Shaped<'a>>), TooComplex> {
        let mut said = FixedBitSet::with_capacity(self.flags.all.len());
        let axes = packets.iter().flat_map(Cuboid::axes).map(|(axis, _)| *axis);
        said.extend(axes.filter(|axis| self.flags.all.contains(*axis)));
        let mut near = self.flags.free.clone();
        near.extend(said.ones().filter_map(|axis| self.flags.needing.get(&axis)).flatten());
        budget.spend(near.len())?;
        near.sort_unstable();
        let mut unsaid = self.flags.all.clone();
        unsaid.difference_with(&said);
        let may_match = |other: &&Shaped<'a>| other.needs(&unsaid).is_none() && row.hull.meets(&other.hull);
        let near = near.into_iter().filter_map(|at| self.rows.get(at)).filter(may_match).collect();
        Ok((unsaid, near))
    }

    /// The rows that may match a packet that this one matches, itself included, in the order in which they are asked.
    pub(super) fn near(&self, row: &Shaped<'a>, budget: &mut Budget) -> Result<Vec<&Shaped<'a>>, TooComplex> {
        let mut near: Vec<usize> = match row.hull.bounds(self.index.axis) {
            Some(bounds) => self.index.near(bounds),
            None => (0..self.rows.len()).collect(),
        };
        budget.spend(near.len())?;
        near.sort_unstable();
        let rows = near.into_iter().filter_map(|at| self.rows.get(at));
        Ok(rows.filter(|other| row.hull.meets(&other.hull)).collect())
    }
}

impl<'a> Shaped<'a> {
    fn of(row: &'a Row, space: &mut Space) -> Self {
        let (shape, guard) = (space.shape(&row.matches), Test::of_guard(row.guard));
        let mut shaped = Self { row, shape, guard, hull: Known::Anything };
        if let Ok(packets) = shaped.packets(Tracking::ALL, &mut Budget(MOST_LOOKS)) {
            shaped.hull = Hull::of(&packets).map_or(Known::Nothing, Known::Hull);
        }
        shaped
    }

    /// The first of some flags without which it matches no packet.
    fn needs(&self, flags: &FixedBitSet) -> Option<usize> {
        let Known::Hull(Hull(axes)) = &self.hull else { return None };
        axes.iter().find(|(axis, values)| flags.contains(*axis) && !values.contains(0)).map(|(axis, _)| *axis)
    }

    /// The packets that it is asked about and matches, out of those whose tracking is one of `states`.
    pub(super) fn packets(&self, states: &[Tracking], budget: &mut Budget) -> Result<Vec<Cuboid>, TooComplex> {
        let all = Cuboid::of(Space::TRACKING, &numbered(states));
        let asked: Vec<_> = all.and_then(|all| all.cut(Space::TRACKING, &self.guard.inside)).into_iter().collect();
        budget.all_within(&asked, &self.shape, Side::Inside)
    }

    /// Those of some packets that it does not match, or is not asked about; nothing where these are all of them.
    pub(super) fn without(&self, packets: &[Cuboid], budget: &mut Budget) -> Result<Option<Vec<Cuboid>>, TooComplex> {
        budget.spend(packets.len())?;
        if !packets.iter().any(|one| self.may_meet(one)) {
            return Ok(None);
        }
        let mut left = Vec::new();
        for one in packets {
            match one.cut(Space::TRACKING, &self.guard.inside).filter(|_| self.may_meet(one)) {
                None => left.push(one.clone()),
                Some(asked) => {
                    left.extend(one.cut(Space::TRACKING, &self.guard.outside));
                    budget.within(&asked, &self.shape, Side::Outside, &mut left)?;
                }
            }
        }
        Ok(Some(left).filter(|left| left != packets))
    }

    /// Whether it matches some of these packets.
    pub(super) fn meets(&self, packets: &[Cuboid], budget: &mut Budget) -> Result<bool, TooComplex> {
        budget.spend(packets.len())?;
        let mut found = Vec::new();
        for one in packets.iter().filter(|one| self.may_meet(one)) {
            if let Some(asked) = one.cut(Space::TRACKING, &self.guard.inside) {
                budget.within(&asked, &self.shape, Side::Inside, &mut found)?;
            }
            if !found.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn may_meet(&self, packets: &Cuboid) -> bool {
        packets.meets_test(&self.guard) && packets.may_meet(&self.shape)
    }
}

impl Known {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hull(one), Self::Hull(other)) => one.meets(other),
            (Self::Nothing, _) | (_, Self::Nothing) => false,
            (Self::Anything, _) | (_, Self::Anything) => true,
        }
    }

    fn bounds(&self, axis: usize) -> Option<(u128, u128)> {
        let Self::Hull(Hull(axes)) = self else { return None };
        let at = axes.binary_search_by_key(&axis, |(axis, _)| *axis).ok()?;
        bounds(&axes.get(at)?.1)
    }
}

impl Hull {
    /// The hull of some boxes; nothing where there is none.
    fn of(packets: &[Cuboid]) -> Option<Self> {
        let (first, rest) = packets.split_first()?;
        let mut axes = first.axes().to_vec();
        axes.iter_mut().for_each(|(_, values)| roughen(values));
        for other in rest {
            let of = |axis: usize| {
                let at = other.axes().binary_search_by_key(&axis, |(axis, _)| *axis).ok()?;
                other.axes().get(at).map(|(_, values)| values)
            };
            axes.retain_mut(|(axis, values)| match of(*axis) {
                None => false,
                Some(more) if more == values => true,
                Some(more) => {
                    *values = Rc::new(values.union(more));
                    roughen(values);
                    true
                }
            });
        }
        Some(Self(axes))
    }

    /// Whether a packet may be in both.
    fn meets(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((axis, values)), Some((other, more))) = (mine.peek(), theirs.peek()) {
            if axis == other && !meet(values, more) {
                return false;
            }
            if axis <= other {
                mine.next();
            }
            if other <= axis {
                theirs.next();
            }
        }
        true
    }
}

impl Flags {
    fn of(rows: &[Shaped<'_>], all: FixedBitSet) -> Self {
        let mut flags = Self { all, needing: HashMap::new(), free: Vec::new() };
        for (at, row) in rows.iter().enumerate() {
            match row.needs(&flags.all) {
                Some(flag) => flags.needing.entry(flag).or_default().push(at),
                None => flags.free.push(at),
            }
        }
        flags
    }
}

impl Index {
    fn of(rows: &[Shaped<'_>]) -> Self {
        let mut told: HashMap<usize, Vec<(u128, u128)>> = HashMap::new();
        for row in rows {
            let Known::Hull(Hull(axes)) = &row.hull else { continue };
            for (axis, values) in axes {
                told.entry(*axis).or_default().extend(bounds(values));
            }
        }
        let best = told.iter().min_by_key(|(axis, bounds)| (meetings(bounds, rows.len()), **axis));
        let axis = best.map_or(Space::TRACKING, |(axis, _)| *axis);
        let (mut bounds, mut others) = (Vec::new(), Vec::new());
        for (at, row) in rows.iter().enumerate() {
            match row.hull.bounds(axis) {
                Some(found) => bounds.push((found, at)),
                None => others.push(at),
            }
        }
        bounds.sort_unstable();
        let mut index = Self { axis, highest: vec![0; bounds.len()], bounds, others };
        index.rise(0, index.bounds.len());
        index
    }

    /// Finds the greatest value of a part, and of all parts that it is halved into.
    fn rise(&mut self, start: usize, end: usize) -> u128 {
        let middle = usize::midpoint(start, end);
        let Some(((_, own), _)) = self.bounds.get(middle).copied().filter(|_| start < end) else { return 0 };
        let highest = own.max(self.rise(start, middle)).max(self.rise(middle + 1, end));
        if let Some(slot) = self.highest.get_mut(middle) {
            *slot = highest;
        }
        highest
    }

    /// The rows that may have one of these values.
    fn near(&self, wanted: (u128, u128)) -> Vec<usize> {
        let mut near = self.others.clone();
        self.gather((0, self.bounds.len()), wanted, &mut near);
        near
    }

    fn gather(&self, (start, end): (usize, usize), wanted: (u128, u128), near: &mut Vec<usize>) {
        let middle = usize::midpoint(start, end);
        let Some(((least, own), row)) = self.bounds.get(middle).filter(|_| start < end) else { return };
        if self.highest.get(middle).is_none_or(|highest| *highest < wanted.0) {
            return;
        }
        self.gather((start, middle), wanted, near);
        if *least <= wanted.1 {
            if *own >= wanted.0 {
                near.push(*row);
            }
            self.gather((middle + 1, end), wanted, near);
        }
    }
}

/// How many pairs of rows an axis leaves to be compared: those whose bounds meet, and those of which one has none.
fn meetings(bounds: &[(u128, u128)], rows: usize) -> usize {
    let [mut least, mut greatest] = [Vec::new(), Vec::new()];
    for (first, last) in bounds {
        least.push(*first);
        greatest.push(*last);
    }
    least.sort_unstable();
    greatest.sort_unstable();
    let met = |(first, last): &(u128, u128)| {
        least.partition_point(|other| other <= last) - greatest.partition_point(|other| other < first)
    };
    bounds.iter().map(met).sum::<usize>() + 2 * rows.saturating_sub(bounds.len()) * rows
}

/// Makes values of very many ranges one, so that they are few to keep and to compare.
fn roughen(values: &mut Values) {
    if let (true, Some((first, last))) = (values.ranges().len() > MOST_RANGES, bounds(values)) {
        *values = Rc::new(Intervals::range(first, last));
    }
}

fn bounds(values: &Values) -> Option<(u128, u128)> {
    Some((values.ranges().first()?.0, values.ranges().last()?.1))
}
