//! The courses that conversations take: what is asked first, and after each answer what is asked next.
//!
//! The way from one place to another fixes the first question, and every answer the next one: so a course is a tree. Two
//! pairs whose ends are at the same two places, and who get the same answers, have the same conversation, whoever they are.

use super::found::Found;
use super::lens::Passing;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// What is put to the rows of a switch, by the parts that the parties have in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    pub switch: usize,
    pub lens: usize,
    pub source: Role,
    pub target: Role,
}

/// A party of a switch, by its part in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Who began it.
    Asker,
    /// To whom it is.
    Answerer,
    /// The same party in all conversations of the course: a router.
    Other(usize),
}

/// Somewhere in a course.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub at: usize,
    /// How many questions were asked before.
    pub depth: usize,
}

/// What comes next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// This is asked.
    Asks(Question),
    /// Nothing more: the conversation is this.
    Ends(Found),
}

/// All courses that were taken so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Courses {
    stops: Vec<Stop>,
    /// By the places of both ends.
    starts: HashMap<(usize, usize), usize>,
}

#[derive(Debug, Clone, Default)]
struct Stop {
    /// Nothing where nobody was so far.
    step: Option<Step>,
    /// The one before, and the answer that it got.
    before: Option<(usize, Passing)>,
    /// Those behind, by the answers that it got.
    next: Vec<(Passing, usize)>,
}

impl Courses {
    /// Where conversations begin, between two places.
    pub fn start(&mut self, places: (usize, usize)) -> Position {
        let next = self.stops.len();
        let at = *self.starts.entry(places).or_insert(next);
        self.reach(at, None);
        Position { at, depth: 0 }
    }

    /// What comes next; nothing where nobody was so far.
    pub fn step(&self, at: usize) -> Option<&Step> {
        self.stops.get(at)?.step.as_ref()
    }

    /// Where an answer leads.
    pub fn next(&mut self, from: Position, answer: Passing) -> Position {
        let next = self.stops.len();
        let stop = self.stops.get_mut(from.at);
        let at = stop.map(|stop| match stop.next.iter().find(|(known, _)| *known == answer) {
            Some((_, at)) => *at,
            None => {
                stop.next.push((answer, next));
                next
            }
        });
        let at = at.unwrap_or(next);
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

    /// How a conversation went on from somewhere.
    pub fn note(&mut self, from: Position, rest: Vec<(Question, Passing)>, found: Found) {
        let mut here = from;
        for (question, answer) in rest {
            self.put(here, Step::Asks(question));
            here = self.next(here, answer);
        }
        self.put(here, Step::Ends(found));
    }

    fn put(&mut self, position: Position, step: Step) {
        if let Some(stop) = self.stops.get_mut(position.at) {
            stop.step.get_or_insert(step);
        }
    }
}
