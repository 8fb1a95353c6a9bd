//! What is said about text that is no usable YAML.

use super::document::Document;
use super::node::Entry;
use super::tree::{ALIASED, DEPTH, VALUES};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use granit_parser::{ErrorKind, ScanError, Tag};

/// A syntax error, at the place where the parser gave up.
pub(crate) fn diagnostic(document: &Document<'_>, error: &ScanError) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or(document.text.len());
    let at = match error.kind() {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            document.text.get(..at).and_then(|before| before.rfind('\t')).unwrap_or(at)
        }
        _ => at,
    };
    let width = document.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let place = document.place(at, at + width);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(place);
    }
    let message = format!("broken YAML: {}; this document is left out", error.kind());
    let diagnostic = Diagnostic::new(Code::BrokenYaml, message).at(place);
    let template = || document.text.contains("{{").then_some(TEMPLATE);
    let known = lost_indentation(document.text).then_some(INDENT).or_else(template);
    match known.or_else(|| help(error.kind())) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What to do about a text that came out of a page without its indentation.
pub(crate) const INDENT: &str =
    "the indentation is lost: move what belongs to `metadata`, `spec` and each list item to the right";

/// What to do about the source of a chart.
const TEMPLATE: &str = "a template is no YAML: give what it is rendered to, `helm template CHART | ringfence … -f -`";

/// Whether `metadata:` or `spec:` is followed by something that does not belong beside it.
fn lost_indentation(text: &str) -> bool {
    let top = ["apiVersion:", "kind:", "metadata:", "spec:", "status:", "---", "...", "#"];
    let stray = |line: &str| {
        line.starts_with(|first: char| first.is_ascii_alphabetic()) && !top.iter().any(|key| line.starts_with(key))
    };
    let after = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.zip(after).any(|(line, next)| matches!(line.trim_end(), "metadata:" | "spec:") && stray(next))
}

fn help(kind: &ErrorKind) -> Option<&'static str> {
    let help = match kind {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            "indent with spaces"
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "write the closing quote at the end of the value"
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::MisplacedFlowCollectionEnd => "write a closing bracket for each opening one",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "put a value that holds `: ` in quotes, and begin each `key: value` on a line of its own"
        }
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => "remove this control character",
        ErrorKind::UnexpectedCharacter { .. }
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::UndeclaredTagHandle
        | ErrorKind::MissingAnchorOrAliasName => {
            "put a value that begins with a sign like `@`, `!`, `&` or `%` in quotes"
        }
        ErrorKind::UnknownAnchor => {
            "define the anchor with `&name` above its first `*name`, or put the value in quotes"
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::SimpleKeyExpected => "indent the keys of one mapping alike, and end each with a colon and a space",
        ErrorKind::UnknownQuotedScalarEscape => "write `\\\\` for a backslash, or use single quotes",
        _ => return None,
    };
    Some(help)
}

/// A document nested deeper than the program reads.
pub(crate) fn too_deep(place: Place) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {DEPTH} deep; this document is left out");
    Diagnostic::new(Code::BrokenYaml, message).at(place).help(format!("nest at most {DEPTH} levels"))
}

/// A document with more values than the program reads.
pub(crate) fn too_many(place: Place) -> Diagnostic {
    let message = format!("the document has more than {VALUES} values; it is left out");
    Diagnostic::new(Code::UnreadableFile, message).at(place).help("split it at a `---` line")
}

/// Findings of which there are too many to show.
pub(crate) fn more(place: Place, number: usize, what: &str) -> Diagnostic {
    let message = format!("there are {number} more {what} in this mapping");
    Diagnostic::new(Code::TooManyFindings, message).at(place)
}

/// An alias inside what it stands for.
pub(crate) fn alias_of_itself(place: Place) -> Diagnostic {
    let message = "an alias stands inside the value that it repeats; this document is left out";
    Diagnostic::new(Code::BrokenYaml, message).at(place).help("write the value out")
}

/// Aliases that multiply.
pub(crate) fn alias_bomb(place: Place) -> Diagnostic {
    let message = format!("aliases stand for more than {ALIASED} values; this document is left out");
    Diagnostic::new(Code::AliasBomb, message).at(place).help("write the values out, or repeat fewer of them")
}

/// A key that stands twice.
pub(crate) fn duplicate_key(entry: &Entry, first: Place) -> Diagnostic {
    let message = format!("key `{}` stands twice in this mapping; the last one counts", entry.key);
    Diagnostic::new(Code::DuplicateKey, message)
        .at(entry.key_place)
        .label(first, "it stands here before")
        .help("remove or rename one of them; `kubectl` takes the last one")
}

/// A tag that the core schema does not have.
pub(crate) fn ignored_tag(tag: &Tag, place: Place) -> Diagnostic {
    let original = tag.original();
    let message = format!("`{original}` is a YAML tag here and not part of the value; it is left out");
    let help = "put the value in quotes if it begins with `!`";
    Diagnostic::new(Code::IgnoredTag, message).at(place).help(help)
}
