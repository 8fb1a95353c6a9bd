//! The courses that conversations take: what is asked first, and after each answer what is asked next.
//!
//! The way from one place to another fixes the first question, and every answer the next one: so a course is a tree. Two
//! pairs whose ends are at the same two places, and who get the same answers, have the same conversation, whoever they are.
//! An answer is what passes of the headers that have come so far: what rows say of others leads nowhere.

use super::arena::{L4Arena, L4Id};
use super::division::at;
use super::fan::AnswerId;
use super::passing::Passing;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// What is put to the rows of a switch, by the parts that the parties have in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub switch: usize,
    pub lens: usize,
    pub source: Role,
    pub target: Role,
}

/// A party of a switch, by its part in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Who began it.
    Asker,
    /// To whom it is.
    Answerer,
    /// The same party in all conversations of the course: a router.
    Other(usize),
}

/// What the first question depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Start {
    /// The places of who asks and of who answers.
    Between(u32, u32),
    /// The class of who asks, and the place of a load balancer: it asks others.
    Balanced(usize, u32),
}

/// Somewhere in a course.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub at: usize,
    /// How many questions were asked before.
    pub depth: usize,
}

/// A question of a conversation, and what it was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    /// Its number.
    pub question: usize,
    /// The headers that were asked about.
    pub among: L4Id,
    /// Those of them that come through.
    pub passing: Passing,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// This is asked, by its number, about these headers.
    Asks(usize, L4Id),
    /// Nothing more: this is the answer.
    Ends(AnswerId),
}

/// All courses that were taken so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Courses {
    stops: Vec<Stop>,
    starts: HashMap<Start, usize>,
    /// By where it was asked, and the answer.
    next: HashMap<(usize, Passing), usize>,
    /// By where it was asked, and what the rows say of all headers.
    said: HashMap<(usize, Passing), usize>,
    /// All questions, each once.
    questions: Vec<Question>,
    numbers: HashMap<Question, usize>,
    /// By the place of who asks: the numbers of all questions.
    asked: Vec<Numbers>,
}

#[derive(Debug, Clone, Default)]
struct Stop {
    /// Nothing where nobody was so far.
    step: Option<Step>,
    /// The one before, and the answer that it got.
    before: Option<(usize, Passing)>,
}

/// Different numbers, in the order in which they came.
#[derive(Debug, Clone, Default)]
struct Numbers {
    list: Vec<usize>,
    known: FixedBitSet,
}

impl Courses {
    /// Whether a conversation began so.
    pub fn has(&self, start: Start) -> bool {
        self.starts.contains_key(&start)
    }

    /// Where conversations begin.
    pub fn start(&mut self, start: Start) -> Position {
        let next = self.stops.len();
        let at = *self.starts.entry(start).or_insert(next);
        self.reach(at, None);
        Position { at, depth: 0 }
    }

    /// What comes next; nothing where nobody was so far.
    pub fn step(&self, at: usize) -> Option<Step> {
        self.stops.get(at)?.step
    }

    /// Where it leads what the rows say of all headers, when these are asked about.
    pub fn follow(&mut self, from: Position, said: Passing, among: L4Id, arena: &mut L4Arena) -> Position {
        if let Some(known) = self.said.get(&(from.at, said)) {
            return Position { at: *known, depth: from.depth + 1 };
        }
        let next = self.next(from, said.among(among, arena));
        self.said.insert((from.at, said), next.at);
        next
    }

    /// Where an answer leads.
    pub fn next(&mut self, from: Position, answer: Passing) -> Position {
        let at = *self.next.entry((from.at, answer)).or_insert(self.stops.len());
        self.reach(at, Some((from.at, answer)));
        Position { at, depth: from.depth + 1 }
    }

    fn reach(&mut self, at: usize, before: Option<(usize, Passing)>) {
        if at == self.stops.len() {
            self.stops.push(Stop { before, ..Stop::default() });
        }
    }

    /// Whether these answers, of which there may be more, lead there.
    pub fn leads(&self, answers: &mut dyn DoubleEndedIterator<Item = Passing>, to: Position) -> bool {
        let mut at = to.at;
        while let Some((before, answer)) = self.stops.get(at).and_then(|stop| stop.before) {
            if answers.next_back() != Some(answer) {
                return false;
            }
            at = before;
        }
        true
    }

    /// The number of a question.
    pub fn number(&mut self, question: Question) -> usize {
        *self.numbers.entry(question).or_insert_with(|| {
            self.questions.push(question);
            self.questions.len() - 1
        })
    }

    /// A question by its number.
    pub fn question(&self, number: usize) -> Option<Question> {
        self.questions.get(number).copied()
    }

    /// The numbers of all that is ever asked where somebody of a place asks.
    pub fn asked(&self, place: u32) -> &[usize] {
        at(&self.asked, place).map_or(&[], |asked| asked.list.as_slice())
    }

    /// Notes what is asked where somebody of a place asks; whether that is new.
    pub fn ask(&mut self, place: u32, questions: &[Answered]) -> bool {
        let Ok(place) = usize::try_from(place) else { return false };
        self.asked.resize_with(self.asked.len().max(place + 1), Numbers::default);
        let Some(Numbers { list, known }) = self.asked.get_mut(place) else { return false };
        let before = list.len();
        for Answered { question, .. } in questions {
            known.grow(question + 1);
            if !known.put(*question) {
                list.push(*question);
            }
        }
        list.len() > before
    }

    /// How a conversation went on from somewhere.
    pub fn note(&mut self, from: Position, rest: &[Answered], answer: AnswerId) {
        let mut here = from;
        for Answered { question, among, passing } in rest {
            self.put(here, Step::Asks(*question, *among));
            here = self.next(here, *passing);
        }
        self.put(here, Step::Ends(answer));
    }

    fn put(&mut self, position: Position, step: Step) {
        if let Some(stop) = self.stops.get_mut(position.at) {
            stop.step.get_or_insert(step);
        }
    }
}
