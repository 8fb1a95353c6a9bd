//! What a real OVN was asked, and whether it says the same.

use super::{ERROR, FAINT, GOOD, Line, STRONG, WARNING, count};
use crate::probe::{Disagreement, Gaps, Other, Probed, Unasked};
use ringfence_engine::answers::explain::describe_header;
use ringfence_engine::answers::witness::Gap;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// Of more disagreements only the first ones are shown to people.
const SHOWN: usize = 10;

/// Lines of text.
pub(crate) fn text(out: &mut dyn Write, probed: &Probed<'_>, lag: Option<&str>, bundle: &Path) -> io::Result<()> {
    let asked = format!(
        "{} of {}, of {} of {} pairs",
        count(probed.packets, "packet"),
        count(probed.conversations, "conversation"),
        probed.pairs,
        probed.all_pairs
    );
    match probed.disagreements.len() {
        _ if lag.is_some() => writeln!(out, "{WARNING}ovn-trace cannot be asked about these rows{WARNING:#}")?,
        0 if probed.packets == 0 => writeln!(out, "{WARNING}nothing was probed{WARNING:#}")?,
        0 => writeln!(
            out,
            "{GOOD}ovn-trace says the same{GOOD:#} of {asked}; {} decided of them",
            count(probed.rows.len(), "row")
        )?,
        found => {
            writeln!(
                out,
                "{ERROR}ovn-trace says something else{ERROR:#} of {asked}: {} found",
                count(found, "disagreement")
            )?;
            probed.disagreements.iter().take(SHOWN).try_for_each(|found| disagreement(out, found))?;
            let folder = bundle.display().to_string();
            writeln!(out, "{STRONG}everything that is needed to look into it: {}{STRONG:#}", Line(&folder))?;
        }
    }
    let notes = lag.map(str::to_owned).into_iter().chain(left_out(probed));
    notes.into_iter().try_for_each(|note| writeln!(out, "{FAINT}note: {}{FAINT:#}", Line(&note)))
}

fn disagreement(out: &mut dyn Write, found: &Disagreement<'_>) -> io::Result<()> {
    let question = &found.witness.question;
    let (from, to) = (Line(&question.from.id), Line(&question.to.id));
    write!(out, "  {from} to {to}, {}: ", describe_header(question.header, question.family))?;
    match &found.other {
        Other::Trace(trace, _) => {
            let [mine, theirs] = if trace.passes { ["passes", "is stopped"] } else { ["is stopped", "passes"] };
            let (half, switch) = (trace.half.name(), Line(&trace.switch));
            writeln!(out, "the {half} {mine} on {switch}, and ovn-trace says that it {theirs}")
        }
        Other::Sets { .. } => writeln!(out, "the two evaluators of this program do not agree"),
    }
}

/// What was not probed, a sentence each.
fn left_out(probed: &Probed<'_>) -> Vec<String> {
    let why = |gap: &Gap| match gap {
        Gap::NoWay => "nothing gets from one to the other, or nobody knows whether it does",
        Gap::Balanced => "a load balancer chooses who answers",
        Gap::Undefined => "OVN does not promise what becomes of some packets",
        Gap::Unresolved => "some packets are never sent, because an Ethernet address cannot be learnt",
        Gap::Outgrown => "the rows tell more headers apart than are probed of one pair",
    };
    let of = |(gap, pairs): (&Gap, &Gaps)| {
        let told = [("not probed", pairs.whole), ("not probed in part", pairs.in_part)]
            .map(|(what, pairs)| (pairs > 0).then(|| format!("{what}, of {}: {}", count(pairs, "pair"), why(gap))));
        told.into_iter().flatten()
    };
    let gaps = probed.gaps.iter().flat_map(of);
    let why = |why: &Unasked| match why {
        Unasked::Portless => "no port of the database has the addresses of one of them",
        Unasked::Unserved => {
            "by `addresses` and `port_security`, OVN sends nothing to one of them, or takes nothing from it"
        }
    };
    let unasked = probed.unasked.iter();
    let unasked =
        unasked.map(|(cause, pairs)| format!("cannot be asked, of {}: {}", count(*pairs, "pair"), why(cause)));
    let silent = probed
        .silent
        .iter()
        .map(|(words, times)| format!("ovn-trace gave no answer of use about {}: {words}", count(*times, "packet")));
    let rest = probed.all_pairs.saturating_sub(probed.seen);
    let rest = (rest > 0).then(|| {
        let ended = if probed.interrupted { "it was interrupted" } else { "`--probe=PACKETS` takes more" };
        format!("not probed: {}; {ended}", count(rest, "more pair"))
    });
    gaps.chain(unasked).chain(silent).chain(rest).collect()
}

/// For programs.
pub(crate) fn json(probed: &Probed<'_>, lag: Option<&str>, bundle: &Path) -> Value {
    let found = |found: &Disagreement<'_>| {
        let question = &found.witness.question;
        let what = match &found.other {
            Other::Trace(trace, _) => json!({
                "half": trace.half.name(), "switch": trace.switch, "passes": trace.passes, "command": trace.command(),
            }),
            Other::Sets { .. } => json!("evaluators"),
        };
        json!({
            "from": question.from.id, "to": question.to.id, "family": question.family.name(),
            "header": describe_header(question.header, question.family), "disagrees": what,
        })
    };
    let notes: Vec<String> = lag.map(str::to_owned).into_iter().chain(left_out(probed)).collect();
    // Flows of other rows disagree with nobody.
    let disagreements = if lag.is_some() { &[][..] } else { &probed.disagreements };
    let bundle = (!disagreements.is_empty()).then(|| bundle.display().to_string());
    json!({
        "packets": probed.packets, "conversations": probed.conversations, "pairs": probed.pairs,
        "allPairs": probed.all_pairs, "rows": probed.rows.len(),
        "disagreements": disagreements.iter().map(found).collect::<Vec<_>>(), "bundle": bundle, "notes": notes,
    })
}
