//! One class and many others: a conversation is computed once for all of them of which every row says the same in it.
//!
//! What is asked next in a conversation depends on what was answered before ([`super::course`]). So classes to which the way
//! is the same are divided by each answer, and those which got all the same ones have had the same conversation.

use super::classes::Classes;
use super::conversation::Solver;
use super::course::{Courses, Position, Question, Role, Step};
use super::fan::{Fan, Told, Way};
use super::found::Found;
use super::lens::{Lens, Passing};
use super::parties::Parties;
use super::sayings::Sayings;
use super::scene::Party;
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;

/// A question that was put to the rows of a switch while a conversation was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub switch: usize,
    pub lens: usize,
    /// Both parties, as the switch numbers them.
    pub source: usize,
    pub target: usize,
    /// What the rows said.
    pub passing: Passing,
}

/// All classes, by what can be asked about many of them at once.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub classes: Arc<Classes>,
    /// Classes to which the ways are the same, from wherever one comes.
    places: Vec<FixedBitSet>,
    /// What is asked in which order.
    courses: Courses,
    /// Whether there was too much to tell: from then on answers are less exact than those of before.
    spent: bool,
    /// By lens, for both roles.
    views: Vec<[View; 2]>,
    /// How many sets of classes the views have.
    kept: usize,
}

/// All classes in one role, as one lens tells them apart.
#[derive(Debug, Clone, Default)]
struct View {
    /// By the lens's own class: the classes in it.
    members: Vec<Vec<usize>>,
    /// The classes that the lens sees.
    every: FixedBitSet,
    /// By the lens's class of the other party: sets of classes, by what the rows say of them.
    sayings: Vec<Vec<(Passing, FixedBitSet)>>,
}

/// So many bits of sayings are kept at once: 64 MiB.
const MOST_BITS: usize = 1 << 29;

impl Crowd {
    /// The classes of a solver's endpoints.
    pub fn of(solver: &mut Solver<'_>) -> Self {
        let classes = Arc::new(solver.classes());
        let mut places: Vec<FixedBitSet> = Vec::new();
        let numbers = solver.place_numbers();
        for (class, members) in classes.members().iter().enumerate() {
            let Some(number) = members.first().and_then(|first| numbers.get(*first)) else { continue };
            if *number >= places.len() {
                places.resize(number + 1, FixedBitSet::with_capacity(classes.len()));
            }
            places.get_mut(*number).into_iter().for_each(|place| place.insert(class));
        }
        Self { classes, places, courses: Courses::default(), spent: false, views: Vec::new(), kept: 0 }
    }

    /// The number of the place of a class; none where it has no members.
    fn place(&self, class: usize) -> Option<usize> {
        self.places.iter().position(|place| place.contains(class))
    }

    /// The answers about one class and others, or those of them that are named.
    pub fn fan(&mut self, class: usize, way: Way, others: Option<&FixedBitSet>, solver: &mut Solver<'_>) -> Fan {
        let mut fan = self.unfold(class, way, others, solver);
        if !self.spent && solver.arena.is_spent() {
            self.spent = true;
            (self.courses, self.views, self.kept) = (Courses::default(), Vec::new(), 0);
            fan = self.unfold(class, way, others, solver);
        }
        // What has no members has no answers.
        fan.unwrap_or_else(|| Fan::of_none(self.classes.len()))
    }

    fn unfold(&mut self, class: usize, way: Way, others: Option<&FixedBitSet>, solver: &mut Solver<'_>) -> Option<Fan> {
        let classes = Arc::clone(&self.classes);
        let own = classes.members().get(class)?;
        let one = *own.first()?;
        let pair = |class: usize| {
            let other = other(classes.members().get(class)?, one)?;
            Some(if way == Way::From { (one, other) } else { (other, one) })
        };
        let mut fan = Fan::of_none(classes.len());
        for place in 0..self.places.len() {
            let mut left = self.places.get(place)?.clone();
            others.into_iter().for_each(|others| left.intersect_with(others));
            if own.len() == 1 {
                left.set(class, false);
            }
            let mut open = alloc::vec![(self.start(class, place, way, solver)?, left)];
            while let Some((step, mut targets)) = open.pop() {
                let Some((first, pair)) = targets.minimum().and_then(|first| Some((first, pair(first)?))) else {
                    continue;
                };
                let (from, to) = pair;
                let parts = match self.courses.step(step.at) {
                    Some(Step::Ends(found)) => {
                        fan.push(&targets, Told { from, to, found: *found });
                        continue;
                    }
                    Some(Step::Asks(question)) => self.answers(*question, one, way, &targets, solver),
                    None => None,
                };
                if let Some(parts) = parts {
                    open.extend(parts.into_iter().map(|(passing, part)| (self.courses.next(step, passing), part)));
                    continue;
                }
                // Nobody was here before, or what is said to this class is not said to many at once.
                let is_new = self.courses.step(step.at).is_none();
                let (found, leads) = self.learn(step, pair, solver)?;
                if !(is_new && leads) {
                    let mut alone = FixedBitSet::with_capacity(classes.len());
                    alone.insert(first);
                    targets.set(first, false);
                    fan.push(&alone, Told { from, to, found });
                }
                open.push((step, targets));
            }
        }
        Some(fan)
    }

    /// Where conversations begin between a class and those of a place.
    fn start(&mut self, class: usize, place: usize, way: Way, solver: &Solver<'_>) -> Option<Position> {
        // Where there are load balancers, conversations ask about others than the two who have them.
        let one = if solver.network.load_balancers.is_empty() { self.place(class)? } else { class };
        Some(self.courses.start(if way == Way::From { (one, place) } else { (place, one) }))
    }

    /// Has a conversation, and notes how it went on from here: what was found, and whether it leads here, and not
    /// elsewhere, because more is known of this pair than of many at once.
    fn learn(&mut self, step: Position, (from, to): (usize, usize), solver: &mut Solver<'_>) -> Option<(Found, bool)> {
        solver.asked = Some(Vec::new());
        let found = solver.solve(from, to);
        let mut asked: Vec<Asked> = Vec::new();
        for question in solver.asked.take()? {
            if !asked.contains(&question) {
                asked.push(question);
            }
        }
        let roles = |asked: &Asked| {
            let parties = solver.parties(asked.switch)?;
            let role = |party: usize| match Some(party) {
                party if party == parties.endpoint(from) => Role::Asker,
                party if party == parties.endpoint(to) => Role::Answerer,
                _ => Role::Other(party),
            };
            let Asked { switch, lens, source, target, passing } = *asked;
            Some((Question { switch, lens, source: role(source), target: role(target) }, passing))
        };
        if !self.courses.leads(&mut asked.iter().take(step.depth).map(|asked| asked.passing), step) {
            return Some((found, false));
        }
        let rest = asked.iter().skip(step.depth).map(roles).collect::<Option<Vec<_>>>()?;
        self.courses.note(step, rest, found);
        Some((found, true))
    }

    /// Some classes by what the rows say of them.
    fn answers(
        &mut self,
        question: Question,
        one: usize,
        way: Way,
        targets: &FixedBitSet,
        solver: &mut Solver<'_>,
    ) -> Option<Vec<(Passing, FixedBitSet)>> {
        let parties = solver.parties.get(question.switch)?.as_ref()?;
        let many = if way == Way::From { Role::Answerer } else { Role::Asker };
        let party = |role: Role| if let Role::Other(party) = role { Some(party) } else { parties.endpoint(one) };
        let (role, other) = match (question.source, question.target) {
            (source, other) if source == many => (Party::Source, party(other)?),
            (other, target) if target == many => (Party::Target, party(other)?),
            // A question between others: whoever of the many it is, it is the same.
            (source, target) => {
                let parties = (party(source)?, party(target)?);
                let lens = solver.lenses.get_mut(question.lens)?;
                return Some([(lens.passing(parties.0, parties.1, &mut solver.arena), targets.clone())].to_vec());
            }
        };
        let lens = solver.lenses.get(question.lens)?;
        if self.kept.saturating_mul(self.classes.len()) > MOST_BITS {
            (self.views, self.kept) = (Vec::new(), 0);
        }
        if self.views.len() <= question.lens {
            self.views.resize_with(question.lens + 1, Default::default);
        }
        let [source, target] = self.views.get_mut(question.lens)?;
        let view = if role == Party::Source { source } else { target };
        if view.members.is_empty() {
            *view = View::of(lens, role, &self.classes, parties);
        }
        let other = lens.class(role.other(), other)?;
        let other_at = usize::try_from(other).ok()?;
        if view.sayings.get(other_at)?.is_empty() {
            let sayings = view.spread(&lens.sayings(role, other, &mut solver.arena));
            self.kept += sayings.len();
            *view.sayings.get_mut(other_at)? = sayings;
        }
        let mut parts = Vec::new();
        let mut left = targets.clone();
        for (passing, classes) in view.sayings.get(other_at)? {
            let mut part = left.clone();
            part.intersect_with(classes);
            if part.is_clear() {
                continue;
            }
            left.difference_with(classes);
            parts.push((*passing, part));
            if left.is_clear() {
                return Some(parts);
            }
        }
        // Whoever the lens does not see.
        left.is_clear().then_some(parts)
    }
}

/// Somebody of a class who is another one.
fn other(members: &[usize], than: usize) -> Option<usize> {
    members.iter().copied().find(|member| *member != than)
}

impl View {
    fn of(lens: &Lens, role: Party, classes: &Classes, parties: &Parties) -> Self {
        let mut members = alloc::vec![Vec::new(); lens.classes(role)];
        let mut every = FixedBitSet::with_capacity(classes.len());
        for (class, endpoints) in classes.members().iter().enumerate() {
            let party = endpoints.first().and_then(|first| parties.endpoint(*first));
            let own = party.and_then(|party| usize::try_from(lens.class(role, party)?).ok());
            if let Some(members) = own.and_then(|own| members.get_mut(own)) {
                members.push(class);
                every.insert(class);
            }
        }
        Self { members, every, sayings: alloc::vec![Vec::new(); lens.classes(role.other())] }
    }

    /// The classes by what is said of the lens's classes that they are in.
    fn spread(&self, sayings: &Sayings) -> Vec<(Passing, FixedBitSet)> {
        let none = FixedBitSet::with_capacity(self.every.len());
        let mut sets: Vec<_> = sayings.said.iter().map(|said| (*said, none.clone())).collect();
        let mut sizes = alloc::vec![0; sets.len()];
        let numbers = || sayings.of.iter().map(|number| usize::try_from(*number).unwrap_or(usize::MAX));
        for (number, members) in numbers().zip(&self.members) {
            sizes.get_mut(number).into_iter().for_each(|size| *size += members.len());
        }
        // What is said of most is what the others leave.
        let most = sizes.iter().enumerate().max_by_key(|(_, size)| **size).map(|(number, _)| number);
        for (number, members) in numbers().zip(&self.members).filter(|(number, _)| Some(*number) != most) {
            let Some((_, set)) = sets.get_mut(number) else { continue };
            members.iter().for_each(|class| set.insert(*class));
        }
        let mut rest = self.every.clone();
        sets.iter().for_each(|(_, set)| rest.difference_with(set));
        if let Some((_, set)) = most.and_then(|most| sets.get_mut(most)) {
            *set = rest;
        }
        sets
    }
}
