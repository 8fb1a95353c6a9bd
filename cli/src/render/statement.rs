//! The statement about a world, in Markdown: who reaches whom by groups, what was expected, what it rests on.

use super::count;
use super::summary::{self, plain};
use crate::files::Original;
use ringfence_engine::ovn::network::PortKind;
use ringfence_engine::reach::Verdict;
use ringfence_view::line::Line;
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::{Cell, Matrix};
use ringfence_view::report::Report;
use ringfence_view::wire::VERSION;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

/// What a statement is made of.
#[derive(Clone, Copy)]
pub(crate) struct Statement<'a> {
    /// The input.
    pub(crate) loaded: &'a Loaded,
    /// All pairs.
    pub(crate) matrix: &'a Matrix,
    /// What was found.
    pub(crate) report: &'a Report<'a>,
    /// The files that are not themselves the texts that they became.
    pub(crate) originals: &'a [Original],
}

/// So many names stand in one cell.
const NAMES: usize = 40;

/// So many lines of who reaches whom are written.
const LINES: usize = 2_000;

/// What holds of every statement; docs/semantics.md says it at length.
const ASSUMED: [&str; 6] = [
    "Every pair of different endpoints and every header (protocol, ports, ICMP type and code) was evaluated; none was sampled. \
     What replicas of one workload, and addresses of one range, have to do with each other is in the expectations alone.",
    "A conversation is an ordinary one: unicast, unfragmented, between the addresses that the input says. TTL, flags and \
     fragments are not varied.",
    "What crosses a router gets where it is going and comes back: routes beyond the switches, NAT and what is outside are not \
     judged.",
    "A machine answers: what its own firewall does is not known.",
    "A row that blocks ARP blocks everything once the caches are empty; IPv6 neighbour discovery always passes.",
    "Interfaces that another network plugin connects are not part of it: only what passes OVN is.",
];

/// The whole statement; with a picture, where there is one.
pub(crate) fn write(out: &mut dyn Write, of: &Statement<'_>, picture: Option<(&Path, &str)>) -> io::Result<()> {
    head(out, of)?;
    if let Some((path, title)) = picture {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(out, "![{title}](<{}>)\n", plain(&name))?;
    }
    tail(out, of)
}

/// What stands above the picture.
pub(crate) fn head(out: &mut dyn Write, of: &Statement<'_>) -> io::Result<()> {
    let endpoints = of.report.endpoints;
    writeln!(out, "# Isolation report\n")?;
    let profile = of.loaded.compiled.profile.name;
    let who = count(endpoints.len(), "endpoint");
    writeln!(out, "{who}, evaluated as {} by Ringfence {VERSION}.\n", plain(profile))?;
    let totals = of.matrix.totals();
    let told = totals.iter().map(|(verdict, pairs)| format!("{} {}", count(*pairs, "pair"), verdict.name()));
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => writeln!(out, "There are no two endpoints.\n")?,
        false => writeln!(out, "**{}.**\n", told.join(", "))?,
    }
    let judgements = of.report.judgements;
    let held = judgements.iter().filter(|judgement| judgement.holds).count();
    match judgements.len() {
        0 => writeln!(out, "Nothing was expected of them: the input has no `Expectation`.\n"),
        all => writeln!(out, "Expectations that hold: {held} of {all}.\n"),
    }
}

/// What stands below it.
pub(crate) fn tail(out: &mut dyn Write, of: &Statement<'_>) -> io::Result<()> {
    let mut groups = of.matrix.alike(of.report.endpoints);
    groups.sort_by_key(|members| members.first().copied());
    members(out, of, &groups)?;
    relations(out, of, &groups)?;
    writeln!(out, "## Findings and expectations\n")?;
    summary::write(out, of.report)?;
    writeln!(out, "\n## What this rests on\n")?;
    for assumption in ASSUMED {
        writeln!(out, "* {assumption}")?;
    }
    security(out, of)?;
    inputs(out, of)
}

/// `G1` …, or the name of a group of one.
fn title(of: &Statement<'_>, groups: &[Vec<usize>], group: usize) -> String {
    match groups.get(group).map(Vec::as_slice) {
        Some([one]) => plain(&Line(of.report.id(*one)).to_string()),
        Some(members) => {
            let before = groups.iter().take(group).filter(|members| members.len() > 1).count();
            format!("G{} ({})", before + 1, members.len())
        }
        None => String::new(),
    }
}

/// Names, as many as a cell takes.
fn names(of: &Statement<'_>, members: &[usize]) -> String {
    let first = members.iter().take(NAMES).map(|index| plain(&Line(of.report.id(*index)).to_string()));
    let mut text = first.collect::<Vec<_>>().join(", ");
    if let Some(more) = members.len().checked_sub(NAMES).filter(|more| *more > 0) {
        // A text cannot fail to be written to.
        let _ = write!(text, " and {more} more");
    }
    text
}

/// Who belongs to which group.
fn members(out: &mut dyn Write, of: &Statement<'_>, groups: &[Vec<usize>]) -> io::Result<()> {
    let several: Vec<usize> =
        (0..groups.len()).filter(|index| groups.get(*index).is_some_and(|of| of.len() > 1)).collect();
    if several.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Groups\n\nThe members of a group reach the same, and are reached by the same.\n")?;
    writeln!(out, "| group | switch | members |\n|---|---|---|")?;
    for index in several {
        let Some(members) = groups.get(index) else { continue };
        let first = members.first().and_then(|first| of.report.endpoints.get(*first));
        let switch = first.map(|first| plain(&Line(&first.switch).to_string())).unwrap_or_default();
        writeln!(out, "| {} | {switch} | {} |", title(of, groups, index), names(of, members))?;
    }
    writeln!(out)
}

/// Who reaches whom: for each asker one line for each kind of answer.
fn relations(out: &mut dyn Write, of: &Statement<'_>, groups: &[Vec<usize>]) -> io::Result<()> {
    writeln!(out, "## Who reaches whom\n\n| from | to | verdict | requests that arrive | answers that return |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    let mut lines = 0usize;
    for from in 0..groups.len() {
        let mut kinds: BTreeMap<Kind<'_>, Vec<usize>> = BTreeMap::new();
        for to in 0..groups.len() {
            if let Some(cell) = between(of.matrix, groups, from, to) {
                kinds.entry(kind(cell)).or_default().push(to);
            }
        }
        for ((_, delivered, answered, undefined), targets) in kinds {
            lines += 1;
            if lines > LINES {
                continue;
            }
            let Some(first) = targets.first().and_then(|to| between(of.matrix, groups, from, *to)) else { continue };
            let named = targets.iter().take(NAMES).map(|to| match *to == from {
                true => "each other".to_owned(),
                false => title(of, groups, *to),
            });
            let mut named = named.collect::<Vec<_>>().join(", ");
            if let Some(more) = targets.len().checked_sub(NAMES).filter(|more| *more > 0) {
                // A text cannot fail to be written to.
                let _ = write!(named, " and {more} more");
            }
            let doubt = if undefined == "none" { String::new() } else { format!(" (cannot be known: {undefined})") };
            let from = title(of, groups, from);
            let (verdict, delivered, answered) = (first.verdict.name(), plain(delivered), plain(answered));
            writeln!(out, "| {from} | {named} | {verdict} | {delivered}{} | {answered} |", plain(&doubt))?;
        }
    }
    if lines > LINES {
        writeln!(
            out,
            "\n{} are left out here; `ringfence reach -o csv` has every pair.",
            count(lines - LINES, "line")
        )?;
    }
    writeln!(out)
}

/// What one line says: the worst first, then by words.
type Kind<'c> = (Verdict, &'c str, &'c str, &'c str);

fn kind(cell: &Cell) -> Kind<'_> {
    (cell.verdict, &cell.delivered, &cell.answered, &cell.undefined)
}

fn between<'m>(matrix: &'m Matrix, groups: &[Vec<usize>], from: usize, to: usize) -> Option<&'m Cell> {
    let (asker, target) = (groups.get(from)?, groups.get(to)?);
    match from == to {
        true => matrix.cell(*asker.first()?, *asker.get(1)?),
        false => matrix.cell(*asker.first()?, *target.first()?),
    }
}

/// Which machines may send with an address that is not theirs.
fn security(out: &mut dyn Write, of: &Statement<'_>) -> io::Result<()> {
    let ports = of.loaded.compiled.network.switches.iter().flat_map(|switch| &switch.ports);
    let machines: Vec<_> = ports.filter(|port| port.kind == PortKind::Vif).collect();
    let open: Vec<&str> = machines.iter().filter(|port| !port.secured).map(|port| port.name.as_str()).collect();
    if open.is_empty() {
        return writeln!(out, "* Port security is on for all {}.", count(machines.len(), "port"));
    }
    let first: Vec<String> = open.iter().take(NAMES).map(|name| plain(&Line(name).to_string())).collect();
    let more = open.len().checked_sub(NAMES).filter(|more| *more > 0).map(|more| format!(" and {more} more"));
    writeln!(
        out,
        "* Port security is off, or the input does not say that it is on, for {} of {}: who has them can send with any address, \
         and what is said here holds as long as nobody does. {}{}",
        open.len(),
        count(machines.len(), "port"),
        first.join(", "),
        more.unwrap_or_default()
    )
}

/// What was read, so that everybody can see whether it was the same.
fn inputs(out: &mut dyn Write, of: &Statement<'_>) -> io::Result<()> {
    writeln!(out, "\n## Inputs\n\n| name | bytes | SHA-256 |\n|---|---|---|")?;
    for (id, source) in of.report.sources.iter() {
        let name = plain(&Line(source.name()).to_string());
        match source.fault() {
            Some(fault) => writeln!(out, "| {name} | | could not be read: {} |", plain(&fault.message))?,
            None => {
                let original = of.originals.iter().find(|original| original.source == id);
                let (length, digest) = match original {
                    Some(original) => (original.length, original.digest.clone()),
                    None => (source.text().len(), Sha256::digest(source.text()).to_vec()),
                };
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(out, "| {name} | {length} | `{digest}` |")?;
            }
        }
    }
    Ok(())
}
