//! Many rows of small numbers that are much alike.

use hashbrown::HashMap;

/// How many numbers stand together.
const PIECE: usize = 64;

/// Rows of equal length, in pieces: each piece is kept once, however many rows have it.
///
/// The 46,657 classes of 100,000 pods and 10,000 policies have two thousand million pairs, and their rows differ from each other
/// here and there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rows {
    /// How many numbers a row has.
    length: usize,
    /// One after the other.
    pieces: Vec<u32>,
    /// Row after row: the numbers of its pieces.
    rows: Vec<u32>,
}

/// The numbers of pieces that are there.
pub(super) type Known = HashMap<Vec<u32>, u32>;

impl Rows {
    /// One row more.
    pub(super) fn push(&mut self, row: &[u32], known: &mut Known) {
        self.length = row.len();
        for piece in row.chunks(PIECE) {
            let mut piece = piece.to_vec();
            piece.resize(PIECE, 0);
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            self.rows.push(*known.entry(piece).or_insert_with_key(|piece| {
                self.pieces.extend(piece);
                next
            }));
        }
    }

    /// A number by its row and column.
    pub(super) fn get(&self, row: usize, column: usize) -> Option<u32> {
        let piece = *self.rows.get(row * self.length.div_ceil(PIECE) + column / PIECE)?;
        self.pieces.get(usize::try_from(piece).ok()? * PIECE + column % PIECE).copied()
    }

    /// The numbers of a row.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        (0..self.length).filter_map(move |column| self.get(row, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_was_put_in() {
        let row =
            |number: u32| (0..150).map(|column| if column == number { 7 } else { column % 3 }).collect::<Vec<u32>>();
        let (mut rows, mut known) = (Rows::default(), Known::new());
        (0..150).for_each(|number| rows.push(&row(number), &mut known));
        for (at, number) in (0..150).enumerate() {
            assert_eq!(rows.row(at).collect::<Vec<u32>>(), row(number));
            assert_eq!(rows.get(at, 149), row(number).last().copied());
        }
        assert_eq!(rows.get(150, 0), None);
        // A number that is another one makes one piece, and no row.
        assert_eq!(rows.pieces.len(), (150 + 3) * PIECE);
    }
}
