//! The fields of a mapping, read with a diagnostic for each that is not what it should be.

use super::node::{Mapping, Node, Resolved, Value};
use super::scalar::quoted;
use super::suggest::{did_you_mean, one_of};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Placed<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }

    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Placed<U> {
        Placed { value, place: self.place }
    }
}

impl Placed<String> {
    /// Another text as it must be written in the place of this one: in double quotes, which YAML and JSON take, unless this
    /// one stands there without any.
    pub(crate) fn instead(&self, text: &str) -> String {
        let span = self.place.span;
        if span.end - span.start == self.value.len() { text.into() } else { quoted(text) }
    }
}

/// So many unknown fields of one mapping are reported; of more, only the number is.
const UNKNOWN: usize = 20;

/// What usually follows.
const LEFT_OUT: &str = "; it is left out";

/// With more known fields than this, they are not told one by one.
const TOLD: usize = 12;

/// Where diagnostics go.
pub(crate) type Out = Vec<Diagnostic>;

/// An item of a list with its path, for example `spec.acls[0]`.
pub(crate) type Item<'n> = (String, &'n Node);

/// A mapping with the path that leads to it.
#[derive(Clone)]
pub(crate) struct Fields<'n> {
    /// What follows from a field of the wrong type.
    lost: &'static str,
    path: String,
    place: Place,
    mapping: &'n Mapping,
}

impl<'n> Fields<'n> {
    /// A node as a mapping.
    pub(crate) fn of(node: &'n Node, path: impl Into<String>, out: &mut Out) -> Option<Self> {
        let path = path.into();
        match &node.value {
            Value::Mapping(mapping) => Some(Self { lost: LEFT_OUT, path, place: node.place, mapping }),
            Value::Scalar(_) | Value::Sequence(_) => {
                let help = "write `key: value` lines, indented below the key";
                out.push(wrong_type(node, &path, "a mapping", LEFT_OUT, help));
                None
            }
        }
    }

    /// The same with another word on what follows from a field of the wrong type.
    pub(crate) fn losing(self, lost: &'static str) -> Self {
        Self { lost, ..self }
    }

    /// The whole mapping.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The path of a field.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }

    /// A field that is there and says something.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.mapping.get(key).filter(|node| !node.is_null())
    }

    /// Whether a field stands there, even one that says nothing.
    pub(crate) fn mentions(&self, key: &str) -> bool {
        self.mapping.get(key).is_some()
    }

    /// The first of several spellings of one field.
    pub(crate) fn either(&self, keys: &[&'static str]) -> Option<(&'static str, &'n Node)> {
        keys.iter().find_map(|key| self.get(key).map(|node| (*key, node)))
    }

    /// Every entry of a mapping with free keys.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'n str, Place, &'n Node)> {
        self.mapping.entries.iter().map(|entry| (&*entry.key, entry.key_place, &entry.value))
    }

    /// A mapping below this one.
    pub(crate) fn fields(&self, key: &str, out: &mut Out) -> Option<Fields<'n>> {
        Self::of(self.get(key)?, self.path(key), out)
    }

    /// A mapping below this one, without a word when it is none.
    pub(crate) fn quiet(&self, key: &str) -> Option<Fields<'n>> {
        self.fields(key, &mut Vec::new())
    }

    /// A text.
    pub(crate) fn text(&self, key: &str, out: &mut Out) -> Option<Placed<String>> {
        typed_text(self.get(key)?, &self.path(key), self.lost, out)
    }

    /// A text, or a number or boolean taken as it is spelled.
    pub(crate) fn word(&self, key: &str, out: &mut Out) -> Option<Placed<String>> {
        word(self.get(key)?, &self.path(key), out)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, key: &str, out: &mut Out) -> Option<Placed<bool>> {
        let node = self.get(key)?;
        match resolved(node) {
            Some(Resolved::Boolean(value)) => Some(Placed::new(value, node.place)),
            Some(Resolved::Null | Resolved::Integer(_) | Resolved::Large | Resolved::Float | Resolved::Text) | None => {
                let help = "write `true` or `false`, without quotes";
                out.push(wrong_type(node, &self.path(key), "a boolean", self.lost, help));
                None
            }
        }
    }

    /// A whole number.
    pub(crate) fn integer(&self, key: &str, out: &mut Out) -> Option<Placed<i64>> {
        let node = self.get(key)?;
        match resolved(node) {
            Some(Resolved::Integer(value)) => Some(Placed::new(value, node.place)),
            Some(Resolved::Large) => {
                let written = node.word().unwrap_or_default();
                let message =
                    format!("`{}` is {written}, which is beyond the 64 bits of a number{}", self.path(key), self.lost);
                out.push(Diagnostic::new(Code::WrongType, message).at(node.place).help("write a smaller number"));
                None
            }
            Some(Resolved::Null | Resolved::Boolean(_) | Resolved::Float | Resolved::Text) | None => {
                let quoted = node.word().filter(|word| word.parse::<i64>().is_ok());
                let help = quoted.map_or_else(
                    || "write a whole number".to_string(),
                    |word| format!("write `{word}` without quotes"),
                );
                out.push(wrong_type(node, &self.path(key), "a number", self.lost, &help));
                None
            }
        }
    }

    /// The items of a list; empty when there is none.
    pub(crate) fn items(&self, key: &str, out: &mut Out) -> Vec<Item<'n>> {
        self.get(key).map_or_else(Vec::new, |node| items(node, &self.path(key), out))
    }

    /// Says that a field is missing.
    pub(crate) fn missing(&self, key: &str, consequence: &str, help: &str) -> Diagnostic {
        let message = format!("`{}` is missing{consequence}", self.path(key));
        let place = self.mapping.entries.first().map_or(self.place, |entry| entry.key_place);
        Diagnostic::new(Code::MissingField, message).at(place).help(help)
    }

    /// Warns of each field that is none of the known ones.
    pub(crate) fn only(&self, known: &[&str], out: &mut Out) {
        let unknown = || self.mapping.entries.iter().filter(|entry| !known.contains(&&*entry.key));
        for entry in unknown().take(UNKNOWN) {
            let message = format!("unknown field `{}`; it is left out", self.path(&entry.key));
            let help = did_you_mean(&entry.key, known.iter().copied()).unwrap_or_else(|| fields_here(known));
            out.push(Diagnostic::new(Code::UnknownField, message).at(entry.key_place).help(help));
        }
        let more = unknown().skip(UNKNOWN).count();
        if more > 0 {
            out.push(super::broken::more(self.place, more, "unknown fields"));
        }
    }
}

fn fields_here(known: &[&str]) -> String {
    match known.len() {
        0..=TOLD => format!("fields here: {}", one_of(known.iter().copied())),
        _ => "remove it, or correct its name".to_string(),
    }
}

/// A list's items with their paths.
pub(crate) fn items<'n>(node: &'n Node, path: &str, out: &mut Out) -> Vec<Item<'n>> {
    match &node.value {
        Value::Sequence(items) => {
            items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
        }
        Value::Scalar(_) | Value::Mapping(_) => {
            let help = "begin each item with `- ` on a line of its own, or write `[..]`";
            out.push(wrong_type(node, path, "a list", LEFT_OUT, help));
            Vec::new()
        }
    }
}

/// A scalar that is text, as the Kubernetes API wants it.
pub(crate) fn text(node: &Node, path: &str, out: &mut Out) -> Option<Placed<String>> {
    typed_text(node, path, LEFT_OUT, out)
}

fn typed_text(node: &Node, path: &str, lost: &str, out: &mut Out) -> Option<Placed<String>> {
    match (&node.value, resolved(node)) {
        (Value::Scalar(scalar), Some(Resolved::Text)) => Some(Placed::new(scalar.text.to_string(), node.place)),
        _ => {
            let help = node.word().map_or_else(|| "write text".to_string(), |word| format!("write `\"{word}\"`"));
            out.push(wrong_type(node, path, "text", lost, &help));
            None
        }
    }
}

/// Any scalar, as it is spelled.
pub(crate) fn word(node: &Node, path: &str, out: &mut Out) -> Option<Placed<String>> {
    match node.word() {
        Some(word) => Some(Placed::new(word.to_string(), node.place)),
        None => {
            out.push(wrong_type(node, path, "text", LEFT_OUT, "write text"));
            None
        }
    }
}

/// A scalar, or each scalar of a list, as spelled.
pub(crate) fn words(node: &Node, path: &str, out: &mut Out) -> Vec<Placed<String>> {
    match &node.value {
        Value::Sequence(_) => items(node, path, out).iter().filter_map(|(path, item)| word(item, path, out)).collect(),
        Value::Scalar(_) | Value::Mapping(_) => word(node, path, out).into_iter().collect(),
    }
}

/// One of a closed set of words.
pub(crate) fn unknown_value(value: &Placed<String>, path: &str, known: &[&str], consequence: &str) -> Diagnostic {
    let message = format!("`{path}` is `{}`{consequence}", value.value);
    let help = did_you_mean(&value.value, known.iter().copied())
        .unwrap_or_else(|| format!("write {}", one_of(known.iter().copied())));
    Diagnostic::new(Code::UnknownValue, message).at(value.place).help(help)
}

/// A field that is present but of no use here.
pub(crate) fn note(code: Code, message: String, place: Place) -> Diagnostic {
    Diagnostic::new(code, message).severity(Severity::Info).at(place)
}

fn resolved(node: &Node) -> Option<Resolved> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.resolve()),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn wrong_type(node: &Node, path: &str, wanted: &str, lost: &str, help: &str) -> Diagnostic {
    let named = if path.is_empty() { "the document".to_string() } else { format!("`{path}`") };
    let message = format!("{named} must be {wanted}, and this is {}{lost}", node.name());
    Diagnostic::new(Code::WrongType, message).at(node.place).help(help)
}
