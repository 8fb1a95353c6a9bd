//! The drawing as an SVG document that stands by itself, in light and dark.

use super::pixels::Pixels;
use super::{Edge, MOST_LETTERS, Node, Picture};
use crate::line::shortened;
use ringfence_engine::reach::{EndpointKind, Verdict};
use std::fmt::{self, Display, Write};

/// Without variables, which few programs but browsers know.
const STYLE: &str = "
svg{font-family:system-ui,sans-serif;background:#fff}
.area{fill:#f5f7f9;stroke:#c4ccd4}.node{fill:#fff;stroke:#5c6670;stroke-width:1.25}
.rim{stroke-dasharray:5 3}text{fill:#1b1f24;font-size:13px;text-anchor:middle}
.detail,.title{fill:#5c6670;font-size:11px;font-family:ui-monospace,monospace}.title{text-anchor:start;font-size:12px}
.open{color:#00714f}.partial{color:#8a5a00}.one-way,.cross{color:#b3400f}.undefined{color:#6b4fa0}.closed,.bar{color:#8b949e}
.edge,.cross,.bar{fill:none;stroke:currentColor;stroke-width:1.75}.tip{fill:currentColor}
.edge.undefined{stroke-dasharray:1.5 4;stroke-linecap:round}.edge.closed{stroke-width:1}
.back{stroke-dasharray:5 4}.edge.undefined,.cross{stroke-width:2.25}.bar{stroke-width:2}
.label{font-size:11px;font-family:ui-monospace,monospace;paint-order:stroke;stroke:#fff;stroke-width:4px}
@media (prefers-color-scheme:dark){svg{background:#14181d}.area{fill:#1b2128;stroke:#3b444e}.node{fill:#14181d;stroke:#9aa5b1}text{fill:#e8ecf0}.detail,.title{fill:#9aa5b1}.label{stroke:#14181d}.open{color:#3fc79a}.partial{color:#e0a63a}.one-way,.cross{color:#ff8a5c}.undefined{color:#b79cf0}.closed,.bar{color:#6b7580}}
";

/// Writes the document. `title` says what it shows.
///
/// # Errors
///
/// Those of the writer.
pub fn write(out: &mut dyn Write, picture: &Picture, title: &str) -> fmt::Result {
    let widest = LEGEND.iter().map(|(_, word)| MARGIN + entry(word)).fold(picture.width.ceil(), f32::max);
    let legend = legend(widest, picture.height.ceil() + ROW);
    let bottom = legend.last().map_or(picture.height.ceil(), |(_, y)| y + ROW);
    let (width, height) = (Pixels(widest), Pixels(bottom));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        Escaped(title)
    )?;
    writeln!(out, "<title>{}</title>\n<style>{STYLE}</style>", Escaped(title))?;
    write!(out, "<defs>")?;
    for verdict in Verdict::ALL {
        let name = verdict.name();
        write!(
            out,
            "<marker id=\"tip-{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path class=\"tip {name}\" d=\"M0 0.5 L7.5 4 L0 7.5 z\"/></marker>"
        )?;
    }
    writeln!(out, "</defs>")?;
    for area in &picture.areas {
        let frame = area.frame;
        writeln!(
            out,
            "<rect class=\"area\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/><text class=\"title\" x=\"{}\" y=\"{}\">{}</text>",
            Pixels(frame.x),
            Pixels(frame.y),
            Pixels(frame.width),
            Pixels(frame.height),
            Pixels(frame.x + 12.0),
            Pixels(frame.y + 22.0),
            Escaped(&shortened(&area.name, MOST_LETTERS))
        )?;
    }
    picture.edges.iter().try_for_each(|edge| write_edge(out, edge))?;
    picture.nodes.iter().try_for_each(|node| write_node(out, node))?;
    LEGEND.iter().zip(legend).try_for_each(|(entry, place)| write_entry(out, *entry, place))?;
    writeln!(out, "</svg>")
}

fn write_edge(out: &mut dyn Write, edge: &Edge) -> fmt::Result {
    let name = edge.verdict.name();
    let start = if edge.both { format!(" marker-start=\"url(#tip-{name})\"") } else { String::new() };
    let end = if edge.verdict == Verdict::Closed { String::new() } else { format!(" marker-end=\"url(#tip-{name})\"") };
    let start = if edge.verdict == Verdict::Closed { String::new() } else { start };
    writeln!(out, "<path class=\"edge {name}\" d=\"{}\"{start}{end}/>", edge.path)?;
    if let Some(back) = &edge.back {
        writeln!(out, "<path class=\"edge {name} back\" d=\"{back}\"/>")?;
    }
    if let Some(cross) = edge.cross {
        let (x, y) = (cross.x, cross.y);
        writeln!(out, "<path class=\"cross\" d=\"{}\"/>", cross_path(x, y))?;
    }
    let (x, y, below) = (Pixels(edge.middle.x), Pixels(edge.middle.y), Pixels(edge.middle.y + 4.0));
    match edge.verdict {
        Verdict::Closed => {
            writeln!(
                out,
                "<path class=\"bar\" d=\"M0 -6 L0 6\" transform=\"translate({x} {y}) rotate({})\"/>",
                Pixels(edge.angle)
            )
        }
        Verdict::Undefined => {
            writeln!(out, "<text class=\"label\" x=\"{x}\" y=\"{below}\">? {}</text>", Escaped(&edge.label))
        }
        Verdict::Open | Verdict::Partial | Verdict::OneWay if edge.label.is_empty() => Ok(()),
        Verdict::Open | Verdict::Partial | Verdict::OneWay => {
            writeln!(out, "<text class=\"label\" x=\"{x}\" y=\"{below}\">{}</text>", Escaped(&edge.label))
        }
    }
}

fn cross_path(x: f32, y: f32) -> String {
    format!("M{} {} l10 10 m0 -10 l-10 10", Pixels(x - 5.0), Pixels(y - 5.0))
}

fn write_node(out: &mut dyn Write, node: &Node) -> fmt::Result {
    let frame = node.frame;
    let rim = match node.kind {
        EndpointKind::Gateway | EndpointKind::External | EndpointKind::Address => " rim",
        _ => "",
    };
    let middle = frame.middle();
    let shape = |out: &mut dyn Write, by: f32| {
        writeln!(
            out,
            "<rect class=\"node{rim}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
            Pixels(frame.x + by),
            Pixels(frame.y + by),
            Pixels(frame.width),
            Pixels(frame.height)
        )
    };
    if node.members.len() > 1 {
        shape(out, 4.0)?;
    }
    shape(out, 0.0)?;
    // Nobody can unfold a box of a document.
    let detail = if node.members.len() > 1 { "alike" } else { &node.detail };
    let label = Pixels(if detail.is_empty() { middle.y + 4.5 } else { middle.y - 2.0 });
    writeln!(
        out,
        "<text x=\"{}\" y=\"{label}\">{}</text>",
        Pixels(middle.x),
        Escaped(&shortened(&node.label, MOST_LETTERS))
    )?;
    if detail.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<text class=\"detail\" x=\"{}\" y=\"{}\">{}</text>",
        Pixels(middle.x),
        Pixels(middle.y + 14.0),
        Escaped(&shortened(detail, MOST_LETTERS))
    )
}

/// What lines mean.
const LEGEND: [(Verdict, &str); 4] = [
    (Verdict::Open, "open"),
    (Verdict::Partial, "some ports"),
    (Verdict::OneWay, "one-way: the answer is lost"),
    (Verdict::Undefined, "cannot be known"),
];
/// The height of a row of the legend, and what stays free at its left.
const ROW: f32 = 20.0;
const MARGIN: f32 = 16.0;

/// The width of an entry of the legend, with the gap behind it.
fn entry(word: &str) -> f32 {
    56.0 + word.chars().count() as f32 * 6.8
}

/// Where the entries of the legend stand: beside one another as far as the width goes, then in a further row.
fn legend(width: f32, top: f32) -> Vec<(f32, f32)> {
    let (mut x, mut y) = (MARGIN, top);
    let place = |(_, word): &(Verdict, &str)| {
        if x + entry(word) > width && x > MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        let place = (x, y);
        x += entry(word);
        place
    };
    LEGEND.iter().map(place).collect()
}

fn write_entry(out: &mut dyn Write, (verdict, word): (Verdict, &str), (x, y): (f32, f32)) -> fmt::Result {
    let name = verdict.name();
    writeln!(
        out,
        "<path class=\"edge {name}\" d=\"M{} {} h28\" marker-end=\"url(#tip-{name})\"/>",
        Pixels(x),
        Pixels(y)
    )?;
    if verdict == Verdict::OneWay {
        writeln!(out, "<path class=\"cross\" d=\"{}\"/>", cross_path(x + 12.0, y))?;
    }
    writeln!(
        out,
        "<text class=\"detail\" style=\"text-anchor:start\" x=\"{}\" y=\"{}\">{word}</text>",
        Pixels(x + 36.0),
        Pixels(y + 4.0)
    )
}

/// Text of the input in a document: nothing of it can be markup.
struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            _ if letter.is_control() => out.write_char(' '),
            // What turns the direction of the text round is spelled.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write!(out, "{}", letter.escape_unicode()),
            _ => out.write_char(letter),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Area, Frame};
    use ringfence_engine::reach::EndpointKind;

    #[test]
    fn the_legend_stands_within_the_picture() {
        for width in [8.0, 300.0, 336.0, 506.0, 672.0] {
            let mut text = String::new();
            write(&mut text, &Picture { width, height: 100.0, ..Picture::default() }, "x").unwrap();
            let number = |text: &str, name: &str| -> f32 {
                let rest = text.split_once(&format!(" {name}=\"")).unwrap().1;
                rest.split_once('"').unwrap().0.parse().unwrap()
            };
            let (wide, high) = (number(&text, "width"), number(&text, "height"));
            for (line, (_, word)) in text.lines().filter(|line| line.starts_with("<text")).zip(LEGEND) {
                assert!(
                    number(line, "x") + word.len() as f32 * 6.8 <= wide && number(line, "y") < high,
                    "{width}: {line}"
                );
            }
            assert!(wide <= f32::max(width, 256.0), "{wide}");
        }
    }

    #[test]
    fn no_box_of_a_document_asks_to_be_unfolded() {
        let frame = Frame { x: 8.0, y: 8.0, width: 120.0, height: 40.0 };
        let (label, detail, key) = ("m… ×2".to_owned(), "alike: unfold".to_owned(), String::new());
        let node = Node { label, detail, kind: EndpointKind::Address, members: vec![0, 1], key, frame };
        let areas = vec![Area { name: "a".repeat(200), frame }];
        let mut text = String::new();
        write(&mut text, &Picture { width: 200.0, height: 60.0, areas, nodes: vec![node], edges: Vec::new() }, "x")
            .unwrap();
        assert!(text.contains(">alike<") && !text.contains("unfold") && !text.contains(&"a".repeat(40)), "{text}");
    }
}
