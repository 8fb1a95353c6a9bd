//! Two loaded inputs, and what lies between them.

use crate::line::count;
use crate::loaded::Loaded;
use crate::names::{Names, Pairs};
use crate::words;
use ringfence_engine::answers::diff::{Change, FamilyChange, Matched};
use ringfence_engine::reach::{Family, L4Set, PairAnswer, Verdict};
use std::collections::BTreeMap;

/// Two evaluations and what lies between them.
pub struct Difference<'a> {
    /// The old side.
    pub old: &'a Loaded,
    /// The new side.
    pub new: &'a Loaded,
    /// The endpoints of both.
    pub matched: &'a Matched,
    /// The pairs that change.
    pub changes: &'a [Change],
}

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
    /// What nobody could know, or can know now.
    Doubt,
}

impl Kind {
    /// A character for it.
    pub fn sign(self) -> char {
        match self {
            Self::Gained => '+',
            Self::Lost => '-',
            Self::Arrives | Self::Stops => '~',
            Self::Doubt => '?',
        }
    }
}

/// What changes, and the verdicts before and after.
type Saying = (Kind, String, Verdict, Verdict);

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
}

impl Line {
    /// `was one-way, is open`.
    pub fn verdicts(&self) -> String {
        match self.old == self.new {
            true => format!("still {}", self.new.name()),
            false => format!("was {}, is {}", self.old.name(), self.new.name()),
        }
    }
}

/// One of the two inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Old,
    /// The second.
    New,
}

impl<'a> Difference<'a> {
    /// The changes, gained first, in as few lines as say it.
    pub fn lines(&self, arrow: &str) -> Vec<Line> {
        let names = Names::new(self.matched.common.iter().map(|common| common.id.as_str()));
        let told = |((kind, what, old, new), pairs): ((Kind, String, Verdict, Verdict), Pairs)| {
            let line = move |who| Line { kind, who, what: what.clone(), old, new };
            names.merged(&pairs, arrow).into_iter().map(line).collect::<Vec<_>>()
        };
        groups(self.changes).into_iter().flat_map(told).collect()
    }

    /// Endpoints that only one side knows.
    pub fn endpoints(&self) -> Vec<(Side, &'a str)> {
        let id = |side: &'a Loaded, index: usize| {
            side.compiled.endpoints.get(index).map_or("?", |endpoint| endpoint.id.as_str())
        };
        let gone = self.matched.gone.iter().map(|index| (Side::Old, id(self.old, *index)));
        let come = self.matched.come.iter().map(|index| (Side::New, id(self.new, *index)));
        gone.chain(come).collect()
    }

    /// How many pairs change, and how many do not.
    pub fn summary(&self) -> String {
        let (changes, common) = (self.changes, self.matched.common.len());
        let with =
            |kind: Kind| changes.iter().filter(|change| sayings(change).iter().any(|(of, _)| *of == kind)).count();
        let pairs = common * common.saturating_sub(1);
        let same = pairs.saturating_sub(changes.len());
        if changes.is_empty() {
            return format!("No connection changes: {} as they were.", count(pairs, "pair"));
        }
        format!(
            "{} with connections gained, {} with connections lost; {} as before.",
            count(with(Kind::Gained), "pair"),
            count(with(Kind::Lost), "pair"),
            count(same, "pair")
        )
    }
}

fn groups(changes: &[Change]) -> BTreeMap<Saying, Pairs> {
    let mut groups: BTreeMap<Saying, Pairs> = BTreeMap::new();
    for change in changes {
        let (old, new) = change.verdicts();
        for (kind, what) in sayings(change) {
            let group = groups.entry((kind, what, old, new)).or_default();
            group.entry(change.from).or_default().insert(change.to);
        }
    }
    groups
}

fn sayings(change: &Change) -> Vec<(Kind, String)> {
    let families = change.families();
    let gained = said(&families, |change| change.gained.clone());
    let lost = said(&families, |change| change.lost.clone());
    // What is answered has arrived: only the rest is worth a line of its own.
    let arriving = said(&families, |change| change.arriving.difference(&change.gained));
    let stopped = said(&families, |change| change.stopped.difference(&change.lost));
    let mut found = Vec::new();
    found.extend(gained.map(|what| (Kind::Gained, what)));
    found.extend(lost.map(|what| (Kind::Lost, what)));
    found.extend(arriving.map(|what| (Kind::Arrives, format!("{what} arrives now, unanswered"))));
    found.extend(stopped.map(|what| (Kind::Stops, format!("{what} arrives no more, and was not answered"))));
    if found.is_empty() {
        found.push(rest(change, &families));
    }
    found
}

/// What is left where no conversation changes.
fn rest(change: &Change, families: &[FamilyChange]) -> (Kind, String) {
    let unknown =
        |answer: &PairAnswer| answer.families.iter().map(|family| family.undefined.clone()).collect::<Vec<_>>();
    if unknown(&change.old) != unknown(&change.new) {
        return (Kind::Doubt, "what nobody can know is something else".to_owned());
    }
    match families.iter().any(|family| !family.arriving.is_empty()) {
        true => (Kind::Arrives, "ICMP messages that ask nothing arrive now".to_owned()),
        false => (Kind::Stops, "ICMP messages that ask nothing arrive no more".to_owned()),
    }
}

/// The words for a set of each family; nothing where it is empty, or of messages that nobody answers.
fn said(families: &[FamilyChange], of: impl Fn(&FamilyChange) -> L4Set) -> Option<String> {
    let telling = |change: &FamilyChange| of(change).intersection(&L4Set::answerable(change.family));
    let word = |change: &FamilyChange| {
        let whole = L4Set::answerable(change.family);
        (change.family, words::set(&telling(change), &whole, change.family))
    };
    let told: Vec<(Family, String)> = families.iter().filter(|change| !telling(change).is_empty()).map(word).collect();
    match told.as_slice() {
        [] => None,
        [(_, first), rest @ ..] if told.len() == families.len() && rest.iter().all(|(_, other)| other == first) => {
            Some(first.clone())
        }
        all => {
            Some(all.iter().map(|(family, word)| format!("{}: {word}", family.name())).collect::<Vec<_>>().join("; "))
        }
    }
}
