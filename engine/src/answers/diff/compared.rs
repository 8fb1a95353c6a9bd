//! Two evaluations, asked about the same pairs: all endpoints at once that neither of the two tells apart.

use super::{Change, Common, Matched, Shift};
use crate::reach::{AnswerId, Classes, Reach, Way};
use alloc::rc::Rc;
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// What changes, as far as was asked.
pub(super) struct Compared<'c, 'r, 'n, 'm> {
    matched: &'c Matched,
    old: &'r mut Reach<'n>,
    new: &'r mut Reach<'m>,
    /// The classes of each evaluation.
    classes: [Arc<Classes>; 2],
    /// The common endpoints by the classes of both.
    groups: Classes,
    /// By what was told and what is told: nothing where these are the same.
    shifts: HashMap<(AnswerId, AnswerId), Option<Rc<Shift>>>,
    pub(super) changes: Vec<Change>,
}

/// The same by asking about all of them.
pub(super) fn among_all(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    let mut compared = Compared::of(matched, old, new);
    let every: Vec<usize> = (0..compared.groups.len()).collect();
    for group in &every {
        let own = compared.classes_of(*group);
        if let Some([was, is]) = own {
            let [old, new] = [compared.old.fan(was), compared.new.fan(is)].map(|fan| fan.all().collect::<Vec<_>>());
            let told = |was: usize, is: usize| Some(((*old.get(was)?)?, (*new.get(is)?)?));
            compared.told(*group, Way::From, &every, told);
        }
    }
    compared.changes
}

impl<'c, 'r, 'n, 'm> Compared<'c, 'r, 'n, 'm> {
    pub(super) fn of(matched: &'c Matched, old: &'r mut Reach<'n>, new: &'r mut Reach<'m>) -> Self {
        let classes = [old.classes(), new.classes()];
        let [was, is] = &classes;
        let common = |index: usize| matched.common.get(index);
        let groups = Classes::of_one(matched.common.len())
            .divided(&|index| was.of(common(index)?.old))
            .divided(&|index| is.of(common(index)?.new));
        Self { matched, old, new, classes, groups, shifts: HashMap::new(), changes: Vec::new() }
    }

    /// Asks about the pairs between two sides, by index of common endpoints, both ways. Who is on both is told twice.
    pub(super) fn between(&mut self, sides: &[Vec<usize>; 2]) {
        let [mut few, mut many] = sides.each_ref().map(|side| {
            let mut groups: Vec<usize> = side.iter().filter_map(|index| self.groups.of(*index)).collect();
            groups.sort_unstable();
            groups.dedup();
            groups
        });
        if few.len() > many.len() {
            core::mem::swap(&mut few, &mut many);
        }
        let mut masks = self.classes.each_ref().map(|classes| FixedBitSet::with_capacity(classes.len()));
        for classes in many.iter().filter_map(|other| self.classes_of(*other)) {
            masks.iter_mut().zip(classes).for_each(|(mask, class)| mask.insert(class));
        }
        let [olds, news] = &masks;
        for group in few {
            let Some([was, is]) = self.classes_of(group) else { continue };
            for way in [Way::From, Way::To] {
                let [old, new] = [self.old.fan_among(was, way, olds), self.new.fan_among(is, way, news)];
                self.told(group, way, &many, |was, is| Some((old.of(was)?, new.of(is)?)));
            }
        }
    }

    fn classes_of(&self, group: usize) -> Option<[usize; 2]> {
        let first = self.matched.common.get(*self.groups.members().get(group)?.first()?)?;
        let [was, is] = &self.classes;
        Some([was.of(first.old)?, is.of(first.new)?])
    }

    /// Notes what changes between a group and others, by what each evaluation says of its class.
    fn told(
        &mut self,
        group: usize,
        way: Way,
        others: &[usize],
        told: impl Fn(usize, usize) -> Option<(AnswerId, AnswerId)>,
    ) {
        for other in others {
            let told = self.classes_of(*other).and_then(|[was, is]| told(was, is));
            let Some((was, is)) = told else { continue };
            let (old, new) = (&self.old, &self.new);
            let shift = self.shifts.entry((was, is)).or_insert_with(|| {
                let (was, is) = (old.told_as(was)?, new.told_as(is)?);
                (was != is).then(|| Rc::new(Shift::between(was, is)))
            });
            if let Some(shift) = shift.clone() {
                self.note(if way == Way::From { (group, *other) } else { (*other, group) }, &shift);
            }
        }
    }

    /// All pairs of two groups change by the same.
    fn note(&mut self, classes: (usize, usize), shift: &Rc<Shift>) {
        let members = |group: usize| self.groups.members().get(group).map_or(&[][..], Vec::as_slice);
        let common = |index: usize| self.matched.common.get(index);
        for (from, to) in
            members(classes.0).iter().flat_map(|from| members(classes.1).iter().map(move |to| (*from, *to)))
        {
            let Some((one, other)) = common(from).zip(common(to)) else { continue };
            if Common::are_others(one, other) {
                self.changes.push(Change { from, to, classes, shift: Rc::clone(shift) });
            }
        }
    }
}
