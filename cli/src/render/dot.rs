//! A picture as a graph in Graphviz's language. Edges differ in their line, their arrowhead and their label, not in
//! colour alone; a pair that is closed has none. Endpoints that nothing tells apart share a box, where there are many: a graph
//! with an edge for each pair of a few dozen is one that Graphviz cannot draw and nobody can read.

use super::glyph;
use ringfence_engine::reach::{Endpoint, EndpointKind, Verdict};
use ringfence_view::matrix::{Cell, Matrix};
use ringfence_view::picture::{Node, Picture};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is written on an edge, and how the edge looks.
type Look = (Verdict, String);

/// The whole graph: a cluster for each switch, an edge for each pair of boxes or for both directions, a legend.
pub(crate) fn write(out: &mut dyn Write, endpoints: &[Endpoint], matrix: &Matrix, picture: &Picture) -> io::Result<()> {
    writeln!(out, "digraph ringfence {{")?;
    writeln!(out, "  graph [rankdir=LR, ranksep=1.2, fontname=\"sans-serif\"];")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    nodes(out, endpoints, picture)?;
    edges(out, matrix, picture)?;
    legend(out)?;
    writeln!(out, "}}")
}

fn nodes(out: &mut dyn Write, endpoints: &[Endpoint], picture: &Picture) -> io::Result<()> {
    let mut switches: BTreeMap<&str, Vec<(usize, &Node)>> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        let first = node.members.first().and_then(|first| endpoints.get(*first));
        switches.entry(first.map_or("", |first| &first.switch)).or_default().push((index, node));
    }
    for (number, (switch, members)) in switches.iter().enumerate() {
        if !switch.is_empty() {
            writeln!(out, "  subgraph cluster_{number} {{\n    label={};", quote(switch))?;
        }
        for (index, node) in members {
            let shape = match node.kind {
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
            let several = if node.members.len() > 1 { ", peripheries=2" } else { "" };
            writeln!(out, "    n{index} [label={}{shape}{several}];", quote(&name(endpoints, node)))?;
        }
        if !switch.is_empty() {
            writeln!(out, "  }}")?;
        }
    }
    Ok(())
}

/// The id of an endpoint, or that of the first of several and how many more there are.
fn name(endpoints: &[Endpoint], node: &Node) -> String {
    let first = node.members.first().and_then(|first| endpoints.get(*first)).map_or("", |first| first.id.as_str());
    match node.members.len() {
        0 | 1 => first.to_owned(),
        all => format!("{first} and {} alike", all - 1),
    }
}

fn edges(out: &mut dyn Write, matrix: &Matrix, picture: &Picture) -> io::Result<()> {
    let mut looks: BTreeMap<(usize, usize), Look> = BTreeMap::new();
    for (from, asker) in picture.nodes.iter().enumerate() {
        for (to, target) in picture.nodes.iter().enumerate() {
            let target = if from == to { target.members.get(1) } else { target.members.first() };
            let ends = asker.members.first().zip(target);
            let found = ends.and_then(|(asker, target)| look(matrix.cell(*asker, *target)?));
            looks.extend(found.map(|look| ((from, to), look)));
        }
    }
    for ((from, to), look) in &looks {
        let mutual = looks.get(&(*to, *from)) == Some(look);
        match (mutual, from.cmp(to)) {
            (true, std::cmp::Ordering::Greater) => {}
            (true, _) => writeln!(out, "  n{from} -> n{to} [dir=both, {}];", attributes(look))?,
            (false, _) => writeln!(out, "  n{from} -> n{to} [{}];", attributes(look))?,
        }
    }
    Ok(())
}

fn look(cell: &Cell) -> Option<Look> {
    let Cell { verdict, delivered, answered, undefined } = cell;
    let label = match verdict {
        Verdict::Closed => return None,
        Verdict::Open => String::new(),
        Verdict::OneWay if delivered == "all" => "no answer".to_owned(),
        Verdict::OneWay => format!("{delivered}, no answer"),
        Verdict::Partial => answered.clone(),
        Verdict::Undefined => format!("? {undefined}"),
    };
    Some((*verdict, label))
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
