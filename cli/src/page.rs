//! Pages with YAML in them: each fence is a world of its own, and every place points into the page.
//!
//! A world is the text of the page in which everything else is blank, so that no place has to be moved. A fence
//! `yaml world=NAME` joins the others of that name; claims stand in an `expect` fence or a comment `<!-- expect …-->` after it.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// A world of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct World {
    /// The line of its first fence, from one.
    pub(crate) line: usize,
    /// The page with everything else blank.
    pub(crate) text: String,
}

/// A piece of a page that is YAML, with the start of the line before it, which opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    opening: usize,
    yaml: Range<usize>,
}

/// The worlds of a page, in its order. A fence that is no object of Kubernetes is none.
pub(crate) fn worlds(page: &str) -> Vec<World> {
    let mut found: Vec<(Option<String>, Vec<Piece>)> = Vec::new();
    let mut last = None;
    for (event, range) in Parser::new_ext(page, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace();
                let kind = words.next().unwrap_or_default();
                let name = words.find_map(|word| word.strip_prefix("world=")).map(str::to_owned);
                let Some(piece) = piece(page, range) else { continue };
                match kind {
                    "yaml" | "yml" if is_object(page, &piece) => last = Some(join(&mut found, name, piece)),
                    "expect" => add(&mut found, last, piece),
                    _ => {}
                }
            }
            Event::Start(Tag::HtmlBlock)
                if page.get(range.clone()).is_some_and(|text| text.starts_with("<!-- expect")) =>
            {
                if let Some(piece) = piece(page, range) {
                    add(&mut found, last, piece);
                }
            }
            _ => {}
        }
    }
    found.iter().filter_map(|(_, pieces)| world(page, pieces)).collect()
}

/// Puts a fence to the others of its name; says where.
fn join(found: &mut Vec<(Option<String>, Vec<Piece>)>, name: Option<String>, piece: Piece) -> usize {
    let known = name.as_ref().and_then(|_| found.iter().position(|(other, _)| *other == name));
    match known {
        Some(at) => {
            add(found, known, piece);
            at
        }
        None => {
            found.push((name, [piece].to_vec()));
            found.len() - 1
        }
    }
}

fn add(found: &mut [(Option<String>, Vec<Piece>)], at: Option<usize>, piece: Piece) {
    if let Some((_, pieces)) = at.and_then(|at| found.get_mut(at)) {
        pieces.push(piece);
    }
}

/// What stands between the first and the last line of a block.
fn piece(page: &str, range: Range<usize>) -> Option<Piece> {
    let opening = page.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let block = page.get(range.clone())?;
    let start = range.start + block.find('\n')? + 1;
    let body = page.get(start..range.end)?.trim_end();
    let end = body.rfind('\n').map_or(start, |at| start + at + 1);
    Some(Piece { opening, yaml: start..end })
}

fn is_object(page: &str, piece: &Piece) -> bool {
    let text = page.get(piece.yaml.clone()).unwrap_or_default();
    text.lines().any(|line| line.trim_start().starts_with("apiVersion:"))
}

fn world(page: &str, pieces: &[Piece]) -> Option<World> {
    let first = pieces.first()?;
    let line = page.get(..first.yaml.start)?.matches('\n').count();
    let is_kept = |at: usize| pieces.iter().any(|piece| piece.yaml.contains(&at));
    let is_opening = |at: usize| pieces.iter().any(|piece| (piece.opening..piece.opening + 3).contains(&at));
    let mut text = String::with_capacity(page.len());
    for (at, letter) in page.char_indices() {
        match letter {
            '\n' | '\r' => text.push(letter),
            letter if is_kept(at) => text.push(letter),
            // Three letters at least open a fence or a comment: there is room for the mark between documents.
            _ if is_opening(at) => text.push('-'),
            letter => text.extend(std::iter::repeat_n(' ', letter.len_utf8())),
        }
    }
    Some(World { line, text })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    const PAGE: &str = "# é\n\n```yaml\napiVersion: v1\na: 1\n```\n\n* x\n\n  ```yaml world=w\n  apiVersion: v1\n  ```\n\n\
                        ```yaml\nfragment: 1\n```\n\n<!-- expect\nkind: E\n-->\n\n```yaml world=w\napiVersion: v2\n```\n";

    #[test]
    fn each_fence_is_a_world_at_its_own_place() {
        let worlds = worlds(PAGE);
        assert_eq!(worlds.iter().map(|world| world.line).collect::<Vec<_>>(), [3, 10]);
        let words = |world: &World| world.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&worlds[0]), "--- apiVersion: v1 a: 1");
        assert_eq!(words(&worlds[1]), "--- apiVersion: v1 --- kind: E --- apiVersion: v2");
        for world in &worlds {
            assert_eq!(world.text.len(), PAGE.len());
            assert!(world.text.match_indices("apiVersion").all(|(at, _)| PAGE[at..].starts_with("apiVersion")));
        }
    }
}
