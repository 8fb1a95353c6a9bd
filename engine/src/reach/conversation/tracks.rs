//! How conntrack sees headers at the ports of a switch, and which of them get across.

use super::{At, Solver, What};
use crate::ovn::acl::Direction;
use crate::ovn::network::PortKind;
use crate::ovn::pipeline::{Pipeline, Stage, Tracking};
use crate::ovn::walk::Choice;
use crate::reach::arena::{L4Arena, L4Id};
use crate::reach::l4::Family;
use crate::reach::scene::{Mode, Scene};

/// How conntrack sees the headers that enter or leave by a port: a partition of all of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::reach) struct Tracks {
    pub(in crate::reach) untracked: L4Id,
    pub(in crate::reach) new: L4Id,
    pub(in crate::reach) known: L4Id,
    pub(in crate::reach) invalid: L4Id,
    /// Of those that are new: what rows let pass and do not have remembered.
    pub(in crate::reach) forgotten: L4Id,
}

/// Who wants connections tracked at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reach) enum Tracker {
    /// The rows of the switch, or a load balancer for all of its traffic.
    Rows,
    /// A load balancer that this conversation goes by.
    Balancer,
}

/// At which end of a switch: on leaving, as what headers entered it.
#[derive(Debug, Clone, Copy)]
pub(in crate::reach) enum End {
    Entering,
    Leaving(Tracks),
}

/// What the zones on both sides of a switch remember of the request.
#[derive(Debug, Clone, Copy)]
pub(in crate::reach) struct Remembered {
    pub(in crate::reach) entering: L4Id,
    pub(in crate::reach) leaving: L4Id,
}

impl Solver<'_> {
    /// The ingress pipeline: the headers that come through it, and their tracking states.
    pub(in crate::reach) fn enter(&mut self, at: At, arriving: L4Id, request: Option<Remembered>) -> (L4Id, Tracks) {
        let inport = self.kind(at.switch, at.source);
        let remembered = request.map(|memory| memory.leaving);
        let entering = self.tracks(at, inport, End::Entering, remembered, Tracker::Rows);
        let first = self.admitted(at, Stage::FromLport, entering, arriving);
        let forgotten = self.forgotten(at, &[Stage::FromLport, Stage::FromLportAfterLb], entering);
        (self.admitted(at, Stage::FromLportAfterLb, entering, first), Tracks { forgotten, ..entering })
    }

    /// The new headers that are let pass by rows which have nothing remembered, at the first of these stages and each other.
    fn forgotten(&mut self, at: At, stages: &[Stage], tracks: Tracks) -> L4Id {
        let forgets = |stage: &Stage| self.pipelines.get(at.switch).is_some_and(|pipeline| pipeline.forgets(*stage));
        if tracks.new == L4Arena::EMPTY || !stages.first().is_some_and(forgets) {
            return L4Arena::EMPTY;
        }
        // What is remembered for certain is what is not forgotten perhaps.
        let choice = if at.choice == Choice::Strict { Choice::Generous } else { Choice::Strict };
        let mode = Mode { scene: Scene::Ip(at.family), half: at.half, tracking: Tracking::New, ttl: at.ttl };
        stages.iter().fold(tracks.new, |all, stage| {
            self.ask(at.switch, What::Forgotten(*stage), mode, (at.source, at.target), choice, all)
        })
    }

    /// The egress pipeline: the headers that come through it, and what the zones of both ports then remember.
    pub(in crate::reach) fn leave(
        &mut self,
        at: At,
        entered: L4Id,
        entering: Tracks,
        request: Option<Remembered>,
        tracker: Tracker,
    ) -> (L4Id, Remembered) {
        let outport = self.kind(at.switch, at.target);
        let is_looked_up = |pipeline: &Pipeline| pipeline.tracks(outport) || outport == PortKind::Vif;
        let leaving = match self.pipelines.get(at.switch) {
            Some(pipeline) if !is_looked_up(pipeline) => {
                if pipeline.carries_state(self.network, outport) {
                    self.after_commit(entering)
                } else {
                    self.cleared(at, entering, entered)
                }
            }
            _ => {
                let remembered = request.map(|memory| memory.entering);
                let looked_up = self.tracks(at, outport, End::Leaving(entering), remembered, tracker);
                self.carried(looked_up, entering)
            }
        };
        let left = self.admitted(at, Stage::ToLport, leaving, entered);
        let forgotten = self.forgotten(at, &[Stage::ToLport], leaving);
        let mut kept = |tracks: Tracks| {
            let kept = self.arena.difference(tracks.new, tracks.forgotten);
            self.arena.intersection(left, kept)
        };
        let (mut near, far) = (kept(entering), kept(Tracks { forgotten, ..leaving }));
        // A port without a zone of its own has what is still new remembered where it entered.
        if !self.pipelines.get(at.switch).is_some_and(is_looked_up) {
            near = self.arena.union(near, far);
        }
        (left, Remembered { entering: near, leaving: far })
    }

    /// Those of some headers that a stage lets pass, each in its tracking state. In a state that none of them has nobody is asked.
    pub(in crate::reach) fn admitted(&mut self, at: At, stage: Stage, tracks: Tracks, among: L4Id) -> L4Id {
        let states =
            [(tracks.untracked, Tracking::Untracked), (tracks.new, Tracking::New), (tracks.invalid, Tracking::Invalid)];
        let mut admitted = self.arena.intersection(among, tracks.known);
        for (headers, state) in states {
            let headers = self.arena.intersection(among, headers);
            if headers == L4Arena::EMPTY {
                continue;
            }
            let mode = Mode { scene: Scene::Ip(at.family), half: at.half, tracking: state, ttl: at.ttl };
            let parties = (at.source, at.target);
            self.note(at.switch, stage, mode, parties, headers);
            let passing = self.ask(at.switch, What::Stage(stage), mode, parties, at.choice, headers);
            admitted = self.arena.union(admitted, passing);
        }
        admitted
    }

    /// What conntrack says at a port: `known` are the headers whose request its zone remembers.
    pub(in crate::reach) fn tracks(
        &mut self,
        at: At,
        port: PortKind,
        end: End,
        request: Option<L4Id>,
        tracker: Tracker,
    ) -> Tracks {
        let full = self.fixed.of(at.family).full;
        let balanced = tracker == Tracker::Balancer && port == PortKind::Vif;
        if !balanced && !self.pipelines.get(at.switch).is_some_and(|pipeline| pipeline.tracks(port)) {
            return self.untracked(at.family);
        }
        let stateless = self.stateless(at, end);
        let tracked = self.arena.difference(full, stateless);
        let answers = request.map(|request| self.arena.answers(at.family, request));
        let known = answers.map_or(L4Arena::EMPTY, |answers| self.arena.intersection(tracked, answers));
        let unknown = self.arena.difference(tracked, known);
        let starting = self.fixed.of(at.family).starting(at.half);
        let new = self.arena.intersection(unknown, starting);
        let invalid = self.arena.difference(unknown, new);
        Tracks { untracked: stateless, new, known, invalid, forgotten: L4Arena::EMPTY }
    }

    /// What `allow-stateless` rows keep from being looked up. On leaving they see an answer as what it was when it entered.
    fn stateless(&mut self, at: At, end: End) -> L4Id {
        let (direction, known) = match end {
            End::Entering => (Direction::FromLport, L4Arena::EMPTY),
            End::Leaving(entering) => (Direction::ToLport, entering.known),
        };
        if self.pipelines.get(at.switch).is_none_or(|pipeline| pipeline.stateless(direction).next().is_none()) {
            return L4Arena::EMPTY;
        }
        let full = self.fixed.of(at.family).full;
        let mut ask = |tracking, among| {
            let mode = Mode { scene: Scene::Ip(at.family), half: at.half, tracking, ttl: at.ttl };
            let mode = self.sensitive.seen(mode);
            self.ask(at.switch, What::Stateless(direction), mode, (at.source, at.target), Choice::Strict, among)
        };
        let fresh = ask(Tracking::Untracked, full);
        if known == L4Arena::EMPTY {
            return fresh;
        }
        let answers = ask(Tracking::Reply, known);
        let fresh = self.arena.difference(fresh, known);
        self.arena.union(fresh, answers)
    }

    /// Where only a load balancer tracks, a port to a router clears what packets entered with. northd has an equal flow that clears
    /// nothing for what `allow-stateless` rows match (`build_pre_lb`): nobody knows which is asked.
    fn cleared(&mut self, at: At, entering: Tracks, entered: L4Id) -> Tracks {
        let cleared = self.untracked(at.family);
        let known = self.arena.intersection(entering.known, entered);
        if known == L4Arena::EMPTY || self.kind(at.switch, at.target) != PortKind::Router {
            return cleared;
        }
        let stateless = self.stateless(at, End::Leaving(entering));
        let known = self.arena.intersection(known, stateless);
        self.certain &= known == L4Arena::EMPTY;
        match at.choice {
            Choice::Strict => cleared,
            Choice::Generous => Tracks { untracked: self.arena.difference(cleared.untracked, known), known, ..cleared },
        }
    }

    /// What is committed on entering is untracked on leaving.
    fn after_commit(&mut self, tracks: Tracks) -> Tracks {
        let committed = self.arena.difference(tracks.new, tracks.forgotten);
        let committed = self.arena.union(committed, tracks.invalid);
        let (untracked, none) = (self.arena.union(tracks.untracked, committed), L4Arena::EMPTY);
        Tracks { untracked, new: tracks.forgotten, known: tracks.known, invalid: none, forgotten: none }
    }

    /// What an `allow-stateless` row keeps from being looked up on leaving still has the state that it entered with.
    fn carried(&mut self, looked_up: Tracks, entering: Tracks) -> Tracks {
        let known = self.arena.intersection(looked_up.untracked, entering.known);
        let new = self.arena.intersection(looked_up.untracked, entering.forgotten);
        let untracked = self.arena.difference(looked_up.untracked, known);
        let untracked = self.arena.difference(untracked, new);
        let (known, new) = (self.arena.union(looked_up.known, known), self.arena.union(looked_up.new, new));
        Tracks { untracked, known, new, ..looked_up }
    }

    fn untracked(&mut self, family: Family) -> Tracks {
        let none = L4Arena::EMPTY;
        Tracks { untracked: self.fixed.of(family).full, new: none, known: none, invalid: none, forgotten: none }
    }
}
