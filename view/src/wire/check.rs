//! `check -o json`.
//!
//! Beyond what is promised, an expectation has its `claim`, its place, and `wrong`: how many pairs contradict it. Its
//! `counterexample` is null where it holds, and where only its `flaws` keep it from that: what could not be read, and who
//! does not exist.

use super::diagnostic::Diagnostic;
use super::l4::Header;
use super::lines;
use crate::report::Report;
use ringfence_engine::answers::expect::{self, Judgement};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Check<'a> {
    diagnostics: Vec<Diagnostic<'a>>,
    expectations: Vec<Expectation<'a>>,
}

#[derive(Serialize)]
struct Expectation<'a> {
    name: &'a str,
    holds: bool,
    counterexample: Option<Counterexample<'a>>,
    claim: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    wrong: usize,
    flaws: Vec<Flaw<'a>>,
}

/// Why it cannot hold, whatever becomes of packets.
#[derive(Serialize)]
struct Flaw<'a> {
    message: &'a str,
    line: Option<usize>,
}

/// A pair of which an assertion does not hold.
#[derive(Serialize)]
struct Counterexample<'a> {
    from: &'a str,
    to: &'a str,
    expected: &'static str,
    found: &'static str,
    packet: Option<Packet>,
    line: Option<usize>,
    because: Option<&'a str>,
}

#[derive(Serialize)]
struct Packet {
    family: &'static str,
    #[serde(flatten)]
    header: Header,
}

impl<'a> Expectation<'a> {
    fn of(report: &Report<'a>, judgement: &'a Judgement) -> Self {
        let place = report.sources.locate(judgement.place);
        let line = |place| report.sources.locate(place).map(|(_, position)| position.line);
        let flaw = |flaw: &'a ringfence_engine::read::Flaw| Flaw { message: &flaw.message, line: line(flaw.place) };
        Self {
            name: &judgement.name,
            holds: judgement.holds,
            counterexample: judgement.counterexamples.first().map(|found| Counterexample::of(report, found)),
            claim: &judgement.claim,
            file: place.map(|(name, _)| name),
            line: place.map(|(_, position)| position.line),
            wrong: judgement.wrong,
            flaws: judgement.flaws.iter().map(flaw).collect(),
        }
    }
}

impl<'a> Counterexample<'a> {
    fn of(report: &Report<'a>, found: &'a expect::Counterexample) -> Self {
        let packet = |(family, header)| Packet {
            family: ringfence_engine::reach::Family::name(family),
            header: Header::of(header, family),
        };
        Self {
            from: report.id(found.from),
            to: report.id(found.to),
            expected: found.expected.name(),
            found: found.found.name(),
            packet: found.header.map(packet),
            line: report.sources.locate(found.place).map(|(_, position)| position.line),
            because: found.because.as_deref(),
        }
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let expectation = |judgement| Expectation::of(report, judgement);
    let document = Check {
        diagnostics: Diagnostic::all(report.sources, report.findings),
        expectations: report.judgements.iter().map(expectation).collect(),
    };
    lines::write(out, &document)
}
