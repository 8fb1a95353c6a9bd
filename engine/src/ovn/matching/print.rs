//! Match → text, the canonical one: `parse(print(m)) == m`.

mod expression;

use super::tree::{Condition, Constants, Element, ElementKind, Match, Node, NodeKind, Subject, Test};
use core::fmt::{self, Display, Formatter, Write};

impl Display for Match {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.root.fmt(out)
    }
}

impl Display for Node {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Constant(holds) => write!(out, "{}", u8::from(*holds)),
            NodeKind::Not(inner) => write!(out, "!{}", Operand { node: inner, behind_not: true }),
            NodeKind::All(parts) => joined(out, parts, " && "),
            NodeKind::Any(parts) => joined(out, parts, " || "),
            NodeKind::Test(test) => test.fmt(out),
            NodeKind::Resident(port) => write!(out, "is_chassis_resident({})", Quoted(port)),
        }
    }
}

fn joined(out: &mut Formatter<'_>, parts: &[Node], connective: &str) -> fmt::Result {
    for (at, node) in parts.iter().enumerate() {
        if at > 0 {
            out.write_str(connective)?;
        }
        Operand { node, behind_not: false }.fmt(out)?;
    }
    Ok(())
}

/// A part of another part, in parentheses where the grammar wants them.
struct Operand<'a> {
    node: &'a Node,
    behind_not: bool,
}

impl Display for Operand<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let bare = match &self.node.kind {
            NodeKind::Constant(_) | NodeKind::Resident(_) => true,
            NodeKind::Not(_) => !self.behind_not,
            NodeKind::Test(test) => !self.behind_not || test.condition == Condition::NonZero,
            NodeKind::All(_) | NodeKind::Any(_) => false,
        };
        if bare { self.node.fmt(out) } else { write!(out, "({})", self.node) }
    }
}

impl Display for Test {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match &self.condition {
            Condition::NonZero => subject.fmt(out),
            Condition::Compare(relop, constants) => write!(out, "{subject} {relop} {constants}"),
            Condition::Between([(first, left), (second, right)]) => {
                write!(out, "{left} {} {subject} {second} {right}", first.turned())
            }
        }
    }
}

impl Display for Subject {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.symbol.name())?;
        if self.width == self.symbol.width() {
            return Ok(());
        }
        match self.width {
            1 => write!(out, "[{}]", self.low),
            width => write!(out, "[{}..{}]", self.low, self.low + width - 1),
        }
    }
}

impl Display for Constants {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if let [only] = self.elements.as_slice() {
            return only.fmt(out);
        }
        out.write_char('{')?;
        for (at, element) in self.elements.iter().enumerate() {
            if at > 0 {
                out.write_str(", ")?;
            }
            element.fmt(out)?;
        }
        out.write_char('}')
    }
}

impl Display for Element {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ElementKind::Number(constant) => constant.fmt(out),
            ElementKind::Text(text) => Quoted(text).fmt(out),
            ElementKind::AddressSet(name, _) => write!(out, "${name}"),
            ElementKind::PortGroup(name) => write!(out, "@{name}"),
        }
    }
}

/// A string between quotes, with JSON's escapes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' => out.write_str("\\\"")?,
                '\\' => out.write_str("\\\\")?,
                '\n' => out.write_str("\\n")?,
                '\r' => out.write_str("\\r")?,
                '\t' => out.write_str("\\t")?,
                control if control.is_ascii_control() => write!(out, "\\u{:04x}", u32::from(control))?,
                other => out.write_char(other)?,
            }
        }
        out.write_char('"')
    }
}
