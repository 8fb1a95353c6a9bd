//! Lines: one for each conversation that is worth drawing, from the asker.
//!
//! Shape carries the meaning. Open: solid with an arrow. Partial: the same with its ports. One-way: solid there, and
//! a broken line back that ends at a cross. Undefined: dotted with a question mark. Closed: thin, with a bar.

use super::label::Sheet;
use super::layout::Laid;
use super::pixels::Pixels;
use super::route::Router;
use super::way::Way;
use super::{Area, Frame, Node};
use crate::matrix::{Cell, Matrix};
use ringfence_engine::reach::Verdict;

/// A place in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// A line between two boxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Who asks, by index of the node.
    pub from: usize,
    /// Who answers; the asker itself for the members of a stack among each other.
    pub to: usize,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Whether the same holds the other way round: one line stands for both.
    pub both: bool,
    /// Ports and protocols, where not everything works.
    pub label: String,
    /// Where the line goes, as the `d` of an SVG path.
    pub path: String,
    /// Where a lost answer goes.
    pub back: Option<String>,
    /// Where the answer dies.
    pub cross: Option<Point>,
    /// The middle: for the label, the bar or the question mark.
    pub middle: Point,
    /// The angle of the line at its middle, in degrees.
    pub angle: f32,
}

/// Between the lines of two directions.
const LANE: f32 = 9.0;
/// From the box to the tip of the arrow.
pub(super) const SPACE: f32 = 5.0;
/// Longer labels are cut.
const MOST_LETTERS: usize = 24;
/// Where the answer dies, as a part of its way.
const DIES: f32 = 0.55;

/// The boxes, the ways between them, and the words that stand at these.
struct Drawer {
    boxes: Vec<Frame>,
    router: Router,
    sheet: Sheet,
}

/// The lines between all boxes.
pub(super) fn edges(laid: &Laid, matrix: &Matrix, closed: bool) -> Vec<Edge> {
    let mut edges = Vec::new();
    let (nodes, size) = (&laid.nodes, Point { x: laid.width, y: laid.height });
    let boxes: Vec<Frame> = nodes.iter().map(|node| node.frame).collect();
    let titles = laid.areas.iter().map(Area::title);
    let sheet = Sheet::new(size, &boxes, titles);
    let mut drawer = Drawer { router: Router::new(boxes.clone(), size), boxes, sheet };
    let drawn = |cell: &&Cell| closed || cell.verdict != Verdict::Closed;
    for (one, from) in nodes.iter().enumerate() {
        if let Some(cell) = within(from, matrix).filter(drawn) {
            edges.push(drawer.looped(one, cell));
        }
        for (other, to) in nodes.iter().enumerate().skip(one + 1) {
            let (there, back) = (between(from, to, matrix), between(to, from, matrix));
            match (there.filter(drawn), back.filter(drawn)) {
                (Some(there), Some(back)) if there == back && there.verdict != Verdict::OneWay => {
                    edges.push(Edge { both: true, ..drawer.line((one, other), there, 0.0) });
                }
                (there, back) => {
                    let lane = if there.is_some() && back.is_some() { LANE } else { 0.0 };
                    edges.extend(there.map(|cell| drawer.line((one, other), cell, lane)));
                    edges.extend(back.map(|cell| drawer.line((other, one), cell, lane)));
                }
            }
        }
    }
    edges
}

fn between<'m>(from: &Node, to: &Node, matrix: &'m Matrix) -> Option<&'m Cell> {
    matrix.cell(*from.members.first()?, *to.members.first()?)
}

fn within<'m>(node: &Node, matrix: &'m Matrix) -> Option<&'m Cell> {
    match node.members.as_slice() {
        [one, other, ..] => matrix.cell(*one, *other),
        _ => None,
    }
}

fn label(cell: &Cell) -> String {
    let text = match cell.verdict {
        Verdict::Partial => cell.answered.as_str(),
        Verdict::Undefined => cell.undefined.as_str(),
        Verdict::Open | Verdict::OneWay | Verdict::Closed => "",
    };
    if text == "all" || text == "none" {
        return String::new();
    }
    match text.chars().count() > MOST_LETTERS {
        true => text.chars().take(MOST_LETTERS - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// What stands before the words of a line.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Undefined => "? ",
        Verdict::Open | Verdict::Partial | Verdict::OneWay | Verdict::Closed => "",
    }
}

impl Drawer {
    fn line(&mut self, (from, to): (usize, usize), cell: &Cell, lane: f32) -> Edge {
        let way = self.router.way((from, to), lane);
        let (back, cross) = match cell.verdict {
            Verdict::OneWay => {
                let back = self.router.way((to, from), -(lane + LANE));
                let part = self.sheet.sign(&back, DIES);
                (Some(back.until(part).path()), Some(back.at(part).0))
            }
            Verdict::Open | Verdict::Partial | Verdict::Closed | Verdict::Undefined => (None, None),
        };
        let (middle, label) = self.sheet.place(&way, sign(cell.verdict), &label(cell));
        let toward = way.at(0.5).1;
        let angle = toward.y.atan2(toward.x).to_degrees();
        Edge { from, to, verdict: cell.verdict, both: false, label, path: way.path(), back, cross, middle, angle }
    }

    /// The members of a stack among each other: a loop at the upper right corner of the box.
    fn looped(&mut self, index: usize, cell: &Cell) -> Edge {
        let Frame { x, y, width, .. } = self.boxes.get(index).copied().unwrap_or_default();
        let (right, top) = (x + width, y);
        let path = format!(
            "M{} {} C{} {} {} {} {} {}",
            Pixels(right - 22.0),
            Pixels(top - SPACE),
            Pixels(right - 14.0),
            Pixels(top - 30.0),
            Pixels(right + 30.0),
            Pixels(top - 14.0),
            Pixels(right + SPACE),
            Pixels(top + 14.0)
        );
        let crest = Point { x: right + 8.0, y: top - 16.0 };
        let around = Way::through(
            [(-30.0, -12.0), (8.0, -20.0), (24.0, -8.0)].map(|(dx, dy)| Point { x: right + dx, y: top + dy }).into(),
        );
        let (middle, label) = match (sign(cell.verdict), label(cell)) {
            ("", label) if label.is_empty() => (crest, label),
            (sign, label) => self.sheet.place(&around, sign, &label),
        };
        let (both, cross) = match cell.verdict {
            Verdict::OneWay => (false, Some(crest)),
            Verdict::Open | Verdict::Partial | Verdict::Closed | Verdict::Undefined => (true, None),
        };
        Edge {
            from: index,
            to: index,
            verdict: cell.verdict,
            both,
            label,
            path,
            back: None,
            cross,
            middle,
            angle: 45.0,
        }
    }
}

/// Where a ray from within a box leaves it, and a little further.
pub(super) fn border(frame: Frame, from: Point, (ux, uy): (f32, f32)) -> Point {
    let reach = |start: f32, low: f32, size: f32, step: f32| {
        if step.abs() < f32::EPSILON {
            return f32::INFINITY;
        }
        let wall = if step > 0.0 { low + size } else { low };
        ((wall - start) / step).max(0.0)
    };
    let across = reach(from.x, frame.x, frame.width, ux);
    let down = reach(from.y, frame.y, frame.height, uy);
    let length = across.min(down);
    let length = if length.is_finite() { length } else { 0.0 } + SPACE;
    Point { x: from.x + ux * length, y: from.y + uy * length }
}
