//! Ways around boxes: straight where nothing stands between, else by the corners of what does.

use super::edge::{Point, SPACE, border};
use super::way::{Way, distance, toward};
use super::{Frame, READABLE};
use std::collections::BTreeMap;

/// With more boxes than this nothing is gone around, nor after so many ways: nobody follows one there.
const MOST_BOXES: usize = 30;
const MOST_WAYS: usize = READABLE;
/// From a box to what goes past it, at least.
const CLEAR: f32 = 4.0;
/// From a box to the places by which it is gone around.
const ASIDE: [f32; 2] = [11.0, 19.0];
/// What a corner costs, and what a place costs by which somebody goes already: in pixels of a longer way.
const CORNER: f32 = 16.0;
const SHARED: f32 = 14.0;

/// The boxes, and the places by which they are gone around.
pub(super) struct Router {
    boxes: Vec<Frame>,
    size: Point,
    /// Made for the first that needs it; by how far they are from the boxes beyond what they are anyway.
    maps: BTreeMap<u8, Map>,
    /// How many went around something.
    around: usize,
}

/// Places, who sees whom, and how many go by each.
struct Map {
    places: Vec<Point>,
    sees: Vec<Vec<usize>>,
    used: Vec<u16>,
}

impl Router {
    /// Around these boxes, within a picture of this size.
    pub(super) fn new(boxes: Vec<Frame>, size: Point) -> Self {
        Self { boxes, size, maps: BTreeMap::new(), around: 0 }
    }

    /// A way from one box to another, in the given lane to the right of the straight one: in pixels.
    pub(super) fn way(&mut self, (from, to): (usize, usize), lane: f32) -> Way {
        let frame = |index: usize| self.boxes.get(index).copied().unwrap_or_default();
        let (source, target) = (frame(from), frame(to));
        let straight = straight((source, target), lane);
        let is_crowded = self.boxes.len() > MOST_BOXES || self.around >= MOST_WAYS;
        if is_crowded || self.is_free(straight, (from, to)) {
            return Way::straight(straight.0, straight.1);
        }
        self.around += 1;
        self.detour((from, to), lane).unwrap_or(Way::straight(straight.0, straight.1))
    }

    /// Whether nothing but the two ends is near a line.
    fn is_free(&self, line: (Point, Point), (from, to): (usize, usize)) -> bool {
        let others = self.boxes.iter().enumerate().filter(|(index, _)| *index != from && *index != to);
        !others.into_iter().any(|(_, frame)| crosses(line, wider(*frame, CLEAR)))
    }

    /// Whether a line keeps away from all boxes.
    fn is_clear(&self, line: (Point, Point)) -> bool {
        !self.boxes.iter().any(|frame| crosses(line, wider(*frame, CLEAR)))
    }

    fn detour(&mut self, (from, to): (usize, usize), lane: f32) -> Option<Way> {
        // One for each lane, so that two do not go by the same places.
        let key = (lane.abs() / SPACE).clamp(0.0, 40.0) as u8;
        let mut map = match self.maps.remove(&key) {
            Some(map) => map,
            None => self.map(lane),
        };
        let (starts, ends) = (self.doors(from, lane), self.doors(to, -lane));
        let found = self.shortest(&map, &starts, &ends);
        if let Some((_, by)) = &found {
            for place in by {
                map.used.iter_mut().skip(*place).take(1).for_each(|used| *used = used.saturating_add(1));
            }
        }
        self.maps.insert(key, map);
        found.map(|(way, _)| way)
    }

    /// Places around all boxes, and who of them sees whom.
    fn map(&self, lane: f32) -> Map {
        let far = ASIDE.map(|aside| aside + lane.abs() / 2.0);
        let corners = self.boxes.iter().flat_map(|frame| far.map(|far| corners(wider(*frame, far)))).flatten();
        let within = |place: &Point| {
            place.x > CLEAR && place.y > CLEAR && place.x < self.size.x - CLEAR && place.y < self.size.y - CLEAR
        };
        let places: Vec<Point> = corners.filter(within).filter(|place| self.is_clear((*place, *place))).collect();
        let seen = |place: &Point| {
            let others = places.iter().enumerate();
            others
                .filter(|(_, other)| *other != place && self.is_clear((*place, **other)))
                .map(|(index, _)| index)
                .collect()
        };
        let sees = places.iter().map(seen).collect();
        Map { used: vec![0; places.len()], sees, places }
    }

    /// The middles of the sides of a box, a little outside of it.
    fn doors(&self, index: usize, lane: f32) -> Vec<Point> {
        let frame = self.boxes.get(index).copied().unwrap_or_default();
        let Point { x, y } = frame.middle();
        let (wide, high) = (frame.width / 2.0 + SPACE, frame.height / 2.0 + SPACE);
        let along = lane.clamp(-frame.height / 3.0, frame.height / 3.0);
        [(lane, -high), (-lane, high), (wide, along), (-wide, -along)]
            .map(|(dx, dy)| Point { x: x + dx, y: y + dy })
            .into()
    }

    /// The cheapest way from one of these places to one of those, and the places of the map by which it goes.
    fn shortest(&self, map: &Map, starts: &[Point], ends: &[Point]) -> Option<(Way, Vec<usize>)> {
        // How far each place is from the best start, and by which place: none for the start itself.
        let mut known: Vec<(f32, Option<usize>, Point)> = map
            .places
            .iter()
            .map(|place| {
                let free = starts.iter().filter(|start| self.is_clear((**start, *place)));
                let near = free.min_by(|one, other| distance(**one, *place).total_cmp(&distance(**other, *place)));
                near.map_or((f32::INFINITY, None, *place), |start| (distance(*start, *place), None, *start))
            })
            .collect();
        let cost = |place: usize| CORNER + SHARED * f32::from(map.used.get(place).copied().unwrap_or_default());
        for (place, found) in known.iter_mut().enumerate() {
            found.0 += cost(place);
        }
        let mut open: Vec<usize> = (0..known.len()).collect();
        let at = |known: &[(f32, Option<usize>, Point)], place: usize| {
            known.get(place).map_or(f32::INFINITY, |found| found.0)
        };
        while let Some(next) = open.iter().copied().min_by(|one, other| at(&known, *one).total_cmp(&at(&known, *other)))
        {
            open.retain(|place| *place != next);
            let (so_far, here) = (at(&known, next), *map.places.get(next)?);
            if so_far.is_infinite() {
                break;
            }
            for other in map.sees.get(next)? {
                let (Some(there), Some(found)) = (map.places.get(*other), known.get_mut(*other)) else { continue };
                let by = so_far + distance(here, *there) + cost(*other);
                if by < found.0 {
                    *found = (by, Some(next), here);
                }
            }
        }
        self.best(map, &known, starts, ends)
    }

    fn best(
        &self,
        map: &Map,
        known: &[(f32, Option<usize>, Point)],
        starts: &[Point],
        ends: &[Point],
    ) -> Option<(Way, Vec<usize>)> {
        let direct = starts.iter().flat_map(|start| ends.iter().map(move |end| (*start, *end)));
        let direct =
            direct.filter(|line| self.is_clear(*line)).map(|(start, end)| (distance(start, end), None, start, end));
        let last = known.iter().zip(&map.places).enumerate().filter(|(_, (found, _))| found.0.is_finite());
        let last = last.flat_map(|(place, (found, at))| {
            let free = ends.iter().filter(|end| self.is_clear((*at, **end)));
            free.map(move |end| (found.0 + distance(*at, *end), Some(place), *at, *end))
        });
        let (_, place, start, end) = direct.chain(last).min_by(|one, other| one.0.total_cmp(&other.0))?;
        let mut places = vec![end];
        let mut by = Vec::new();
        let mut next = place;
        let mut begin = start;
        while let Some(place) = next.filter(|_| by.len() <= known.len()) {
            places.push(*map.places.get(place)?);
            by.push(place);
            let (_, before, from) = known.get(place)?;
            (next, begin) = (*before, *from);
        }
        places.push(begin);
        places.reverse();
        Some((Way::through(places), by))
    }
}

/// The straight line between two boxes, in a lane to the right of whoever goes there.
fn straight((source, target): (Frame, Frame), lane: f32) -> (Point, Point) {
    let (a, b) = (source.middle(), target.middle());
    let Point { x, y } = toward(a, b);
    let moved = |point: Point| Point { x: point.x - y * lane, y: point.y + x * lane };
    (border(source, moved(a), (x, y)), border(target, moved(b), (-x, -y)))
}

/// A frame with so much around it.
fn wider(frame: Frame, by: f32) -> Frame {
    Frame { x: frame.x - by, y: frame.y - by, width: frame.width + 2.0 * by, height: frame.height + 2.0 * by }
}

fn corners(frame: Frame) -> [Point; 4] {
    let (right, bottom) = (frame.x + frame.width, frame.y + frame.height);
    [(frame.x, frame.y), (right, frame.y), (right, bottom), (frame.x, bottom)].map(|(x, y)| Point { x, y })
}

/// Whether a line has a part within a frame.
fn crosses((start, end): (Point, Point), frame: Frame) -> bool {
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    let sides = [
        (start.x, end.x - start.x, frame.x, frame.x + frame.width),
        (start.y, end.y - start.y, frame.y, frame.y + frame.height),
    ];
    for (at, step, low, high) in sides {
        if step.abs() < 1e-3 {
            if at <= low || at >= high {
                return false;
            }
            continue;
        }
        let (one, other) = ((low - at) / step, (high - at) / step);
        enter = enter.max(one.min(other));
        leave = leave.min(one.max(other));
    }
    enter < leave
}
