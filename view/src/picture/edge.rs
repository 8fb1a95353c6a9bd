//! Lines: one for each conversation that is worth drawing, from the asker.
//!
//! Shape carries the meaning. Open: solid with an arrow. Partial: the same with its ports. One-way: solid there, and
//! a broken line back that ends at a cross. Undefined: dotted with a question mark. Closed: thin, with a bar.

use super::pixels::Pixels;
use super::{Frame, Node, READABLE};
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
const SPACE: f32 = 5.0;
/// Between a cross, a label or a sign, and a box.
const ROOM: f32 = 7.0;
/// Longer labels are cut.
const MOST_LETTERS: usize = 24;
/// The width of a letter and the height of a line, with some air.
const LETTER: (f32, f32) = (6.8, 14.0);

/// The boxes, and the labels that already stand somewhere.
struct Sheet<'n> {
    nodes: &'n [Node],
    labels: Vec<Frame>,
}

/// The lines between all boxes.
pub(super) fn edges(nodes: &[Node], matrix: &Matrix, closed: bool) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut sheet = Sheet { nodes, labels: Vec::new() };
    let drawn = |cell: &&Cell| closed || cell.verdict != Verdict::Closed;
    for (one, from) in nodes.iter().enumerate() {
        if let Some(cell) = within(from, matrix).filter(drawn) {
            edges.push(looped(one, from, cell));
        }
        for (other, to) in nodes.iter().enumerate().skip(one + 1) {
            let (there, back) = (between(from, to, matrix), between(to, from, matrix));
            match (there.filter(drawn), back.filter(drawn)) {
                (Some(there), Some(back)) if there == back && there.verdict != Verdict::OneWay => {
                    edges.push(Edge { both: true, ..sheet.line((one, other), there, 0.0) });
                }
                (there, back) => {
                    let lane = if there.is_some() && back.is_some() { LANE } else { 0.0 };
                    edges.extend(there.map(|cell| sheet.line((one, other), cell, lane)));
                    edges.extend(back.map(|cell| sheet.line((other, one), cell, lane)));
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

/// With more boxes than this, places are not looked for.
const MOST_BOXES: usize = 60;

impl Sheet<'_> {
    fn line(&mut self, (from, to): (usize, usize), cell: &Cell, lane: f32) -> Edge {
        let frame = |index: usize| self.nodes.get(index).map(|node| node.frame).unwrap_or_default();
        let (source, target) = (frame(from), frame(to));
        let (a, b) = (source.middle(), target.middle());
        let length = (b.x - a.x).hypot(b.y - a.y).max(1.0);
        let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length);
        // To the right of whoever goes from `a` to `b`.
        let (nx, ny) = (-uy, ux);
        let moved = |point: Point, by: f32| Point { x: point.x + nx * by, y: point.y + ny * by };
        let shaft = |by: f32| {
            let (start, end) = (moved(a, by), moved(b, by));
            (border(source, start, (ux, uy)), border(target, end, (-ux, -uy)))
        };
        let (start, end) = shaft(lane);
        let label = label(cell);
        let middle = self.place((start, end), &label);
        let (back, cross) = match cell.verdict {
            Verdict::OneWay => {
                let (home, away) = shaft(lane + LANE);
                let dies = self.clear((away, home), 0.55);
                (Some(straight(away, dies)), Some(dies))
            }
            Verdict::Open | Verdict::Partial | Verdict::Closed | Verdict::Undefined => (None, None),
        };
        let angle = (end.y - start.y).atan2(end.x - start.x).to_degrees();
        let path = straight(start, end);
        Edge { from, to, verdict: cell.verdict, both: false, label, path, back, cross, middle, angle }
    }

    /// Near the middle of the way, where no box covers a label and no other label stands.
    fn place(&mut self, way: (Point, Point), label: &str) -> Point {
        let middle = self.clear(way, 0.5);
        if label.is_empty() || self.nodes.len() > MOST_BOXES || self.labels.len() > READABLE {
            return middle;
        }
        let frame = |point: Point| around(point, label);
        let is_free = |point: &Point| {
            let covered = self.nodes.iter().any(|node| meets(node.frame, frame(*point)));
            !covered && !self.labels.iter().any(|other| meets(*other, frame(*point)))
        };
        let places = PLACES.into_iter().map(|by| at(way, 0.5 + by));
        let found = places.into_iter().find(is_free).unwrap_or(middle);
        self.labels.push(frame(found));
        found
    }

    /// A part of the way that no box covers, as near as may be to the wanted one.
    fn clear(&self, way: (Point, Point), wanted: f32) -> Point {
        let covers = |frame: Frame, point: Point| {
            let within = |value: f32, low: f32, size: f32| value > low - ROOM && value < low + size + ROOM;
            within(point.x, frame.x, frame.width) && within(point.y, frame.y, frame.height)
        };
        let is_clear = |point: &Point| !self.nodes.iter().any(|node| covers(node.frame, *point));
        let mut parts = [0.0, -0.1, 0.1, -0.2, 0.2, -0.3, 0.3].into_iter().map(|by| at(way, wanted + by));
        let found = if self.nodes.len() > MOST_BOXES { None } else { parts.find(is_clear) };
        found.unwrap_or(at(way, wanted))
    }
}

/// Parts of the way, from its middle, at which a label is tried.
const PLACES: [f32; 17] =
    [0.0, -0.06, 0.06, -0.12, 0.12, -0.18, 0.18, -0.24, 0.24, -0.3, 0.3, -0.35, 0.35, -0.4, 0.4, -0.44, 0.44];

/// What a label covers whose middle is here.
fn around(middle: Point, label: &str) -> Frame {
    let (letter, height) = LETTER;
    let letters = u16::try_from(label.chars().count()).unwrap_or(u16::MAX);
    let width = letter * f32::from(letters);
    Frame { x: middle.x - width / 2.0, y: middle.y - height / 2.0, width, height }
}

fn meets(one: Frame, other: Frame) -> bool {
    let apart = |low: f32, size: f32, other: f32, others: f32| low + size <= other || other + others <= low;
    !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height)
}

/// A part of the way from one place to another.
fn at((start, end): (Point, Point), part: f32) -> Point {
    Point { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part }
}

/// The members of a stack among each other: a loop at the upper right corner of the box.
fn looped(index: usize, node: &Node, cell: &Cell) -> Edge {
    let Frame { x, y, width, .. } = node.frame;
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
    let middle = Point { x: right + 8.0, y: top - 16.0 };
    let (back, cross) = match cell.verdict {
        Verdict::OneWay => (None, Some(middle)),
        Verdict::Open | Verdict::Partial | Verdict::Closed | Verdict::Undefined => (None, None),
    };
    let both = cell.verdict != Verdict::OneWay;
    Edge {
        from: index,
        to: index,
        verdict: cell.verdict,
        both,
        label: label(cell),
        path,
        back,
        cross,
        middle,
        angle: 45.0,
    }
}

/// Where a ray from within a box leaves it, and a little further.
fn border(frame: Frame, from: Point, (ux, uy): (f32, f32)) -> Point {
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

fn straight(start: Point, end: Point) -> String {
    let [ax, ay, bx, by] = [start.x, start.y, end.x, end.y].map(Pixels);
    format!("M{ax} {ay} L{bx} {by}")
}
