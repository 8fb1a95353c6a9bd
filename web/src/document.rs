//! The picture as a document that stands by itself.
//!
//! The page has all of it already, so that no worker is asked, and none has to carry what writes it.

use crate::protocol::{Edge, Node, Picture};
use ringfence_engine::reach::{EndpointKind, Verdict};
use ringfence_view::picture::{self as drawn, Area, Frame, Point};

/// The SVG document of a picture; nothing where it is none of this version.
pub fn svg(picture: &Picture) -> Option<String> {
    let area = |(name, at): &(String, _)| Area { name: name.clone(), frame: frame(*at) };
    let drawing = drawn::Picture {
        width: picture.width,
        height: picture.height,
        areas: picture.areas.iter().map(area).collect(),
        nodes: picture.nodes.iter().map(node).collect::<Option<_>>()?,
        edges: picture.edges.iter().map(edge).collect::<Option<_>>()?,
    };
    let mut text = String::new();
    drawn::write(&mut text, &drawing, "Who can talk to whom").ok()?;
    Some(text)
}

fn node(node: &Node) -> Option<drawn::Node> {
    let Node { label, detail, kind, members, key, frame: at } = node.clone();
    Some(drawn::Node { label, detail, kind: EndpointKind::from_name(&kind)?, members, key, frame: frame(at) })
}

fn edge(edge: &Edge) -> Option<drawn::Edge> {
    let Edge { from, to, verdict, both, label, path, back, cross, middle, angle } = edge.clone();
    let (verdict, cross, middle) = (Verdict::from_name(&verdict)?, cross.map(point), point(middle));
    Some(drawn::Edge { from, to, verdict, both, label, path, back, cross, middle, angle })
}

fn frame((x, y, width, height): (f32, f32, f32, f32)) -> Frame {
    Frame { x, y, width, height }
}

fn point((x, y): (f32, f32)) -> Point {
    Point { x, y }
}
