//! The program's own `Expectation`: a sentence about connections, and what it says about pairs.

use super::fields::{Fields, Out, Placed, unknown_value, words};
use super::query::{Query, query};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An `Expectation` document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Its name.
    pub name: String,
    /// The sentence that is checked, word for word.
    pub claim: String,
    /// Where the sentence is from.
    pub source: Option<String>,
    /// A word beside it.
    pub note: Option<String>,
    /// The name in the source.
    pub place: Place,
    /// What it says about pairs.
    pub assertions: Vec<Assertion>,
}

/// A statement about each ordered pair of different endpoints out of `from` and `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who asks: short names, ids, addresses, prefixes, or `*`.
    pub from: Vec<String>,
    /// Who answers.
    pub to: Vec<String>,
    /// The conversations that it is about; nothing: all of them.
    pub on: Option<Query>,
    /// What must be so.
    pub expect: Expect,
    /// The whole assertion.
    pub place: Place,
}

/// What an assertion expects of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The verdict `open`: everything is delivered and answered.
    Open,
    /// The verdict `partial`.
    Partial,
    /// The verdict `one-way`: delivered, not answered.
    OneWay,
    /// The verdict `closed`.
    Closed,
    /// The verdict `undefined`.
    Undefined,
    /// Something is delivered, answered or not.
    Reaches,
    /// Nothing is delivered.
    NotReaches,
}

impl Expect {
    /// Every expectation.
    pub const ALL: &'static [Self] =
        &[Self::Open, Self::Partial, Self::OneWay, Self::Closed, Self::Undefined, Self::Reaches, Self::NotReaches];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Partial => "partial",
            Self::OneWay => "one-way",
            Self::Closed => "closed",
            Self::Undefined => "undefined",
            Self::Reaches => "reaches",
            Self::NotReaches => "not-reaches",
        }
    }
}

/// An expectation; an assertion that is wrong is left out with a diagnostic.
pub(crate) fn expectation(object: &Fields<'_>, name: Placed<String>, out: &mut Out) -> Expectation {
    object.only(&["apiVersion", "kind", "metadata", "claim", "source", "note", "assertions"], out);
    if object.get("assertions").is_none() {
        let help = "write `assertions:` with a list of `{from: .., to: .., expect: ..}`";
        out.push(object.missing("assertions", "; this expectation says nothing", help));
    }
    let listed = object.items("assertions", out);
    let assertions =
        listed.iter().filter_map(|(path, item)| assertion(&Fields::of(item, path.clone(), out)?, out)).collect();
    Expectation {
        claim: object.word("claim", out).map_or_else(|| name.value.clone(), |text| text.value.trim().to_string()),
        source: object.word("source", out).map(|text| text.value),
        note: object.word("note", out).map(|text| text.value),
        place: name.place,
        name: name.value,
        assertions,
    }
}

fn assertion(fields: &Fields<'_>, out: &mut Out) -> Option<Assertion> {
    fields.only(&["from", "to", "on", "expect"], out);
    let from = ends(fields, "from", out);
    let to = ends(fields, "to", out);
    let expect = expect(fields, out);
    let on = match fields.get("on") {
        Some(_) => Some(query(fields, out)?),
        None => None,
    };
    Some(Assertion { from: from?, to: to?, on, expect: expect?, place: fields.place() })
}

fn ends(fields: &Fields<'_>, key: &str, out: &mut Out) -> Option<Vec<String>> {
    let Some(node) = fields.get(key) else {
        out.push(fields.missing(
            key,
            "; this assertion is left out",
            "write the name of an endpoint, a list of names, or `\"*\"` for all",
        ));
        return None;
    };
    let before = out.len();
    let found = words(node, &fields.path(key), out);
    if found.is_empty() && out.len() == before {
        let message = format!("`{}` is an empty list; this assertion is left out", fields.path(key));
        out.push(
            Diagnostic::new(Code::MissingField, message)
                .at(node.place)
                .help("name an endpoint, or write `\"*\"` for all"),
        );
    }
    (!found.is_empty()).then(|| found.into_iter().map(|text| text.value).collect())
}

fn expect(fields: &Fields<'_>, out: &mut Out) -> Option<Expect> {
    let names: Vec<&str> = Expect::ALL.iter().map(|expect| expect.name()).collect();
    let Some(text) = fields.word("expect", out) else {
        if fields.get("expect").is_none() {
            out.push(fields.missing(
                "expect",
                "; this assertion is left out",
                "write a verdict, for example `open` or `closed`",
            ));
        }
        return None;
    };
    let expect = Expect::ALL.iter().copied().find(|expect| expect.name() == text.value);
    if expect.is_none() {
        out.push(unknown_value(&text, &fields.path("expect"), &names, "; this assertion is left out"));
    }
    expect
}
