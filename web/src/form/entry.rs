//! A row as it stands in a text, and the same row said anew in its place: what is not changed stays as somebody wrote it.

use std::borrow::Cow;

/// What a row says, each word as the object has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `from-lport` or `to-lport`.
    pub direction: String,
    /// The match.
    pub matches: String,
    /// What it does.
    pub action: String,
    /// The higher one wins.
    pub priority: String,
}

/// The keys of an entry.
const KEYS: [&str; 4] = ["action", "direction", "match", "priority"];

impl Entry {
    fn values(&self) -> [&str; 4] {
        [&self.action, &self.direction, &self.matches, &self.priority]
    }
}

/// Where a text changes: the first byte that goes, the first that stays, and what comes instead.
pub type Change = (usize, usize, String);

/// The change after which an entry of a text says something else: of those that say the same, the one nearest to a line.
/// Nothing where none does, or where it is written over several lines.
pub fn change(text: &str, line: usize, old: &Entry, new: &Entry) -> Option<Change> {
    let lines = lines(text);
    let says = |scalars: &[Scalar<'_>; 4]| scalars.iter().map(|scalar| scalar.says.as_ref()).eq(old.values());
    let found = text.match_indices("match:").filter_map(|(at, _)| {
        let index = lines.partition_point(|line| line.at <= at).checked_sub(1)?;
        let scalars = entry(text, &lines, index, at).filter(says)?;
        Some((index, scalars))
    });
    let (_, scalars) = found.min_by_key(|(index, _)| (index + 1).abs_diff(line))?;
    let values = old.values().into_iter().zip(new.values());
    let other = scalars.iter().zip(values).filter(|(_, (old, new))| old != new);
    let mut changed: Vec<(&Scalar<'_>, &str)> = other.map(|(scalar, (_, new))| (scalar, new)).collect();
    changed.sort_by_key(|(scalar, _)| scalar.from);
    let (from, to) = (changed.first()?.0.from, changed.last()?.0.to);
    let (mut at, mut insert) = (from, String::new());
    for (scalar, value) in changed {
        insert += text.get(at..scalar.from)?;
        insert += &scalar.written(value);
        at = scalar.to;
    }
    Some((from, to, insert))
}

/// A value of an entry: where it stands, what it says, and within what.
struct Scalar<'t> {
    from: usize,
    to: usize,
    says: Cow<'t, str>,
    style: Style,
}

/// How an entry is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A key on each line.
    Block,
    /// Between braces.
    Flow,
}

impl Style {
    /// What ends a plain value.
    fn ends(self) -> &'static [char] {
        match self {
            Self::Block => &['\n'],
            Self::Flow => &[',', '}', '\n'],
        }
    }
}

impl Scalar<'_> {
    /// Another value in its place.
    fn written(&self, value: &str) -> String {
        let first = value.chars().next().unwrap_or('\'');
        let special = self.style == Style::Flow && value.contains(['[', ']', '{', '}', ',']);
        let plain = (first.is_ascii_alphanumeric() || first == '(')
            && ![": ", " #"].iter().any(|mark| value.contains(mark))
            && !value.ends_with(':')
            && !special;
        // A match of digits alone is a text, which a priority is not.
        let number = value.chars().all(|letter| letter.is_ascii_digit())
            && self.says.contains(|letter: char| !letter.is_ascii_digit());
        if plain && !number { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
    }
}

/// Keys with their places and values.
type Found<'t> = Vec<(usize, &'t str, Scalar<'t>)>;

/// The values of the entry whose match has its key at a byte, which is on the line of an index.
fn entry<'t>(text: &'t str, lines: &[Line<'t>], index: usize, at: usize) -> Option<[Scalar<'t>; 4]> {
    let mut found = match block(lines, index, at) {
        Some(found) => found,
        None => flow_around(text, at)?,
    };
    let mut take = |key: &str| {
        let place = found.iter().position(|(_, known, _)| *known == key)?;
        Some(found.swap_remove(place).2)
    };
    let [action, direction, matches, priority] = KEYS.map(&mut take);
    Some([action?, direction?, matches?, priority?])
}

/// A line with the byte at which it begins.
#[derive(Clone, Copy)]
struct Line<'t> {
    at: usize,
    text: &'t str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let line = |text: &'_ str| {
        at += text.len();
        at - text.len()
    };
    let starts: Vec<usize> = text.split_inclusive('\n').map(line).collect();
    starts.into_iter().zip(text.split_inclusive('\n')).map(|(at, text)| Line { at, text }).collect()
}

impl<'t> Line<'t> {
    fn is_blank(self) -> bool {
        let text = self.text.trim();
        text.is_empty() || text.starts_with('#')
    }

    /// The column of what it says, behind the dash of an item where there is one.
    fn column(self) -> (usize, bool) {
        let body = self.text.trim_start_matches(' ');
        let item = body.strip_prefix("- ").map(|rest| rest.trim_start_matches(' '));
        (self.text.len() - item.unwrap_or(body).len(), item.is_some())
    }

    /// The key that begins at a column, and its value.
    fn pair(self, column: usize) -> Option<(usize, &'t str, Scalar<'t>)> {
        let (key, rest) = self.text.get(column..)?.split_once(':')?;
        let from = column + key.len() + 1 + (rest.len() - rest.trim_start_matches(' ').len());
        let spaced = rest.starts_with(' ');
        let scalar = scalar(self.text, from, Style::Block).filter(|_| spaced)?;
        let end = self.text.get(scalar.to..)?.trim();
        let only = end.is_empty() || end.starts_with('#');
        let moved = Scalar { from: self.at + scalar.from, to: self.at + scalar.to, ..scalar };
        only.then_some((self.at + column, key, moved))
    }
}

/// How many lines an entry may have.
const MOST: usize = 64;

/// The pairs of an item of a list that has a key on each line.
fn block<'t>(lines: &[Line<'t>], index: usize, at: usize) -> Option<Found<'t>> {
    let line = |index: usize| lines.get(index).copied();
    let column = at - line(index)?.at;
    let (begins, _) = line(index)?.column();
    if begins != column {
        return None;
    }
    let within = |line: &Line<'t>| line.is_blank() || line.column().0 >= column;
    let first = (index.saturating_sub(MOST)..=index).rev().map_while(|index| Some((index, line(index)?)));
    let first = first.take_while(|(_, line)| within(line)).find(|(_, line)| line.column() == (column, true))?.0;
    let after = lines.iter().skip(first + 1).take(MOST);
    let rest = after.take_while(|line| within(line) && line.column() != (column, true));
    let item: Vec<Line<'t>> = line(first).into_iter().chain(rest.copied()).filter(|line| !line.is_blank()).collect();
    let deeper = |index: usize| item.get(index + 1).is_some_and(|line| line.column().0 > column);
    let pairs = item.iter().enumerate().filter(|(index, line)| line.column().0 == column && !deeper(*index));
    Some(pairs.filter_map(|(_, line)| line.pair(column)).collect())
}

/// The pairs of the braces around a key.
fn flow_around(text: &str, at: usize) -> Option<Found<'_>> {
    // A brace may stand in a value that is quoted.
    let opened = text.get(..at)?.char_indices().rev().filter(|(_, letter)| *letter == '{').take(4);
    opened.map(|(open, _)| flow(text, open)).find_map(|found| found.filter(|found| found.iter().any(|key| key.0 == at)))
}

fn flow(text: &str, open: usize) -> Option<Found<'_>> {
    let skip = |at: usize| text.get(at..).map(|rest| text.len() - rest.trim_start().len());
    let (mut at, mut found) = (skip(open + 1)?, Vec::new());
    while !text.get(at..)?.starts_with('}') {
        let (key, _) = text.get(at..)?.split_once(':')?;
        let scalar = scalar(text, skip(at + key.len() + 1)?, Style::Flow)?;
        let end = skip(scalar.to)?;
        found.push((at, key, scalar));
        at = match text.get(end..)?.chars().next()? {
            ',' => skip(end + 1)?,
            '}' => end,
            _ => return None,
        };
    }
    Some(found)
}

/// The value that begins at a byte, on one line.
fn scalar(text: &str, at: usize, style: Style) -> Option<Scalar<'_>> {
    let rest = text.get(at..)?;
    let (length, says) = match rest.chars().next()? {
        '\'' => {
            let inner = rest.get(1..)?;
            let end = closing(inner)?;
            (end + 2, Cow::Owned(inner.get(..end)?.replace("''", "'")))
        }
        '"' => {
            let inner = rest.get(1..)?;
            let end = inner.find('"')?;
            (end + 2, Cow::Borrowed(inner.get(..end).filter(|said| !said.contains('\\'))?))
        }
        '{' | '[' | '|' | '>' | '&' | '*' | '!' | '#' | '@' | '%' => return None,
        _ => {
            let said = rest.split(style.ends()).next()?;
            let said = said.split(" #").next()?.trim_end();
            (said.len(), Cow::Borrowed(said))
        }
    };
    (!says.contains('\n') && length > 0).then_some(Scalar { from: at, to: at + length, says, style })
}

/// Where a text between single quotes ends: two of them are one that is meant.
fn closing(inner: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += inner.get(at..)?.find('\'')?;
        if !inner.get(at + 1..)?.starts_with('\'') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{File, Input, Tracking};
    use crate::service::load;

    fn entries(text: &str) -> Vec<Entry> {
        let file = File { name: "a.yaml".into(), text: text.into() };
        let input = Input { files: vec![file], profile: None, lenient: false, tracking: Tracking::AsWritten };
        let loaded = load(&input);
        assert!(!loaded.has_errors(), "{text}\n{:?}", loaded.compiled.diagnostics);
        let acls = loaded.compiled.network.switches.iter().flat_map(|switch| &switch.acls);
        let entry = |acl: &ringfence_engine::ovn::acl::Acl| Entry {
            direction: acl.direction.to_string(),
            matches: acl.matches.clone(),
            action: acl.action.name().to_owned(),
            priority: acl.priority.get().to_string(),
        };
        acls.map(entry).collect()
    }

    fn changed(text: &str, line: usize, old: &Entry, new: &Entry) -> Option<String> {
        let (from, to, insert) = change(text, line, old, new)?;
        Some(format!("{}{insert}{}", text.get(..from)?, text.get(to..)?))
    }

    const HEAD: &str =
        "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24\n";

    /// Two rows in every way they are written.
    fn styles() -> Vec<String> {
        [
            "  acls:\n  - action: drop\n    direction: to-lport\n    match: ip4.dst == 10.0.0.2\n    priority: 7\n  - {action: allow, direction: to-lport, match: tcp, priority: 8}\n",
            "  acls:\n    # why\n    -   match: 'ip4.dst == 10.0.0.2' # this one\n\n        # below\n        priority: 7\n        direction: \"to-lport\"\n        action: drop\n    - action: allow\n      direction: to-lport\n      match: tcp\n      priority: 8",
            "  acls: [{action: drop, direction: to-lport, match: \"ip4.dst == 10.0.0.2\", priority: 7}, {action: allow, direction: to-lport, match: tcp, priority: 8}]\n",
            "  acls:\n  - {action: drop, direction: to-lport,\n     match: ip4.dst == 10.0.0.2,\n     priority: 7}\n  - {priority: 8, match: tcp, action: allow, direction: to-lport}\n",
        ]
        .map(|list| format!("{HEAD}{list}"))
        .to_vec()
    }

    #[test]
    fn a_row_is_changed_where_it_stands() {
        for text in styles() {
            let all = entries(&text);
            assert_eq!(all.len(), 2, "{text}");
            for (index, old) in all.iter().enumerate() {
                for (matches, action, direction, priority) in [
                    (old.matches.as_str(), "reject", "to-lport", "7"),
                    ("ip4.dst == {10.0.0.2, 10.0.0.3} && tcp.dst == 80", "drop", "from-lport", "32767"),
                    ("inport == \"it's: # [x]\"", "allow-related", "to-lport", "9"),
                    ("1", "drop", "to-lport", "0"),
                ] {
                    let new = Entry {
                        direction: direction.into(),
                        matches: matches.into(),
                        action: action.into(),
                        priority: priority.into(),
                    };
                    let after = changed(&text, 1, old, &new).unwrap_or_else(|| panic!("{text}\n{old:?}"));
                    let mut wanted = all.clone();
                    wanted[index] = new.clone();
                    assert_eq!(entries(&after), wanted, "{after}");
                    // And back, byte for byte where nothing was quoted.
                    let back = changed(&after, 1, &new, old).unwrap();
                    assert_eq!(entries(&back), all, "{back}");
                }
            }
        }
    }

    #[test]
    fn comments_and_what_stays_are_left_alone() {
        let text = &styles()[1];
        let old = entries(text)[0].clone();
        let after = changed(text, 1, &old, &Entry { priority: "70".into(), ..old.clone() }).unwrap();
        assert_eq!(after, text.replace("priority: 7\n", "priority: 70\n"));
    }

    #[test]
    fn of_two_that_say_the_same_the_nearest_is_meant() {
        let item = "  - {action: drop, direction: to-lport, match: tcp, priority: 7}\n";
        let text = format!("{HEAD}  acls:\n{item}{item}{item}");
        let old = entries(&text)[0].clone();
        let new = Entry { action: "reject".into(), ..old.clone() };
        let after = changed(&text, 8, &old, &new).unwrap();
        assert_eq!(after.lines().nth(7), Some("  - {action: reject, direction: to-lport, match: tcp, priority: 7}"));
        assert_eq!(after.matches("reject").count(), 1);
    }

    #[test]
    fn what_is_not_there_or_written_otherwise_is_not_touched() {
        let old = entries(&styles()[0])[0].clone();
        let new = Entry { action: "reject".into(), ..old.clone() };
        for text in [
            "",
            "match:",
            "{match: tcp",
            "- match: tcp\n  action: drop\n",
            "acls:\n  - action: drop\n    direction: to-lport\n    match: >-\n      ip4.dst == 10.0.0.2\n    priority: 7\n",
            "acls:\n  - action: drop\n    direction: to-lport\n    match: ip4.dst ==\n      10.0.0.2\n    priority: 7\n",
            "acls:\n  - action: drop\n    direction: to-lport\n    match: ip4.dst == 10.0.0.9\n    priority: 7\n",
            "\u{e9}: {match: ip4.dst == 10.0.0.2, action: drop, direction: to-lport, priority: 7",
        ] {
            assert_eq!(change(text, 1, &old, &new), None, "{text}");
        }
    }
}
