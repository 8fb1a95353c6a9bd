//! Pages with YAML in them: each block is a world of its own, and every place points into the page.
//!
//! A world is the text of the page in which everything else is blank, so that no place has to be moved; where letters are
//! written as entities, or indentation is lost, it is an excerpt whose pieces know their places. A block `world=NAME` joins the
//! others of that name; claims stand in an `expect` block or a comment `<!-- expect …-->` after it.

mod bare;
mod block;
mod comment;
mod excerpt;
mod html;
mod indentation;
mod markdown;
mod stray;
mod table;

use block::{Block, Kind, Text};
use excerpt::{Excerpt, Line, text_of};
use ringfence_engine::source::{Position, Span};
use std::ops::Range;
use stray::Stray;
pub(crate) use table::Table;

/// A world of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct World {
    /// The line of the page that opens its first block, from one.
    pub(crate) line: usize,
    /// The page with everything else blank, or an excerpt.
    pub(crate) text: String,
    /// Of an excerpt, where its pieces stand in the page.
    pub(crate) origin: Vec<(usize, Position)>,
    /// In the text, what got its indentation back.
    pub(crate) restored: Vec<Span>,
    /// In the page, the lines that got it, and how much.
    pub(crate) indents: Vec<(Position, usize)>,
    /// The table of machines that stands before it.
    pub(crate) table: Option<Table>,
    /// Of the first world, the claims of the page that are about none.
    pub(crate) strays: Vec<Stray>,
}

impl World {
    /// Where a part of the text stands in the page; nothing where it is written there in other letters.
    pub(crate) fn place(&self, page: &str, span: Span) -> Option<Range<usize>> {
        let after = self.origin.partition_point(|(at, _)| *at <= span.start);
        let start = match after.checked_sub(1).and_then(|piece| self.origin.get(piece)) {
            Some((at, position)) => byte(page, *position)? + (span.start - at),
            None => span.start,
        };
        let range = start..start + span.range().len();
        (page.get(range.clone())? == self.text.get(span.range())?).then_some(range)
    }
}

/// The byte of a page at a position.
pub(crate) fn byte(page: &str, position: Position) -> Option<usize> {
    let starts = std::iter::once(0).chain(page.match_indices('\n').map(|(at, _)| at + 1));
    let start = starts.take(position.line).last()?;
    let line = page.get(start..)?;
    let column = position.column - 1;
    Some(start + line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(column)?)
}

/// The worlds of a page, in its order; what it is written in is known by its name. A block that is no object of Kubernetes
/// is none.
pub(crate) fn worlds(name: &str, page: &str) -> Vec<World> {
    let text = Text::new(page);
    let is = |endings: &[&str]| endings.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
    let blocks = match () {
        () if is(&[".html", ".htm", ".xhtml"]) => html::blocks(&text),
        () if is(&[".txt", ".text"]) => bare::blocks(&text),
        () => markdown::blocks(&text),
    };
    let tables = match is(&[".html", ".htm", ".xhtml"]) {
        true => table::tagged(&text),
        false => table::piped(&text, &blocks),
    };
    let (mut found, mut strays) = (Vec::<Vec<Block>>::new(), Vec::new());
    let mut last = None;
    let mut blocks = blocks.into_iter().peekable();
    while let Some(block) = blocks.next() {
        // Claims that have claims or a world of their own behind them are an example by themselves.
        let alone = blocks.peek().is_some_and(|next| next.kind == Kind::Expect);
        let is_yaml = block.kind == Kind::Yaml && block.world.is_none();
        let claims = is_yaml && last.is_some() && !alone && block.is_claim();
        match if claims { Kind::Expect } else { block.kind } {
            Kind::Yaml if !block.is_object() => {}
            Kind::Yaml => {
                let same = |known: &Vec<Block>| known.first().is_some_and(|first| first.world == block.world);
                let known = block.world.is_some().then(|| found.iter().position(same)).flatten();
                let at = known.unwrap_or(found.len());
                last = Some(at);
                match found.get_mut(at) {
                    Some(known) => known.push(block),
                    None => found.push([block].to_vec()),
                }
            }
            Kind::Expect => match last.and_then(|at| found.get_mut(at)) {
                Some(known) => known.push(block),
                None => strays.push(Stray::of(&text, &block)),
            },
            Kind::Misnamed if block.is_object() => strays.push(Stray::of(&text, &block)),
            Kind::Misnamed => {}
        }
    }
    let with_table = |blocks: &Vec<Block>| {
        let before =
            tables.iter().rev().find(|table| blocks.first().is_some_and(|first| table.start < first.range.start));
        Some(World { table: before.cloned(), ..world(&text, blocks)? })
    };
    let mut worlds: Vec<World> = found.iter().filter_map(with_table).collect();
    if let (true, Some(first)) = (worlds.is_empty(), strays.first()) {
        worlds.push(World { line: first.position.line, ..World::default() });
    }
    worlds.iter_mut().take(1).for_each(|first| first.strays = std::mem::take(&mut strays));
    worlds
}

fn world(text: &Text<'_>, blocks: &[Block]) -> Option<World> {
    let first = blocks.first()?;
    let line = text.position(first.start).line;
    let lines = |block: &Block| block.lines.iter().map(text_of).collect::<Vec<_>>();
    let indents = |block: &Block| indentation::restored(&lines(block).iter().map(String::as_str).collect::<Vec<_>>());
    let restored: Vec<Option<Vec<usize>>> = blocks.iter().map(indents).collect();
    if restored.iter().all(Option::is_none) && blocks.iter().all(|block| block.opening.is_some()) {
        return Some(World { line, text: blanked(text, blocks), ..World::default() });
    }
    let (mut excerpt, mut spans, mut moved) = (Excerpt::default(), Vec::new(), Vec::new());
    for (block, indents) in blocks.iter().zip(restored) {
        excerpt.line(0, &[("---".to_owned(), text.position(block.range.start))].to_vec());
        let start = excerpt.text.len();
        let marks: Vec<&Line> = block.marks().collect();
        for (at, line) in block.lines.iter().enumerate() {
            match indents.as_ref().and_then(|indents| indents.get(at)) {
                None if marks.contains(&line) => excerpt.line(0, &excerpt::trimmed(line)),
                None => excerpt.line(0, line),
                Some(indent) => {
                    let line = excerpt::trimmed(line);
                    moved.extend(line.first().filter(|_| *indent > 0).map(|(_, position)| (*position, *indent)));
                    excerpt.line(*indent, &line);
                }
            }
        }
        if indents.is_some() {
            let end = excerpt.text.get(start..).and_then(|text| text.find('\n')).map_or(start, |end| start + end);
            spans.push(Span::new(start, end));
        }
    }
    let Excerpt { text, origin } = excerpt;
    Some(World { line, text, origin, restored: spans, indents: moved, ..World::default() })
}

/// The page with everything blank but these blocks, and with their marks between documents in the first column.
fn blanked(page: &Text<'_>, blocks: &[Block]) -> String {
    let is_kept = |at: usize| blocks.iter().any(|block| block.range.contains(&at));
    let places = blocks.iter().flat_map(Block::marks).filter_map(|line| byte(page.page, line.first()?.1));
    let starts: Vec<usize> = places.collect();
    // Three letters at least open a fence or a comment: there is room for the mark between documents.
    let openings = blocks.iter().filter_map(|block| block.opening);
    let marks: Vec<usize> = openings.chain(starts.iter().copied()).collect();
    let is_mark = |at: usize| marks.iter().any(|start| (*start..start + 3).contains(&at));
    let moved: Vec<Range<usize>> =
        starts.into_iter().map(|start| start..start + line_at(page.page, start).len()).collect();
    let is_moved = |at: usize| moved.iter().any(|line| line.contains(&at));
    let mut text = String::with_capacity(page.page.len());
    for (at, letter) in page.page.char_indices() {
        match letter {
            '\n' | '\r' => text.push(letter),
            _ if is_mark(at) => text.push('-'),
            letter if is_kept(at) && !is_moved(at) => text.push(letter),
            letter => text.extend(std::iter::repeat_n(' ', letter.len_utf8())),
        }
    }
    text
}

fn line_at(page: &str, start: usize) -> &str {
    page.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    const PAGE: &str = "# é\n\n```yaml\napiVersion: v1\na: 1\n```\n\n* x\n\n  ```yaml world=w\n  apiVersion: v1\n  ```\n\n\
                        ```yaml\nfragment: 1\n```\n\n<!-- expect\nkind: E\n-->\n\n```yaml world=w\napiVersion: v2\n```\n";

    #[test]
    fn each_fence_is_a_world_at_its_own_place() {
        let worlds = worlds("page.md", PAGE);
        assert_eq!(worlds.iter().map(|world| world.line).collect::<Vec<_>>(), [3, 10]);
        let words = |world: &World| world.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&worlds[0]), "--- apiVersion: v1 a: 1");
        assert_eq!(words(&worlds[1]), "--- apiVersion: v1 --- kind: E --- apiVersion: v2");
        for world in &worlds {
            assert_eq!(world.text.len(), PAGE.len());
            assert!(world.text.match_indices("apiVersion").all(|(at, _)| PAGE[at..].starts_with("apiVersion")));
        }
    }

    #[test]
    fn a_part_of_a_world_knows_its_bytes_in_the_page() {
        let page = "é\n\n```yaml\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata:\nname: ü b\n```\n";
        let [world] = &worlds("page.md", page)[..] else { panic!("one world") };
        let at = world.text.find("ü b").unwrap();
        let place = world.place(page, Span::new(at, at + "ü b".len())).unwrap();
        assert_eq!(&page[place], "ü b");
        assert_eq!(world.indents, [(Position { line: 7, column: 1 }, 2)]);
        let page = "<pre class=\"language-yaml\">apiVersion: v1\na: 1 &amp; 2</pre>";
        let [world] = &worlds("page.html", page)[..] else { panic!("one world") };
        let at = world.text.find("1 & 2").unwrap();
        assert_eq!(world.place(page, Span::new(at, at + 5)), None);
        assert_eq!(world.place(page, Span::new(at + 4, at + 5)).map(|place| &page[place]), Some("2"));
    }

    #[test]
    fn documents_in_an_item_of_a_list_stay_apart() {
        let objects = "apiVersion: v1\n  kind: A\n  data: |\n    ---\n  ---\n  apiVersion: v1\n  kind: B\n";
        let claim = "apiVersion: ringfence/v1\n  kind: Expectation\n";
        for (claim, end) in [("```yaml\n  ", "```"), ("<!-- expect\n  ", "-->"), ("{/* expect\n  ", "*/}")]
            .map(|(open, end)| (format!("{open}{claim}"), end))
        {
            let page = format!("* x\n\n  ```yaml\n  {objects}  ```\n\n  {claim}  {end}\n");
            let [world] = &worlds("page.md", &page)[..] else { panic!("one world of {page}") };
            assert_eq!(world.text.lines().filter(|line| line.trim_end() == "---").count(), 3, "{page}\n{}", world.text);
            assert!(world.text.contains("data: |\n    ---\n"), "{}", world.text);
            assert_eq!(world.text.len(), page.len());
        }
    }

    #[test]
    fn claims_alone_belong_to_what_stands_before_them() {
        let page =
            "```yaml\napiVersion: v1\nkind: A\n```\n\n```yaml\napiVersion: ringfence/v1\nkind: Expectation\n```\n";
        assert_eq!(worlds("page.md", page).len(), 1);
        let bare = "apiVersion: v1\nkind: A\n\nProse.\napiVersion: ringfence/v1\nkind: Expectation\n";
        assert_eq!(worlds("page.txt", bare).len(), 1);
    }

    #[test]
    fn what_is_lost_is_restored_and_still_knows_its_place() {
        let page = "x\n\n```yaml\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata:\nname: a\n```\n\n```expect\nkind: E\n```\n";
        let [world] = &worlds("page.md", page)[..] else { panic!("one world") };
        assert_eq!(world.text, "---\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata:\n  name: a\n---\nkind: E\n");
        assert_eq!(&world.text[world.restored[0].range()], "apiVersion: kubeovn.io/v1");
        let name = world.text.find("name: a").unwrap();
        assert!(world.origin.contains(&(name, Position { line: 7, column: 1 })));
    }
}
