//! What changes, in connections: gained, lost, and what is neither.

use super::names::{Names, Pairs};
use super::{DOUBT, ERROR, FAINT, GOOD, Line, WARNING, count, words};
use crate::console::Script;
use crate::input::Loaded;
use anstyle::Style;
use ringfence_engine::answers::diff::{Change, FamilyChange, Matched};
use ringfence_engine::reach::{Endpoint, Family, L4Set, Verdict};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Two evaluations and what lies between them.
pub(crate) struct Difference<'a> {
    /// The old side.
    pub(crate) old: &'a Loaded,
    /// The new side.
    pub(crate) new: &'a Loaded,
    /// The endpoints of both.
    pub(crate) matched: &'a Matched,
    /// The pairs that change.
    pub(crate) changes: &'a [Change],
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Gained,
    Lost,
    /// Requests that arrive without an answer.
    Arrives,
    Stops,
    /// What nobody could know, or can know now.
    Doubt,
}

impl Kind {
    fn sign(self) -> char {
        match self {
            Self::Gained => '+',
            Self::Lost => '-',
            Self::Arrives | Self::Stops => '~',
            Self::Doubt => '?',
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Gained => GOOD,
            Self::Lost => ERROR,
            Self::Arrives | Self::Stops => WARNING,
            Self::Doubt => DOUBT,
        }
    }
}

/// One line: what changes, and the verdicts before and after.
type Saying = (Kind, String, Verdict, Verdict);

/// Lines of text, gained first.
pub(crate) fn write(out: &mut dyn Write, difference: &Difference<'_>, script: Script) -> io::Result<()> {
    write_sides(out, difference)?;
    for ((kind, what, old, new), pairs) in &groups(difference.changes) {
        let style = kind.style();
        for who in names(difference).merged(pairs, script) {
            let verdicts = verdicts(*old, *new);
            writeln!(out, "{style}{}{style:#} {who}: {what} {FAINT}({verdicts}){FAINT:#}", kind.sign())?;
        }
    }
    for (sign, style, id) in endpoints(difference) {
        writeln!(out, "{style}{sign}{style:#} endpoint {}", Line(id))?;
    }
    writeln!(out, "{}", summary(difference))
}

/// A Markdown table.
pub(crate) fn write_markdown(out: &mut dyn Write, difference: &Difference<'_>, script: Script) -> io::Result<()> {
    writeln!(out, "{}\n", summary(difference))?;
    let groups = groups(difference.changes);
    if !groups.is_empty() {
        writeln!(out, "| | who | what | before | after |\n|---|---|---|---|---|")?;
    }
    for ((kind, what, old, new), pairs) in &groups {
        for who in names(difference).merged(pairs, script) {
            let who = who.replace('|', "\\|");
            writeln!(out, "| `{}` | {who} | {what} | {} | {} |", kind.sign(), old.name(), new.name())?;
        }
    }
    for (sign, _, id) in endpoints(difference) {
        writeln!(out, "| `{sign}` | {} | endpoint | | |", Line(id).to_string().replace('|', "\\|"))?;
    }
    Ok(())
}

fn write_sides(out: &mut dyn Write, difference: &Difference<'_>) -> io::Result<()> {
    let (old, new) = (difference.old.compiled.profile.name, difference.new.compiled.profile.name);
    if old == new { Ok(()) } else { writeln!(out, "{FAINT}{old} to {new}{FAINT:#}") }
}

fn names<'a>(difference: &Difference<'a>) -> Names<'a> {
    Names::new(difference.matched.common.iter().map(|common| common.id.as_str()))
}

/// Endpoints that only one side knows.
fn endpoints<'a>(difference: &Difference<'a>) -> Vec<(char, Style, &'a str)> {
    let id = |side: &'a Loaded, index: usize| {
        side.compiled.endpoints.get(index).map_or("?", |endpoint: &Endpoint| endpoint.id.as_str())
    };
    let gone = difference.matched.gone.iter().map(|index| ('-', ERROR, id(difference.old, *index)));
    let come = difference.matched.come.iter().map(|index| ('+', GOOD, id(difference.new, *index)));
    gone.chain(come).collect()
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
        found.push((Kind::Doubt, "what nobody can know is something else".to_owned()));
    }
    found
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

fn verdicts(old: Verdict, new: Verdict) -> String {
    if old == new { format!("still {}", new.name()) } else { format!("was {}, is {}", old.name(), new.name()) }
}

/// `2 pairs gain, 1 loses; 37 others stay as they are`.
fn summary(difference: &Difference<'_>) -> String {
    let (changes, common) = (difference.changes, difference.matched.common.len());
    let with = |kind: Kind| changes.iter().filter(|change| sayings(change).iter().any(|(of, _)| *of == kind)).count();
    let pairs = common * common.saturating_sub(1);
    let same = pairs.saturating_sub(changes.len());
    if changes.is_empty() {
        return format!("No connection changes: {} as they were.", count(pairs, "pair"));
    }
    format!(
        "{} with connections gained, {} with connections lost; {} as before.",
        count(with(Kind::Gained), "pair"),
        with(Kind::Lost),
        count(same, "pair")
    )
}
