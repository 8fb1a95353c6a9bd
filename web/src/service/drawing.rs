//! The picture as plain values.

use super::{filter_of, reach, wishes_of};
use crate::protocol::{Edge, Node, Picture, Scope};
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{self, Frame};

/// Draws an input as an SVG document.
pub(super) fn document(loaded: &Loaded, scope: &Scope) -> Option<String> {
    let matrix = Matrix::of(&mut reach(loaded), filter_of(&scope.filter));
    let drawn = picture::Picture::of(&loaded.compiled.endpoints, &matrix, &wishes_of(scope));
    let mut text = String::new();
    picture::write(&mut text, &drawn, "Who can talk to whom").ok()?;
    Some(text)
}

/// The drawing as it crosses to the page.
pub(super) fn plain(picture: picture::Picture) -> Picture {
    let frame = |frame: Frame| (frame.x, frame.y, frame.width, frame.height);
    let node = |node: picture::Node| Node {
        label: node.label,
        detail: node.detail,
        kind: node.kind.name().to_owned(),
        members: node.members,
        key: node.key,
        frame: frame(node.frame),
    };
    let edge = |edge: picture::Edge| Edge {
        from: edge.from,
        to: edge.to,
        verdict: edge.verdict.name().to_owned(),
        both: edge.both,
        label: edge.label,
        path: edge.path,
        back: edge.back,
        cross: edge.cross.map(|point| (point.x, point.y)),
        middle: (edge.middle.x, edge.middle.y),
        angle: edge.angle,
    };
    Picture {
        width: picture.width,
        height: picture.height,
        areas: picture.areas.into_iter().map(|area| (area.name, frame(area.frame))).collect(),
        nodes: picture.nodes.into_iter().map(node).collect(),
        edges: picture.edges.into_iter().map(edge).collect(),
    }
}
