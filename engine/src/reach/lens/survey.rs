//! What the rows of a lens say of many classes at once.

use super::{Asked, Lens, Plain, possible};
use crate::reach::arena::L4Arena;
use crate::reach::open::Open;
use crate::reach::passing::Passing;
use crate::reach::sayings::{Sayings, States};
use crate::reach::scene::Party;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;

/// Where no more than one in so many classes is meant, each is walked by itself.
const MOST_WALKED: usize = 8;

impl Lens {
    /// The rows that ask nothing of one role, and of the other party what holds of this class. Only those of which that is all
    /// there is to know.
    pub fn wide(&self, role: Party, other: u32) -> FixedBitSet {
        let rows = usize::try_from(other).ok().and_then(|other| self.side(role.other()).rows.get(other));
        let mut wide = FixedBitSet::with_capacity(self.rows.len());
        wide.extend(rows.into_iter().flat_map(FixedBitSet::ones).filter(|at| self.is_wide(role, *at)));
        wide
    }

    fn is_wide(&self, role: Party, at: usize) -> bool {
        let asks = |role: Party| !self.side(role).strange.contains(at);
        !asks(role) && asks(role.other()) && self.rows.get(at).is_some_and(|row| row.plain.is_some())
    }

    /// What is said of all classes in a role by the rows that ask nothing of the other party, and by some that ask nothing of these
    /// and hold of the other party: what most are told, whoever it is.
    pub fn common(&self, role: Party, other: u32, wide: &FixedBitSet, arena: &mut L4Arena) -> Sayings {
        let mut rows = self.side(role.other()).strange.clone();
        rows.union_with(wide);
        self.say(role, &rows, other, arena)
    }

    /// The classes in a role of which the rows say something else when the other party is of this class; rising.
    pub fn own(&mut self, role: Party, other: u32, common: &Sayings, arena: &mut L4Arena) -> Vec<(u32, Passing)> {
        let (mine, theirs) = (self.side(role), self.side(role.other()));
        let rows = usize::try_from(other).ok().and_then(|other| theirs.rows.get(other));
        let Some(rows) = rows else { return Vec::new() };
        let mut meant = FixedBitSet::with_capacity(mine.every.len());
        for at in rows.difference(&theirs.strange).filter(|at| !self.is_wide(role, *at)) {
            match self.rows.get(at).map(|row| possible(&row.tree, role, &mine.holding)) {
                Some(Some(classes)) => meant.union_with(&classes),
                Some(None) => meant.clone_from(&mine.every),
                None => {}
            }
        }
        let count = meant.count_ones(..);
        // Where many are meant, the rows say it of all of them at once.
        let all = (count * MOST_WALKED > mine.every.len()).then(|| self.say(role, rows, other, arena));
        let mut own = Vec::new();
        for class in meant.ones().filter_map(|class| u32::try_from(class).ok()) {
            let passing = match &all {
                Some(all) => all.about(class),
                None => self.ask(if role == Party::Target { (other, class) } else { (class, other) }, arena),
            };
            if passing != common.about(class) {
                own.push((class, passing));
            }
        }
        own
    }

    /// What some rows say of all classes in a role, when the other party is of this class.
    fn say(&self, role: Party, rows: &FixedBitSet, other: u32, arena: &mut L4Arena) -> Sayings {
        let count = self.classes(role);
        let Some(other) = usize::try_from(other).ok() else { return Sayings::default() };
        let mut states = States::new(count, Open::new(self.full));
        for row in rows.ones().filter_map(|at| self.rows.get(at)) {
            if arena.is_spent() {
                return Sayings { of: alloc::vec![0; count], said: [self.anything()].to_vec() };
            }
            if let Some(Plain { source, target, headers }) = row.plain {
                // That the other party answers with yes is why the row is asked.
                let question = if role == Party::Source { source } else { target };
                let side = self.side(role);
                let classes = question.map_or(Some(&side.every), |question| side.holding.get(question));
                let passing = Passing { must: headers, may: headers };
                classes
                    .into_iter()
                    .for_each(|classes| states.change(classes, |state| row.after(state, passing, arena)));
                continue;
            }
            for (passing, classes) in self.parts(row, role, other, arena) {
                states.change(&classes, |state| row.after(state, passing, arena));
            }
        }
        states.finish(|state| state.finish(self.default, self.full, arena))
    }

    /// The classes of which a row may hold, by the headers of which it does.
    fn parts(
        &self,
        row: &Asked,
        role: Party,
        other: usize,
        arena: &mut L4Arena,
    ) -> Vec<(Passing, Cow<'_, FixedBitSet>)> {
        let (mine, theirs) = (self.side(role), self.side(role.other()));
        let mut questions = Vec::new();
        row.tree.questions(role, &mut questions);
        let places = |question: usize| questions.iter().position(|known| *known == question);
        let mut said = |truths: &[bool]| {
            let asks = |party: Party, question: &usize| match party == role {
                // A question that is not answered yet might hold: trees have no negation.
                true => places(*question).and_then(|at| truths.get(at).copied()).unwrap_or(true),
                false => theirs.holding.get(*question).is_some_and(|holding| holding.contains(other)),
            };
            let passing = row.headers(self.full, arena, &asks);
            (passing.may != L4Arena::EMPTY).then_some(passing)
        };
        let Some(most) = said(&[]) else { return Vec::new() };
        match *questions {
            [] => return [(most, Cow::Borrowed(&mine.every))].to_vec(),
            [question] if said(&[false]).is_none() => {
                return mine.holding.get(question).map(|holding| (most, Cow::Borrowed(holding))).into_iter().collect();
            }
            _ => {}
        }
        // Answered one after the other; where the row can no longer hold, nothing more is asked. That is looked at
        // whenever there are twice as many parts: looking is dear where a row asks much.
        let mut looked = 1;
        let mut parts: Vec<(Vec<bool>, FixedBitSet)> = [(Vec::new(), mine.every.clone())].to_vec();
        for holding in questions.iter().map(|question| mine.holding.get(*question)) {
            let mut next = Vec::with_capacity(parts.len());
            for (truths, classes) in parts {
                for truth in [true, false] {
                    let truths = truths.iter().copied().chain([truth]).collect::<Vec<bool>>();
                    let mut part = classes.clone();
                    match holding {
                        Some(holding) if truth => part.intersect_with(holding),
                        Some(holding) => part.difference_with(holding),
                        None if truth => part.clear(),
                        None => {}
                    }
                    if !part.is_clear() {
                        next.push((truths, part));
                    }
                }
            }
            if next.len() >= 2 * looked {
                next.retain(|(truths, _)| said(truths).is_some());
                looked = next.len().max(1);
            }
            parts = next;
        }
        parts.into_iter().filter_map(|(truths, classes)| Some((said(&truths)?, Cow::Owned(classes)))).collect()
    }
}
