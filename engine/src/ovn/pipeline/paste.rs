//! northd pastes a match as text into a larger one, so whether it is valid depends on where it lands.

use super::matches::{Matches, Meaning};
use super::row::AclId;
use crate::ovn::acl::{Acl, Action};
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, FieldTest, Relation, parse};
use crate::ovn::network::Version;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The place into which a match is pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paste {
    /// Whose rules.
    pub version: Version,
    /// Whether the switch tracks connections.
    pub stateful: bool,
    /// Whether a row of the stage has a tier above zero.
    pub tiered: bool,
    /// Whether nobody knows that the row is in force.
    pub doubted: bool,
}

/// A row that does nothing, with the reason that ovn-controller logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row.
    pub id: AclId,
    /// The parser's message, or what else keeps the row out of the database.
    pub message: String,
    /// Whether the match is valid by itself and only its surroundings spoil it.
    pub by_context: bool,
}

impl Paste {
    /// The text that ovn-controller parses, with `1` in the place of northd's own conditions: what is in front of the match,
    /// the match, and what is behind.
    pub fn text(self, acl: &Acl) -> [&str; 3] {
        let hinted = self.stateful && acl.action != Action::AllowStateless;
        let (front, behind) = match self.version {
            // As if it were a matter of where the packet is.
            _ if self.doubted => ("(", ") && is_chassis_resident(\"\")"),
            Version::V23_03 if hinted && acl.action == Action::Reject => ("(1) && ", ""),
            Version::V23_03 if hinted => ("1 && (", ")"),
            Version::V23_03 => ("", ""),
            Version::Main if hinted || self.tiered => ("1 && (", ")"),
            Version::Main => ("(", ")"),
        };
        [front, &acl.matches, behind]
    }

    pub(super) fn parse(
        self,
        acl: &Acl,
        id: AclId,
        context: &Context,
        matches: &mut Matches,
    ) -> Result<Meaning, RowError> {
        if acl.action == Action::Pass && self.version == Version::V23_03 {
            let message = "OVN 23.03 has no action `pass`".to_string();
            return Err(RowError { id, message, by_context: true });
        }
        match matches.parse(self.text(acl), context) {
            Ok(meaning) => Ok(meaning),
            Err(errors) => {
                let by_context = parse(&acl.matches, context).is_ok();
                Err(RowError { id, message: errors.first().message(), by_context })
            }
        }
    }
}

/// Whether a match means the same wherever it is pasted and is understood: it closes no parenthesis that others opened, and
/// has no comment that could hide one.
pub(super) fn stands_alone(text: &str) -> bool {
    if text.contains("//") || text.contains("/*") {
        return false;
    }
    let (mut depth, mut quoted) = (0_usize, false);
    for letter in text.bytes() {
        match letter {
            b'"' => quoted = !quoted,
            // What is escaped where is for the parser to say.
            b'\\' => return false,
            b'(' if !quoted => depth += 1,
            b')' if !quoted && depth == 0 => return false,
            b')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// What ovn-controller makes of an expression. A test of `ip.dscp` or `ip.ecn` is lost on its way into OpenFlow, so that
/// every value passes: `mf_set` of OVS takes the mask of their six or two bits for a partial one, and ignores it. Of parts
/// that have to hold together those come first that are quickly asked, and none that says nothing.
pub(super) fn installed(expression: Expression) -> Expression {
    match expression {
        Expression::All(parts) => together(parts.into_iter().map(installed)),
        Expression::Any(parts) => {
            let mut any: Vec<Expression> = parts.into_iter().map(installed).collect();
            if any.len() == 1 { any.pop().unwrap_or(Expression::Constant(false)) } else { Expression::Any(any) }
        }
        Expression::Field(test) if matches!(test.field, Field::IpDscp | Field::IpEcn) => Expression::Constant(true),
        other => other,
    }
}

/// Parts that have to hold together.
fn together(parts: impl IntoIterator<Item = Expression>) -> Expression {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Expression::All(inner) => inner.into_iter().for_each(|part| add(&mut all, part)),
            part => add(&mut all, part),
        }
    }
    all.sort_by_key(effort);
    if all.len() == 1 { all.pop().unwrap_or(Expression::Constant(true)) } else { Expression::All(all) }
}

/// With more parts, nobody looks for one that is there already.
const MOST_COMPARED: usize = 16;

/// One more part that has to hold, unless it is true anyway where the others are.
fn add(all: &mut Vec<Expression>, part: Expression) {
    let is_there = |part: &Expression| all.iter().take(MOST_COMPARED).any(|known| known == part);
    let is_implied = match &part {
        Expression::Constant(true) => true,
        Expression::Any(parts) => is_there(&part) || parts.iter().take(MOST_COMPARED).any(is_there),
        part => is_there(part),
    };
    if !is_implied {
        all.push(part);
    }
}

/// How long it takes, roughly, until a packet is known not to match: what most packets have tells little.
fn effort(expression: &Expression) -> u8 {
    match expression {
        Expression::Constant(_) | Expression::Resident { .. } => 0,
        Expression::Field(FieldTest { field, relation: Relation::In(_), .. }) if is_telling(*field) => 1,
        Expression::Field(_) => 2,
        Expression::Port(_) => 3,
        Expression::All(_) | Expression::Any(_) => 4,
    }
}

/// Whether packets seldom have the same in a field.
fn is_telling(field: Field) -> bool {
    matches!(
        field,
        Field::Ip4Src
            | Field::Ip4Dst
            | Field::Ip6Src
            | Field::Ip6Dst
            | Field::TcpSrc
            | Field::TcpDst
            | Field::UdpSrc
            | Field::UdpDst
    )
}
