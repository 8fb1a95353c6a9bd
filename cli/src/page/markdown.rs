//! The blocks of Markdown and MDX: fences, and comments that say what is expected.

use super::block::{Block, Kind, Text};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// The blocks of a page, in its order.
pub(super) fn blocks(text: &Text<'_>) -> Vec<Block> {
    let page = text.page;
    let mut found = Vec::new();
    // Between two marks of documents within a comment there is no front matter.
    let front = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(page, Options::all().difference(front)).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace();
                let kind = words.next().and_then(Kind::named);
                let world = words.find_map(|word| word.strip_prefix("world=")).map(str::to_owned);
                found.extend(kind.and_then(|kind| block(text, range, kind, world)));
            }
            Event::Start(Tag::HtmlBlock)
                if page.get(range.clone()).is_some_and(|text| text.starts_with("<!-- expect")) =>
            {
                found.extend(block(text, range, Kind::Expect, None));
            }
            _ => {}
        }
    }
    found.extend(braced(text, &found));
    found.sort_by_key(|block| block.range.start);
    found
}

/// Comments as MDX has them: `{/* expect` … `*/}`.
fn braced(text: &Text<'_>, known: &[Block]) -> Vec<Block> {
    let page = text.page;
    let free = |at: &usize| !known.iter().any(|block| block.range.contains(at));
    let openings = page.match_indices("{/* expect").map(|(at, _)| at).filter(free);
    let comment = |opening: usize| {
        let start = opening + page.get(opening..)?.find('\n')? + 1;
        let end = start + page.get(start..)?.find("*/}")?;
        Some(Block {
            kind: Kind::Expect,
            world: None,
            opening: Some(line_start(page, opening)),
            range: start..end,
            lines: text.lines(start..end),
        })
    };
    openings.filter_map(comment).collect()
}

/// What stands between the first and the last line.
fn block(text: &Text<'_>, range: Range<usize>, kind: Kind, world: Option<String>) -> Option<Block> {
    let page = text.page;
    let opening = line_start(page, range.start);
    let start = range.start + page.get(range.clone())?.find('\n')? + 1;
    let body = page.get(start..range.end)?.trim_end();
    let end = body.rfind('\n').map_or(start, |at| start + at + 1);
    Some(Block { kind, world, opening: Some(opening), range: start..end, lines: text.lines(start..end) })
}

fn line_start(page: &str, at: usize) -> usize {
    page.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}
