//! A match as it is written: symbols and constants, each with its place.

use super::constant::Constant;
use super::relop::Relop;
use super::symbol::Symbol;
use crate::ovn::network::Version;
use crate::source::Span;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A match that OVN accepts. Two of them are equal when they say the same in the same order, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub(super) root: Node,
    pub(super) version: Version,
}

impl Match {
    /// The bytes of the text that it covers, without blanks and comments around it.
    pub fn span(&self) -> Span {
        self.root.span
    }

    /// Its outermost part.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The version whose symbols it uses.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Every part from left to right, each one before the parts that it is made of.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut pending = alloc::vec![&self.root];
        core::iter::from_fn(move || {
            let node = pending.pop()?;
            pending.extend(node.parts().iter().rev());
            Some(node)
        })
    }

    /// Every test of a symbol, from left to right.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.nodes().filter_map(|node| match &node.kind {
            NodeKind::Test(test) => Some(test),
            NodeKind::Constant(_) | NodeKind::Not(_) | NodeKind::All(_) | NodeKind::Any(_) | NodeKind::Resident(_) => {
                None
            }
        })
    }
}

/// A part of a match with its place. Equality does not look at the place.
#[derive(Debug, Clone, Eq)]
pub struct Node {
    /// Its bytes, parentheses around it included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Node {
    /// The parts that it is directly made of.
    pub fn parts(&self) -> &[Self] {
        match &self.kind {
            NodeKind::Not(inner) => core::slice::from_ref(inner),
            NodeKind::All(parts) | NodeKind::Any(parts) => parts,
            NodeKind::Constant(_) | NodeKind::Test(_) | NodeKind::Resident(_) => &[],
        }
    }
}

/// What a part of a match is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// `1` or `0`.
    Constant(bool),
    /// `!` before a part.
    Not(Box<Node>),
    /// Parts between `&&`, two at least; none of them is an `All` itself.
    All(Vec<Node>),
    /// Parts between `||`, two at least; none of them is an `Any` itself.
    Any(Vec<Node>),
    /// A test of a symbol.
    Test(Test),
    /// `is_chassis_resident("port")`
    Resident(String),
}

/// A test of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is tested.
    pub subject: Subject,
    /// What must hold of it.
    pub condition: Condition,
}

impl Test {
    /// Everything that the symbol is compared with, from left to right.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        let constants: [&[Element]; 2] = match &self.condition {
            Condition::NonZero => [&[], &[]],
            Condition::Compare(_, constants) => [&constants.elements, &[]],
            Condition::Between([(_, left), (_, right)]) => [&left.elements, &right.elements],
        };
        constants.into_iter().flatten()
    }
}

/// A symbol or some of its bits. Equality does not look at the place.
#[derive(Debug, Clone, Copy, Eq)]
pub struct Subject {
    /// The symbol.
    pub symbol: &'static Symbol,
    /// First bit; zero for the name of a port.
    pub low: u32,
    /// Number of bits; zero for the name of a port.
    pub width: u32,
    /// Its bytes.
    pub span: Span,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        (self.symbol, self.low, self.width) == (other.symbol, other.low, other.width)
    }
}

/// What a test asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Not zero: the symbol stands alone.
    NonZero,
    /// `field == constants`, whichever side the field was written on.
    Compare(Relop, Constants),
    /// `low < field < high`, or with `<=`, `>`, `>=`: the left side turned around, then the right one.
    Between([(Relop, Constants); 2]),
}

/// The right side of a comparison: one element, or several in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constants {
    /// The elements as they are written, one at least.
    pub elements: Vec<Element>,
}

/// An element with its place. Equality does not look at the place.
#[derive(Debug, Clone, Eq)]
pub struct Element {
    /// Its bytes.
    pub span: Span,
    /// What it is.
    pub kind: ElementKind,
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElementKind {
    /// A number or an address.
    Number(Constant),
    /// A string.
    Text(String),
    /// `$name`, with what the set holds.
    AddressSet(String, Arc<[Constant]>),
    /// `@name`
    PortGroup(String),
}

impl Constants {
    /// Every number of it, those of address sets included.
    pub fn numbers(&self) -> impl Iterator<Item = &Constant> {
        self.elements.iter().flat_map(|element| match &element.kind {
            ElementKind::Number(constant) => core::slice::from_ref(constant),
            ElementKind::AddressSet(_, constants) => constants,
            ElementKind::Text(_) | ElementKind::PortGroup(_) => &[],
        })
    }
}
