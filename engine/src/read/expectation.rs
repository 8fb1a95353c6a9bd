//! The program's own `Expectation`: a sentence about connections, and what it says about pairs.

use super::fields::{Fields, Out, Placed, items, unknown_value, word};
use super::node::{Node, Value};
use super::query::{Query, queries};
use super::review::Review;
use super::selector::{Selector, selector};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What follows from whatever is wrong in an assertion.
pub(super) const LEFT_OUT: &str = "; this assertion is left out";

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
    /// What it says and nobody can read: it is not shown to hold, whatever the rest amounts to.
    pub flaws: Vec<Flaw>,
}

/// Why an expectation cannot hold, whatever becomes of packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The reason, in a sentence.
    pub message: String,
    /// What it is about.
    pub place: Place,
}

/// A statement about each ordered pair of different endpoints out of `from` and `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who asks.
    pub from: Vec<Party>,
    /// Who answers.
    pub to: Vec<Party>,
    /// The conversations that it is about; none: all of them.
    pub on: Vec<Query>,
    /// What must be so.
    pub expect: Expect,
    /// The whole assertion.
    pub place: Place,
}

/// Some of those that an assertion is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A short name, an id, an address, a prefix, a kind, `namespace/*`, `@group` or `*`.
    Word(String),
    /// The pods, and the machines in pods, that selectors select.
    Pods {
        /// Of these namespaces; nothing: of all.
        namespaces: Option<Selector>,
        /// With these labels.
        pods: Selector,
        /// Where the selectors stand.
        place: Place,
    },
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
    /// What the assertion is about is open, everything else is closed.
    Only,
    /// Nothing is delivered but what the assertion is about.
    AtMost,
}

impl Expect {
    /// Every expectation.
    pub const ALL: &'static [Self] = &[
        Self::Open,
        Self::Partial,
        Self::OneWay,
        Self::Closed,
        Self::Undefined,
        Self::Reaches,
        Self::NotReaches,
        Self::Only,
        Self::AtMost,
    ];

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
            Self::Only => "only",
            Self::AtMost => "at-most",
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
    let said = out.len();
    let listed = object.items("assertions", out);
    let mut flaws: Vec<Flaw> = flaw(name.place, out.get(said..)).into_iter().collect();
    let mut assertions = Vec::new();
    for (path, item) in listed {
        match whole_assertion(item, &path, out) {
            Ok(read) => assertions.push(read),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if assertions.is_empty() && flaws.is_empty() {
        flaws.push(Flaw { message: "it has no assertion".into(), place: name.place });
    }
    Expectation {
        claim: object.word("claim", out).map_or_else(|| name.value.clone(), |text| text.value.trim().to_string()),
        source: object.word("source", out).map(|text| text.value),
        note: object.word("note", out).map(|text| text.value),
        place: name.place,
        name: name.value,
        assertions,
        flaws,
    }
}

/// An assertion of which everything could be read: what is left of another would claim something else.
fn whole_assertion(item: &Node, path: &str, out: &mut Out) -> Result<Assertion, Flaw> {
    let said = out.len();
    let read = Fields::of(item, path, out).and_then(|fields| assertion(&fields, out));
    match (flaw(item.place, out.get(said..)), read) {
        (None, Some(read)) => Ok(read),
        (Some(flaw), _) => Err(flaw),
        (None, None) => Err(Flaw { message: format!("`{path}` cannot be read"), place: item.place }),
    }
}

/// The first of what was told, where it was more than a remark.
fn flaw(place: Place, told: Option<&[Diagnostic]>) -> Option<Flaw> {
    let first = told?.iter().find(|told| told.severity != Severity::Info)?;
    Some(Flaw { message: first.message.clone(), place: first.place.unwrap_or(place) })
}

fn assertion(fields: &Fields<'_>, out: &mut Out) -> Option<Assertion> {
    fields.nothing_but(&["from", "to", "on", "expect"], LEFT_OUT, out);
    let from = ends(fields, "from", out);
    let to = ends(fields, "to", out);
    let expect = expect(fields, out);
    let on = match fields.get("on").map(|node| &node.value) {
        Some(Value::Sequence(_)) => {
            let listed = fields.items("on", out);
            listed.iter().map(|(path, item)| queries(item, path, out)).collect::<Option<Vec<_>>>()?.concat()
        }
        Some(_) => queries(fields.get("on")?, &fields.path("on"), out)?,
        None => Vec::new(),
    };
    if let (true, Some(Expect::Only | Expect::AtMost)) = (on.is_empty(), expect) {
        let help = "write the conversations that may be, for example `on: {tcp: 443}`";
        out.push(fields.missing("on", LEFT_OUT, help));
        return None;
    }
    Some(Assertion { from: from?, to: to?, on, expect: expect?, place: fields.place() })
}

fn ends(fields: &Fields<'_>, key: &str, out: &mut Out) -> Option<Vec<Party>> {
    let Some(node) = fields.get(key) else {
        out.push(fields.missing(key, LEFT_OUT, "write the name of an endpoint, a list of names, or `\"*\"` for all"));
        return None;
    };
    let before = out.len();
    let path = fields.path(key);
    let found: Vec<Party> = match &node.value {
        Value::Sequence(_) => {
            items(node, &path, out).iter().filter_map(|(path, item)| party(item, path, out)).collect()
        }
        Value::Scalar(_) | Value::Mapping(_) => party(node, &path, out).into_iter().collect(),
    };
    if found.is_empty() && out.len() == before {
        let message = format!("`{}` is an empty list; this assertion is left out", fields.path(key));
        out.push(
            Diagnostic::new(Code::MissingField, message)
                .at(node.place)
                .help("name an endpoint, or write `\"*\"` for all"),
        );
    }
    (!found.is_empty()).then_some(found)
}

fn party(node: &Node, path: &str, out: &mut Out) -> Option<Party> {
    let Value::Mapping(_) = &node.value else { return word(node, path, out).map(|text| Party::Word(text.value)) };
    let fields = Fields::of(node, path, out)?;
    fields.nothing_but(&["podSelector", "namespaceSelector"], LEFT_OUT, out);
    let mut review = Review::default();
    let mut selected = |key: &str| fields.get(key).map(|node| selector(node, &fields.path(key), &mut review));
    let (namespaces, pods) = (selected("namespaceSelector"), selected("podSelector"));
    let refusals = review.refusals();
    if namespaces.is_none() && pods.is_none() {
        let help = "write `podSelector`, `namespaceSelector` or both, as in a NetworkPolicy";
        out.push(fields.missing("podSelector", LEFT_OUT, help));
        return None;
    }
    if !refusals.is_empty() {
        out.extend(refusals);
        return None;
    }
    Some(Party::Pods { namespaces, pods: pods.unwrap_or_default(), place: fields.place() })
}

fn expect(fields: &Fields<'_>, out: &mut Out) -> Option<Expect> {
    let names: Vec<&str> = Expect::ALL.iter().map(|expect| expect.name()).collect();
    let Some(text) = fields.word("expect", out) else {
        if fields.get("expect").is_none() {
            out.push(fields.missing("expect", LEFT_OUT, "write a verdict, for example `open` or `closed`"));
        }
        return None;
    };
    let expect = Expect::ALL.iter().copied().find(|expect| expect.name() == text.value);
    if expect.is_none() {
        out.push(unknown_value(&text, &fields.path("expect"), &names, LEFT_OUT));
    }
    expect
}
