//! One character for each verdict. Shapes differ, so that nobody needs colours.

use super::{DOUBT, ERROR, FAINT, GOOD, WARNING};
use crate::console::Script;
use anstyle::Style;
use ringfence_engine::reach::Verdict;

/// The character of a verdict.
pub(crate) fn of(verdict: Verdict, script: Script) -> char {
    match (script, verdict) {
        (Script::Unicode, Verdict::Open) => '●',
        (Script::Unicode, Verdict::Partial) => '◐',
        (Script::Unicode, Verdict::OneWay) => '→',
        (Script::Unicode, Verdict::Closed) => '·',
        (Script::Ascii, Verdict::Open) => 'O',
        (Script::Ascii, Verdict::Partial) => '%',
        (Script::Ascii, Verdict::OneWay) => '>',
        (Script::Ascii, Verdict::Closed) => '.',
        (Script::Unicode | Script::Ascii, Verdict::Undefined) => '?',
    }
}

/// The colour of a verdict.
pub(crate) fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Open => GOOD,
        Verdict::Partial => WARNING,
        Verdict::OneWay => ERROR,
        Verdict::Closed => FAINT,
        Verdict::Undefined => DOUBT,
    }
}

/// What a verdict means.
pub(crate) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open => "every request arrives and is answered",
        Verdict::Partial => "some protocols or ports work",
        Verdict::OneWay => "requests arrive, no answer comes back",
        Verdict::Closed => "nothing arrives",
        Verdict::Undefined => "cannot be known",
    }
}

/// An arrow from one endpoint to another.
pub(crate) fn arrow(script: Script) -> &'static str {
    match script {
        Script::Unicode => "→",
        Script::Ascii => "->",
    }
}

/// The mark of a claim that holds, or does not.
pub(crate) fn mark(holds: bool, script: Script) -> &'static str {
    match (script, holds) {
        (Script::Unicode, true) => "✔",
        (Script::Unicode, false) => "✘",
        (Script::Ascii, true) => "ok  ",
        (Script::Ascii, false) => "FAIL",
    }
}
