//! From a byte of a value back to the bytes of the source that it was written as.
//!
//! A place covers a scalar as it is written: quotes, escapes, folds and block indentation included (YAML 1.2.2,
//! sections 7.3 and 8.1). The source is unfolded once more, with a note of where each byte of the value comes from.

use super::folding::{block, flow};
use super::node::{Resolved, resolve};
use crate::source::{Place, Sources, Span};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The place of a part of a scalar's value: `part` counts bytes of `value`, `scalar` is the place of the scalar.
///
/// Where the source does not unfold to that value (it was changed, or is no scalar) the whole scalar is the answer.
pub fn place_within(sources: &Sources, scalar: Place, value: &str, part: Span) -> Place {
    let source = sources.get(scalar.source).and_then(|source| source.text().get(scalar.span.range()));
    let Some(unfolded) = source.and_then(|source| unfold(source, value)) else { return scalar };
    let span = unfolded.part(part);
    let start = scalar.span.start;
    Place { source: scalar.source, span: Span::new(start + span.start, start + span.end) }
}

/// The letters that end a plain scalar between brackets and braces.
pub(crate) const FLOW: &str = ",[]{}";

/// The piece of the source to replace, and what to put there, so that a scalar's value has `text` instead of its `part`.
///
/// The whole scalar is written anew where it would be another value, or none, without quotes.
pub fn edit_within(sources: &Sources, scalar: Place, value: &str, part: Span, text: &str) -> (Place, String) {
    let source = sources.get(scalar.source).and_then(|source| source.text().get(scalar.span.range()));
    let part_of = || place_within(sources, scalar, value, part);
    match source.and_then(|source| source.chars().next()) {
        Some('"') => return (part_of(), text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some('\'') => return (part_of(), text.replace('\'', "''")),
        Some('|' | '>') => return (part_of(), text.into()),
        Some(_) | None => {}
    }
    let (before, after) = (value.get(..part.start).unwrap_or(""), value.get(part.end..).unwrap_or(""));
    let whole = [before, text, after].concat();
    // What has one of them stands between none.
    let special = if value.contains(|letter| FLOW.contains(letter)) { "" } else { FLOW };
    match written(&whole, special) {
        plain if plain == whole => (part_of(), text.into()),
        quoted => (scalar, quoted),
    }
}

/// The same of a scalar's whole value, but for the blanks and line ends around it; nothing where the source does not have that
/// value there.
pub fn edit_whole(sources: &Sources, scalar: Place, value: &str, text: &str) -> Option<(Place, String)> {
    let source = sources.get(scalar.source)?.text().get(scalar.span.range())?;
    unfold(source, value)?;
    let start = value.len() - value.trim_start().len();
    let part = Span::new(start, value.trim_end().len().max(start));
    Some(edit_within(sources, scalar, value, part, text))
}

/// A text as YAML takes it: plain where that is the same, and it has none of the `special` letters.
pub(crate) fn written(text: &str, special: &str) -> String {
    let first = text.chars().next().unwrap_or('\'');
    let plain = (first.is_ascii_alphanumeric() || matches!(first, '(' | '$'))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains(|letter: char| letter.is_control() || special.contains(letter));
    if plain && resolve(text) == Resolved::Text { text.into() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// A text in double quotes, as YAML and JSON take it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A value with the source of each of its bytes.
#[derive(Debug, Default)]
pub(super) struct Unfolded {
    /// The value.
    pub(super) text: String,
    origins: Vec<Span>,
}

impl Unfolded {
    /// Adds text that comes from one piece of the source.
    pub(super) fn push(&mut self, text: &str, from: usize, to: usize) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), Span::new(from, to));
    }

    /// Adds text that stands in the source as it is.
    pub(super) fn copy(&mut self, text: &str, from: usize) {
        for (at, char) in text.char_indices() {
            self.push(char.encode_utf8(&mut [0; 4]), from + at, from + at + char.len_utf8());
        }
    }

    /// Takes the last bytes off again.
    pub(super) fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        self.origins.truncate(length);
    }

    fn part(&self, part: Span) -> Span {
        let after = self.origins.last().map_or(0, |last| last.end);
        let origin = |byte: usize| self.origins.get(byte).copied().unwrap_or(Span::new(after, after));
        let start = origin(part.start).start;
        match part.end.checked_sub(1).filter(|last| *last >= part.start) {
            Some(last) => Span::new(start, origin(last).end.max(start)),
            None => Span::new(start, start),
        }
    }
}

fn unfold(source: &str, value: &str) -> Option<Unfolded> {
    match source.chars().next()? {
        '|' | '>' => block(source, value),
        _ => Some(flow(source)).filter(|unfolded| unfolded.text == value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::document::documents;
    use crate::read::node::{Node, Value};
    use crate::read::tree::tree;
    use crate::read::words::Words;
    use alloc::format;
    use alloc::string::ToString;

    /// The value of the key `m` of a document, and the source of one word of it.
    fn source_of(text: &str, word: &str) -> (String, String) {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let document = documents(id, sources.get(id).unwrap()).remove(0);
        let root = tree(&document, &mut Words::default(), &mut Vec::new()).unwrap();
        let Value::Mapping(mapping) = &root.value else { panic!() };
        let Node { value: Value::Scalar(scalar), place } = mapping.get("m").unwrap() else { panic!() };
        let start = scalar.text.find(word).unwrap_or_else(|| panic!("no {word} in {:?}", scalar.text));
        let found = place_within(&sources, *place, &scalar.text, Span::new(start, start + word.len()));
        (scalar.text.to_string(), text.get(found.span.range()).unwrap().to_string())
    }

    #[test]
    fn words_are_found_in_every_style() {
        for text in [
            "m: é tcp.dst = 80 # c\n",
            "m: 'é ''q'' tcp.dst = 80'\n",
            "m: \"\\u00e9 \\\"q\\\" tcp.dst = 80\"\n",
            "{\"m\": \"\\/\\ud83d\\ude00 tcp.dst = 80\"}",
            "m: ip4 &&\n   é\n\n   tcp.dst = 80\n",
            "m: 'ip4 &&   \n   é\n\n   tcp.dst = 80'\n",
            "m: \"ip4 &&   \n   é \\\n   x\n\n   tcp.dst = 80\"\n",
            "m: |\n  ip4 &&\n  é tcp.dst = 80\n",
            "m: |2-\n    ip4 &&\n  é tcp.dst = 80\nn: 1\n",
            "m: >-\n  ip4 &&\n  é\n\n  tcp.dst = 80\n\n\nn: 1\n",
            "m: > # c\n\n   ip4 &&\n     more\n   é\n   tcp.dst = 80\n",
            "m: >+\r\n   ip4 &&\r\n   é tcp.dst = 80\r\n\r\n",
            "a: &x \"é tcp.dst = 80\"\nm: *x\n",
            "m: !!str &y é tcp.dst = 80\n",
        ] {
            let (value, found) = source_of(text, "tcp.dst = 80");
            assert_eq!(found, "tcp.dst = 80", "{text:?} is {value:?}");
            assert_eq!(source_of(text, "= ").1, "= ", "{text:?} is {value:?}");
        }
    }

    #[test]
    fn escapes_and_folds_are_found_whole() {
        assert_eq!(source_of("m: \"a\\u00e9b\"", "é").1, "\\u00e9");
        assert_eq!(source_of("m: 'a''b'", "'").1, "''");
        assert_eq!(source_of("m: a  \n   b", " ").1, "  \n   ");
    }

    /// What is written, and the value that is read again, where `old` becomes `new` in the key `m`.
    fn rewritten(text: &str, old: &str, new: &str) -> String {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let scalar_of = |sources: &Sources| {
            let document = documents(id, sources.get(id).unwrap()).remove(0);
            let root = tree(&document, &mut Words::default(), &mut Vec::new()).unwrap();
            let Value::Mapping(mapping) = &root.value else { panic!() };
            let Node { value: Value::Scalar(scalar), place } = mapping.get("m").unwrap() else { panic!() };
            (scalar.text.to_string(), *place)
        };
        let (value, place) = scalar_of(&sources);
        let start = value.find(old).unwrap();
        let (edit, written) = edit_within(&sources, place, &value, Span::new(start, start + old.len()), new);
        let mut mended = text.to_string();
        mended.replace_range(edit.span.range(), &written);
        let mut sources = Sources::new();
        sources.add("a", mended.as_str());
        assert_eq!(scalar_of(&sources).0.trim_end(), value.replacen(old, new, 1).trim_end(), "{mended}");
        mended
    }

    #[test]
    fn an_edit_gives_the_value_that_is_meant() {
        for (text, old, new, mended) in [
            ("m: not tcp\n", "not ", "!", "m: '!tcp'\n"),
            ("m: any\n", "any", "1", "m: '1'\n"),
            ("m: x = 1 # c\n", "=", "==", "m: x == 1 # c\n"),
            ("m: \"x = 1\"\n", "=", "\"\\", "m: \"x \\\"\\\\ 1\"\n"),
            ("m: 'x = 1'\n", "=", "'", "m: 'x '' 1'\n"),
            ("{m: x = 1, n: 2}\n", "1", "{1, 2}", "{m: 'x = {1, 2}', n: 2}\n"),
            ("m: x = 1, 2\n", "1, 2", "{1, 2}", "m: x = {1, 2}\n"),
            ("m: |\n  not tcp\nn: 1\n", "not ", "!", "m: |\n  !tcp\nn: 1\n"),
            ("{\"m\": \"not tcp\"}", "not ", "!", "{\"m\": \"!tcp\"}"),
            ("m: a\n  is b\n", "a", "it's: a", "m: 'it''s: a is b'\n"),
        ] {
            assert_eq!(rewritten(text, old, new), mended);
        }
    }

    #[test]
    fn a_source_that_has_changed_is_answered_as_a_whole() {
        let mut sources = Sources::new();
        let id = sources.add("a", "m: other");
        let place = Place { source: id, span: Span::new(3, 8) };
        assert_eq!(place_within(&sources, place, "tcp", Span::new(0, 1)), place);
        assert_eq!(place_within(&sources, place, "other", Span::new(1, 99)).span, Span::new(4, 8));
    }

    /// Whatever the parser takes for a scalar unfolds to the value that the parser found.
    fn unfolds_alike(text: &str) {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let documents = documents(id, sources.get(id).unwrap());
        let [document] = documents.as_slice() else { return };
        let Some(root) = tree(document, &mut Words::default(), &mut Vec::new()) else { return };
        let Value::Mapping(mapping) = &root.value else { return };
        let Some(Node { value: Value::Scalar(scalar), place }) = mapping.get("m") else { return };
        let source = text.get(place.span.range()).unwrap();
        if source.is_empty() || scalar.text.trim_end().is_empty() {
            return;
        }
        let unfolded = unfold(source, &scalar.text).map(|unfolded| unfolded.text).unwrap_or_default();
        assert_eq!(unfolded.trim_end(), scalar.text.trim_end(), "{text:?} {source:?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

        #[test]
        fn every_style_unfolds_as_it_is_parsed(
            before in "[a ]{0,2}",
            words in proptest::collection::vec("[abé=\"'\\\\#:| >-]{1,5}|\n ?|\n {2,4}|\\\\n|\\\\u00e9|\\\\\n  ", 0..8),
        ) {
            let text: String = words.concat();
            let indented = text.replace('\n', "\n  ");
            for style in ["plain", "\"", "'", "|", ">-", "|2+", ">", "|- # c"] {
                unfolds_alike(&match style {
                    "plain" => format!("m: {before}{indented}\n"),
                    "\"" | "'" => format!("m: {style}{before}{indented}{style}\n"),
                    _ => format!("m: {style}\n  {before}{indented}\nn: 1\n"),
                });
            }
        }
    }
}
