//! Pairs as a graph in Graphviz's language. Edges differ in their line, their arrowhead and their label, not in
//! colour alone; a pair that is closed has none.

use super::glyph;
use ringfence_engine::reach::{Endpoint, EndpointKind, Verdict};
use ringfence_view::pair::{Answered, PairRow, Words, rows};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is written on an edge, and how the edge looks.
type Look = (Verdict, String);

/// The whole graph: a box for each switch, an edge for each pair or for both directions, a legend.
pub(crate) fn write(
    out: &mut dyn Write,
    endpoints: &[Endpoint],
    pairs: impl Iterator<Item = Answered>,
) -> io::Result<()> {
    writeln!(out, "digraph ringfence {{")?;
    writeln!(out, "  graph [rankdir=LR, fontname=\"sans-serif\"];")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    nodes(out, endpoints)?;
    edges(out, endpoints, pairs)?;
    legend(out)?;
    writeln!(out, "}}")
}

fn nodes(out: &mut dyn Write, endpoints: &[Endpoint]) -> io::Result<()> {
    let mut switches: BTreeMap<&str, Vec<(usize, &Endpoint)>> = BTreeMap::new();
    for (index, endpoint) in endpoints.iter().enumerate() {
        switches.entry(&endpoint.switch).or_default().push((index, endpoint));
    }
    for (number, (switch, members)) in switches.iter().enumerate() {
        if !switch.is_empty() {
            writeln!(out, "  subgraph cluster_{number} {{\n    label={};", quote(switch))?;
        }
        for (index, endpoint) in members {
            let shape = match endpoint.kind {
                EndpointKind::Gateway => ", shape=diamond",
                EndpointKind::External => ", shape=ellipse, style=dashed",
                EndpointKind::Service => ", shape=hexagon",
                EndpointKind::Node => ", shape=box3d",
                EndpointKind::VirtualMachine
                | EndpointKind::Pod
                | EndpointKind::Deployment
                | EndpointKind::StatefulSet
                | EndpointKind::DaemonSet
                | EndpointKind::ReplicaSet
                | EndpointKind::Job
                | EndpointKind::CronJob
                | EndpointKind::Address => "",
            };
            writeln!(out, "    n{index} [label={}{shape}];", quote(&endpoint.id))?;
        }
        if !switch.is_empty() {
            writeln!(out, "  }}")?;
        }
    }
    Ok(())
}

fn edges(out: &mut dyn Write, endpoints: &[Endpoint], pairs: impl Iterator<Item = Answered>) -> io::Result<()> {
    let looks: BTreeMap<(usize, usize), Look> = rows(endpoints, pairs).filter_map(|row| look(&row)).collect();
    for ((from, to), look) in &looks {
        let mutual = looks.get(&(*to, *from)) == Some(look);
        match (mutual, from < to) {
            (true, false) => {}
            (true, true) => writeln!(out, "  n{from} -> n{to} [dir=both, {}];", attributes(look))?,
            (false, _) => writeln!(out, "  n{from} -> n{to} [{}];", attributes(look))?,
        }
    }
    Ok(())
}

fn look(row: &PairRow<'_>) -> Option<((usize, usize), Look)> {
    let Words { verdict, delivered, answered, undefined } = &*row.words;
    let label = match verdict {
        Verdict::Closed => return None,
        Verdict::Open => String::new(),
        Verdict::OneWay if delivered == "all" => "no answer".to_owned(),
        Verdict::OneWay => format!("{delivered}, no answer"),
        Verdict::Partial => answered.clone(),
        Verdict::Undefined => format!("? {undefined}"),
    };
    Some((row.ends, (*verdict, label)))
}

fn attributes((verdict, label): &Look) -> String {
    let line = match verdict {
        Verdict::Open => "style=solid, arrowhead=normal, arrowtail=normal, color=\"#1a7f37\"",
        Verdict::Partial => "style=dashed, arrowhead=normal, arrowtail=normal, color=\"#9a6700\"",
        Verdict::OneWay => "style=dotted, penwidth=2, arrowhead=empty, arrowtail=empty, color=\"#cf222e\"",
        Verdict::Undefined => "style=bold, arrowhead=odiamond, arrowtail=odiamond, color=\"#8250df\"",
        Verdict::Closed => "style=invis",
    };
    if label.is_empty() { line.to_owned() } else { format!("label={}, {line}", quote(label)) }
}

fn legend(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  subgraph cluster_legend {{\n    label=\"legend (no edge: closed)\"; style=dashed;")?;
    writeln!(out, "    node [shape=plaintext, style=solid];")?;
    for verdict in [Verdict::Open, Verdict::Partial, Verdict::OneWay, Verdict::Undefined] {
        let name = verdict.name();
        let id = name.replace('-', "_");
        writeln!(out, "    l_{id}_a [label=\"\"]; l_{id}_b [label={}];", quote(glyph::meaning(verdict)))?;
        writeln!(out, "    l_{id}_a -> l_{id}_b [{}];", attributes(&(verdict, name.to_owned())))?;
    }
    writeln!(out, "  }}")
}

/// A quoted string of the language: quotes and backslashes are escaped, line breaks become spaces.
fn quote(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quote("a\"]; b\\"), "\"a\\\"]; b\\\\\"");
    }
}
