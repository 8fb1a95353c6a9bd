//! Who talks to whom, as a drawing: areas for switches, boxes for machines, lines for conversations.
//!
//! Places depend on names alone, never on verdicts: while somebody types rules, the picture stays where it is.
//!
//! ```text
//! endpoints, matrix → stack (who is drawn) → layout (where) → edge (how: by route, way and label) → svg
//! ```

mod edge;
mod label;
mod layout;
mod pixels;
mod route;
mod stack;
mod svg;
mod way;

pub use edge::{Edge, Point};
pub use layout::MOST_LETTERS;
pub use stack::{Stack, key};
pub use svg::write;

use crate::matrix::Matrix;
use ringfence_engine::reach::{Endpoint, EndpointKind};
use std::collections::BTreeSet;

/// What somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Whether closed pairs are drawn, too.
    pub closed: bool,
    /// Keys of stacks that are shown member by member.
    pub unfolded: BTreeSet<String>,
}

/// A switch, or what lies outside all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The name of the switch.
    pub name: String,
    /// Left, top, width and height in pixels.
    pub frame: Frame,
}

impl Area {
    /// What its name covers, with a word behind it.
    fn title(&self) -> Frame {
        let Frame { x, y, width, .. } = self.frame;
        let letters = self.name.chars().count().min(MOST_LETTERS) + TITLE_LETTERS;
        Frame { x: x + 12.0, y: y + 9.0, width: (letters as f32 * TITLE_LETTER).min(width - 12.0), height: 18.0 }
    }
}

/// How many letters the longest word has that stands behind the name of a switch, and how wide a letter is.
const TITLE_LETTERS: usize = 10;
const TITLE_LETTER: f32 = 7.8;

/// Left, top, width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Frame {
    /// The left edge.
    pub x: f32,
    /// The top edge.
    pub y: f32,
    /// The width.
    pub width: f32,
    /// The height.
    pub height: f32,
}

impl Frame {
    /// The middle.
    pub fn middle(self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }
}

/// A box: one endpoint, or several that nothing tells apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What stands in it first.
    pub label: String,
    /// What stands below, small.
    pub detail: String,
    /// What it is.
    pub kind: EndpointKind,
    /// Who it stands for, by index of the endpoint; the first one speaks for all.
    pub members: Vec<usize>,
    /// A name that stays the same while rules change.
    pub key: String,
    /// Where it is.
    pub frame: Frame,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    /// The size in pixels.
    pub width: f32,
    /// The size in pixels.
    pub height: f32,
    /// The switches.
    pub areas: Vec<Area>,
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The lines.
    pub edges: Vec<Edge>,
}

/// With more edges than this nobody can follow one: the matrix serves better.
pub const READABLE: usize = 300;

impl Picture {
    /// Draws a world.
    pub fn of(endpoints: &[Endpoint], matrix: &Matrix, wishes: &Wishes) -> Self {
        let stacks = stack::stacks(endpoints, matrix, &wishes.unfolded);
        let laid = layout::layout(endpoints, stacks);
        let edges = edge::edges(&laid, matrix, wishes.closed);
        Self { width: laid.width, height: laid.height, areas: laid.areas, nodes: laid.nodes, edges }
    }
}
