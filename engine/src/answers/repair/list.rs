//! A list in the `spec` of an object, and what must be written to give it a new first item.
//!
//! Whatever style the object is written in, YAML's blocks, YAML's braces or JSON, what comes is in the same. An edit is
//! proven by what is read after it, not here.

use super::insert::Change;
use super::item::{Item, Syntax};
use crate::read::{Entry, Mapping, Node, Value, trees};
use crate::source::{Place, Span};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A list of an object of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    /// The kind of the object.
    pub(super) kind: &'a str,
    /// Its namespace, where its kind has one.
    pub(super) namespace: Option<&'a str>,
    /// Its name.
    pub(super) name: &'a str,
    /// The key in its `spec`.
    pub(super) key: &'a str,
}

impl List<'_> {
    /// The change of a text after which the list begins with an item; nothing where the text has no such object, or where its
    /// list stands elsewhere (behind an alias).
    pub(super) fn prepend(self, text: &str, item: &Item) -> Option<Change> {
        let trees = trees(text);
        let mut objects = Vec::new();
        trees.iter().for_each(|root| unpack(root, &mut objects));
        let change = |spec: &Entry| Spec { text, spec, key: self.key, item }.change();
        match objects.iter().find(|object| self.is_of(object)) {
            Some(object) => change(object.entries.iter().find(|entry| &*entry.key == "spec")?),
            None => change(&objects.iter().find_map(|object| self.switch(object))?),
        }
    }

    /// The switch of that name of an `Inventory`, whose sections may stand in a `spec`, in the place of a `spec`.
    fn switch(self, object: &Mapping) -> Option<Entry> {
        let spec = match object.get("spec") {
            Some(Node { value: Value::Mapping(spec), .. }) => Some(spec),
            Some(_) | None => None,
        };
        core::iter::once(object).chain(spec).find_map(|part| self.switch_in(part))
    }

    fn switch_in(self, part: &Mapping) -> Option<Entry> {
        let Value::Sequence(switches) = &part.get("switches")?.value else { return None };
        let named = |node: &&Node| matches!(&node.value, Value::Mapping(of) if of.get("name").and_then(Node::word) == Some(self.name));
        let value = switches.iter().find(named)?.clone();
        let start = value.place.span.start;
        let key_place = Place { span: Span::new(start, start), ..value.place };
        Some(Entry { key: self.key.into(), key_place, value })
    }

    fn is_of(self, object: &Mapping) -> bool {
        let is = |of: &Mapping, key: &str, value: &str| of.get(key).and_then(Node::word) == Some(value);
        let Some(Node { value: Value::Mapping(metadata), .. }) = object.get("metadata") else { return false };
        let namespace = metadata.get("namespace").and_then(Node::word).unwrap_or("default");
        is(object, "kind", self.kind)
            && is(metadata, "name", self.name)
            && self.namespace.is_none_or(|wanted| wanted == namespace)
    }
}

/// Every object of a tree, those in lists too: the `items` of an `Inventory` are machines. Nesting is limited by the tree.
fn unpack<'n>(node: &'n Node, objects: &mut Vec<&'n Mapping>) {
    let Value::Mapping(object) = &node.value else { return };
    let is_list = object.get("kind").and_then(Node::word).is_some_and(|kind| kind.ends_with("List"));
    match object.get("items").filter(|_| is_list) {
        Some(Node { value: Value::Sequence(items), .. }) => items.iter().for_each(|item| unpack(item, objects)),
        Some(_) | None => objects.push(object),
    }
}

/// The `spec` of an object in its text.
struct Spec<'t> {
    text: &'t str,
    spec: &'t Entry,
    key: &'t str,
    item: &'t Item,
}

impl Spec<'_> {
    fn change(&self) -> Option<Change> {
        let start = stands(self.spec)?;
        let Value::Mapping(mapping) = &self.spec.value.value else {
            let is_unwritten = self.spec.value.is_null() && start == self.spec.value.place.span.end;
            return is_unwritten.then_some(self.key_below(self.column(self.spec.key_place.span.start)? + 2));
        };
        let list = mapping.entries.iter().find(|entry| &*entry.key == self.key);
        // What is merged from elsewhere is not the object's own.
        let end = self.spec.value.place.span.end;
        if list.is_some_and(|list| list.key_place.span.start < start || list.value.place.span.end > end) {
            return None;
        }
        match (self.rest(start)?.starts_with('{'), list) {
            (true, None) => {
                let key = Item::of(self.key, Item::List([self.item.clone()].into())).flow(self.syntax());
                self.within(start, '}', key.strip_prefix('{')?.strip_suffix('}')?)
            }
            (is_flow, Some(list)) => self.in_list(list, is_flow),
            (false, None) => {
                let first = mapping.entries.first().filter(|first| first.key_place.span.start >= start)?;
                Some(self.key_below(self.column(first.key_place.span.start)?))
            }
        }
    }

    /// A new first item of a list that is there, or is nothing.
    fn in_list(&self, list: &Entry, is_flow: bool) -> Option<Change> {
        let start = stands(list)?;
        let end = list.value.place.span.end;
        let rest = self.rest(start)?;
        let is_empty = matches!(&list.value.value, Value::Sequence(items) if items.is_empty());
        let lines = || Some(self.item.block(self.column(list.key_place.span.start)? + 2));
        match &list.value.value {
            // Below the key there is room for lines.
            _ if !is_flow && start < end && (list.value.is_null() || is_empty) => {
                Some((start, end, format!("\n{}", lines()?.trim_end_matches('\n'))))
            }
            Value::Sequence(_) if rest.starts_with('[') => self.within(start, ']', &self.item.flow(self.syntax())),
            Value::Sequence(_) if !is_flow => self.before_dash(self.line_end(list.key_place.span.end)),
            Value::Scalar(_) if list.value.is_null() && is_flow => {
                let items = format!("[{}]", self.item.flow(self.syntax()));
                // What is not written stands before the colon.
                let colon = if start == end {
                    Some(self.text.len() - rest.trim_start().strip_prefix(':')?.len())
                } else {
                    None
                };
                Some(colon.map_or((start, end, items.clone()), |at| (at, at, format!(" {items}"))))
            }
            Value::Scalar(_) if list.value.is_null() => {
                let line = self.line_end(list.key_place.span.end);
                Some((line, line, self.below(line, &lines()?)))
            }
            Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Before the first item of a block list, of whose lines the first begins here.
    fn before_dash(&self, mut line: usize) -> Option<Change> {
        loop {
            let text = self.rest(line)?.split_inclusive('\n').next()?;
            let bare = text.trim_start_matches(' ');
            match bare.trim_start().chars().next() {
                None | Some('#') => line += text.len(),
                first => {
                    let indent = text.len() - bare.len();
                    return first.filter(|first| *first == '-').map(|_| (line, line, self.item.block(indent)));
                }
            }
        }
    }

    /// The list as the first key of the `spec`, on the lines after that word.
    fn key_below(&self, indent: usize) -> Change {
        let line = self.line_end(self.spec.key_place.span.end);
        let lines = format!("{}{}:\n{}", " ".repeat(indent), self.key, self.item.block(indent + 2));
        (line, line, self.below(line, &lines))
    }

    /// Lines that begin where another one ends.
    fn below(&self, line: usize, lines: &str) -> String {
        let is_ended = self.text.get(..line).is_some_and(|before| before.ends_with('\n'));
        format!("{}{lines}", if is_ended { "" } else { "\n" })
    }

    /// A first piece between brackets or braces, spaced as what stands there.
    fn within(&self, open: usize, close: char, piece: &str) -> Option<Change> {
        let inner = self.rest(open + 1)?;
        let blank = inner.get(..inner.len() - inner.trim_start().len())?;
        let at = open + 1;
        Some(match (blank, inner.trim_start().starts_with(close)) {
            (_, true) => (at, at + blank.len(), piece.into()),
            ("", false) => (at, at, format!("{piece}, ")),
            (_, false) => (at, at, format!("{blank}{piece},")),
        })
    }

    /// As the first word is written, `spec` or what a switch begins with, so is the rest.
    fn syntax(&self) -> Syntax {
        let rest = self.rest(self.spec.key_place.span.start).unwrap_or_default();
        let word = rest.strip_prefix('{').map_or(rest, str::trim_start);
        if word.starts_with('"') { Syntax::Json } else { Syntax::Yaml }
    }

    fn rest(&self, at: usize) -> Option<&str> {
        self.text.get(at..)
    }

    /// Where the line of a byte begins.
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    /// Where the line after that of a byte begins.
    fn line_end(&self, at: usize) -> usize {
        self.rest(at).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| at + end + 1)
    }

    /// How many letters stand before a byte on its line.
    fn column(&self, at: usize) -> Option<usize> {
        Some(self.text.get(self.line(at)..at)?.chars().count())
    }
}

/// Where the value of an entry begins; nothing where it stands elsewhere.
fn stands(entry: &Entry) -> Option<usize> {
    let start = entry.value.place.span.start;
    (start >= entry.key_place.span.end).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// What a tree says, without places.
    fn said(node: &Node) -> String {
        match &node.value {
            Value::Scalar(scalar) => format!("{:?} {:?}", scalar.resolve(), scalar.text),
            Value::Sequence(items) => format!("{:?}", items.iter().map(said).collect::<Vec<_>>()),
            Value::Mapping(mapping) => {
                let mut entries: Vec<_> =
                    mapping.entries.iter().map(|of| (of.key.to_string(), said(&of.value))).collect();
                entries.sort();
                format!("{entries:?}")
            }
        }
    }

    fn texts(text: &str) -> Vec<String> {
        trees(text).iter().map(said).collect()
    }

    fn item() -> Item {
        let peer = Item::of("app", Item::text("a, \"b\""));
        Item::mapping([
            ("from", Item::List([peer].into())),
            ("no", Item::text("7")),
            ("port", Item::Number("7".into())),
        ])
    }

    const POLICY: List<'_> = List { kind: "P", namespace: Some("default"), name: "n", key: "ingress" };
    const HEAD: &str = "kind: P\nmetadata: {name: n}\n";

    /// The text with the item, which must say the same as another text that says it by hand.
    fn changed(text: &str) -> String {
        let (from, to, insert) = POLICY.prepend(text, &item()).unwrap_or_else(|| panic!("{text}"));
        format!("{}{insert}{}", text.get(..from).unwrap(), text.get(to..).unwrap())
    }

    #[test]
    fn an_item_comes_first_in_every_style() {
        let one = r#"{from: [{app: 'a, "b"'}], no: '7', port: 7}"#;
        for (spec, lists) in [
            ("spec: {a: 1}\n", ""),
            ("spec: {}\n", ""),
            ("spec: { a: 1 }\n", ""),
            ("spec: {a: 1, ingress: []}\n", ""),
            ("spec: {a: 1, ingress: [ ]}\n", ""),
            ("spec: {ingress: , a: 1}\n", ""),
            ("spec: {ingress: null, a: 1}\n", ""),
            ("spec: {a: 1, ingress: [{from: []}]}\n", ", {from: []}"),
            ("spec: {a: 1, ingress: [ &x {from: []} ]}\n", ", {from: []}"),
            ("spec: {\n  a: 1,\n  ingress: [\n    {from: []},\n  ]\n}\n", ", {from: []}"),
            ("spec: {a: '[{', \"ingress\": [{from: [x]}]} # ingress: [\n", ", {from: [x]}"),
            ("spec:\n  a: 1\n  ingress: [{from: []}]\n", ", {from: []}"),
            ("spec:\n  # none\n  a: 1\n", ""),
            ("spec: # none\n  a: 1", ""),
            ("spec:\n  a: 1\n  ingress:", ""),
            ("spec:\n  a: 1\n  ingress: # none\n", ""),
            ("spec:\n  ingress: []\n  a: 1\n", ""),
            ("spec:\n  ingress: ~ # none\n  a: 1\n", ""),
            ("spec:\n    ingress:\n    # first\n    - from: []\n    a: 1\n", ", {from: []}"),
            ("spec:\n    ingress: &x\n      - {from: []}\n    a: 1\n", ", {from: []}"),
            ("spec:\n    ingress:\n      - {}\n      -\n        from: []\n", ", {}, {from: []}"),
            ("spec:\r\n  a: 1\r\n  ingress:\r\n  - from: []\r\n", ", {from: []}"),
        ] {
            let a = if spec.contains("a: 1") {
                "a: 1, "
            } else if spec.contains("'[{'") {
                "a: '[{', "
            } else {
                ""
            };
            let wanted = format!("{HEAD}spec: {{{a}ingress: [{one}{lists}]}}\n");
            for (before, after) in [("", ""), ("kind: P\nmetadata: {name: other}\nspec: {}\n---\n", "---\nkind: Q\n")] {
                let whole = changed(&format!("{before}{HEAD}{spec}\n{after}"));
                assert_eq!(texts(&whole), texts(&format!("{before}{wanted}{after}")), "{whole}");
            }
            let whole = changed(&format!("{HEAD}{spec}"));
            assert_eq!(texts(&whole), texts(&wanted), "{whole}");
        }
    }

    #[test]
    fn json_stays_json_and_keeps_its_lines() {
        let head = r#""kind": "P", "metadata": {"name": "n"}"#;
        let one = r#"{"from": [{"app": "a, \"b\""}], "no": "7", "port": 7}"#;
        for (spec, mended) in [
            (r#"{}"#, format!(r#"{{"ingress": [{one}]}}"#)),
            (r#"{"a":1}"#, format!(r#"{{"ingress": [{one}], "a":1}}"#)),
            (r#"{"ingress":[]}"#, format!(r#"{{"ingress":[{one}]}}"#)),
            (r#"{"ingress":null}"#, format!(r#"{{"ingress":[{one}]}}"#)),
            (r#"{"ingress":[{}]}"#, format!(r#"{{"ingress":[{one}, {{}}]}}"#)),
            ("{\n  \"ingress\": [\n    {}\n  ]\n}", format!("{{\n  \"ingress\": [\n    {one},\n    {{}}\n  ]\n}}")),
        ] {
            let whole = changed(&format!(r#"{{{head}, "spec": {spec}}}"#));
            assert_eq!(whole, format!(r#"{{{head}, "spec": {mended}}}"#));
            serde_json::from_str::<serde_json::Value>(&whole).unwrap();
            let list = changed(&format!(r#"{{"kind": "List", "items": [{{}}, {{{head}, "spec": {spec}}}]}}"#));
            assert_eq!(list, format!(r#"{{"kind": "List", "items": [{{}}, {{{head}, "spec": {mended}}}]}}"#));
        }
    }

    #[test]
    fn an_object_in_a_list_keeps_its_columns() {
        let text = "kind: List\nitems:\n- kind: P\n  metadata:\n    name: n\n  spec:\n    a: 1\n- kind: Q\n";
        let wanted = "kind: List\nitems:\n- kind: P\n  metadata:\n    name: n\n  spec:\n    ingress:\n      - from: [{app: 'a, \"b\"'}]\n        no: '7'\n        port: 7\n    a: 1\n- kind: Q\n";
        assert_eq!(changed(text), wanted);
    }

    #[test]
    fn what_stands_elsewhere_is_left_alone() {
        for text in [
            "kind: P\nmetadata: {name: other}\nspec: {}\n",
            "kind: P\nmetadata: {name: n, namespace: other}\nspec: {}\n",
            "kind: Q\nmetadata: {name: n}\nspec: {}\n",
            "kind: P\nmetadata: {name: n}\n",
            "x: &x [{from: []}]\nkind: P\nmetadata: {name: n}\nspec: {ingress: *x}\n",
            "x: &x {ingress: []}\nkind: P\nmetadata: {name: n}\nspec:\n  <<: *x\n  a: 1\n",
            "x: &x {ingress: []}\nkind: P\nmetadata: {name: n}\nspec: *x\n",
            "kind: P\nmetadata: {name: n}\nspec: {ingress: 7}\n",
            "kind: P\nmetadata: {name: n}\nspec: 7\n",
        ] {
            assert_eq!(POLICY.prepend(text, &item()), None, "{text}");
        }
    }
}
