//! A range of addresses in as many parts as the rules tell apart.
//!
//! Addresses are one part when every test of every row says the same of them, as source and as destination.

use super::ranges::{Span, Width, count};
use crate::ovn::matching::{FieldTest, Masked, Relation};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// In larger ranges a mask with scattered bits is not looked at address by address.
const COUNTABLE: u128 = 1 << 16;

/// With more parts than this, whose pairs are tens of millions, what further tests tell apart stays one part.
pub(super) const MOST_PARTS: usize = 1 << 13;

/// The parts of a range, each a list of spans, in the order of their lowest addresses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The parts.
    pub(super) parts: Vec<Vec<Span>>,
    /// Of each part, whether a test that was left out tells its addresses apart.
    pub(super) mixed: Vec<bool>,
    /// Whether a test was left out, and why.
    pub(super) coarse: Coarse,
}

/// Whether parts are as fine as the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coarse {
    /// They are.
    No,
    /// A rule whose mask has scattered bits may tell addresses of one part apart, which is mixed then.
    Scattered,
    /// Rules tell apart more than [`MOST_PARTS`].
    Many,
}

/// Splits sorted, disjoint spans by tests of whole addresses.
pub(super) fn split<'t>(spans: &[Span], width: Width, tests: impl Iterator<Item = &'t FieldTest>) -> Parts {
    let mut coarse = Coarse::No;
    let mut questions: BTreeSet<Vec<Span>> = BTreeSet::new();
    // Where a test that was left out may be true of one address and not of the next one.
    let mut scattered: HashSet<Vec<Span>> = HashSet::new();
    for test in tests {
        match answer(test, width, spans) {
            Ok(holds) => drop(questions.insert(holds)),
            Err(domain) => drop(scattered.insert(domain)),
        }
    }
    if !scattered.is_empty() {
        coarse = Coarse::Scattered;
        questions.extend(scattered.iter().cloned());
    }
    let atoms = atoms(spans, questions.iter().flatten());
    let mut classes: Vec<usize> = alloc::vec![0; atoms.len()];
    let mut next = 1;
    let mut left = questions.iter();
    while let Some(holds) = left.next() {
        next = refine(&atoms, &mut classes, holds, next);
        if next >= MOST_PARTS && left.len() > 0 {
            coarse = Coarse::Many;
            break;
        }
    }
    let mut mixed = mixed(&atoms, &classes, left);
    let is_scattered = |atom: &Span| scattered.iter().flatten().any(|span| both(*span, *atom).is_some());
    mixed.extend(atoms.iter().zip(&classes).filter(|(atom, _)| is_scattered(atom)).map(|(_, class)| *class));
    let (parts, mut mixed) = gather(&atoms, &classes, &mixed);
    // One address is always answered as it is.
    mixed.iter_mut().zip(&parts).for_each(|(mixed, part)| *mixed &= count(part) > 1);
    Parts { parts, mixed, coarse }
}

/// The classes of which some atoms are where a question holds, and some are not.
fn mixed<'q>(atoms: &[Span], classes: &[usize], questions: impl Iterator<Item = &'q Vec<Span>>) -> HashSet<usize> {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    classes.iter().for_each(|class| *sizes.entry(*class).or_default() += 1);
    let mut mixed = HashSet::new();
    for holds in questions {
        let (mut held, mut seen): (HashMap<usize, usize>, _) = (HashMap::new(), 0);
        for span in holds {
            let start = atoms.partition_point(|atom| atom.last < span.first).max(seen);
            seen = atoms.partition_point(|atom| atom.first <= span.last).max(start);
            classes.iter().take(seen).skip(start).for_each(|class| *held.entry(*class).or_default() += 1);
        }
        mixed.extend(held.into_iter().filter(|(class, count)| sizes.get(class) != Some(count)).map(|(class, _)| class));
    }
    mixed
}

/// Where a test holds.
///
/// # Errors
///
/// The addresses of which it may hold, and of others not, when where it holds cannot be said in spans.
fn answer(test: &FieldTest, width: Width, spans: &[Span]) -> Result<Vec<Span>, Vec<Span>> {
    let top = test.low + test.width == width.bits();
    let below = |bound: u128| bound.checked_shl(test.low).filter(|shifted| shifted >> test.low == bound);
    let last = last(width);
    let ordered = match &test.relation {
        Relation::In(constants) | Relation::NotIn(constants) => {
            constants.iter().map(|constant| masked(test, *constant, width)).collect::<Option<Vec<Span>>>()
        }
        Relation::Less(bound) | Relation::GreaterOrEqual(bound) => below(*bound).map(|bound| under(bound, last)),
        Relation::LessOrEqual(bound) | Relation::Greater(bound) => {
            bound.checked_add(1).and_then(below).map(|bound| under(bound, last))
        }
    };
    match ordered.filter(|_| top) {
        Some(mut holds) => {
            holds.sort_unstable();
            Ok(holds)
        }
        None => {
            let domain = domain(test, width, spans);
            if count(&domain) <= COUNTABLE { Ok(counted(test, &domain)) } else { Err(domain) }
        }
    }
}

/// Where a test is not the same for all anyway: near its constants, as far as their masks begin like a prefix.
fn domain(test: &FieldTest, width: Width, spans: &[Span]) -> Vec<Span> {
    let (Relation::In(constants) | Relation::NotIn(constants)) = &test.relation else { return spans.to_vec() };
    let near = constants.iter().map(|constant| {
        let mask = constant.mask << test.low | !last(width);
        let last = last(width).checked_shr(mask.leading_ones().saturating_sub(u128::BITS - width.bits())).unwrap_or(0);
        let first = constant.value << test.low & !last;
        Span { first, last: first | last }
    });
    let mut cut: Vec<Span> = near.flat_map(|near| spans.iter().filter_map(move |span| both(*span, near))).collect();
    cut.sort_unstable();
    join(&cut)
}

fn both(one: Span, other: Span) -> Option<Span> {
    let span = Span { first: one.first.max(other.first), last: one.last.min(other.last) };
    (span.first <= span.last).then_some(span)
}

/// Sorted spans that may overlap as spans that do not.
fn join(spans: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(before) if span.first <= before.last => before.last = before.last.max(span.last),
            _ => joined.push(*span),
        }
    }
    joined
}

/// The numbers below a bound, which is where `<` holds and `>=` does not.
fn under(bound: u128, last: u128) -> Vec<Span> {
    bound.checked_sub(1).map(|before| Span { first: 0, last: before.min(last) }).into_iter().collect()
}

/// The numbers that equal a constant in the bits of a prefix.
fn masked(test: &FieldTest, constant: Masked, width: Width) -> Option<Span> {
    let mask = constant.mask.checked_shl(test.low)?;
    let first = constant.value.checked_shl(test.low)?;
    let free = !mask & last(width);
    let is_prefix = free & free.wrapping_add(1) == 0;
    is_prefix.then_some(Span { first, last: first | free })
}

fn last(width: Width) -> u128 {
    u128::MAX >> (u128::BITS - width.bits())
}

/// Where a test holds, or for `NotIn` where it does not, which splits alike.
fn counted(test: &FieldTest, spans: &[Span]) -> Vec<Span> {
    let wanted = !matches!(test.relation, Relation::NotIn(_));
    let mut holds: Vec<Span> = Vec::new();
    let numbers = spans.iter().flat_map(|span| span.first..=span.last);
    for number in numbers.filter(|number| test.holds(*number) == wanted) {
        match holds.last_mut() {
            Some(span) if span.last + 1 == number => span.last = number,
            _ => holds.push(Span { first: number, last: number }),
        }
    }
    holds
}

/// The spans cut wherever some answer changes.
fn atoms<'q>(spans: &[Span], answers: impl Iterator<Item = &'q Span>) -> Vec<Span> {
    let mut cuts: Vec<u128> = answers.flat_map(|span| [Some(span.first), span.last.checked_add(1)]).flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut atoms = Vec::new();
    for span in spans {
        let mut first = span.first;
        let inside = cuts.partition_point(|cut| *cut <= span.first);
        for cut in cuts.iter().skip(inside).take_while(|cut| **cut <= span.last) {
            atoms.push(Span { first, last: cut - 1 });
            first = *cut;
        }
        atoms.push(Span { first, last: span.last });
    }
    atoms
}

/// Splits every class by whether the question holds, and returns the next free number of a class.
fn refine(atoms: &[Span], classes: &mut [usize], holds: &[Span], mut next: usize) -> usize {
    let mut renamed: HashMap<usize, usize> = HashMap::new();
    let mut seen = 0;
    for span in holds {
        let start = atoms.partition_point(|atom| atom.last < span.first).max(seen);
        let end = atoms.partition_point(|atom| atom.first <= span.last).max(start);
        for class in classes.iter_mut().take(end).skip(start) {
            *class = *renamed.entry(*class).or_insert_with(|| {
                next += 1;
                next - 1
            });
        }
        seen = seen.max(end);
    }
    next
}

/// The atoms of each class, joined where they touch, and whether it is one of some classes.
fn gather(atoms: &[Span], classes: &[usize], some: &HashSet<usize>) -> (Vec<Vec<Span>>, Vec<bool>) {
    let mut order: HashMap<usize, usize> = HashMap::new();
    let (mut parts, mut are_some): (Vec<Vec<Span>>, Vec<bool>) = (Vec::new(), Vec::new());
    for (atom, class) in atoms.iter().zip(classes) {
        let index = *order.entry(*class).or_insert(parts.len());
        if index == parts.len() {
            parts.push(Vec::new());
            are_some.push(some.contains(class));
        }
        let Some(part) = parts.get_mut(index) else { continue };
        match part.last_mut() {
            Some(before) if before.last.checked_add(1) == Some(atom.first) => before.last = atom.last,
            _ => part.push(*atom),
        }
    }
    (parts, are_some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ovn::field::Field;

    fn test(relation: Relation) -> FieldTest {
        FieldTest { field: Field::Ip4Src, low: 0, width: 32, relation }
    }

    fn part(text: &[(u128, u128)]) -> Vec<Span> {
        text.iter().map(|(first, last)| Span { first: *first, last: *last }).collect()
    }

    #[test]
    fn a_range_without_tests_is_one_part() {
        let split = split(&part(&[(1, 9), (20, 30)]), Width::Bits32, core::iter::empty());
        assert_eq!(split.parts, [part(&[(1, 9), (20, 30)])]);
    }

    #[test]
    fn prefixes_and_bounds_cut() {
        let four = test(Relation::In(alloc::vec![Masked { value: 4, mask: 0xffff_fffc }]));
        let high = test(Relation::Greater(24));
        let split = split(&part(&[(1, 30)]), Width::Bits32, [&four, &high].into_iter());
        assert_eq!(split.parts, [part(&[(1, 3), (8, 24)]), part(&[(4, 7)]), part(&[(25, 30)])]);
    }

    #[test]
    fn scattered_masks_are_counted_in_small_ranges_only() {
        let odd = test(Relation::In(alloc::vec![Masked { value: 1, mask: 1 }]));
        let small = split(&part(&[(1, 4)]), Width::Bits32, [&odd].into_iter());
        assert_eq!(small.parts, [part(&[(1, 1), (3, 3)]), part(&[(2, 2), (4, 4)])]);
        let large = split(&part(&[(0, 1 << 20)]), Width::Bits32, [&odd].into_iter());
        assert_eq!((large.parts.len(), large.coarse, large.mixed), (1, Coarse::Scattered, alloc::vec![true]));
        // What the first bits of the mask leave out is told apart all the same.
        let some = test(Relation::In(alloc::vec![Masked { value: 1 << 19 | 1, mask: 0xfff8_0001 }]));
        let one = test(Relation::In(alloc::vec![Masked { value: 1 << 19, mask: u32::MAX.into() }]));
        let large = split(&part(&[(0, 1 << 20)]), Width::Bits32, [&some, &one].into_iter());
        let rest = part(&[(0, (1 << 19) - 1), (1 << 20, 1 << 20)]);
        assert_eq!(large.parts, [rest, part(&[(1 << 19, 1 << 19)]), part(&[((1 << 19) + 1, (1 << 20) - 1)])]);
        assert_eq!(large.mixed, [false, false, true]);
        let near = test(Relation::NotIn(alloc::vec![Masked { value: 0x101, mask: 0xffff_ff01 }]));
        let large = split(&part(&[(0, 1 << 20)]), Width::Bits32, [&near].into_iter());
        assert_eq!((large.parts.len(), large.coarse), (2, Coarse::No));
    }

    #[test]
    fn parts_have_an_end() {
        let one = |value: u128| test(Relation::In(alloc::vec![Masked { value: 2 * value, mask: u32::MAX.into() }]));
        let tests: Vec<FieldTest> = (0..40_000).map(one).collect();
        let split = split(&part(&[(0, 1 << 20)]), Width::Bits32, tests.iter());
        assert_eq!(split.coarse, Coarse::Many);
        assert!((MOST_PARTS / 2..=MOST_PARTS + 1).contains(&split.parts.len()), "{}", split.parts.len());
        assert!(split.mixed.iter().any(|mixed| *mixed));
        let all: u128 = split.parts.iter().flatten().map(|span| span.last - span.first + 1).sum();
        assert_eq!(all, (1 << 20) + 1);
    }

    #[test]
    fn parts_are_as_fine_as_the_tests_and_no_finer() {
        // Every pair of addresses of a small range: one part exactly when no test tells them apart.
        let tests = [
            test(Relation::NotIn(alloc::vec![
                Masked { value: 8, mask: 0xffff_fff8 },
                Masked { value: 3, mask: u128::from(u32::MAX) }
            ])),
            test(Relation::LessOrEqual(12)),
            FieldTest { low: 1, width: 31, ..test(Relation::GreaterOrEqual(7)) },
            test(Relation::In(alloc::vec![
                Masked { value: 17, mask: 0xffff_fff5 },
                Masked { value: 16, mask: 0xffff_fffc },
                Masked { value: 16, mask: 0xffff_fff0 },
            ])),
            test(Relation::NotIn(alloc::vec![
                Masked { value: 36, mask: 0xffff_fffe },
                Masked { value: 33, mask: 0xffff_fffd }
            ])),
            FieldTest { low: 1, width: 2, ..test(Relation::Less(2)) },
        ];
        let split = split(&part(&[(0, 40)]), Width::Bits32, tests.iter());
        let class = |number: u128| {
            let holds = |part: &Vec<Span>| part.iter().any(|span| span.first <= number && number <= span.last);
            split.parts.iter().position(holds).unwrap()
        };
        for one in 0..=40 {
            for other in 0..=40 {
                let alike = tests.iter().all(|test| test.holds(one) == test.holds(other));
                assert_eq!(class(one) == class(other), alike, "{one} {other}");
            }
        }
    }
}
