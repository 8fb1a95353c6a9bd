//! All classes of endpoints, and what is known of them: who is like whom, which courses conversations take, what rows say.

use super::arena::{L4Arena, L4Id};
use super::classes::Classes;
use super::conversation::Solver;
use super::course::Courses;
use super::division::{Division, Look, UNSEEN};
use super::endpoint::{Attachment, Endpoint};
use super::fan::{Fan, Way};
use super::found::Answers;
use super::lens::Lens;
use super::passing::Passing;
use super::sayings::Sayings;
use super::scene::Party;
use super::tour::Tour;
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// A question that was put to the rows of a switch while a conversation was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub switch: usize,
    pub lens: usize,
    /// Both parties, as the switch numbers them.
    pub source: usize,
    pub target: usize,
    /// The headers that were asked about.
    pub among: L4Id,
    /// Those of them that come through.
    pub passing: Passing,
}

/// What is said of most.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub sayings: Arc<Sayings>,
    /// Equal sayings have equal ones.
    pub number: usize,
}

/// What askers have in common to whom most of the others say the same: the place, and what they heard to each question.
pub(super) type Model = (u32, Vec<Heard>);

/// What the rows say to a question, as far as it is the same for most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It cannot be told.
    Nothing,
    /// The same of all.
    Of(Passing),
    /// Common sayings, by their number.
    Common(usize),
}

/// A fan, and the groups of which the rows say something else than is common.
#[derive(Debug, Clone)]
pub(super) struct Modelled {
    pub fan: Fan,
    pub own: FixedBitSet,
}

/// All classes, by what can be asked about many of them at once.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub classes: Arc<Classes>,
    pub answers: Answers,
    /// Those who ask, and those who answer.
    pub divisions: [Division; 2],
    /// The classes that are load balancers: what they answer depends on who exactly asks.
    pub balancers: Vec<usize>,
    /// What is asked in which order.
    pub courses: Courses,
    /// What the rows of a lens say of most of its classes in a role, by those of them that ask nothing of these.
    pub common: HashMap<(usize, Party, FixedBitSet), Common>,
    /// What else they say, by the lens's class of the other party.
    pub own: Kept<(usize, Party, u32), Vec<(u32, Passing)>>,
    /// By the number of who asks.
    fans: Kept<u32, Fan>,
    /// Fans of which others are made.
    pub models: Vec<(Model, Arc<Modelled>)>,
    /// Whether there was too much to tell: from then on answers are less exact than those of before.
    spent: bool,
}

impl Crowd {
    /// The classes of a solver's endpoints.
    pub fn of(solver: &mut Solver<'_>) -> Self {
        let classes = Arc::new(solver.classes());
        let places = solver.place_numbers();
        let mut division = Division::of_one(classes.len());
        division.divide(&classes, Look::Place, |first| u32::try_from(*places.get(first)?).ok());
        let firsts = classes.members().iter().map(|members| members.first().and_then(|at| solver.endpoints.get(*at)));
        let is_balancer = |first: Option<&Endpoint>| matches!(first?.attachment, Attachment::Balancer(_)).then_some(());
        let balancers = firsts.enumerate().filter_map(|(class, first)| is_balancer(first).map(|()| class)).collect();
        Self {
            classes,
            answers: Answers::new(),
            divisions: [division.clone(), division],
            balancers,
            courses: Courses::default(),
            common: HashMap::new(),
            own: Kept::default(),
            fans: Kept::default(),
            models: Vec::new(),
            spent: false,
        }
    }

    /// What the rows of a lens say of most of its classes in a role, when the other party is of this class.
    pub fn common(&mut self, (number, lens): (usize, &Lens), role: Party, other: u32, arena: &mut L4Arena) -> Common {
        let wide = lens.wide(role, other);
        if let Some(known) = self.common.get(&(number, role, wide.clone())) {
            return known.clone();
        }
        let sayings = lens.common(role, other, &wide, arena);
        let same = self
            .common
            .iter()
            .find(|((lens, of, _), known)| (*lens, *of) == (number, role) && *known.sayings == sayings);
        let next = self.common.len();
        let made = same.map_or_else(|| Common { sayings: Arc::new(sayings), number: next }, |(_, known)| known.clone());
        self.common.insert((number, role, wide), made.clone());
        made
    }

    /// A number that those classes have which ask alike, and how many of them there are by now.
    pub fn asker(&self, class: usize) -> (u32, usize) {
        let [asking, _] = &self.divisions;
        if self.balancers.is_empty() {
            (asking.of.get(class).copied().unwrap_or(UNSEEN), asking.groups.len())
        } else {
            (u32::try_from(class).unwrap_or(UNSEEN), 0)
        }
    }

    /// Those who are like one, and those who are like one of many.
    pub fn sides(&self, way: Way) -> [&Division; 2] {
        let [asking, answering] = &self.divisions;
        if way == Way::From { [asking, answering] } else { [answering, asking] }
    }

    /// What a class is told by all others.
    pub fn fan(&mut self, class: usize, solver: &mut Solver<'_>) -> Arc<Fan> {
        if let Some(known) = self.fans.get(&self.asker(class).0) {
            return known;
        }
        let fan = self.fan_among(class, Way::From, None, solver);
        let weight = fan.weight();
        // Who asks alike may be known better now.
        self.fans.keep(self.asker(class).0, fan, weight)
    }

    /// The answers about a class and all others, or those of them that are named.
    pub fn fan_among(&mut self, class: usize, way: Way, others: Option<&FixedBitSet>, solver: &mut Solver<'_>) -> Fan {
        loop {
            let Some(tour) = Tour::new(class, way, self, solver) else {
                let [_, many] = self.sides(way);
                return Fan::of_none(Arc::clone(&many.of));
            };
            let toured = tour.fan(others);
            let is_spent = !self.spent && solver.arena.is_spent();
            if is_spent {
                self.spent = true;
                (self.courses, self.common, self.own) = (Courses::default(), HashMap::new(), Kept::default());
            }
            match toured {
                Ok(fan) if !is_spent => return fan,
                _ => (self.fans, self.models) = (Kept::default(), Vec::new()),
            }
        }
    }
}

/// What is kept as long as it is not too much.
#[derive(Debug, Clone)]
pub(super) struct Kept<K, V> {
    all: HashMap<K, Arc<V>>,
    /// How many numbers it has.
    numbers: usize,
}

/// So many numbers are kept of a kind: 64 MiB.
const MOST_NUMBERS: usize = 1 << 24;

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { all: HashMap::new(), numbers: 0 }
    }
}

impl<K: Eq + core::hash::Hash, V> Kept<K, V> {
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.all.get(key).cloned()
    }

    /// Keeps something that has so many numbers.
    pub fn keep(&mut self, key: K, value: V, numbers: usize) -> Arc<V> {
        if self.numbers + numbers > MOST_NUMBERS {
            *self = Self::default();
        }
        self.numbers += numbers;
        let value = Arc::new(value);
        self.all.insert(key, Arc::clone(&value));
        value
    }
}
