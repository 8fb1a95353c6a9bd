//! What each square of the matrix shows: of many cells that share a pixel, the gravest.

use crate::protocol::Analysis;
use std::collections::HashMap;

/// Squares, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// How long a side is, in pixels; at least one.
    pub side: f64,
    /// How many there are downwards.
    pub rows: usize,
    /// How many there are across.
    pub columns: usize,
    marks: Vec<u8>,
}

/// What is shown of cells that share a pixel: the first of these that is among them.
const GRAVEST: [u8; 5] = *b"?>%.O";

impl Raster {
    /// The squares of a room (width and height in pixels) whose cells are so large, from this row and column on.
    pub fn of(analysis: &Analysis, (row, column): (usize, usize), cell: f64, (width, height): (f64, f64)) -> Self {
        let side = cell.max(1.0);
        let count = |length: f64, first: usize| {
            let left = analysis.order.len().saturating_sub(first) as f64 * cell;
            (length.min(left) / side).ceil().max(0.0) as usize
        };
        let (rows, columns) = (count(height, row), count(width, column));
        let mut marks = Vec::with_capacity(rows * columns);
        if cell < 1.0 {
            let mut bands = Bands::new(analysis, side / cell);
            let [down, across] = [(row, rows), (column, columns)].map(|(first, count)| bands.numbers(first, count));
            for from in down {
                marks.extend(across.iter().map(|to| bands.mark(from, *to)));
            }
        } else {
            let some = |first: usize, count: usize| analysis.order.iter().skip(first).take(count);
            for from in some(row, rows) {
                marks.extend(some(column, columns).map(|to| analysis.verdict(*from, *to)));
            }
        }
        Self { side, rows, columns, marks }
    }

    /// The verdict that a square shows; a blank for oneself and outside.
    pub fn mark(&self, row: usize, column: usize) -> u8 {
        let inside = column < self.columns;
        inside.then(|| self.marks.get(row * self.columns + column).copied()).flatten().unwrap_or(b' ')
    }
}

/// Endpoints that share a row or column of pixels; those with the same classes are alike.
struct Bands<'a> {
    analysis: &'a Analysis,
    /// How many endpoints share one.
    width: f64,
    /// By class: two of its members, where there are two.
    members: Vec<[Option<usize>; 2]>,
    /// The classes in each kind of band.
    kinds: Vec<Vec<usize>>,
    numbers: HashMap<Vec<usize>, usize>,
    known: HashMap<(usize, usize), u8>,
}

impl<'a> Bands<'a> {
    fn new(analysis: &'a Analysis, width: f64) -> Self {
        let classes = analysis.classes.iter().max().map_or(0, |last| last + 1);
        let mut members = vec![[None; 2]; classes];
        for (endpoint, class) in analysis.classes.iter().enumerate() {
            let free = members.get_mut(*class).and_then(|members| members.iter_mut().find(|member| member.is_none()));
            free.into_iter().for_each(|free| *free = Some(endpoint));
        }
        Self { analysis, width, members, kinds: Vec::new(), numbers: HashMap::new(), known: HashMap::new() }
    }

    /// The kinds of so many bands, from an endpoint on.
    fn numbers(&mut self, first: usize, count: usize) -> Vec<usize> {
        let begin = |band: usize| first + (band as f64 * self.width) as usize;
        let bands: Vec<Vec<usize>> = (0..count)
            .map(|band| {
                let ends = self.analysis.order.get(begin(band)..begin(band + 1).min(self.analysis.order.len()));
                let classes = ends.unwrap_or_default().iter().filter_map(|end| self.analysis.classes.get(*end));
                let mut classes: Vec<usize> = classes.copied().collect();
                classes.sort_unstable();
                classes.dedup();
                classes
            })
            .collect();
        let mut number = |classes: Vec<usize>| match self.numbers.get(&classes) {
            Some(number) => *number,
            None => {
                self.kinds.push(classes.clone());
                self.numbers.insert(classes, self.kinds.len() - 1);
                self.kinds.len() - 1
            }
        };
        bands.into_iter().map(&mut number).collect()
    }

    /// The gravest verdict between the endpoints of two kinds of bands.
    fn mark(&mut self, from: usize, to: usize) -> u8 {
        if let Some(mark) = self.known.get(&(from, to)) {
            return *mark;
        }
        let among = |kind: usize| {
            let classes = self.kinds.get(kind).into_iter().flatten();
            classes.filter_map(|class| self.members.get(*class)).flatten().flatten()
        };
        let analysis = self.analysis;
        let verdicts = among(from).flat_map(|from| among(to).map(move |to| analysis.verdict(*from, *to)));
        let grave = verdicts.filter_map(|verdict| GRAVEST.iter().position(|known| *known == verdict)).min();
        let mark = grave.and_then(|at| GRAVEST.get(at).copied()).unwrap_or(b' ');
        self.known.insert((from, to), mark);
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes of 40, 1 and 59; the one in the middle is one-way to the last class, all else is open.
    fn analysis() -> Analysis {
        let classes = (0..100).map(|end| usize::from(end >= 40) + usize::from(end >= 41)).collect();
        Analysis { classes, order: (0..100).collect(), verdicts: "OOOO >OOO".to_owned(), ..Analysis::default() }
    }

    #[test]
    fn large_cells_show_one_pair_each() {
        let raster = Raster::of(&analysis(), (39, 40), 10.0, (55.0, 30.0));
        assert_eq!((raster.rows, raster.columns, raster.side), (3, 6, 10.0));
        let line = |row: usize| (0..7).map(|column| char::from(raster.mark(row, column))).collect::<String>();
        assert_eq!([line(0), line(1), line(2)], ["OOOOOO ", " >>>>> ", "O OOOO "]);
    }

    #[test]
    fn the_gravest_of_many_is_seen() {
        let raster = Raster::of(&analysis(), (0, 0), 0.1, (200.0, 200.0));
        assert_eq!((raster.rows, raster.columns, raster.side), (10, 10, 1.0));
        let lines: Vec<String> =
            (0..10).map(|row| (0..10).map(|column| char::from(raster.mark(row, column))).collect()).collect();
        assert_eq!(lines[3], "OOOOOOOOOO");
        assert_eq!(lines[4], "OOOO>>>>>>");
        assert_eq!(lines[5], "OOOOOOOOOO");
    }
}
