//! `repair -o json`: proposals with their edits and every pair that they change, or the reason why there is none.

use super::diff::Pair;
use super::{VERSION, lines};
use crate::difference::Difference;
use crate::loaded::Loaded;
use crate::patch;
use ringfence_engine::answers::repair::Proposal;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Repair<'a> {
    ringfence: &'static str,
    proposals: Vec<One>,
    refusal: Option<&'a str>,
}

#[derive(Serialize)]
struct One {
    title: String,
    /// The texts that change, as they become.
    files: Vec<File>,
    /// The lines that go and come.
    diff: String,
    /// Every pair that changes, as in `diff -o json`.
    pairs: Vec<serde_json::Value>,
    /// How many of them were not wished for.
    others: usize,
}

#[derive(Serialize)]
struct File {
    name: String,
    text: String,
}

fn one(old: &Loaded, proposal: &Proposal) -> One {
    let new = Loaded::of(proposal.sources.clone(), proposal.compiled.clone());
    let difference = Difference { old, new: &new, matched: &proposal.matched, changes: &proposal.changes };
    let pair = |change| serde_json::to_value(Pair::of(&difference, change)?).ok();
    let both = old.sources.iter().zip(proposal.sources.iter()).filter(|((_, old), (_, new))| old.text() != new.text());
    One {
        title: proposal.title.clone(),
        files: both.map(|(_, (_, new))| File { name: new.name().to_owned(), text: new.text().to_owned() }).collect(),
        diff: patch::lines(&old.sources, &proposal.sources),
        pairs: proposal.changes.iter().filter_map(pair).collect(),
        others: proposal.others,
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, old: &Loaded, found: &Result<Vec<Proposal>, String>) -> io::Result<()> {
    let (proposals, refusal) = match found {
        Ok(found) => (found.iter().map(|proposal| one(old, proposal)).collect(), None),
        Err(refusal) => (Vec::new(), Some(refusal.as_str())),
    };
    lines::write(out, &Repair { ringfence: VERSION, proposals, refusal })
}
