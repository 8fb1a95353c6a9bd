//! Where words stand at lines: on no box, on no other words, within the picture.

use super::Frame;
use super::edge::Point;
use super::way::Way;
use crate::line::shortened;

/// The width of a letter and the height of a line, with some air.
const LETTER: (f32, f32) = (6.8, 14.0);
/// How far words may be from the middle of a line, as parts of its length, and beside it in pixels.
const PARTS: u8 = 24;
const BESIDE: [f32; 7] = [0.0, 9.0, -9.0, 17.0, -17.0, 27.0, -27.0];
/// So many letters are tried, one after the other.
const ROOMS: [usize; 4] = [usize::MAX, 12, 8, 4];
/// With more boxes or more words than these, places are not looked for.
const MOST: (usize, usize) = (60, 300);

/// What is covered already.
pub(super) struct Sheet {
    size: Point,
    boxes: usize,
    covered: Vec<Frame>,
    words: usize,
}

impl Sheet {
    /// A picture of this size with boxes, and with other frames on which nothing may stand.
    pub(super) fn new(size: Point, boxes: &[Frame], others: impl Iterator<Item = Frame>) -> Self {
        Self { size, boxes: boxes.len(), covered: boxes.iter().copied().chain(others).collect(), words: 0 }
    }

    /// The place of words near the middle of the way, and as many of them as have room there. `sign` stays in any case.
    pub(super) fn place(&mut self, way: &Way, sign: &str, words: &str) -> (Point, String) {
        let letters = words.chars().count();
        for most in ROOMS.into_iter().filter(|most| *most < letters || *most == usize::MAX) {
            let words = shortened(words, most);
            let size = size(sign, &words);
            if size.0 > 0.0
                && let Some(found) = self.free(way, size, 0.5)
            {
                self.words += 1;
                self.covered.push(around(found, size));
                return (found, words);
            }
        }
        (self.clear(way, 0.5), String::new())
    }

    /// A part of the way on which a sign covers nothing, as near as may be to the wanted one; no other words may stand there.
    pub(super) fn sign(&mut self, way: &Way, wanted: f32) -> f32 {
        let parts = self.parts(wanted);
        let is_free = |part: &f32| self.is_free(around(way.at(*part).0, SIGN));
        let part = parts.into_iter().find(is_free).unwrap_or(wanted);
        self.covered.push(around(way.at(part).0, SIGN));
        part
    }

    fn clear(&self, way: &Way, wanted: f32) -> Point {
        let parts = self.parts(wanted).into_iter().map(|part| way.at(part).0);
        parts.into_iter().find(|place| self.is_free(around(*place, SIGN))).unwrap_or(way.at(wanted).0)
    }

    fn free(&self, way: &Way, size: (f32, f32), wanted: f32) -> Option<Point> {
        let parts = self.parts(wanted);
        let places = BESIDE.into_iter().flat_map(|beside| parts.iter().map(move |part| (*part, beside)));
        let place = |(part, beside): (f32, f32)| {
            let (Point { x, y }, to) = way.at(part);
            Point { x: x - to.y * beside, y: y + to.x * beside }
        };
        places.map(place).find(|place| self.is_free(around(*place, size)))
    }

    /// Parts of a way, those near the wanted one first; only that one where there is too much to look at.
    fn parts(&self, wanted: f32) -> Vec<f32> {
        if self.boxes > MOST.0 || self.words > MOST.1 {
            return vec![wanted];
        }
        let mut parts: Vec<f32> = (1..PARTS).map(|step| f32::from(step) / f32::from(PARTS)).collect();
        parts.push(wanted);
        parts.sort_by(|one, other| (one - wanted).abs().total_cmp(&(other - wanted).abs()));
        parts
    }

    fn is_free(&self, frame: Frame) -> bool {
        let within = frame.x >= 0.0
            && frame.y >= 0.0
            && frame.x + frame.width <= self.size.x
            && frame.y + frame.height <= self.size.y;
        within && !self.covered.iter().any(|other| meets(*other, frame))
    }
}

/// How much room words have behind a sign.
fn size(sign: &str, words: &str) -> (f32, f32) {
    let letters = sign.chars().count() + words.chars().count();
    (LETTER.0 * f32::from(u16::try_from(letters).unwrap_or(u16::MAX)), LETTER.1)
}

/// What a cross, a bar or a question mark covers.
const SIGN: (f32, f32) = (14.0, 14.0);

/// What is covered by something of this size whose middle is here.
fn around(middle: Point, (width, height): (f32, f32)) -> Frame {
    Frame { x: middle.x - width / 2.0, y: middle.y - height / 2.0, width, height }
}

fn meets(one: Frame, other: Frame) -> bool {
    let apart = |low: f32, size: f32, other: f32, others: f32| low + size <= other || other + others <= low;
    !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height)
}
