//! A new row in the text of a Subnet that somebody is writing, by its lines: the page has no reader of YAML.

use crate::read::written as scalar;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Where a text changes: the first byte that goes, the first that stays, and what comes instead.
pub type Change = (usize, usize, String);

/// A new first entry in `spec.acls` of the first Subnet of a text; nothing where there is no Subnet that is written in
/// a way that can be added to.
pub fn acl(text: &str, direction: &str, matches: &str, action: &str, priority: &str) -> Option<Change> {
    subnet_acl(text, &Entry { direction, matches, action, priority })
}

struct Entry<'a> {
    direction: &'a str,
    matches: &'a str,
    action: &'a str,
    priority: &'a str,
}

impl Entry<'_> {
    /// Lines of a block list.
    fn block(&self, indent: &str) -> String {
        let Self { direction, action, priority, .. } = self;
        let matches = scalar(self.matches, "");
        format!(
            "{indent}- action: {action}\n{indent}  direction: {direction}\n{indent}  match: {matches}\n{indent}  priority: {priority}\n"
        )
    }

    /// One piece of a flow list.
    fn flow(&self) -> String {
        let Self { direction, action, priority, .. } = self;
        let matches = scalar(self.matches, ",[]{}");
        format!("{{action: {action}, direction: {direction}, match: {matches}, priority: {priority}}}")
    }
}

/// A line with the byte at which it begins.
#[derive(Clone, Copy)]
struct Line<'t> {
    at: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn indent(self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    fn is_blank(self) -> bool {
        let text = self.text.trim();
        text.is_empty() || text.starts_with('#')
    }

    /// What follows `key:` on this line, and at which byte.
    fn value(self, key: &str) -> Option<(usize, &'t str)> {
        let body = self.text.trim_start_matches(' ');
        let rest = body.strip_prefix(key)?.strip_prefix(':')?;
        let trimmed = rest.trim();
        (rest.is_empty() || rest.starts_with([' ', '\r', '\n'])).then(|| {
            let skipped = rest.len() - rest.trim_start().len();
            (self.at + self.indent() + key.len() + 1 + skipped, trimmed.split(" #").next().unwrap_or("").trim_end())
        })
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let line = |text| {
        let line = Line { at, text };
        at += text.len();
        line
    };
    text.split_inclusive('\n').map(line).collect()
}

fn subnet_acl(text: &str, entry: &Entry<'_>) -> Option<Change> {
    let lines = lines(text);
    let mut documents = lines.split(|line| line.text.starts_with("---"));
    documents.find_map(|document| {
        let top = document.iter().filter(|line| line.indent() == 0 && !line.is_blank());
        let is_subnet = top
            .clone()
            .any(|line| line.value("kind").is_some_and(|(_, value)| value.trim_matches(['"', '\'']) == "Subnet"));
        if is_subnet { in_spec(text, document, entry) } else { None }
    })
}

fn in_spec(text: &str, document: &[Line<'_>], entry: &Entry<'_>) -> Option<Change> {
    let spec = document.iter().position(|line| line.indent() == 0 && line.value("spec").is_some())?;
    let (at, value) = document.get(spec)?.value("spec")?;
    if value.starts_with('{') {
        return in_flow(text, at, entry);
    }
    let body: Vec<&Line<'_>> =
        document.iter().skip(spec + 1).take_while(|line| line.is_blank() || line.indent() > 0).collect();
    let indent = body.iter().find(|line| !line.is_blank()).map_or(2, |line| line.indent());
    let Some(place) = body.iter().position(|line| line.indent() == indent && line.value("acls").is_some()) else {
        let after = document.get(spec)?;
        let end = after.at + after.text.len();
        let space = " ".repeat(indent);
        let line_break = if after.text.ends_with('\n') { "" } else { "\n" };
        let list = entry.block(&" ".repeat(indent + 2));
        return Some((end, end, format!("{line_break}{space}acls:\n{list}")));
    };
    let (at, value) = body.get(place)?.value("acls")?;
    match value {
        "" => {
            let first = body.iter().skip(place + 1).find(|line| !line.is_blank());
            let item = first.filter(|line| line.text.trim_start().starts_with('-') && line.indent() >= indent);
            let (at, space) = match item {
                Some(line) => (line.at, line.indent()),
                None => {
                    let line = body.get(place)?;
                    (line.at + line.text.len(), indent + 2)
                }
            };
            let line_break = if text.get(..at).is_some_and(|before| before.ends_with('\n')) { "" } else { "\n" };
            Some((at, at, format!("{line_break}{}", entry.block(&" ".repeat(space)))))
        }
        "[]" | "null" | "~" => {
            let list = entry.block(&" ".repeat(indent + 2));
            Some((at, at + value.len(), format!("\n{}", list.trim_end_matches('\n'))))
        }
        _ if value.starts_with('[') => Some((at + 1, at + 1, format!("{}, ", entry.flow()))),
        _ => None,
    }
}

/// `spec: {…}` from its brace on.
fn in_flow(text: &str, at: usize, entry: &Entry<'_>) -> Option<Change> {
    let rest = text.get(at..)?;
    let end = rest.find("\n---").unwrap_or(rest.len());
    let flow = rest.get(..end)?;
    let Some(list) = flow.find("acls:") else {
        let comma = if flow.trim_start_matches('{').trim_start().starts_with('}') { "" } else { ", " };
        return Some((at + 1, at + 1, format!("acls: [{}]{comma}", entry.flow())));
    };
    let open = list + flow.get(list..)?.find('[')?;
    let empty = flow.get(open + 1..)?.trim_start().starts_with(']');
    let comma = if empty { "" } else { ", " };
    Some((at + open + 1, at + open + 1, format!("{}{comma}", entry.flow())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{Settings, load};
    use crate::diagnostic::Severity;
    use crate::source::Sources;

    fn rows(text: &str) -> Vec<String> {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        let compiled = load(&sources, &Settings::default());
        let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        assert_eq!(errors.count(), 0, "{text}\n{:?}", compiled.diagnostics);
        let acls = compiled.network.switches.iter().flat_map(|switch| &switch.acls);
        acls.map(|acl| format!("{} {} {} {}", acl.direction, acl.priority.get(), acl.action, acl.matches)).collect()
    }

    #[test]
    fn an_entry_fits_every_style() {
        for (text, others) in [
            ("kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24\n", 0),
            (
                "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  acls: []\n  cidrBlock: 10.0.0.0/24\n",
                0,
            ),
            ("kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec: {cidrBlock: 10.0.0.0/24}\n", 0),
            (
                "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec: {cidrBlock: 10.0.0.0/24, acls: []}",
                0,
            ),
            (
                "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec: {acls: [{action: drop, direction: to-lport, match: tcp, priority: 1}], cidrBlock: 10.0.0.0/24}",
                1,
            ),
            (
                "# one\nkind: Subnet\napiVersion: kubeovn.io/v1\nmetadata:\n  name: s\nspec:\n    cidrBlock: 10.0.0.0/24\n    acls:\n    # first\n    - {action: drop, direction: to-lport, match: tcp, priority: 1}\n",
                1,
            ),
            (
                "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata:\n  name: s\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls: [{action: drop, direction: to-lport, match: tcp, priority: 1}]\n",
                1,
            ),
            (
                "kind: Namespace\napiVersion: v1\nmetadata: {name: n}\n---\nkind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24",
                0,
            ),
        ] {
            for matches in ["ip4.dst == {10.0.0.1, 10.0.0.2} && tcp", "!(ip4.src == 10.0.0.9)", "1"] {
                let (from, to, insert) = acl(text, "from-lport", matches, "drop", "7").unwrap();
                let changed = format!("{}{insert}{}", text.get(..from).unwrap(), text.get(to..).unwrap());
                let found = rows(&changed);
                assert_eq!(found.len(), others + 1, "{changed}");
                assert!(found.contains(&format!("from-lport 7 drop {matches}")), "{changed}\n{found:?}");
            }
        }
        assert_eq!(acl("kind: Pod\n", "to-lport", "ip", "drop", "1"), None);
    }
}
