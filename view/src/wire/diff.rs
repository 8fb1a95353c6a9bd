//! `diff -o json`.

use super::diagnostic::Diagnostic;
use super::explain::RowAndSource;
use super::l4::{self, L4};
use super::{VERSION, lines};
use crate::difference::{self, Difference, Side as Which};
use crate::loaded::Loaded;
use ringfence_engine::answers::diff::{Behind, Change, FamilyChange, Role};
use ringfence_engine::reach::L4Set;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The document. Its pairs are worked out while it is written: there may be millions.
#[derive(Serialize)]
pub struct Document<'a> {
    ringfence: &'static str,
    old: Side<'a>,
    new: Side<'a>,
    pairs: Pairs<'a>,
    unchanged: usize,
    /// The same changes in few groups, as the text tells them.
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    /// `gained`, `lost`, `arriving`, `stopped` or `doubt`.
    change: &'static str,
    /// Of each of these to each of those, but oneself, the same changes.
    from: Vec<&'a str>,
    to: Vec<&'a str>,
    old: &'static str,
    new: &'static str,
    /// What is gained or lost, arrives now or no more, or is in doubt on one side.
    headers: Vec<L4>,
    /// The rows behind it.
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    /// `new` where it decides now, `old` where it decides no more.
    side: &'static str,
    /// `decides`, or `tracks`: it makes its switch track connections.
    role: &'static str,
    #[serde(flatten)]
    row: RowAndSource<'a>,
}

#[derive(Serialize)]
struct Side<'a> {
    profile: &'static str,
    /// Endpoints that only this side knows.
    endpoints: Vec<&'a str>,
    diagnostics: Vec<Diagnostic<'a>>,
}

struct Pairs<'a>(&'a Difference<'a>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(difference) = *self;
        serializer.collect_seq(difference.changes.iter().filter_map(|change| Pair::of(difference, change)))
    }
}

#[derive(Serialize)]
pub(super) struct Pair<'a> {
    from: &'a str,
    to: &'a str,
    old: &'static str,
    new: &'static str,
    /// Conversations that are answered on the new side only.
    gained: Vec<L4>,
    /// Conversations that are answered on the old side only.
    lost: Vec<L4>,
    /// Requests that arrive on the new side only.
    arriving: Vec<L4>,
    /// Requests that arrive on the old side only.
    stopped: Vec<L4>,
}

impl<'a> Pair<'a> {
    pub(super) fn of(difference: &Difference<'a>, change: &Change) -> Option<Self> {
        let id = |index: usize| difference.matched.common.get(index).map(|common| common.id.as_str());
        let (old, new) = change.verdicts();
        let families = change.families();
        let sets = |of: fn(&FamilyChange) -> &L4Set| l4::of_families(families.iter().map(|one| (one.family, of(one))));
        Some(Self {
            from: id(change.from)?,
            to: id(change.to)?,
            old: old.name(),
            new: new.name(),
            gained: sets(|change| &change.gained),
            lost: sets(|change| &change.lost),
            arriving: sets(|change| &change.arriving),
            stopped: sets(|change| &change.stopped),
        })
    }
}

impl<'a> Row<'a> {
    fn of(difference: &Difference<'a>, behind: &Behind) -> Option<Self> {
        let side = difference.side(behind.side);
        let row = RowAndSource::of(&side.sources, behind.row.acl(&side.compiled.network)?);
        let role = match behind.role {
            Role::Decides => "decides",
            Role::Tracks => "tracks",
        };
        let side = match behind.side {
            Which::Old => "old",
            Which::New => "new",
        };
        Some(Self { side, role, row })
    }
}

fn groups<'a>(difference: &Difference<'a>) -> Vec<Group<'a>> {
    let names = difference.names();
    let ids = |classes: &BTreeSet<usize>| {
        let common = |index: usize| difference.matched.common.get(index).map(|common| common.id.as_str());
        names.all(classes).into_iter().filter_map(common).collect::<Vec<_>>()
    };
    let group = |group: difference::Group| Group {
        change: group.kind.name(),
        from: ids(&group.who.askers),
        to: ids(&group.who.targets),
        old: group.old.name(),
        new: group.new.name(),
        headers: l4::of_families(group.sets.iter().map(|(family, set)| (*family, set))),
        rows: group.behind.iter().filter_map(|behind| Row::of(difference, behind)).collect(),
    };
    difference.groups(&names).into_iter().map(group).collect()
}

impl<'a> Document<'a> {
    /// What lies between two inputs.
    pub fn of(difference: &'a Difference<'a>) -> Self {
        let side = |side: &'a Loaded, only: &[usize]| {
            let id = |index: &usize| side.compiled.endpoints.get(*index).map(|endpoint| endpoint.id.as_str());
            Side {
                profile: side.compiled.profile.name,
                endpoints: only.iter().filter_map(id).collect(),
                diagnostics: Diagnostic::all(&side.sources, &side.compiled.diagnostics),
            }
        };
        Self {
            ringfence: VERSION,
            old: side(difference.old, &difference.matched.gone),
            new: side(difference.new, &difference.matched.come),
            pairs: Pairs(difference),
            unchanged: difference.matched.pairs().saturating_sub(difference.changes.len()),
            groups: groups(difference),
        }
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, difference: &Difference<'_>) -> io::Result<()> {
    lines::write(out, &Document::of(difference))
}
