//! From the parser's events to the tree of one document, within limits.
//!
//! Nesting is limited, so nothing that walks a tree can exhaust the stack; aliases copy what they repeat, and
//! what they expand to is counted before it is.

use super::document::Document;
use super::node::{Entry, Mapping, Node, Scalar, Style, Value};
use super::words::Words;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use hashbrown::HashMap;

/// How deep lists and mappings may be nested.
pub(crate) const DEPTH: usize = 128;

/// How many values the aliases of one document may stand for.
pub(crate) const ALIASED: usize = 100_000;

/// How many values one document may have.
pub(crate) const VALUES: usize = 8_000_000;

/// So many keys of one mapping are reported as standing twice; of more, only the number is.
const DUPLICATES: usize = 20;

/// The tree of a document; nothing when it is empty or broken, and then a diagnostic says so.
pub(crate) fn tree(document: &Document<'_>, words: &mut Words, out: &mut Vec<Diagnostic>) -> Option<Node> {
    #[cfg(feature = "json")]
    if document.text.trim_start().starts_with(['{', '[']) {
        let said = out.len();
        match super::json::built(Builder::of(document, words, out)) {
            Some(built) => return Some(built.node),
            None => out.truncate(said),
        }
    }
    let mut builder = Builder::of(document, words, out);
    match builder.run() {
        Ok(()) => builder.root.map(|built| built.node),
        Err(diagnostic) => {
            out.push(*diagnostic);
            None
        }
    }
}

/// A finished node and what walking it costs.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) node: Node,
    weight: usize,
    depth: usize,
}

/// A list or mapping that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    parts: Parts,
    weight: usize,
    depth: usize,
}

enum Parts {
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>, Option<Node>),
}

/// Puts values together, in the order in which they begin and end.
pub(super) struct Builder<'d, 'o> {
    pub(super) document: &'d Document<'d>,
    words: &'o mut Words,
    out: &'o mut Vec<Diagnostic>,
    anchors: HashMap<usize, Built>,
    open: Vec<Open>,
    pub(super) root: Option<Built>,
    aliased: usize,
    values: usize,
}

pub(super) type Step = Result<(), Box<Diagnostic>>;

impl<'d, 'o> Builder<'d, 'o> {
    pub(super) fn of(document: &'d Document<'d>, words: &'o mut Words, out: &'o mut Vec<Diagnostic>) -> Self {
        Self { document, words, out, anchors: HashMap::new(), open: Vec::new(), root: None, aliased: 0, values: 0 }
    }

    pub(super) fn run(&mut self) -> Step {
        let mut options = granit_parser::Options::default();
        options.flow_nesting_limit = DEPTH;
        options.block_nesting_limit = DEPTH;
        // JSON knows no limit of its own for the length of a key.
        options.simple_key_max_lookahead = 65_536;
        options.set_emit_comments(false);
        for next in Parser::new_from_str_with_options(self.document.text, options) {
            match next {
                Ok((event, span)) => self.event(event, span.byte_range().unwrap_or(0..0))?,
                Err(error) => return Err(Box::new(super::broken::diagnostic(self.document, &error))),
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, bytes: core::ops::Range<usize>) -> Step {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let place = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => self.document.block_place(bytes.start, bytes.end),
                    ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                        self.document.place(bytes.start, bytes.end)
                    }
                };
                let style = self.style(style, tag.as_deref(), &bytes);
                self.scalar(&text, style, place, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), &bytes);
                self.start_sequence(bytes.start, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), &bytes);
                self.start_mapping(bytes.start, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(bytes.end),
            Event::Alias(id) => self.alias(id, bytes),
            // Start and end of the stream and of the document; anchors and comments are not asked for.
            _ => Ok(()),
        }
    }

    /// A text, of a value or of a key.
    pub(super) fn scalar(&mut self, text: &str, style: Style, place: Place, anchor: usize) -> Step {
        let text = if self.expects_key() { self.words.word(text) } else { Rc::from(text) };
        let node = Node { value: Value::Scalar(Scalar { text, style }), place };
        self.finish(Built { node, weight: 1, depth: 0 }, anchor)
    }

    pub(super) fn start_sequence(&mut self, start: usize, anchor: usize) -> Step {
        self.start(start, anchor, Parts::Sequence(Vec::new()))
    }

    /// Keys and values follow by turns.
    pub(super) fn start_mapping(&mut self, start: usize, anchor: usize) -> Step {
        self.start(start, anchor, Parts::Mapping(Vec::new(), None))
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { parts: Parts::Mapping(_, None), .. }))
    }

    fn start(&mut self, start: usize, anchor: usize, parts: Parts) -> Step {
        if self.open.len() >= DEPTH {
            return Err(Box::new(super::broken::too_deep(self.document.place(start, start + 1))));
        }
        self.open.push(Open { start, anchor, parts, weight: 1, depth: 0 });
        Ok(())
    }

    /// The list or mapping that was begun last ends before this byte.
    pub(super) fn end(&mut self, end: usize) -> Step {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.parts {
            Parts::Sequence(items) => Value::Sequence(items),
            Parts::Mapping(entries, _) => Value::Mapping(self.mapping(entries)),
        };
        let node = Node { value, place: self.document.place(open.start, self.document.trimmed(open.start, end)) };
        self.finish(Built { node, weight: open.weight, depth: open.depth }, open.anchor)
    }

    fn alias(&mut self, id: usize, bytes: core::ops::Range<usize>) -> Step {
        let place = self.document.place(bytes.start, bytes.end);
        let Some(built) = self.anchors.get(&id).cloned() else {
            return Err(Box::new(super::broken::alias_of_itself(place)));
        };
        self.aliased += built.weight;
        if self.aliased > ALIASED {
            return Err(Box::new(super::broken::alias_bomb(place)));
        }
        if self.open.len() + built.depth > DEPTH {
            return Err(Box::new(super::broken::too_deep(place)));
        }
        self.finish(built, 0)
    }

    fn finish(&mut self, built: Built, anchor: usize) -> Step {
        self.values += 1;
        if self.values > VALUES {
            return Err(Box::new(super::broken::too_many(built.node.place)));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(built);
            return Ok(());
        };
        open.weight += built.weight;
        open.depth = open.depth.max(built.depth + 1);
        match &mut open.parts {
            Parts::Sequence(items) => items.push(built.node),
            Parts::Mapping(entries, key) => match key.take() {
                None => *key = Some(built.node),
                Some(key) => entries.extend(entry(key, built.node, self.out)),
            },
        }
        Ok(())
    }

    /// Merges `<<` and takes out the keys that stand twice: the last one counts, as for `kubectl`.
    fn mapping(&mut self, entries: Vec<Entry>) -> Mapping {
        if is_plain(&entries) {
            return Mapping { entries };
        }
        let mut seen: HashMap<Rc<str>, usize> = HashMap::new();
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut merged = Vec::new();
        let mut duplicates = 0;
        for entry in entries {
            if &*entry.key == "<<" {
                merged.push(entry.value);
            } else if let Some(before) = seen.get(&entry.key).and_then(|at| kept.get_mut(*at)) {
                duplicates += 1;
                if duplicates <= DUPLICATES {
                    self.out.push(super::broken::duplicate_key(&entry, before.key_place));
                }
                *before = entry;
            } else {
                seen.insert(entry.key.clone(), kept.len());
                kept.push(entry);
            }
        }
        if let Some(more) = duplicates.checked_sub(DUPLICATES).filter(|more| *more > 0) {
            self.out
                .extend(kept.first().map(|entry| super::broken::more(entry.key_place, more, "keys that stand twice")));
        }
        let inherited = merged.iter().flat_map(merge_sources).flat_map(|mapping| mapping.entries.iter());
        for entry in inherited {
            if !seen.contains_key(&entry.key) {
                seen.insert(entry.key.clone(), kept.len());
                kept.push(entry.clone());
            }
        }
        Mapping { entries: kept }
    }

    fn style(&mut self, style: ScalarStyle, tag: Option<&Tag>, bytes: &core::ops::Range<usize>) -> Style {
        let tagged = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
        let known = tag.is_none_or(|tag| tag.is_yaml_core_schema());
        if let (false, Some(tag)) = (known, tag) {
            let place = self.document.tag_place(bytes.start, &tag.original());
            self.out.push(super::broken::ignored_tag(tag, place));
        }
        match style {
            ScalarStyle::Plain if !tagged => Style::Plain,
            _ => Style::Text,
        }
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, bytes: &core::ops::Range<usize>) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            let place = self.document.tag_place(bytes.start, &tag.original());
            self.out.push(super::broken::ignored_tag(tag, place));
        }
    }
}

/// With more keys than this, an index pays.
const FEW: usize = 24;

/// Whether nothing is to be merged and no key stands twice; most mappings are so, and small.
fn is_plain(entries: &[Entry]) -> bool {
    let unique = |(index, entry): (usize, &Entry)| {
        &*entry.key != "<<" && entries.iter().take(index).all(|before| before.key != entry.key)
    };
    entries.len() <= FEW && entries.iter().enumerate().all(unique)
}

fn entry(key: Node, value: Node, out: &mut Vec<Diagnostic>) -> Option<Entry> {
    match key.value {
        Value::Scalar(scalar) => Some(Entry { key: scalar.text, key_place: key.place, value }),
        Value::Sequence(_) | Value::Mapping(_) => {
            let message = format!("a key must be text, and this one is {}", key.name());
            let help = "put quotes around a value that begins with `{` or `[`".to_string();
            out.push(Diagnostic::new(Code::WrongType, message).at(key.place).help(help));
            None
        }
    }
}

fn merge_sources(node: &Node) -> Vec<&Mapping> {
    match &node.value {
        Value::Mapping(mapping) => alloc::vec![mapping],
        Value::Sequence(items) => items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Mapping(mapping) => Some(mapping),
                Value::Scalar(_) | Value::Sequence(_) => None,
            })
            .collect(),
        Value::Scalar(_) => Vec::new(),
    }
}
