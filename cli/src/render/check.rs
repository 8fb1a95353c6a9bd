//! Findings and expectations as text.

use super::{ERROR, FAINT, GOOD, Line, STRONG, count, diagnostic, glyph};
use crate::console::Script;
use ringfence_engine::answers::expect::{Counterexample, Judgement};
use ringfence_engine::answers::explain::describe_header;
use ringfence_engine::reach::{Family, L4Header};
use ringfence_engine::source::Place;
use ringfence_view::report::Report;
use std::io::{self, Write};

/// Findings first, then each expectation, then how many there are.
pub(crate) fn write(out: &mut dyn Write, report: &Report<'_>, script: Script) -> io::Result<()> {
    diagnostic::all(out, report.sources, report.findings, script)?;
    if report.judgements.is_empty() {
        return if report.findings.is_empty() { writeln!(out, "Nothing found.") } else { Ok(()) };
    }
    if !report.findings.is_empty() {
        writeln!(out)?;
    }
    for judgement in report.judgements {
        told(out, report, judgement, script)?;
    }
    let failed = report.judgements.iter().filter(|judgement| !judgement.holds).count();
    let all = count(report.judgements.len(), "expectation");
    match failed {
        0 => writeln!(out, "\n{all}, {GOOD}all hold{GOOD:#}"),
        1 => writeln!(out, "\n{all}, {ERROR}1 does not hold{ERROR:#}"),
        _ => writeln!(out, "\n{all}, {ERROR}{failed} do not hold{ERROR:#}"),
    }
}

fn told(out: &mut dyn Write, report: &Report<'_>, judgement: &Judgement, script: Script) -> io::Result<()> {
    let style = if judgement.holds { GOOD } else { ERROR };
    let mark = glyph::mark(judgement.holds, script);
    write!(out, "{style}{mark}{style:#} {STRONG}{}{STRONG:#}", Line(&judgement.name))?;
    match report.sources.locate(judgement.place) {
        Some((name, position)) => writeln!(out, "  {FAINT}{}:{}{FAINT:#}", Line(name), position.line)?,
        None => writeln!(out)?,
    }
    if judgement.claim != judgement.name {
        writeln!(out, "    {}", Line(&judgement.claim))?;
    }
    for flaw in flaws(report, judgement) {
        writeln!(out, "    {}", Line(&flaw))?;
    }
    for counterexample in &judgement.counterexamples {
        writeln!(out, "    {}", sentence(report, counterexample, script))?;
        if let Some(because) = &counterexample.because {
            writeln!(out, "      {FAINT}{}{FAINT:#}", Line(because))?;
        }
    }
    rest(judgement).map_or(Ok(()), |rest| writeln!(out, "    {rest}"))
}

/// Why an expectation does not hold, a sentence each: what cannot be judged, some pairs, and how many more there are.
pub(crate) fn reasons(report: &Report<'_>, judgement: &Judgement) -> Vec<String> {
    let pairs = judgement.counterexamples.iter().map(|pair| sentence(report, pair, Script::Unicode));
    flaws(report, judgement).chain(pairs).chain(rest(judgement)).collect()
}

/// `unknown field `assertions[0].onn`; it is left out (line 7)`.
fn flaws<'a>(report: &'a Report<'_>, judgement: &'a Judgement) -> impl Iterator<Item = String> + 'a {
    judgement.flaws.iter().map(|flaw| format!("{}{}", flaw.message, at_line(report, flaw.place)))
}

/// `and 7 more pairs`, where there are more than are told.
fn rest(judgement: &Judgement) -> Option<String> {
    let more = judgement.wrong.saturating_sub(judgement.counterexamples.len());
    (more > 0).then(|| format!("and {}", count(more, "more pair")))
}

/// ` (line 7)`, where the place has lines.
fn at_line(report: &Report<'_>, place: Place) -> String {
    report.sources.locate(place).map(|(_, position)| format!(" (line {})", position.line)).unwrap_or_default()
}

/// `default/vm1 → default/vm2 is one-way, not open: for example tcp/80`.
fn sentence(report: &Report<'_>, counterexample: &Counterexample, script: Script) -> String {
    let Counterexample { from: asker, to, expected, found, header, place, because: _ } = counterexample;
    let arrow = glyph::arrow(script);
    let pair = format!("{} {arrow} {}", Line(report.id(*asker)), Line(report.id(*to)));
    let line = at_line(report, *place);
    let example = header.map(|(family, header)| {
        let from = match header {
            L4Header::Tcp(src, _) | L4Header::Udp(src, _) | L4Header::Sctp(src, _) => format!(" from {src}"),
            L4Header::Icmp(..) | L4Header::Other(_) => String::new(),
        };
        let is_dual =
            |end: usize| report.endpoints.get(end).is_some_and(|end| Family::ALL.iter().all(|of| end.has(*of)));
        let over = match family {
            _ if !(is_dual(*asker) && is_dual(*to)) => "",
            Family::Ipv4 => " over IPv4",
            Family::Ipv6 => " over IPv6",
        };
        format!(", for example {}{from}{over}", describe_header(header, family))
    });
    format!("{pair} is {}, expected {}{line}{}", found.name(), expected.name(), example.unwrap_or_default())
}
