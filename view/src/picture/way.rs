//! A way from one box to another: places with straight lines between them, and round corners.

use super::edge::Point;
use super::pixels::Pixels;
use std::fmt::Write;

/// How much of a corner is round, in pixels.
const ROUND: f32 = 10.0;

/// Places, one after the other; at least two.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way(Vec<Point>);

impl Way {
    /// A way through these places.
    pub(super) fn through(places: Vec<Point>) -> Self {
        Self(places)
    }

    /// A straight one.
    pub(super) fn straight(start: Point, end: Point) -> Self {
        Self(vec![start, end])
    }

    /// How long it is, in pixels.
    pub(super) fn length(&self) -> f32 {
        self.legs().map(|(start, end)| distance(start, end)).sum()
    }

    /// The place after so much of it, from 0 to 1, and the direction there.
    pub(super) fn at(&self, part: f32) -> (Point, Point) {
        let mut left = self.length() * part.clamp(0.0, 1.0);
        let mut last = (Point::default(), Point { x: 1.0, y: 0.0 });
        for (start, end) in self.legs() {
            let length = distance(start, end);
            let share = if length > 0.0 { (left / length).min(1.0) } else { 0.0 };
            last = (between(start, end, share), toward(start, end));
            if left <= length {
                break;
            }
            left -= length;
        }
        last
    }

    /// The beginning of it, as far as this part.
    pub(super) fn until(&self, part: f32) -> Self {
        let mut left = self.length() * part;
        let mut places: Vec<Point> = self.0.first().copied().into_iter().collect();
        for (start, end) in self.legs() {
            let length = distance(start, end);
            if left <= length {
                places.push(between(start, end, if length > 0.0 { left / length } else { 0.0 }));
                break;
            }
            places.push(end);
            left -= length;
        }
        Self(places)
    }

    /// The `d` of an SVG path.
    pub(super) fn path(&self) -> String {
        let mut out = String::new();
        let mut put = |letter: &str, points: &[Point]| {
            out.push_str(letter);
            for (index, point) in points.iter().enumerate() {
                // A string takes everything.
                let _ = write!(out, "{}{} {}", if index > 0 { " " } else { "" }, Pixels(point.x), Pixels(point.y));
            }
        };
        put("M", self.0.get(..1).unwrap_or_default());
        for corner in self.0.windows(3) {
            let [before, at, after] = corner else { continue };
            let near = |other: Point| between(*at, other, (ROUND / distance(*at, other).max(1.0)).min(0.5));
            put(" L", &[near(*before)]);
            put(" Q", &[*at, near(*after)]);
        }
        put(" L", self.0.get(self.0.len().saturating_sub(1)..).unwrap_or_default());
        out
    }

    fn legs(&self) -> impl Iterator<Item = (Point, Point)> {
        self.0.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
    }
}

/// How far two places are from each other.
pub(super) fn distance(one: Point, other: Point) -> f32 {
    (other.x - one.x).hypot(other.y - one.y)
}

/// A place between two others.
fn between(start: Point, end: Point, part: f32) -> Point {
    Point { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part }
}

/// The direction from one place to another, of length 1.
pub(super) fn toward(start: Point, end: Point) -> Point {
    let length = distance(start, end).max(1.0);
    Point { x: (end.x - start.x) / length, y: (end.y - start.y) / length }
}
