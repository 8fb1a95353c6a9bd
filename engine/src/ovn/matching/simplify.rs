//! The same truth in fewer words.

mod narrow;

use super::expression::{Expression, FieldTest, Masked, Relation, ones};
use crate::ovn::field::Field;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

impl Expression {
    /// An expression that is true of the same packets, without nesting, repetition and what decides nothing.
    ///
    /// Tests of the same bits are put together: in an [`Any`](Self::Any) what may be equal, in an [`All`](Self::All)
    /// what must be both. What can never hold by that becomes `0`, what always does becomes `1`. The order of what is
    /// left stays.
    ///
    /// ```
    /// use ringfence_engine::ovn::matching::{Context, Expression, parse};
    ///
    /// let annotated = parse("tcp && ip.proto == 17", &Context::default()).unwrap().annotate();
    /// assert_eq!(annotated.simplify(), Expression::Constant(false));
    /// ```
    pub fn simplify(self) -> Self {
        match self {
            Self::All(parts) => Join::All.simplify(parts),
            Self::Any(parts) => Join::Any.simplify(parts),
            Self::Field(test) => test.simplify(),
            Self::Constant(_) | Self::Port(_) | Self::Resident { .. } => self,
        }
    }
}

/// What holds parts together. Everything about one is true of the other with true and false exchanged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    All,
    Any,
}

/// The bits that a test looks at.
type Bits = (Field, u32, u32);

impl Join {
    /// The truth value that decides alone.
    fn decisive(self) -> bool {
        self == Self::Any
    }

    fn simplify(self, parts: Vec<Expression>) -> Expression {
        let mut flat = Vec::new();
        for part in parts {
            self.flatten(part.simplify(), &mut flat);
        }
        let merged = match self {
            Self::All => narrow::narrow(self.merge(flat)),
            Self::Any => self.merge(flat),
        };
        if merged.contains(&Expression::Constant(self.decisive())) {
            return Expression::Constant(self.decisive());
        }
        self.wrap(merged)
    }

    fn flatten(self, part: Expression, flat: &mut Vec<Expression>) {
        match (self, part) {
            (Self::All, Expression::All(inner)) | (Self::Any, Expression::Any(inner)) => flat.extend(inner),
            (_, Expression::Constant(holds)) if holds != self.decisive() => {}
            (_, part) => flat.push(part),
        }
    }

    fn wrap(self, mut parts: Vec<Expression>) -> Expression {
        match (parts.len(), self) {
            (0, _) => Expression::Constant(!self.decisive()),
            (1, _) => parts.pop().unwrap_or(Expression::Constant(!self.decisive())),
            (_, Self::All) => Expression::All(parts),
            (_, Self::Any) => Expression::Any(parts),
        }
    }

    /// Every part once, and the lists of constants for the same bits put together where the first of them stands.
    fn merge(self, parts: Vec<Expression>) -> Vec<Expression> {
        let mut lists = self.shared_lists(&parts);
        let mut done = HashSet::new();
        let mut seen = HashSet::new();
        let mut merged = Vec::new();
        for part in parts {
            let part = match self.list(&part).map(|(bits, _)| bits) {
                Some(bits) if done.contains(&bits) => continue,
                Some(bits) => match lists.remove(&bits) {
                    Some(list) => {
                        done.insert(bits);
                        test(bits, list)
                    }
                    None => part,
                },
                None => part,
            };
            if seen.insert(part.clone()) {
                merged.push(part);
            }
        }
        merged
    }

    /// What remains of the lists for bits that several parts have a list for.
    fn shared_lists(self, parts: &[Expression]) -> HashMap<Bits, HashSet<Masked>> {
        let mut counts = HashMap::<Bits, usize>::new();
        for (bits, _) in parts.iter().filter_map(|part| self.list(part)) {
            *counts.entry(bits).or_default() += 1;
        }
        let mut lists = HashMap::<Bits, HashSet<Masked>>::new();
        for (bits, list) in parts.iter().filter_map(|part| self.list(part)) {
            if counts.get(&bits) == Some(&1) {
                continue;
            }
            match lists.get_mut(&bits) {
                Some(together) => self.put_together(together, list),
                None => drop(lists.insert(bits, list.iter().copied().collect())),
            }
        }
        lists
    }

    /// The list of a test that can be merged with others: all exact constants in an `All`, any in an `Any`.
    fn list(self, part: &Expression) -> Option<(Bits, &Vec<Masked>)> {
        let Expression::Field(test) = part else { return None };
        let Relation::In(list) = &test.relation else { return None };
        (self == Self::Any || test.is_exact()).then_some(((test.field, test.low, test.width), list))
    }

    fn put_together(self, together: &mut HashSet<Masked>, list: &[Masked]) {
        match self {
            Self::Any => together.extend(list),
            Self::All => {
                let list: HashSet<_> = list.iter().collect();
                together.retain(|constant| list.contains(constant));
            }
        }
    }
}

fn test((field, low, width): Bits, list: HashSet<Masked>) -> Expression {
    FieldTest { field, low, width, relation: Relation::In(list.into_iter().collect()) }.simplify()
}

impl FieldTest {
    fn simplify(mut self) -> Expression {
        let most = ones(self.width);
        match &mut self.relation {
            Relation::In(list) => {
                if let Some(decided) = tidy(list) {
                    return Expression::Constant(decided);
                }
            }
            Relation::NotIn(list) => {
                if let Some(decided) = tidy(list) {
                    return Expression::Constant(!decided);
                }
                if let ([Masked { value, mask: 1 }], 1) = (list.as_slice(), self.width) {
                    let other = Masked { value: 1 - value, mask: 1 };
                    return Expression::Field(Self { relation: Relation::In(Vec::from([other])), ..self });
                }
            }
            Relation::Less(0) => return Expression::Constant(false),
            Relation::GreaterOrEqual(0) => return Expression::Constant(true),
            Relation::Greater(bound) if *bound >= most => return Expression::Constant(false),
            Relation::LessOrEqual(bound) if *bound >= most => return Expression::Constant(true),
            Relation::Less(_) | Relation::LessOrEqual(_) | Relation::Greater(_) | Relation::GreaterOrEqual(_) => {}
        }
        Expression::Field(self)
    }
}

/// Sorts a list and says whether every number is in it, or none.
fn tidy(list: &mut Vec<Masked>) -> Option<bool> {
    list.sort_unstable();
    list.dedup();
    if list.iter().any(|constant| constant.mask == 0) {
        return Some(true);
    }
    list.is_empty().then_some(false)
}
