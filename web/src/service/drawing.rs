//! The picture as plain values.

use crate::protocol::{Edge, Node, Picture};
use ringfence_view::picture::{self, Frame};

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
