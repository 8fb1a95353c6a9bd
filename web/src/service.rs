//! Those who answer: they hold the last input, compiled, and ask the engine. They know no browser.

mod analysis;
mod changes;
mod drawing;
mod mender;
mod names;
mod reviewer;
mod rows;
mod shown;
mod texts;
mod why;
mod wishes;

pub use mender::Mender;
pub use reviewer::Reviewer;

use crate::protocol::{Answer, Ask, File, Input, Reply, Request, Scope, Tracking};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::reach::Reach;
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;
use ringfence_view::picture::Wishes;
use shown::Screen;

/// Answers questions about one input after the other.
#[derive(Default)]
pub struct Service {
    screen: Screen,
}

impl Service {
    /// Nothing loaded yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers.
    pub fn ask(&mut self, ask: Ask) -> Answer {
        Answer { number: ask.number, reply: self.reply(ask.request), took: 0.0 }
    }

    fn reply(&mut self, request: Request) -> Option<Reply> {
        match request {
            Request::Analyze { input, scope, work } => {
                Some(Reply::Analysis(Box::new(analysis::analysis(self.screen.show(input, work), &scope))))
            }
            Request::Why { from, to, filter } => {
                why::why(self.screen.shown()?, from, to, filter_of(&filter)).map(|why| Reply::Why(Box::new(why)))
            }
            _ => None,
        }
    }
}

/// What a filter says; everything where it says nothing.
fn filter_of(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_default()
}

fn wishes_of(scope: &Scope) -> Wishes {
    Wishes { closed: scope.closed, unfolded: scope.unfolded.iter().cloned().collect() }
}

/// Compiles an input.
pub fn load(input: &Input) -> Loaded {
    load_by(input, Adviser::FULL, &mut Matches::default())
}

fn load_by(input: &Input, adviser: Adviser, matches: &mut Matches) -> Loaded {
    Loaded::by(sources(input), &settings(input, adviser), |network| track(network, input.tracking), matches)
}

fn sources(input: &Input) -> Sources {
    let mut sources = Sources::new();
    for File { name, text } in &input.files {
        sources.add(name.as_str(), text.as_str());
    }
    sources
}

fn settings(input: &Input, adviser: Adviser) -> Settings {
    Settings {
        adviser,
        profile: input.profile.as_deref().and_then(Profile::named),
        strictness: if input.lenient { Strictness::Lenient } else { Strictness::Strict },
    }
}

/// Plays with connection tracking: nothing else about the rows changes.
fn track(network: &mut Network, tracking: Tracking) {
    match tracking {
        Tracking::AsWritten => {}
        Tracking::On => network.switches.iter_mut().for_each(|switch| switch.acls.push(tracker())),
        Tracking::Off => {
            let switches = network.switches.iter_mut().flat_map(|switch| &mut switch.acls);
            let groups = network.port_groups.iter_mut().flat_map(|group| &mut group.acls);
            let related = switches.chain(groups).filter(|acl| acl.action == Action::AllowRelated);
            related.for_each(|acl| acl.action = Action::Allow);
        }
    }
}

/// A row that matches nothing and makes its switch track connections.
fn tracker() -> Acl {
    Acl {
        direction: Direction::ToLport,
        priority: Priority::default(),
        tier: Tier::default(),
        matches: "0".to_owned(),
        action: Action::AllowRelated,
        after_lb: false,
        name: None,
        log: None,
        provenance: Provenance {
            object: "the switch on this page".to_owned(),
            field: "tracking".to_owned(),
            place: None,
        },
    }
}

/// The evaluation of a loaded input.
fn reach(loaded: &Loaded) -> Reach<'_> {
    loaded.reach()
}
