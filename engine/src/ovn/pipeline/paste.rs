//! northd pastes a match as text into a larger one, so whether it is valid depends on where it lands.

use super::matches::Matches;
use super::row::AclId;
use crate::ovn::acl::{Acl, Action};
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, parse};
use crate::ovn::network::Version;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
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
    /// The text that ovn-controller parses, with `1` in the place of northd's own conditions.
    pub fn text(self, acl: &Acl) -> String {
        let matches = &acl.matches;
        let hinted = self.stateful && acl.action != Action::AllowStateless;
        match self.version {
            Version::V23_03 if hinted && acl.action == Action::Reject => format!("(1) && {matches}"),
            Version::V23_03 if hinted => format!("1 && ({matches})"),
            Version::V23_03 => matches.clone(),
            Version::Main if hinted || self.tiered => format!("1 && ({matches})"),
            Version::Main => format!("({matches})"),
        }
    }

    pub(super) fn parse(
        self,
        acl: &Acl,
        id: AclId,
        context: &Context,
        matches: &mut Matches,
    ) -> Result<Arc<Expression>, RowError> {
        if acl.action == Action::Pass && self.version == Version::V23_03 {
            let message = "OVN 23.03 has no action `pass`".to_string();
            return Err(RowError { id, message, by_context: true });
        }
        match matches.parse(self.text(acl), context) {
            Ok(matches) => Ok(matches),
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
/// that have to hold together those come first that are quickly asked.
pub(super) fn installed(expression: Expression) -> Expression {
    let each = |parts: Vec<Expression>| parts.into_iter().map(installed).collect::<Vec<_>>();
    match expression {
        Expression::All(parts) => {
            let mut parts = each(parts);
            parts.sort_by_key(effort);
            Expression::All(parts)
        }
        Expression::Any(parts) => Expression::Any(each(parts)),
        Expression::Field(test) if matches!(test.field, Field::IpDscp | Field::IpEcn) => Expression::Constant(true),
        other => other,
    }
}

/// How long it takes to ask, roughly.
fn effort(expression: &Expression) -> u8 {
    match expression {
        Expression::Constant(_) | Expression::Resident { .. } => 0,
        Expression::Field(test) if matches!(test.field, Field::EthType | Field::IpProto) => 1,
        Expression::Field(_) => 2,
        Expression::Port(_) => 3,
        Expression::All(_) | Expression::Any(_) => 4,
    }
}
