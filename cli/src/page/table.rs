//! A table of a page that says which machines its examples are about: a name and an address in each row.

use super::block::{Block, Text};
use html5gum::{DefaultEmitter, Token, Tokenizer};
use ringfence_engine::source::Position;
use std::net::IpAddr;

/// The machines of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// Where it begins in the page.
    pub(super) start: usize,
    /// The same as a position.
    pub(crate) position: Position,
    /// Names as Kubernetes takes them, and addresses.
    pub(crate) machines: Vec<(String, IpAddr)>,
}

impl Table {
    /// The machines as an `Inventory`.
    pub(crate) fn inventory(&self) -> String {
        let machine = |(name, address): &(String, IpAddr)| format!("- {{name: \"{name}\", address: \"{address}\"}}\n");
        let machines: String = self.machines.iter().map(machine).collect();
        format!("apiVersion: ringfence/v1\nkind: Inventory\nvms:\n{machines}")
    }
}

/// Where a row begins, and its cells.
type Row = (usize, Vec<String>);

/// The tables of Markdown and of plain text: cells between `|`, outside of blocks.
pub(super) fn piped(text: &Text<'_>, blocks: &[Block]) -> Vec<Table> {
    let (mut found, mut rows, mut at) = (Vec::new(), Vec::<Row>::new(), 0);
    for line in text.page.split_inclusive('\n') {
        match line.contains('|') && !blocks.iter().any(|block| block.range.contains(&at)) {
            true => rows.push((at, cells(line))),
            false => found.extend(table(text, &std::mem::take(&mut rows))),
        }
        at += line.len();
    }
    found.extend(table(text, &rows));
    found
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|').map(|cell| cell.trim().trim_matches(['`', '*']).to_owned()).collect()
}

/// The tables of HTML.
pub(super) fn tagged(text: &Text<'_>) -> Vec<Table> {
    let (mut found, mut rows, mut open) = (Vec::new(), Vec::<Row>::new(), false);
    for Ok(token) in Tokenizer::new_with_emitter(text.page, DefaultEmitter::<usize>::new_with_span()) {
        match token {
            Token::StartTag(tag) if &**tag.name == b"tr" => rows.push((tag.span.start, Vec::new())),
            Token::StartTag(tag) if matches!(&**tag.name, b"td" | b"th") => {
                open = true;
                rows.iter_mut().last().into_iter().for_each(|(_, cells)| cells.push(String::new()));
            }
            Token::String(words) if open => {
                let cell = rows.last_mut().and_then(|(_, cells)| cells.last_mut());
                cell.into_iter().for_each(|cell| cell.push_str(&String::from_utf8_lossy(&words)));
            }
            Token::EndTag(tag) if matches!(&**tag.name, b"td" | b"th") => open = false,
            Token::EndTag(tag) if &**tag.name == b"table" => found.extend(table(text, &std::mem::take(&mut rows))),
            _ => {}
        }
    }
    found
}

/// The machines, where the first row speaks of machines and of addresses.
fn table(text: &Text<'_>, rows: &[Row]) -> Option<Table> {
    let ((start, titles), rows) = rows.split_first()?;
    let column = |is: fn(&str) -> bool| titles.iter().position(|title| is(&title.to_lowercase()));
    let address = column(|title| title.contains("address") || title == "ip")?;
    let name = column(|title| title.contains("machine") || matches!(title, "vm" | "name" | "vm name"))?;
    let machine = |(_, cells): &Row| {
        let called = cells.get(name)?.trim().to_lowercase();
        let is_name =
            !called.is_empty() && called.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        Some((is_name.then_some(called)?, cells.get(address)?.trim().parse().ok()?))
    };
    let machines: Vec<_> = rows.iter().filter_map(machine).collect();
    (!machines.is_empty()).then(|| Table { start: *start, position: text.position(*start), machines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_named_with_their_addresses() {
        let told = |tables: Vec<Table>| {
            let one = |(name, address): &(String, IpAddr)| format!("{name}={address}");
            tables.iter().map(|table| table.machines.iter().map(one).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        let piped = |page: &str| told(super::piped(&Text::new(page), &[]));
        assert_eq!(
            piped("x\nVirtual Machine | IP Address |\n---|---|\nVM1 | 10.0.0.2 |\nb c | 10.0.0.3 |\n\ny"),
            ["vm1=10.0.0.2"]
        );
        assert_eq!(piped("| VM | IP |\n|---|---|\n| `a` | fd00::1 |\n| b | none |\n"), ["a=fd00::1"]);
        assert_eq!(piped("| Port | Address |\n|---|---|\n| a | 10.0.0.2 |\n"), Vec::<String>::new());
        let page = "<table><tr><th>Virtual Machine</th><th>IP Address</th></tr><tr><td>VM1</td><td><b>10.0.0.2</b></td></tr></table>";
        assert_eq!(told(tagged(&Text::new(page))), ["vm1=10.0.0.2"]);
    }
}
