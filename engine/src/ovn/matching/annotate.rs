//! Symbols → fields, prerequisites written out, `!` pushed to the leaves (`expr_annotate__` in OVN's `lib/expr.c`).

use super::constant::Constant;
use super::expression::{Expression, FieldTest, Masked, PortSet, PortTest, Relation, ones};
use super::relop::Relop;
use super::symbol::{Definition, Definitions};
use super::tree::{Condition, Constants, ElementKind, Match, Node, NodeKind, Subject, Test};
use crate::ovn::field::{Field, PortField};
use alloc::string::ToString;
use alloc::vec::Vec;

impl Match {
    /// What it says about a packet.
    ///
    /// A comparison holds only where the prerequisites of its symbol do, under `!` too; a predicate under `!` is
    /// negated together with its prerequisites.
    ///
    /// ```
    /// use ringfence_engine::ovn::matching::{Context, parse};
    ///
    /// let meaning = |text| parse(text, &Context::default()).unwrap().annotate().simplify().to_string();
    /// assert_eq!(meaning("!(tcp.dst == 80)"), "tcp.dst != 80 && ip.proto == 6 && eth.type == {0x800, 0x86dd}");
    /// assert_eq!(meaning("!ip4.src_mcast"), "ip4.src[28..31] != 0xe || eth.type != 0x800");
    /// ```
    pub fn annotate(&self) -> Expression {
        self.annotate_by(&Definitions::new(self.version))
    }

    /// The same, with symbols of its version that were met before.
    pub fn annotate_by(&self, definitions: &Definitions) -> Expression {
        Annotator { definitions }.node(&self.root, Sign::Plain)
    }
}

/// Whether an odd number of `!` encloses a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plain,
    Negated,
}

impl Sign {
    fn flipped(self) -> Self {
        match self {
            Self::Plain => Self::Negated,
            Self::Negated => Self::Plain,
        }
    }

    fn apply(self, relop: Relop) -> Relop {
        match self {
            Self::Plain => relop,
            Self::Negated => relop.inverted(),
        }
    }

    fn join(self, parts: Vec<Expression>) -> Expression {
        match self {
            Self::Plain => Expression::All(parts),
            Self::Negated => Expression::Any(parts),
        }
    }
}

struct Annotator<'d> {
    definitions: &'d Definitions,
}

impl Annotator<'_> {
    fn node(&self, node: &Node, sign: Sign) -> Expression {
        match &node.kind {
            NodeKind::Constant(holds) => Expression::Constant(*holds == (sign == Sign::Plain)),
            NodeKind::Not(inner) => self.node(inner, sign.flipped()),
            NodeKind::All(parts) => sign.join(self.nodes(parts, sign)),
            NodeKind::Any(parts) => sign.flipped().join(self.nodes(parts, sign)),
            NodeKind::Test(test) => self.test(test, sign),
            NodeKind::Resident(port) => Expression::Resident { port: port.clone(), holds: sign == Sign::Plain },
        }
    }

    fn nodes(&self, nodes: &[Node], sign: Sign) -> Vec<Expression> {
        nodes.iter().map(|node| self.node(node, sign)).collect()
    }

    fn test(&self, test: &Test, sign: Sign) -> Expression {
        let subject = &test.subject;
        match &test.condition {
            Condition::NonZero => {
                let zero = Constant::new(0, super::constant::Format::Hexadecimal);
                self.numbers(subject, Relop::NotEqual, sign, core::iter::once(&zero))
            }
            Condition::Compare(relop, constants) => self.compare(subject, *relop, sign, constants),
            Condition::Between(bounds) => {
                let sides = bounds.iter().map(|(relop, constants)| self.compare(subject, *relop, sign, constants));
                sign.join(sides.collect())
            }
        }
    }

    fn compare(&self, subject: &Subject, relop: Relop, sign: Sign, constants: &Constants) -> Expression {
        match subject.symbol.definition() {
            Definition::Port(field) => Expression::Any(ports(field, constants)),
            Definition::Field(_) | Definition::Bits { .. } | Definition::Predicate(_) => {
                self.numbers(subject, relop, sign, constants.numbers())
            }
        }
    }

    fn numbers<'a>(
        &self,
        subject: &Subject,
        relop: Relop,
        sign: Sign,
        constants: impl Iterator<Item = &'a Constant>,
    ) -> Expression {
        let relop = sign.apply(relop);
        let mut constants = constants.peekable();
        // OVN makes a comparison with an empty set a plain constant, before it thinks of prerequisites.
        if constants.peek().is_none() {
            return Expression::Constant(relop == Relop::NotEqual);
        }
        match subject.symbol.definition() {
            Definition::Predicate(text) => self.predicate(text, relop, constants),
            Definition::Field(field) => self.field(whole(field, 0, subject), subject, relop, sign, constants),
            Definition::Bits { field, low, .. } => {
                self.field(whole(field, low, subject), subject, relop, sign, constants)
            }
            Definition::Port(_) => Expression::Constant(false),
        }
    }

    /// OVN does not look at a mask here: `vlan.present == 0/0` says that there is no tag.
    fn predicate<'a>(
        &self,
        text: &'static str,
        relop: Relop,
        constants: impl Iterator<Item = &'a Constant>,
    ) -> Expression {
        let expanded = self.definitions.expand(text);
        let parts = constants.map(|constant| {
            let wanted = (constant.value() & 1 == 1) == (relop == Relop::Equal);
            if wanted { expanded.clone() } else { expanded.clone().negated() }
        });
        combine(relop, parts.collect())
    }

    fn field<'a>(
        &self,
        whole: FieldTest,
        subject: &Subject,
        relop: Relop,
        sign: Sign,
        constants: impl Iterator<Item = &'a Constant>,
    ) -> Expression {
        let kept = ones(subject.width);
        let bounds = constants.map(|constant| Masked {
            value: constant.value() & kept,
            mask: constant.mask().unwrap_or(u128::MAX) & kept,
        });
        let test = match relop {
            Relop::Equal => Expression::Field(FieldTest { relation: Relation::In(bounds.collect()), ..whole }),
            Relop::NotEqual => Expression::Field(FieldTest { relation: Relation::NotIn(bounds.collect()), ..whole }),
            Relop::Less | Relop::LessOrEqual | Relop::Greater | Relop::GreaterOrEqual => {
                sign.join(bounds.map(|bound| ordering(&whole, relop, bound)).collect())
            }
        };
        match subject.symbol.prerequisite() {
            Some(text) => Expression::All(alloc::vec![test, self.definitions.expand(text)]),
            None => test,
        }
    }
}

fn combine(relop: Relop, mut parts: Vec<Expression>) -> Expression {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    if relop == Relop::Equal { Expression::Any(parts) } else { Expression::All(parts) }
}

fn ports(field: PortField, constants: &Constants) -> Vec<Expression> {
    let sets = constants.elements.iter().filter_map(|element| match &element.kind {
        ElementKind::Text(name) => Some(PortSet::Name(name.clone())),
        ElementKind::PortGroup(name) => Some(PortSet::Group(name.to_string())),
        ElementKind::Number(_) | ElementKind::AddressSet(..) => None,
    });
    sets.map(|set| Expression::Port(PortTest { field, set })).collect()
}

fn whole(field: Field, base: u32, subject: &Subject) -> FieldTest {
    FieldTest { field, low: base + subject.low, width: subject.width, relation: Relation::In(Vec::new()) }
}

/// OVN compares the lowest run of bits in the mask; only an address set can bring a mask that is not the whole field.
fn ordering(whole: &FieldTest, relop: Relop, bound: Masked) -> Expression {
    if bound.mask == 0 {
        return Expression::Constant(matches!(relop, Relop::LessOrEqual | Relop::GreaterOrEqual));
    }
    let skipped = bound.mask.trailing_zeros();
    let width = (bound.mask >> skipped).trailing_ones();
    let value = (bound.value >> skipped) & ones(width);
    let relation = match relop {
        Relop::Less => Relation::Less(value),
        Relop::LessOrEqual => Relation::LessOrEqual(value),
        Relop::Greater => Relation::Greater(value),
        Relop::GreaterOrEqual => Relation::GreaterOrEqual(value),
        Relop::Equal => Relation::In(alloc::vec![bound]),
        Relop::NotEqual => Relation::NotIn(alloc::vec![bound]),
    };
    Expression::Field(FieldTest { field: whole.field, low: whole.low + skipped, width, relation })
}
