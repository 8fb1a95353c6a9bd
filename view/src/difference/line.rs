//! A group of changes in words.

use super::{Difference, Group, Side};
use crate::line::Line as OneLine;
use crate::loaded::Loaded;
use crate::words;
use ringfence_engine::answers::diff::{Behind, Role};
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::pipeline::{AclId, Holder};
use ringfence_engine::reach::{Family, L4Set, Verdict};

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Connections that work now.
    Gained,
    /// Connections that work no more.
    Lost,
    /// Requests that arrive without an answer.
    Arrives,
    /// Requests that arrive no more, and had no answer.
    Stops,
    /// Requests that arrived, of which nobody can know any more what becomes of them.
    Unsure,
    /// Others of which nobody could know, or can know now.
    Doubt,
}

impl Kind {
    /// A character for it.
    pub fn sign(self) -> char {
        match self {
            Self::Gained => '+',
            Self::Lost => '-',
            Self::Arrives | Self::Stops => '~',
            Self::Unsure | Self::Doubt => '?',
        }
    }

    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Arrives => "arriving",
            Self::Stops => "stopped",
            Self::Unsure | Self::Doubt => "doubt",
        }
    }
}

/// What changes for a group of pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The kind of change.
    pub kind: Kind,
    /// Whose change.
    pub who: String,
    /// What is gained or lost.
    pub what: String,
    /// The verdict before.
    pub old: Verdict,
    /// The verdict now.
    pub new: Verdict,
    /// The rows behind it.
    pub reasons: Vec<Reason>,
}

/// The lines of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// Those that are told.
    pub told: Vec<Line>,
    /// How many more there are of each kind.
    pub left: Vec<(Kind, usize)>,
}

/// A row behind a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// `by`, or `no more by`.
    pub how: &'static str,
    /// The file and the line, where it has one.
    pub place: Option<String>,
    /// The row: what it does, and which object says so.
    pub row: String,
}

impl Reason {
    fn of(difference: &Difference<'_>, behind: &Behind) -> Option<Self> {
        let side = difference.side(behind.side);
        let acl = behind.row.acl(&side.compiled.network)?;
        let place = acl.provenance.place.and_then(|place| side.sources.locate(place));
        let place = place.map(|(name, position)| format!("{}:{}", OneLine(name), position.line));
        Some(Self { how: how(behind), place, row: row(acl, behind, side) })
    }
}

fn how(behind: &Behind) -> &'static str {
    match behind.side {
        Side::Old => "no more by",
        Side::New => "by",
    }
}

fn row(acl: &Acl, behind: &Behind, side: &Loaded) -> String {
    let from = &acl.provenance;
    let said = format!(
        "`{}` at priority {}, {} of {}",
        acl.action,
        acl.priority.get(),
        OneLine(&from.field),
        OneLine(&from.object)
    );
    match (behind.role, behind.side) {
        (Role::Decides, _) => said,
        (Role::Tracks, Side::New) => format!("{said}, which makes {} track connections", tracked(behind.row, side)),
        (Role::Tracks, Side::Old) => format!("{said}, which made {} track connections", tracked(behind.row, side)),
    }
}

fn tracked(row: AclId, side: &Loaded) -> String {
    match row.holder {
        Holder::Switch(switch) => side
            .compiled
            .network
            .switches
            .get(switch)
            .map_or_else(String::new, |switch| OneLine(&switch.name).to_string()),
        Holder::Group(_) => "its switch".to_owned(),
    }
}

impl Line {
    /// `was one-way, is open`.
    pub fn verdicts(&self) -> String {
        match self.old == self.new {
            true => format!("still {}", self.new.name()),
            false => format!("was {}, is {}", self.old.name(), self.new.name()),
        }
    }

    /// The rows behind it: `by a.yaml:7: …`; at most so many of them. Nothing where there is none.
    pub fn because(&self, most: usize) -> Vec<String> {
        let one = |reason: &Reason| match &reason.place {
            Some(place) => format!("{} {place}: {}", reason.how, reason.row),
            None => format!("{} {}", reason.how, reason.row),
        };
        let told = self.reasons.iter().take(most).map(one);
        let more = self.reasons.len().saturating_sub(most);
        told.chain((more > 0).then(|| format!("and by {}", crate::line::count(more, "more row")))).collect()
    }
}

impl<'a> Difference<'a> {
    /// The changes, gained first and those of most pairs first, in as few lines as say it; of each kind the first ones.
    pub fn lines(&self, arrow: &str, most: usize) -> Lines {
        let names = self.names();
        let told = |group: &Group| Line {
            kind: group.kind,
            who: names.who(&group.who, arrow),
            what: what(group),
            old: group.old,
            new: group.new,
            reasons: group.behind.iter().filter_map(|behind| Reason::of(self, behind)).collect(),
        };
        let groups = self.groups(&names);
        let mut lines = Lines::default();
        for of_kind in groups.chunk_by(|one, other| one.kind == other.kind) {
            lines.told.extend(of_kind.iter().take(most).map(told));
            let left = of_kind.len().saturating_sub(most);
            lines.left.extend(of_kind.first().filter(|_| left > 0).map(|first| (first.kind, left)));
        }
        lines
    }
}

/// What is gained or lost, in words.
fn what(group: &Group) -> String {
    let said = said(&group.sets);
    match (group.kind, said) {
        (Kind::Gained | Kind::Lost, said) => said.unwrap_or_default(),
        (Kind::Arrives, Some(said)) => format!("{said} arrives now, unanswered"),
        (Kind::Stops, Some(said)) => format!("{said} arrives no more, and was not answered"),
        (Kind::Arrives, None) => "ICMP messages that ask nothing arrive now".to_owned(),
        (Kind::Stops, None) => "ICMP messages that ask nothing arrive no more".to_owned(),
        (Kind::Unsure, said) => {
            let about = said.unwrap_or_else(|| "ICMP messages that ask nothing".to_owned());
            format!("{about} got through, and nobody can know any more whether it does")
        }
        (Kind::Doubt, said) => {
            let about = said.unwrap_or_else(|| "ICMP messages that ask nothing".to_owned());
            match (group.old, group.new) {
                (_, Verdict::Undefined) => format!("nobody can know any more about {about}"),
                (Verdict::Undefined, _) => format!("it is known now about {about}"),
                _ => format!("what can be known is something else about {about}"),
            }
        }
    }
}

/// The words for a set of each family; nothing where it is empty, or of messages that nobody answers.
fn said(sets: &[(Family, L4Set)]) -> Option<String> {
    let telling = |(family, set): &(Family, L4Set)| set.intersection(&L4Set::answerable(*family));
    let word = |one: &(Family, L4Set)| (one.0, words::set(&telling(one), &L4Set::answerable(one.0), one.0));
    let told: Vec<(Family, String)> = sets.iter().filter(|one| !telling(one).is_empty()).map(word).collect();
    match told.as_slice() {
        [] => None,
        [(_, first), rest @ ..] if told.len() == sets.len() && rest.iter().all(|(_, other)| other == first) => {
            Some(first.clone())
        }
        all => {
            Some(all.iter().map(|(family, word)| format!("{}: {word}", family.name())).collect::<Vec<_>>().join("; "))
        }
    }
}
