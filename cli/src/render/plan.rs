//! A plan: rows, what they do to connections, guard rails, and what they cost.

use super::{DOUBT, ERROR, FAINT, GOOD, Line, STRONG, WARNING, count, diff};
use crate::console::Script;
use crate::enforcement::Proposal;
use anstyle::Style;
use ringfence_enforce::{Acl, Change, History, Item, Kind, Plan};
use ringfence_view::wire;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Of more rows of a plan only the first ones are shown to people.
const MOST_ROWS: usize = 60;

fn sign(kind: Kind) -> (char, Style) {
    match kind {
        Kind::Add => ('+', GOOD),
        Kind::Alter => ('~', WARNING),
        Kind::Label => ('=', FAINT),
        Kind::Delete => ('-', ERROR),
    }
}

/// What a row is, on one line.
fn row(item: &Item) -> String {
    match item {
        Item::Acl(acl) => acl_row(acl),
        Item::PortGroup(group) => format!("port group {} with {}", Line(&group.name), count(group.ports.len(), "port")),
        Item::AddressSet(set) => format!("address set {} with {} in it", Line(&set.name), set.addresses.len()),
    }
}

fn acl_row(acl: &Acl) -> String {
    let content = &acl.content;
    let parents: Vec<String> = acl.parents.iter().map(|parent| Line(&parent.to_string()).to_string()).collect();
    let tier = if content.tier > 0 { format!(" tier {}", content.tier) } else { String::new() };
    let after_lb = if content.is_after_lb() { " after-lb" } else { "" };
    let log = if content.log { " log" } else { "" };
    format!(
        "{} {}{after_lb}{tier} {} {}{log} ({})",
        parents.join(", "),
        content.direction,
        content.priority,
        content.action,
        Line(&content.matches)
    )
}

fn rows(out: &mut dyn Write, changes: &[Change]) -> io::Result<()> {
    for change in changes.iter().take(MOST_ROWS) {
        let (sign, style) = sign(change.kind());
        let Some(item) = change.item() else { continue };
        let origin = item.origin();
        let (object, rule) = (Line(&origin.object), Line(&origin.rule));
        writeln!(out, "{style}{sign}{style:#} {} {FAINT}{object} {rule}{FAINT:#}", row(item))?;
        if let (Kind::Alter, Some(old)) = (change.kind(), &change.old) {
            writeln!(out, "{FAINT}  was {}{FAINT:#}", row(old))?;
        }
    }
    match changes.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "{FAINT}  and {}; -o json has all{FAINT:#}", count(more, "more row")),
    }
}

fn guards(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    for tripped in &proposal.tripped {
        writeln!(out, "{WARNING}!{WARNING:#} {STRONG}{}{STRONG:#}: {}", tripped.guard.name(), Line(&tripped.message))?;
    }
    Ok(())
}

fn remarks(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    for remark in proposal.plan.remarks.iter().chain(&proposal.meaning.remarks) {
        writeln!(out, "{FAINT}note: {}{FAINT:#}", Line(remark))?;
    }
    Ok(())
}

fn cost(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    let [before, after] = proposal.meaning.cost();
    writeln!(
        out,
        "{FAINT}cost: {} of everybody, {} before; about {}, {} before{FAINT:#}",
        count(after.rows, "ACL row"),
        before.rows,
        count(after.flows, "logical flow"),
        before.flows
    )
}

/// Lines of text.
pub(crate) fn text(out: &mut dyn Write, proposal: &Proposal, database: &str, script: Script) -> io::Result<()> {
    let plan = &proposal.plan;
    writeln!(out, "{STRONG}policy set {} in {}: {}{STRONG:#}", plan.set, Line(database), plan.summary())?;
    rows(out, &plan.changes)?;
    writeln!(out)?;
    diff::write(out, &proposal.meaning.difference(), script)?;
    guards(out, proposal)?;
    remarks(out, proposal)?;
    cost(out, proposal)
}

/// There is nothing to do.
pub(crate) fn nothing(out: &mut dyn Write, plan: &Plan, database: &str) -> io::Result<()> {
    writeln!(out, "policy set {} in {}: nothing to change", plan.set, Line(database))
}

/// What was done, and how it is taken back.
pub(crate) fn done(out: &mut dyn Write, plan: &Plan, database: &str) -> io::Result<()> {
    let generation = plan.history.generation().unwrap_or(0) + 1;
    writeln!(out, "{GOOD}applied{GOOD:#}: {} (generation {generation})", plan.summary())?;
    match plan.is_undoable() {
        true => writeln!(out, "to take it back: ringfence rollback --set {} --nb {}", plan.set, quoted(database)),
        false => writeln!(
            out,
            "{WARNING}it cannot be taken back by `rollback`: what it undoes is too large to be kept{WARNING:#}"
        ),
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ":/.,_-[]".contains(letter);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", Line(word).to_string().replace('\'', "'\\''"))
    }
}

/// What is installed and not declared, or the other way round.
pub(crate) fn drift(out: &mut dyn Write, proposal: &Proposal, database: &str, script: Script) -> io::Result<()> {
    let plan = &proposal.plan;
    if plan.is_empty() {
        writeln!(out, "{GOOD}policy set {} in {} is as declared{GOOD:#}", plan.set, Line(database))?;
    } else {
        let drifted = count(plan.changes.len(), "row");
        writeln!(
            out,
            "{STRONG}policy set {} in {} has drifted in {drifted}; an apply would make:{STRONG:#}",
            plan.set,
            Line(database)
        )?;
        rows(out, &plan.changes)?;
        writeln!(out)?;
        diff::write(out, &proposal.meaning.difference(), script)?;
    }
    let before = &proposal.meaning.before;
    let ignored = before.pipelines().iter().flat_map(|pipeline| &pipeline.broken);
    let ignored = ignored.filter_map(|error| Some((error.id.acl(&before.compiled.network)?, &error.message)));
    // A row of a port group is on every switch that has one of its ports.
    let ignored: BTreeSet<_> = ignored.map(|(acl, message)| (&acl.provenance, message)).collect();
    for (from, message) in ignored {
        let (object, field) = (Line(&from.object), Line(&from.field));
        writeln!(out, "{DOUBT}ignored by OVN{DOUBT:#}: {object} {field}: {}", Line(message))?;
    }
    remarks(out, proposal)
}

/// The applies that can be taken back.
pub(crate) fn history(out: &mut dyn Write, history: &History) -> io::Result<()> {
    let steps = history.steps();
    if steps.is_empty() {
        return writeln!(out, "nothing can be taken back");
    }
    for (back, (generation, did)) in steps.iter().enumerate() {
        writeln!(out, "{:>3}  generation {generation}: {}", back + 1, Line(did))?;
    }
    Ok(())
}

/// Everything, for programs.
pub(crate) fn json(out: &mut dyn Write, proposal: &Proposal) -> io::Result<()> {
    let (plan, meaning) = (&proposal.plan, &proposal.meaning);
    let mut connections = Vec::new();
    wire::diff::write(&mut connections, &meaning.difference())?;
    let connections: Value = serde_json::from_slice(&connections)?;
    let row = |change: &Change| {
        json!({
            "change": change.kind().name(), "table": change.table(), "uuid": change.id.hyphenated().to_string(),
            "old": change.old, "new": change.new,
        })
    };
    let guard =
        |tripped: &ringfence_enforce::Tripped| json!({ "name": tripped.guard.name(), "message": tripped.message });
    let cost = meaning.cost().map(|cost| json!({ "rows": cost.rows, "asked": cost.asked, "flows": cost.flows }));
    let remarks: Vec<&String> = plan.remarks.iter().chain(&meaning.remarks).collect();
    let document = json!({
        "ringfence": wire::VERSION, "set": plan.set.name(), "world": plan.digest(),
        "generation": plan.history.generation(),
        "summary": {
            "add": plan.count(Kind::Add), "alter": plan.count(Kind::Alter), "label": plan.count(Kind::Label),
            "delete": plan.count(Kind::Delete),
        },
        "rows": plan.changes.iter().map(row).collect::<Vec<_>>(),
        "connections": connections,
        "guards": proposal.tripped.iter().map(guard).collect::<Vec<_>>(),
        "cost": { "before": cost.first(), "after": cost.last() },
        "remarks": remarks,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// For a comment on a change.
pub(crate) fn markdown(out: &mut dyn Write, proposal: &Proposal, script: Script) -> io::Result<()> {
    let plan = &proposal.plan;
    writeln!(out, "### Policy set {}: {}\n", plain(plan.set.name()), plan.summary())?;
    diff::write_markdown(out, &proposal.meaning.difference(), script)?;
    for tripped in &proposal.tripped {
        writeln!(out, "\n> **{}**: {}", tripped.guard.name(), plain(&tripped.message))?;
    }
    if !plan.is_empty() {
        writeln!(out, "\n<details><summary>Rows</summary>\n\n| | row | rule |\n|---|---|---|")?;
    }
    for change in plan.changes.iter().take(MOST_ROWS) {
        let (Some(item), (sign, _)) = (change.item(), sign(change.kind())) else { continue };
        let origin = item.origin();
        let rule = format!("{} {}", origin.object, origin.rule);
        writeln!(out, "| `{sign}` | {} | {} |", plain(&row(item)), plain(&rule))?;
    }
    if plan.changes.len() > MOST_ROWS {
        writeln!(out, "| | and {} | |", count(plan.changes.len() - MOST_ROWS, "more row"))?;
    }
    if !plan.is_empty() {
        writeln!(out, "\n</details>")?;
    }
    for remark in plan.remarks.iter().chain(&proposal.meaning.remarks) {
        writeln!(out, "\n{}", plain(remark))?;
    }
    Ok(())
}

/// Text that means nothing to Markdown.
fn plain(text: &str) -> String {
    super::summary::plain(text)
}
