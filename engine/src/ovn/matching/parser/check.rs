//! Whether a symbol can be compared like that (`make_cmp` and `type_check`).

use super::super::error::ErrorKind;
use super::super::relop::Relop;
use super::super::symbol::Level;
use super::super::tree::Subject;
use super::Parser;
use super::constants::{Kind, Written};

impl Parser<'_> {
    /// Reports the first reason, in OVN's order, why the comparison is not allowed.
    pub(super) fn check(&mut self, subject: &Subject, relop: Relop, written: &Written) {
        let mistake = type_mistake(subject, written)
            .or_else(|| order_mistake(subject, relop, written))
            .or_else(|| self.nominal_mistake(subject, relop, written.constants.numbers().map(|number| number.value())));
        if let Some(kind) = mistake {
            let span = crate::source::Span::new(
                subject.span.start.min(written.span.start),
                subject.span.end.max(written.span.end),
            );
            self.mistake(kind, span);
        }
    }

    /// The same for a symbol that stands alone, which means `!= 0`.
    pub(super) fn check_bare(&mut self, subject: &Subject) {
        if let Some(kind) = self.nominal_mistake(subject, Relop::NotEqual, core::iter::once(0)) {
            self.mistake(kind, subject.span);
        }
    }

    fn nominal_mistake(
        &self,
        subject: &Subject,
        relop: Relop,
        mut values: impl Iterator<Item = u128>,
    ) -> Option<ErrorKind> {
        let symbol = subject.symbol;
        if symbol.level() != Level::Nominal {
            return None;
        }
        if symbol.is_predicate() {
            let positive = |value: u128| (value & 1 == 1) ^ (relop == Relop::NotEqual) ^ self.negated;
            return (!values.all(positive)).then_some(ErrorKind::NegatedPredicate(symbol));
        }
        let wanted = if self.negated { Relop::NotEqual } else { Relop::Equal };
        (relop != wanted).then_some(ErrorKind::NegatedField(symbol))
    }
}

fn type_mistake(subject: &Subject, written: &Written) -> Option<ErrorKind> {
    let symbol = subject.symbol;
    let wanted = if symbol.width() == 0 { Kind::Text } else { Kind::Integer };
    if written.kind != wanted {
        return Some(ErrorKind::Type(symbol));
    }
    let widths = written.constants.numbers().map(|constant| constant.width());
    let wide = widths.into_iter().find(|width| symbol.width() > 0 && *width > symbol.width())?;
    Some(ErrorKind::Width(symbol, wide))
}

fn order_mistake(subject: &Subject, relop: Relop, written: &Written) -> Option<ErrorKind> {
    if !relop.is_ordering() {
        return None;
    }
    if written.braces {
        return Some(ErrorKind::OrderOfSet);
    }
    match subject.symbol.level() {
        Level::Nominal | Level::Boolean => return Some(ErrorKind::OrderOfLevel(subject.symbol)),
        Level::Ordinal => {}
    }
    match written.constants.numbers().next() {
        None => Some(ErrorKind::OrderOfNothing),
        Some(first) if first.mask().is_some() => Some(ErrorKind::OrderOfMasked),
        Some(_) => None,
    }
}
