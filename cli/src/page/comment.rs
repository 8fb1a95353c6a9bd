//! Comments that say what is expected: `<!-- expect` … `-->`, in MDX `{/* expect` … `*/}`.

use super::block::{Block, Kind, Text};
use std::ops::Range;

/// With what a comment may go on behind `expect`, on the same line.
const STARTS: [&str; 5] = ["apiVersion:", "kind:", "metadata:", "{", "---"];

/// The claims of a comment, whose marks stand around `inner`; nothing where it is a remark for those who write the page.
pub(super) fn claims(text: &Text<'_>, opening: usize, inner: Range<usize>) -> Option<Block> {
    let words = text.page.get(inner.clone())?;
    let said = words.trim_start();
    let name = said.split(|letter: char| !letter.is_ascii_alphabetic()).next()?;
    let kind = Kind::said(name).filter(|kind| *kind != Kind::Yaml)?;
    let behind = said.get(name.len()..)?;
    let title = behind.lines().next().unwrap_or_default();
    let first = title.trim_start_matches([':', ' ', '\t']);
    let end = |rest: &str| inner.end - rest.len()..inner.end;
    if STARTS.iter().any(|start| first.starts_with(start)) {
        let body = end(behind.get(title.len() - first.len()..)?);
        return Some(Block { opening: None, ..Block::of(text, kind, opening, body) });
    }
    let (_, rest) = behind.split_once('\n')?;
    let is_told = first.is_empty() || rest.contains("apiVersion:");
    is_told.then(|| Block::of(text, kind, opening, end(rest)))
}
