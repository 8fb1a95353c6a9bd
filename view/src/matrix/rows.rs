//! Rows of small numbers that are much alike.

/// Rows by what many of them have in common, and what each has of its own.
///
/// The 46,657 classes of 100,000 pods and 10,000 policies have two thousand million pairs, and most answer whoever asks as they
/// would answer anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rows {
    commons: Vec<Vec<u32>>,
    rows: Vec<Row>,
    /// By class: its row.
    of: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    /// An index of `commons`.
    common: usize,
    /// Of these columns other numbers, rising.
    own: Vec<(usize, u32)>,
}

/// What stands where there is no number.
pub(super) const NONE: u32 = u32::MAX;

impl Rows {
    /// The number of what rows may have in common.
    pub(super) fn common(&mut self, numbers: Vec<u32>) -> usize {
        self.commons.push(numbers);
        self.commons.len() - 1
    }

    /// The number of a row.
    pub(super) fn row(&mut self, common: usize, own: Vec<(usize, u32)>) -> usize {
        self.rows.push(Row { common, own });
        self.rows.len() - 1
    }

    /// The row of the next class.
    pub(super) fn push(&mut self, row: usize) {
        self.of.push(row);
    }

    /// A number by class and column.
    pub(super) fn get(&self, class: usize, column: usize) -> Option<u32> {
        let row = self.rows.get(*self.of.get(class)?)?;
        let own = row.own.binary_search_by_key(&column, |(column, _)| *column).ok().and_then(|at| row.own.get(at));
        let number = own.map(|(_, number)| number).or_else(|| self.commons.get(row.common)?.get(column));
        number.copied().filter(|number| *number != NONE)
    }

    /// All numbers of a class.
    pub(super) fn all(&self, class: usize) -> Vec<u32> {
        let Some(row) = self.of.get(class).and_then(|row| self.rows.get(*row)) else { return Vec::new() };
        let mut all = self.commons.get(row.common).cloned().unwrap_or_default();
        for (column, number) in &row.own {
            all.get_mut(*column).into_iter().for_each(|slot| *slot = *number);
        }
        all
    }

    /// How often each of so many numbers stands there, if each class counts as often as it is large, both as row and as column.
    pub(super) fn count(&self, numbers: usize, sizes: &[usize]) -> Vec<i64> {
        let size = |column: usize| sizes.get(column).map_or(0, |size| *size as i64);
        let mut weights = vec![0; self.rows.len()];
        for (class, row) in self.of.iter().enumerate() {
            weights.get_mut(*row).into_iter().for_each(|weight| *weight += size(class));
        }
        let (mut counts, mut shared) = (vec![0; numbers], vec![0; self.commons.len()]);
        let mut add = |number: u32, more: i64| {
            let count = usize::try_from(number).ok().and_then(|number| counts.get_mut(number));
            count.into_iter().for_each(|count| *count += more);
        };
        for (row, weight) in self.rows.iter().zip(weights) {
            let Some(common) = self.commons.get(row.common) else { continue };
            shared.get_mut(row.common).into_iter().for_each(|shared| *shared += weight);
            for (column, number) in &row.own {
                add(*number, weight * size(*column));
                common.get(*column).into_iter().for_each(|was| add(*was, -weight * size(*column)));
            }
        }
        for (common, weight) in self.commons.iter().zip(shared) {
            common.iter().enumerate().for_each(|(column, number)| add(*number, weight * size(column)));
        }
        counts
    }

    /// For each class, a number for its row and its column; each cell adds to both. Equal rows and columns have equal ones.
    pub(super) fn prints(&self) -> Vec<u64> {
        let mut prints = vec![0u64; self.of.len()];
        let weighed = |numbers: &mut dyn Iterator<Item = (usize, u32)>| {
            numbers.fold(0u64, |sum, (column, number)| sum.wrapping_add(print(column, number, Side::Row)))
        };
        let commons: Vec<u64> =
            self.commons.iter().map(|common| weighed(&mut common.iter().copied().enumerate())).collect();
        let mut shared = vec![0u64; self.commons.len()];
        let mut weights = vec![0u64; self.rows.len()];
        for (class, row) in self.of.iter().enumerate() {
            weights.get_mut(*row).into_iter().for_each(|sum| *sum = sum.wrapping_add(weight(class, Side::Column)));
        }
        let mut sums = Vec::with_capacity(self.rows.len());
        for (row, weight) in self.rows.iter().zip(weights) {
            let was = |column: usize| self.commons.get(row.common).and_then(|common| common.get(column)).copied();
            let mut olds = row.own.iter().filter_map(|(column, _)| Some((*column, was(*column)?)));
            let sum = commons.get(row.common).copied().unwrap_or_default();
            let sum = sum.wrapping_sub(weighed(&mut olds)).wrapping_add(weighed(&mut row.own.iter().copied()));
            sums.push(sum);
            shared.get_mut(row.common).into_iter().for_each(|shared| *shared = shared.wrapping_add(weight));
            for (column, number) in &row.own {
                let change = scatter(*number).wrapping_sub(was(*column).map_or(0, scatter));
                let print = prints.get_mut(*column).into_iter();
                print.for_each(|print| *print = print.wrapping_add(weight.wrapping_mul(change)));
            }
        }
        for (common, weight) in self.commons.iter().zip(shared) {
            for (print, number) in prints.iter_mut().zip(common) {
                *print = print.wrapping_add(weight.wrapping_mul(scatter(*number)));
            }
        }
        for (print, row) in prints.iter_mut().zip(&self.of) {
            *print = print.wrapping_add(sums.get(*row).copied().unwrap_or_default());
        }
        prints
    }
}

/// What a cell adds to: the number of its row or of its column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Row,
    Column,
}

/// What a cell adds on one side, where it is the other class on the other side.
pub(super) fn print(other: usize, number: u32, side: Side) -> u64 {
    weight(other, side).wrapping_mul(scatter(number))
}

fn weight(class: usize, side: Side) -> u64 {
    mix((class as u64) << 1 | side as u64) | 1
}

/// No number adds nothing.
fn scatter(number: u32) -> u64 {
    if number == NONE { 0 } else { mix(!u64::from(number)) }
}

/// Scatters small numbers (the finalizer of SplitMix64).
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 150;

    /// What stands in a row and column: each fourth row is the first's with three other numbers.
    fn number(row: usize, column: usize) -> u32 {
        if column % 50 == row % 50 && row.is_multiple_of(4) { 7 } else { (column % 3 + row % 4) as u32 }
    }

    fn rows() -> Rows {
        let mut rows = Rows::default();
        let commons: Vec<usize> =
            (0..4).map(|row| rows.common((0..COUNT).map(|column| (column % 3 + row % 4) as u32).collect())).collect();
        for row in 0..COUNT {
            let common = commons[row % 4];
            let own = (0..COUNT).filter(|column| number(row, *column) == 7).map(|column| (column, 7)).collect();
            let row = rows.row(common, own);
            rows.push(row);
        }
        rows
    }

    #[test]
    fn rows_are_what_was_put_in() {
        let rows = rows();
        for row in 0..COUNT {
            let whole: Vec<u32> = (0..COUNT).map(|column| number(row, column)).collect();
            assert_eq!(rows.all(row), whole);
            assert!((0..COUNT).all(|column| rows.get(row, column) == Some(whole[column])));
        }
        assert_eq!(rows.get(COUNT, 0), None);
    }

    #[test]
    fn numbers_are_counted_by_the_sizes_of_both_classes() {
        let sizes: Vec<usize> = (0..COUNT).map(|class| class % 7).collect();
        let mut counts = [0; 8];
        for row in 0..COUNT {
            for column in 0..COUNT {
                counts[number(row, column) as usize] += (sizes[row] * sizes[column]) as i64;
            }
        }
        assert_eq!(rows().count(8, &sizes), counts);
    }

    #[test]
    fn prints_add_up_all_cells() {
        let rows = rows();
        for (class, sum) in rows.prints().into_iter().enumerate() {
            let cells = (0..COUNT).map(|other| {
                print(other, number(class, other), Side::Row).wrapping_add(print(
                    other,
                    number(other, class),
                    Side::Column,
                ))
            });
            assert_eq!(sum, cells.fold(0, u64::wrapping_add));
        }
    }
}
