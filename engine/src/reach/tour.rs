//! How one fan is made: groups of the others are followed along the courses, from one saying of the rows to the next, and a
//! conversation is had where nobody came by before.
//!
//! Followed are those of which the rows say something else than of most, here or in the fan that is the model; all others tell
//! this asker what they tell the model's.

use super::arena::L4Id;
use super::conversation::Solver;
use super::course::{Answered, Position, Question, Role, Start, Step};
use super::crowd::{Asked, Common, Crowd, Heard, Model, Modelled};
use super::division::{Facet, Group, Look, UNSEEN, at};
use super::fan::{AnswerId, Fan, NONE, Way};
use super::passing::Passing;
use super::scene::Party;
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashSet;

/// One class on its way to others.
pub(super) struct Tour<'t, 'n> {
    crowd: &'t mut Crowd,
    solver: &'t mut Solver<'n>,
    way: Way,
    class: usize,
    own: Group,
    place: u32,
    /// The groups that were told more than what rows say of many at once.
    alone: Vec<usize>,
    /// The groups of the others that are load balancers.
    balancers: HashSet<usize>,
    /// By question, as far as it was asked: what the rows say; nothing where that is not known of many at once.
    said: Vec<Option<Option<Said>>>,
    /// Whether so many of the others are followed that what is said is listed for them.
    asks_many: bool,
    /// Where conversations begin that begin as the last one did.
    start: Option<(Start, Position)>,
}

/// One in so many of the others is many.
const MANY: usize = 4;

/// What the rows say of the others.
enum Said {
    /// The same of all.
    Of(Passing),
    /// By what they look like: this of most, and something else of some.
    Each {
        facet: Arc<Facet>,
        common: Common,
        own: Arc<Vec<(u32, Passing)>>,
        /// Both in one, where many are asked about.
        list: Vec<Passing>,
    },
}

impl Said {
    fn about(&self, group: usize) -> Passing {
        match self {
            Self::Of(passing) => *passing,
            Self::Each { facet, common, own, list } => {
                let looks = facet.of.get(group).copied().unwrap_or(UNSEEN);
                if let Some(listed) = at(list, looks) {
                    return *listed;
                }
                let own = own.binary_search_by_key(&looks, |(looks, _)| *looks).ok().and_then(|at| own.get(at));
                own.map_or_else(|| common.sayings.about(looks), |(_, passing)| *passing)
            }
        }
    }

    /// Makes the list.
    fn enlist(&mut self) {
        if let Self::Each { common, own, list, .. } = self {
            *list = common.sayings.all().collect();
            for (looks, passing) in &**own {
                let place = usize::try_from(*looks).ok().and_then(|at| list.get_mut(at));
                place.into_iter().for_each(|place| *place = *passing);
            }
        }
    }
}

/// A conversation asked what was not asked before: who is alike has to be found out anew.
pub(super) struct Divided;

impl<'t, 'n> Tour<'t, 'n> {
    /// Prepares a class.
    pub fn new(class: usize, way: Way, crowd: &'t mut Crowd, solver: &'t mut Solver<'n>) -> Option<Self> {
        let [one, many] = crowd.sides(way);
        let group = usize::try_from(*one.of.get(class)?).ok()?;
        let place = *one.facet(Look::Place)?.of.get(group)?;
        let own = *one.groups.get(group)?;
        let balancers = crowd.balancers.iter().filter_map(|class| usize::try_from(*many.of.get(*class)?).ok());
        let balancers = balancers.collect();
        Some(Self {
            crowd,
            solver,
            way,
            class,
            own,
            place,
            balancers,
            alone: Vec::new(),
            said: Vec::new(),
            asks_many: false,
            start: None,
        })
    }

    /// The answers about the class and all others, or those of them that are named.
    pub fn fan(mut self, others: Option<&FixedBitSet>) -> Result<Fan, Divided> {
        let [_, many] = self.crowd.sides(self.way);
        let (groups, count) = (Arc::clone(&many.of), many.groups.len());
        if let Some(others) = others {
            let named = others.ones().filter_map(|class| usize::try_from(*groups.get(class)?).ok());
            let named: FixedBitSet = named.collect();
            self.scout(Some(&named))?;
            return Ok(Fan::of_none(groups).with(self.told(&named)?));
        }
        self.scout(None)?;
        let (own, key) = self.heard(count);
        let at = self.crowd.models.iter().position(|(known, _)| *known == key);
        let known = at.and_then(|at| self.crowd.models.get(at)).map(|(_, model)| Arc::clone(model));
        let mut asked = own.clone();
        match &known {
            Some(model) => asked.union_with(&model.own),
            None => asked.insert_range(..),
        }
        let told = self.told(&asked)?;
        let is_better = |model: &Arc<Modelled>| 2 * own.count_ones(..) < model.own.count_ones(..);
        let is_model = known.as_ref().is_none_or(is_better);
        let mut fan = known.map_or_else(|| Fan::of_none(groups), |model| model.fan.clone()).with(told);
        if is_model {
            fan = fan.flat();
            let mut own = own;
            // Where this one has nobody to ask, or is told more, it is no model for others.
            own.extend(self.alone);
            own.extend((0..count).filter(|group| fan.by_group(*group).is_none()));
            at.map(|at| self.crowd.models.swap_remove(at));
            self.crowd.models.push((key, Arc::new(Modelled { fan: fan.clone(), own })));
        }
        Ok(fan)
    }

    /// Has a conversation with somebody of each place, or of each where somebody is named, with which none was had from here: what is
    /// asked on a way is known at once then of all ways, and the others are told apart only once.
    fn scout(&mut self, named: Option<&FixedBitSet>) -> Result<(), Divided> {
        let [_, many] = self.crowd.sides(self.way);
        let Some(places) = many.facet(Look::Place) else { return Ok(()) };
        let unknown = |place| Some(self.between(place)).filter(|start| !self.crowd.courses.has(*start));
        let with = |group: usize| {
            let other = many.groups.get(group).filter(|_| !self.balancers.contains(&group))?;
            self.own.pair(other).map(|(one, other)| self.ends(one, other))
        };
        let mut starts = HashSet::new();
        let new: Vec<_> = match named {
            None => {
                let each = places.all().filter_map(|(place, groups)| Some((unknown(place)?, groups)));
                each.filter_map(|(start, groups)| Some((start, groups.iter().find_map(|group| with(*group))?)))
                    .collect()
            }
            Some(named) => {
                let each = named.ones().filter_map(|group| Some((unknown(*places.of.get(group)?)?, with(group)?)));
                each.filter(|(start, _)| starts.insert(*start)).collect()
            }
        };
        let mut is_divided = false;
        for (start, pair) in new {
            let position = self.crowd.courses.start(start);
            is_divided |= self.learn(start, position, pair).is_err();
        }
        if is_divided { Err(Divided) } else { Ok(()) }
    }

    /// Where a conversation with somebody of another place begins.
    fn between(&self, place: u32) -> Start {
        match self.way {
            Way::From => Start::Between(self.place, place),
            Way::To => Start::Between(place, self.place),
        }
    }

    /// Who asks and who answers, of the one and another.
    fn ends(&self, one: usize, other: usize) -> (usize, usize) {
        if self.way == Way::From { (one, other) } else { (other, one) }
    }

    /// The groups of which the rows say something else than of most, and what they say of most.
    fn heard(&mut self, count: usize) -> (FixedBitSet, Model) {
        let mut own = FixedBitSet::with_capacity(count);
        own.extend(self.balancers.iter().copied());
        let mut heard = Vec::new();
        for question in self.crowd.courses.asked(self.place).to_vec() {
            heard.push(match self.said(question) {
                None => Heard::Nothing,
                Some(Said::Of(passing)) => Heard::Of(*passing),
                Some(Said::Each { facet, common, own: said, .. }) => {
                    own.extend(said.iter().flat_map(|(looks, _)| facet.members(*looks)).copied());
                    Heard::Common(common.number)
                }
            });
        }
        (own, (self.place, heard))
    }

    /// What groups of the others are told; nothing where there is nobody but the one.
    fn told(&mut self, groups: &FixedBitSet) -> Result<Vec<(u32, AnswerId)>, Divided> {
        let count = groups.count_ones(..);
        self.asks_many = count * MANY > groups.len();
        if self.asks_many {
            self.said.iter_mut().flatten().flatten().for_each(Said::enlist);
        }
        let mut told = Vec::with_capacity(count);
        for group in groups.ones() {
            let answer = self.follow(group)?.unwrap_or(NONE);
            told.extend(u32::try_from(group).ok().map(|group| (group, answer)));
        }
        Ok(told)
    }

    fn follow(&mut self, group: usize) -> Result<Option<AnswerId>, Divided> {
        let [_, many] = self.crowd.sides(self.way);
        let place = many.look(Look::Place, group);
        let start = match self.way {
            // What a load balancer answers is about nobody but who asks.
            Way::From if self.balancers.contains(&group) => Start::Balanced(self.class, place),
            Way::From | Way::To => self.between(place),
        };
        let known = self.start.filter(|(known, _)| *known == start);
        let (_, mut position) = *self.start.insert(known.unwrap_or_else(|| (start, self.crowd.courses.start(start))));
        loop {
            let said = match self.crowd.courses.step(position.at) {
                Some(Step::Ends(answer)) => return Ok(Some(answer)),
                Some(Step::Asks(question, among)) => self.said(question).map(|said| (said.about(group), among)),
                None => None,
            };
            if let Some((passing, among)) = said {
                position = self.crowd.courses.follow(position, passing, among, &mut self.solver.arena);
                continue;
            }
            // Nobody came by before, or what is said is not known of many at once.
            let [_, many] = self.crowd.sides(self.way);
            let Some((one, other)) = many.groups.get(group).and_then(|group| self.own.pair(group)) else {
                return Ok(None);
            };
            let pair = self.ends(one, other);
            let is_new = self.crowd.courses.step(position.at).is_none();
            let (answer, leads) = self.learn(start, position, pair)?;
            if !(is_new && leads) {
                self.alone.push(group);
                return Ok(Some(answer));
            }
        }
    }

    /// What the rows say of the others; nothing where that is not known of many at once.
    fn said(&mut self, question: usize) -> Option<&Said> {
        if self.said.get(question).is_none_or(Option::is_none) {
            let mut said = self.crowd.courses.question(question).and_then(|question| self.ask(question));
            said.iter_mut().filter(|_| self.asks_many).for_each(Said::enlist);
            self.said.resize_with(self.said.len().max(question + 1), || None);
            *self.said.get_mut(question)? = Some(said);
        }
        self.said.get(question)?.as_ref()?.as_ref()
    }

    fn ask(&mut self, question: Question) -> Option<Said> {
        let many = if self.way == Way::From { Role::Answerer } else { Role::Asker };
        let parties = self.solver.parties.get(question.switch)?.as_ref()?;
        let lens = self.solver.lenses.get_mut(question.lens)?;
        let one = self.own.first;
        let party = |role: Role| if let Role::Other(party) = role { Some(party) } else { parties.endpoint(one) };
        let (role, other) = match (question.source, question.target) {
            (source, other) if source == many => (Party::Source, party(other)?),
            (other, target) if target == many => (Party::Target, party(other)?),
            // A question between others: whoever of the many it is, it is the same.
            (source, target) => {
                return Some(Said::Of(lens.passing(party(source)?, party(target)?, &mut self.solver.arena)));
            }
        };
        let other = lens.class(role.other(), other)?;
        let [_, division] = self.crowd.sides(self.way);
        let facet = Arc::clone(division.facet(Look::Lens(question.lens, role))?);
        let (crowd, arena) = (&mut *self.crowd, &mut self.solver.arena);
        let common = crowd.common((question.lens, lens), role, other, arena);
        let own = crowd.own.get(&(question.lens, role, other)).unwrap_or_else(|| {
            let made = lens.own(role, other, &common.sayings, arena);
            let weight = 3 * made.len();
            crowd.own.keep((question.lens, role, other), made, weight)
        });
        Some(Said::Each { facet, common, own, list: Vec::new() })
    }

    /// Has a conversation, and notes how it went on from there: what the answer is, and whether it leads there, and not elsewhere,
    /// because more is known of this pair than of many at once.
    fn learn(
        &mut self,
        start: Start,
        position: Position,
        (from, to): (usize, usize),
    ) -> Result<(AnswerId, bool), Divided> {
        self.solver.asked = Some(Vec::new());
        let answer = self.solver.answer(from, to);
        let answer = self.crowd.answers.number(answer);
        let mut asked: Vec<Asked> = Vec::new();
        for question in self.solver.asked.take().unwrap_or_default() {
            if !asked.contains(&question) {
                asked.push(question);
            }
        }
        let roles = |asked: &Asked| {
            let parties = self.solver.parties(asked.switch)?;
            let role = |party: usize| match Some(party) {
                party if party == parties.endpoint(from) => Role::Asker,
                party if party == parties.endpoint(to) => Role::Answerer,
                _ => Role::Other(party),
            };
            let Asked { switch, lens, source, target, among, passing } = *asked;
            Some((Question { switch, lens, source: role(source), target: role(target) }, among, passing))
        };
        let asked: Vec<(Question, L4Id, Passing)> = asked.iter().filter_map(roles).collect();
        let mut is_divided = false;
        for (Question { switch, lens, source, target }, ..) in &asked {
            is_divided |= self.divide(*switch, (*lens, Party::Source), *source);
            is_divided |= self.divide(*switch, (*lens, Party::Target), *target);
        }
        let courses = &mut self.crowd.courses;
        let heard = |(question, among, passing)| Answered { question: courses.number(question), among, passing };
        let asked: Vec<Answered> = asked.into_iter().map(heard).collect();
        if let Start::Between(place, _) = start {
            is_divided |= courses.ask(place, &asked);
        }
        let leads = courses.leads(&mut asked.iter().take(position.depth).map(|heard| heard.passing), position);
        if leads {
            courses.note(position, asked.get(position.depth..).unwrap_or_default(), answer);
        }
        if is_divided { Err(Divided) } else { Ok((answer, leads)) }
    }

    /// Tells those apart in a part of conversations whom a lens tells apart in a role; whether that is new.
    fn divide(&mut self, switch: usize, (lens, role): (usize, Party), part: Role) -> bool {
        let [asking, answering] = &mut self.crowd.divisions;
        let division = match part {
            Role::Asker => asking,
            Role::Answerer => answering,
            Role::Other(_) => return false,
        };
        let look = Look::Lens(lens, role);
        if division.facet(look).is_some() {
            return false;
        }
        let (lens, parties) = (self.solver.lenses.get(lens), self.solver.parties(switch));
        division.divide(&self.crowd.classes, look, |first| lens?.class(role, parties?.endpoint(first)?));
        true
    }
}
