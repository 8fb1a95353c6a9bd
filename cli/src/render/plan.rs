//! A plan: rows, what they do to connections, guard rails, and what they cost.

use super::ignored::ignored;
use super::{DOUBT, ERROR, FAINT, GOOD, Line, STRONG, WARNING, count, diff};
use crate::console::Script;
use crate::enforcement::Proposal;
use crate::planned::{Planned, Sign};
use anstyle::Style;
use ringfence_enforce::{Applied, PolicySet, Tripped};
use ringfence_view::difference::Difference;
use ringfence_view::wire;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Of more rows of a plan, and of more lines of one kind of change, only the first ones are shown to people.
const MOST_ROWS: usize = 60;

fn sign(sign: Sign) -> (char, Style) {
    match sign {
        Sign::Add => ('+', GOOD),
        Sign::Alter => ('~', WARNING),
        Sign::Note => ('=', FAINT),
        Sign::Delete => ('-', ERROR),
    }
}

fn steps(out: &mut dyn Write, plan: &impl Planned, noun: &str) -> io::Result<()> {
    let steps = plan.steps();
    for step in steps.iter().take(MOST_ROWS) {
        let (sign, style) = sign(step.sign);
        let (what, origin) = (Line(&step.what), Line(&step.origin));
        writeln!(out, "{style}{sign}{style:#} {what} {FAINT}{origin}{FAINT:#}")?;
        if let Some(altered) = &step.altered {
            writeln!(out, "{FAINT}  {}{FAINT:#}", Line(altered))?;
        }
    }
    match steps.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "{FAINT}  and {}; -o json has all{FAINT:#}", count(more, &format!("more {noun}"))),
    }
}

fn guards(out: &mut dyn Write, proposal: &Proposal<impl Planned>) -> io::Result<()> {
    for tripped in &proposal.tripped {
        writeln!(out, "{WARNING}!{WARNING:#} {STRONG}{}{STRONG:#}: {}", tripped.guard.name(), Line(&tripped.message))?;
    }
    Ok(())
}

fn remarks(out: &mut dyn Write, proposal: &Proposal<impl Planned>) -> io::Result<()> {
    for remark in proposal.plan.remarks().iter().chain(&proposal.meaning.remarks) {
        writeln!(out, "{FAINT}note: {}{FAINT:#}", Line(remark))?;
    }
    Ok(())
}

fn cost(proposal: &Proposal<impl Planned>) -> String {
    let [before, after] = proposal.meaning.cost();
    let (rows, flows) = (count(after.rows, "ACL row"), count(after.flows, "logical flow"));
    format!("cost: {rows} of everybody, {} before; about {flows}, {} before", before.rows, before.flows)
}

/// Lines of text.
pub(crate) fn text(
    out: &mut dyn Write,
    proposal: &Proposal<impl Planned>,
    database: &str,
    script: Script,
) -> io::Result<()> {
    let plan = &proposal.plan;
    writeln!(out, "{STRONG}policy set {} in {}: {}{STRONG:#}", plan.set(), Line(database), plan.summary())?;
    steps(out, plan, "row")?;
    writeln!(out)?;
    diff::write(out, &proposal.meaning.difference(), script, MOST_ROWS)?;
    guards(out, proposal)?;
    remarks(out, proposal)?;
    writeln!(out, "{FAINT}{}{FAINT:#}", cost(proposal))
}

/// There is nothing to do.
pub(crate) fn nothing(out: &mut dyn Write, plan: &impl Planned, database: &str) -> io::Result<()> {
    writeln!(out, "policy set {} in {}: nothing to change", plan.set(), Line(database))
}

/// There is nothing to do, and something to say.
pub(crate) fn none(out: &mut dyn Write, proposal: &Proposal<impl Planned>, database: &str) -> io::Result<()> {
    nothing(out, &proposal.plan, database)?;
    remarks(out, proposal)
}

/// What was done, and how it is taken back.
pub(crate) fn done(out: &mut dyn Write, plan: &impl Planned, back: Option<&str>) -> io::Result<()> {
    writeln!(out, "{GOOD}applied{GOOD:#}: {}", plan.summary())?;
    match back {
        Some(command) => writeln!(out, "to take it back: {command}"),
        None => writeln!(
            out,
            "{WARNING}it cannot be taken back by `rollback`: what it undoes is too large to be kept{WARNING:#}"
        ),
    }
}

/// A word of a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ":/.,_-".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", Line(word).to_string().replace('\'', "'\\''"))
    }
}

/// What is installed and not declared, or the other way round.
pub(crate) fn drift<P: Planned>(
    out: &mut dyn Write,
    proposal: &Proposal<P>,
    database: &str,
    script: Script,
) -> io::Result<()> {
    let plan = &proposal.plan;
    if plan.is_empty() {
        writeln!(out, "{GOOD}{} in {} is as declared{GOOD:#}", plan.whose(), Line(database))?;
    } else {
        let drifted = count(plan.size(), P::NOUN);
        writeln!(
            out,
            "{STRONG}{} in {} has drifted in {drifted}; {}:{STRONG:#}",
            plan.whose(),
            Line(database),
            plan.would()
        )?;
        steps(out, plan, "row")?;
        writeln!(out)?;
        diff::write(out, &proposal.meaning.difference(), script, MOST_ROWS)?;
    }
    let ignored = ignored(&proposal.meaning);
    let ignored: BTreeSet<_> = ignored.iter().map(|row| (&row.acl.provenance, row.reason)).collect();
    for (from, reason) in ignored {
        let (object, field) = (Line(&from.object), Line(&from.field));
        writeln!(out, "{DOUBT}ignored by OVN{DOUBT:#}: {object} {field}: {}", Line(reason))?;
    }
    remarks(out, proposal)
}

/// The applies of a policy set that can be taken back.
pub(crate) fn history(out: &mut dyn Write, set: &PolicySet, steps: &[Applied]) -> io::Result<()> {
    if steps.is_empty() {
        return writeln!(out, "policy set {set}: nothing can be taken back");
    }
    writeln!(out, "policy set {set}, the last apply first:")?;
    for (back, Applied { generation, at, did }) in steps.iter().enumerate() {
        let at = at.as_ref().map(|at| format!(", {}", Line(at))).unwrap_or_default();
        writeln!(out, "{:>3}  generation {generation}{at}: {}", back + 1, Line(did))?;
    }
    Ok(())
}

/// What programs are told of a plan; with what else there is to tell.
#[derive(Serialize)]
struct Document<'p> {
    ringfence: &'static str,
    set: &'p str,
    #[serde(flatten)]
    plan: Map<String, Value>,
    connections: wire::diff::Document<'p>,
    guards: Vec<Value>,
    ignored: Vec<Value>,
    cost: Value,
    remarks: Vec<&'p String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl<'p> Document<'p> {
    fn of(proposal: &'p Proposal<impl Planned>, difference: &'p Difference<'p>, more: Option<(&str, Value)>) -> Self {
        let (plan, meaning) = (&proposal.plan, &proposal.meaning);
        let guard = |tripped: &Tripped| json!({ "name": tripped.guard.name(), "message": tripped.message });
        let cost = meaning.cost().map(|cost| json!({ "rows": cost.rows, "asked": cost.asked, "flows": cost.flows }));
        Self {
            ringfence: wire::VERSION,
            set: plan.set().name(),
            plan: plan.wire(),
            connections: wire::diff::Document::of(difference),
            guards: proposal.tripped.iter().map(guard).collect(),
            ignored: ignored(meaning).iter().map(|row| row.wire(plan)).collect(),
            cost: json!({ "before": cost.first(), "after": cost.last() }),
            remarks: plan.remarks().iter().chain(&meaning.remarks).collect(),
            more: more.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }
}

/// Everything, for programs; with what else there is to tell.
pub(crate) fn json(
    out: &mut dyn Write,
    proposal: &Proposal<impl Planned>,
    more: Option<(&str, Value)>,
) -> io::Result<()> {
    let difference = proposal.meaning.difference();
    serde_json::to_writer_pretty(&mut *out, &Document::of(proposal, &difference, more))?;
    writeln!(out)
}

/// One of several clusters.
#[derive(Serialize)]
#[serde(untagged)]
enum One<'p> {
    Planned(Box<Document<'p>>),
    /// Nothing can be told of it but why.
    Failed(Value),
}

impl<'p> One<'p> {
    fn of<P: Planned>(context: &str, proposal: &'p Result<(&Proposal<P>, Difference<'_>), &String>) -> Self {
        match proposal {
            Ok((proposal, difference)) => {
                Self::Planned(Box::new(Document::of(proposal, difference, Some(("context", json!(context))))))
            }
            Err(message) => Self::Failed(json!({ "ringfence": wire::VERSION, "context": context, "error": message })),
        }
    }
}

/// The same of several clusters, each under its context: a list. One of which nothing can be told has an `error` in it.
pub(crate) fn json_of_each<'p, P: Planned + 'p>(
    out: &mut dyn Write,
    clusters: impl Iterator<Item = (&'p str, Result<&'p Proposal<P>, &'p String>)>,
) -> io::Result<()> {
    let clusters: Vec<_> = clusters
        .map(|(context, proposal)| (context, proposal.map(|proposal| (proposal, proposal.meaning.difference()))))
        .collect();
    let documents: Vec<One<'_>> = clusters.iter().map(|(context, proposal)| One::of(context, proposal)).collect();
    serde_json::to_writer_pretty(&mut *out, &documents)?;
    writeln!(out)
}

/// For a comment on a change.
pub(crate) fn markdown(out: &mut dyn Write, proposal: &Proposal<impl Planned>, script: Script) -> io::Result<()> {
    let plan = &proposal.plan;
    writeln!(out, "### Policy set {}: {}\n", plain(plan.set().name()), plan.summary())?;
    diff::write_markdown(out, &proposal.meaning.difference(), script, MOST_ROWS)?;
    for tripped in &proposal.tripped {
        writeln!(out, "\n> **{}**: {}", tripped.guard.name(), plain(&tripped.message))?;
    }
    if !plan.is_empty() {
        writeln!(out, "\n<details><summary>Rows</summary>\n\n| | row | rule |\n|---|---|---|")?;
    }
    let steps = plan.steps();
    for step in steps.iter().take(MOST_ROWS) {
        let altered = step.altered.as_ref().map(|altered| format!("<br>{}", plain(altered))).unwrap_or_default();
        writeln!(out, "| `{}` | {}{altered} | {} |", sign(step.sign).0, plain(&step.what), plain(&step.origin))?;
    }
    if steps.len() > MOST_ROWS {
        writeln!(out, "| | and {} | |", count(steps.len() - MOST_ROWS, "more row"))?;
    }
    if !plan.is_empty() {
        writeln!(out, "\n</details>")?;
    }
    for remark in plan.remarks().iter().chain(&proposal.meaning.remarks) {
        writeln!(out, "\n{}", plain(remark))?;
    }
    writeln!(out, "\n{}", cost(proposal))
}

/// Text that means nothing to Markdown.
fn plain(text: &str) -> String {
    super::summary::plain(text)
}
