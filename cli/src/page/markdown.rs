//! The blocks of Markdown and MDX: fences, and comments that say what is expected.

use super::block::{Block, Kind, Text};
use super::comment;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// So many columns to the right a fence is code with a fence in it, for all but MkDocs.
const CODE: usize = 4;

/// The blocks of a page, in its order.
pub(super) fn blocks(text: &Text<'_>) -> Vec<Block> {
    let page = text.page;
    let (mut found, mut fences, mut words, mut tags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // Between two marks of documents within a comment there is no front matter.
    let front = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(page, Options::all().difference(front)).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                found.extend(body(page, &range).and_then(|body| fence(text, &info, range.start, body)));
                fences.push(range);
            }
            Event::Start(Tag::HtmlBlock) => tags.push(range),
            Event::Code(_) => words.push(range),
            _ => {}
        }
    }
    found.extend(indented(text, Cover::of([&fences[..], &tags[..]].concat())));
    let known: Vec<Range<usize>> = found.iter().map(|block| block.range.clone()).collect();
    let code = Cover::of([fences, words, known].concat());
    found.extend([("<!--", "-->"), ("{/*", "*/}")].into_iter().flat_map(|marks| comments(text, marks, code.clone())));
    found.sort_by_key(|block| block.range.start);
    found
}

/// Parts of a page, of which places are asked in the order of the page.
#[derive(Clone)]
struct Cover {
    /// The last one first.
    parts: Vec<Range<usize>>,
    /// Up to here goes what begins before the place that was asked last.
    end: usize,
}

impl Cover {
    fn of(mut parts: Vec<Range<usize>>) -> Self {
        parts.sort_by_key(|part| std::cmp::Reverse(part.start));
        Self { parts, end: 0 }
    }

    fn covers(&mut self, place: usize) -> bool {
        while let Some(part) = self.parts.pop_if(|part| part.start <= place) {
            self.end = self.end.max(part.end);
        }
        place < self.end
    }
}

/// A fence of a language that is read.
fn fence(text: &Text<'_>, info: &str, opening: usize, body: Range<usize>) -> Option<Block> {
    let world = info.split([' ', '\t', '}']).find_map(|word| word.strip_prefix("world="));
    let world = world.map(|name| name.trim_matches(['"', '\'']).to_owned());
    Some(Block { world, ..Block::of(text, Kind::said(language(info))?, opening, body) })
}

/// The language of `yaml title="x"`, `{ .yaml .annotate }` and `yaml{3}`.
fn language(info: &str) -> &str {
    let info = info.trim_start_matches(['{', '.', ' ']);
    info.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').next().unwrap_or_default()
}

/// What stands between the first line of a fence and the last one, which may be missing.
fn body(page: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let start = range.start + page.get(range.clone())?.find('\n')? + 1;
    let lines = page.get(start..range.end)?.trim_end();
    let last = lines.rfind('\n').map_or(0, |at| at + 1);
    let is_closed = lines.get(last..)?.trim_start_matches([' ', '\t', '>']).starts_with(['`', '~']);
    Some(start..if is_closed { start + last } else { range.end })
}

/// Fences that stand further to the right than Markdown takes them, as in a tab or an admonition of MkDocs.
fn indented(text: &Text<'_>, mut hidden: Cover) -> Vec<Block> {
    let (mut found, mut open, mut at) = (Vec::new(), None::<(&str, usize)>, 0);
    let fenced = |(line, opening): (&str, usize), end: usize| {
        let info = line.trim().trim_start_matches(['`', '~']);
        let start = opening + line.trim_start().len();
        fence(text, info, opening, start..end.max(start))
    };
    for line in text.page.split_inclusive('\n') {
        let (words, indent) = (line.trim(), line.len() - line.trim_start().len());
        match open {
            Some((opened, _)) if is_end(opened, line) => found.extend(open.take().and_then(|open| fenced(open, at))),
            Some(_) => {}
            None => {
                let is_far = line.starts_with('\t') || indent >= CODE;
                let is_fence = ["```", "~~~"].iter().any(|mark| words.starts_with(mark));
                let is_seen = !hidden.covers(at + indent);
                let is_open = is_far && is_seen && is_fence && !words.trim_start_matches('`').contains('`');
                open = is_open.then_some((line, at + indent));
            }
        }
        at += line.len();
    }
    found.extend(open.and_then(|open| fenced(open, at)));
    found
}

/// Whether a line ends what another one opened: with its mark, or by standing further to the left.
fn is_end(opened: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let info = opened.trim().trim_start_matches(['`', '~']);
    let mark = opened.trim().strip_suffix(info).unwrap_or_default();
    let is_left = !line.trim().is_empty() && indent(line) < indent(opened);
    is_left || line.trim().strip_prefix(mark).is_some_and(|rest| rest.trim_matches(['`', '~']).is_empty())
}

/// The claims in comments; one that nobody closes goes on to the end of the page.
fn comments(text: &Text<'_>, (open, close): (&str, &str), mut code: Cover) -> Vec<Block> {
    let (mut found, mut end) = (Vec::new(), 0);
    for (opening, _) in text.page.match_indices(open) {
        if opening < end || code.covers(opening) {
            continue;
        }
        let start = opening + open.len();
        let rest = text.page.get(start..).unwrap_or_default();
        end = start + rest.find(close).unwrap_or(rest.len());
        found.extend(comment::claims(text, opening, start..end));
    }
    found
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test stops where it fails")]
mod tests {
    use super::super::excerpt::text_of;
    use super::*;

    fn said(page: &str) -> Vec<(Kind, String)> {
        let lines = |block: &Block| block.lines.iter().map(|line| text_of(line).trim().to_owned()).collect::<Vec<_>>();
        blocks(&Text::new(page)).iter().map(|block| (block.kind, lines(block).join(";"))).collect()
    }

    #[test]
    fn a_language_is_written_in_many_ways() {
        let infos =
            ["yaml", "YAML", "yml", "{.yaml}", "{ .yaml .annotate }", "json", "yaml title=\"x\"", "yaml{3}", "yaml,x"];
        for info in infos {
            assert_eq!(said(&format!("```{info}\na: 1\n```\n")), [(Kind::Yaml, "a: 1".into())], "{info}");
        }
        assert_eq!(said("```bash\na: 1\n```\n\n```\na: 1\n```\n"), []);
        let page = "```{ .yaml world=w }\na: 1\n```\n";
        assert_eq!(blocks(&Text::new(page))[0].world.as_deref(), Some("w"));
    }

    #[test]
    fn fences_may_stand_to_the_right_and_stay_open() {
        let yaml = (Kind::Yaml, "a: 1;b: 2".to_owned());
        for page in [
            "=== \"Tab\"\n\n    ```yaml\n    a: 1\n    b: 2\n    ```\n\n    More.\n",
            "!!! note\n    ```yaml\n    a: 1\n    b: 2\n    ```\n",
            "* x\n\n  ```yaml\n  a: 1\n  b: 2\n  ```\n",
            "> ```yaml\n> a: 1\n> b: 2\n> ```\n",
            "> > ~~~yaml\n> > a: 1\n>> b: 2\n> > ~~~\n",
            "```yaml\na: 1\nb: 2\n",
            "!!! note\n\n    ```yaml\n    a: 1\n    b: 2\n",
        ] {
            assert_eq!(said(page), std::slice::from_ref(&yaml), "{page}");
        }
        assert_eq!(said("````md\n    ```yaml\n    a: 1\n    ```\n````\n"), [], "a fence that shows one");
        let quoted = blocks(&Text::new("> ```yaml\n> é: 1\n> b: 2\n> ```\n"));
        let (words, place) = &quoted[0].lines[1][0];
        assert_eq!((words.as_str(), place.line, place.column, quoted[0].start), ("b: 2", 3, 3, 2));
    }

    #[test]
    fn a_claim_is_written_in_many_ways() {
        let claim = (Kind::Expect, "kind: E;a: 1".to_owned());
        for page in [
            "<!-- expect\nkind: E\na: 1\n-->\n",
            "<!--expect\nkind: E\na: 1\n-->\n",
            "<!-- Expect:\nkind: E\na: 1 -->\n",
            "<!--\nEXPECT\nkind: E\na: 1\n-->\n",
            "<!-- expect kind: E\na: 1\n-->\n",
            "<details>\n<!-- expect\nkind: E\na: 1\n-->\n</details>\n",
            "Prose, and\n<!-- expect\nkind: E\na: 1\n-->\n",
            "> <!-- expect\n> kind: E\n> a: 1\n> -->\n",
            "    <!-- expect\n    kind: E\n    a: 1\n    -->\n",
            "<!-- expect\nkind: E\na: 1",
            "{/*expect\nkind: E\na: 1\n*/}\n",
            "```Expect\nkind: E\na: 1\n```\n",
        ] {
            let found = said(page).into_iter().map(|(kind, words)| (kind, words.trim_end_matches(';').to_owned()));
            assert_eq!(found.collect::<Vec<_>>(), std::slice::from_ref(&claim), "{page}");
        }
        for name in ["expected", "Expects", "expectation"] {
            assert_eq!(said(&format!("<!-- {name}\nkind: E\n-->\n"))[0].0, Kind::Misnamed, "{name}");
        }
        let remarks =
            "<!-- expect trouble -->\n\n<!-- unexpected\nx -->\n\n`<!-- expect`\nand `-->`\n\n<!-- expect -->\n";
        assert_eq!(said(remarks), []);
    }
}
