//! Changes in those families alone that both ends stand for.

use super::{Change, Common, Matched, Shift};
use crate::reach::{Family, PairAnswer};
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// What is left of changes. An end of whose changes some are less than those of its class is a class of its own.
pub(super) fn within(matched: &Matched, changes: Vec<Change>) -> Vec<Change> {
    let mut known: HashMap<(*const Shift, [bool; 2]), Option<Rc<Shift>>> = HashMap::new();
    let (mut kept, mut alone, mut first) = (Vec::with_capacity(changes.len()), HashSet::new(), 0);
    // What is known of a shift goes by where it is kept: it is kept as long.
    for change in &changes {
        let Some((one, other)) = matched.common.get(change.from).zip(matched.common.get(change.to)) else { continue };
        let families = common(one, other, change.from == change.to);
        let is_less = change.shift.families.iter().any(|of| !families.contains(&Some(of.family)));
        let is_kin = !Common::are_others(one, other);
        let shift = match is_less {
            false => Some(Rc::clone(&change.shift)),
            true => {
                let key = (Rc::as_ptr(&change.shift), families.map(|family| family.is_some()));
                known.entry(key).or_insert_with(|| change.shift.within(families)).clone()
            }
        };
        if is_less || is_kin {
            alone.extend([change.from, change.to]);
        } else {
            first = first.max(change.classes.0 + 1).max(change.classes.1 + 1);
        }
        kept.extend(shift.map(|shift| Change { shift, ..*change }));
    }
    let class = |end: usize, class: usize| if alone.contains(&end) { first + end } else { class };
    for change in &mut kept {
        change.classes = (class(change.from, change.classes.0), class(change.to, change.classes.1));
    }
    kept
}

fn common(one: &Common, other: &Common, is_same: bool) -> [Option<Family>; 2] {
    let third = if is_same { one.several } else { [true; 2] };
    let [v4, v6] =
        [one.families, other.families, third].into_iter().fold([true; 2], |[v4, v6], [a, b]| [v4 && a, v6 && b]);
    [v4.then_some(Family::Ipv4), v6.then_some(Family::Ipv6)]
}

impl Shift {
    /// The same in some families; nothing where nothing changes in these.
    fn within(&self, families: [Option<Family>; 2]) -> Option<Rc<Self>> {
        let part = |answer: &PairAnswer| {
            let mut answer = answer.clone();
            answer.families.retain(|of| families.contains(&Some(of.family)));
            answer
        };
        let (old, new) = (part(&self.old), part(&self.new));
        (old.families != new.families).then(|| Rc::new(Self::between(old, new)))
    }
}
