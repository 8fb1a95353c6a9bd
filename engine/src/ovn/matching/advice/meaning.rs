//! What is grammatical, but not allowed.

use super::super::constant::Format;
use super::super::error::ErrorKind;
use super::super::symbol::{Definition, Symbol};
use super::super::token::{Token, TokenKind};
use super::super::{expression::ones, lexer};
use super::{Advice, Scene};
use crate::source::Span;
use alloc::format;
use alloc::string::String;

impl<'a> Scene<'a> {
    pub(super) fn meaning(&self, kind: &ErrorKind) -> Advice {
        match kind {
            ErrorKind::Function => self.function(),
            ErrorKind::Depth => Advice::help("at most 100 parentheses may stand inside each other"),
            ErrorKind::MixedOperators => Advice::help("say which goes first: `(a && b) || c`, or `a && (b || c)`"),
            ErrorKind::NotOperand => self.not_operand(),
            ErrorKind::Template => Advice::help("the template variable has no value; write the value itself"),
            ErrorKind::BareField => self.bare_field(),
            ErrorKind::Range => Advice::help("both operators must point the same way: `80 <= tcp.dst <= 90`"),
            ErrorKind::BitOrder(low, high) => {
                let name = self.written(self.span).split('[').next().unwrap_or("").trim_end();
                Advice::write(self.span, format!("{name}[{high}..{low}]"))
            }
            ErrorKind::BitsOutside(symbol, ..) => {
                Advice::help(format!("the bits of `{}` are 0 to {}", symbol.name(), symbol.width().saturating_sub(1)))
            }
            ErrorKind::TextSubfield(_) | ErrorKind::NominalSubfield(_) => {
                Advice::help("only the whole field can be tested")
            }
            ErrorKind::Type(symbol) => self.mistyped(symbol),
            ErrorKind::Width(symbol, _) => self.too_wide(symbol),
            ErrorKind::OrderOfSet => Advice::help("compare with one constant, the lowest or the highest of the set"),
            ErrorKind::OrderOfLevel(symbol) => unordered(symbol),
            ErrorKind::OrderOfNothing => Advice::help("the address set is empty, so there is nothing to compare with"),
            ErrorKind::OrderOfMasked => Advice::help("compare with an address that has no mask, or with `==`"),
            ErrorKind::NegatedPredicate(symbol) => negated(symbol),
            ErrorKind::NegatedField(symbol) => negated(symbol),
            ErrorKind::Lexical(_) | ErrorKind::Syntax { .. } => Advice::operand(),
        }
    }

    fn function(&self) -> Advice {
        let name = self.written(self.span);
        if name.eq_ignore_ascii_case("not") {
            return Advice::help("write `!` instead of `not`").fix(self.span, "!");
        }
        if self.context.symbol(name).is_some() {
            return Advice::help("put `&&` or `||` between the two parts, or compare with `==`");
        }
        Advice::help("the only function is `is_chassis_resident(\"port\")`")
    }

    fn not_operand(&self) -> Advice {
        let operand = self.written(Span::new(self.span.start + 1, self.span.end)).trim_start();
        Advice::write(self.span, format!("!({operand})"))
    }

    fn bare_field(&self) -> Advice {
        let name = self.written(self.span);
        if let Some(token) = self.token(0) {
            match token.kind {
                TokenKind::Identifier("in" | "is" | "eq" | "equals" | "contains") => {
                    return Advice::write(token.span, "==");
                }
                TokenKind::Identifier("ne") => return Advice::write(token.span, "!="),
                TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::AddressSet(_) => {
                    return Advice::help(format!("put an operator between them: `{name} == {}`", token.text));
                }
                _ => {}
            }
        }
        Advice::help(format!("say what it must be: `{name} == …`"))
    }

    /// The tokens that the mistake is about.
    fn inside(&self) -> impl Iterator<Item = &'a Token<'a>> {
        let span = self.span;
        self.tokens.iter().filter(move |token| span.start <= token.span.start && token.span.end <= span.end)
    }

    /// The only constant of the comparison.
    fn only_constant(&self) -> Option<&'a Token<'a>> {
        let mut constants = self.inside().filter(|token| {
            matches!(
                token.kind,
                TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::AddressSet(_) | TokenKind::PortGroup(_)
            )
        });
        constants.next().filter(|_| constants.next().is_none())
    }

    fn mistyped(&self, symbol: &Symbol) -> Advice {
        let name = symbol.name();
        let Some(constant) = self.only_constant() else {
            return Advice::help("a set holds either numbers or strings");
        };
        match &constant.kind {
            TokenKind::Text(text) if lexer::element(text).is_some() => Advice::write(constant.span, &**text),
            TokenKind::Text(_) => Advice::help(format!("`{name}` is a number; only ports have names")),
            TokenKind::Number(_) => Advice::write(constant.span, format!("\"{}\"", constant.text)),
            TokenKind::AddressSet(_) => Advice::help(format!("compare `{name}` with a port group: `{name} == @group`")),
            TokenKind::PortGroup(group) => self.group_addresses(group, symbol, constant.span),
            _ => Advice::operand(),
        }
    }

    /// `ip4.src == @group`
    fn group_addresses(&self, group: &str, symbol: &Symbol, span: Span) -> Advice {
        let family = if symbol.name().starts_with("ip6") { "ip6" } else { "ip4" };
        let set = format!("{group}_{family}");
        if self.context.address_sets().any(|name| name == set) {
            Advice::write(span, format!("${set}"))
        } else {
            Advice::help(format!("the addresses of the group are in the set `${set}`"))
        }
    }

    fn too_wide(&self, symbol: &Symbol) -> Advice {
        let name = symbol.name();
        let other =
            if name.starts_with("ip4.") { name.replacen("ip4", "ip6", 1) } else { name.replacen("ip6", "ip4", 1) };
        let has_ip6 =
            self.inside().any(|token| matches!(&token.kind, TokenKind::Number(it) if it.format() == Format::Ipv6));
        if has_ip6 && name.starts_with("ip4.") {
            let field = self.inside().find(|token| token.text == name).filter(|_| self.only_constant().is_some());
            return match field {
                Some(field) => Advice::write(field.span, other),
                None => Advice::help(format!("IPv6 addresses are compared with `{other}`")),
            };
        }
        if symbol.is_predicate() || symbol.width() == 1 {
            return Advice::help(format!("`{name}` is either 0 or 1"));
        }
        if let Some(TokenKind::AddressSet(set)) = self.only_constant().map(|token| &token.kind) {
            return Advice::help(format!("an element of `${set}` does not fit into `{name}`"));
        }
        Advice::help(format!("`{name}` holds {}", contents(symbol)))
    }
}

/// What a field has room for.
fn contents(symbol: &Symbol) -> String {
    let format = match symbol.definition() {
        Definition::Field(field) => Format::of(field),
        Definition::Bits { .. } | Definition::Predicate(_) | Definition::Port(_) => Format::Decimal,
    };
    match (format, symbol.width()) {
        (Format::Ethernet, _) => "a MAC address".into(),
        (Format::Ipv4, _) => "an IPv4 address".into(),
        (Format::Ipv6, _) => "an IPv6 address".into(),
        (Format::Decimal | Format::Hexadecimal, width @ ..=32) => format!("numbers up to {}", ones(width)),
        (Format::Decimal | Format::Hexadecimal, width) => format!("numbers of {width} bits"),
    }
}

/// A symbol that is compared with `<` or the like, but has no order.
fn unordered(symbol: &Symbol) -> Advice {
    let name = symbol.name();
    match symbol.definition() {
        Definition::Predicate(_) => Advice::help(format!("`{name}` is true or false: leave the comparison out")),
        Definition::Port(_) => Advice::help("ports have no order: list them, `inport == {\"port1\", \"port2\"}`"),
        Definition::Field(_) | Definition::Bits { .. } => {
            Advice::help(format!("list the values that it may have: `{name} == {{1, 2, 3}}`"))
        }
    }
}

/// A nominal symbol that would have to be different.
pub(super) fn negated(symbol: &Symbol) -> Advice {
    let name = symbol.name();
    let instead = match name {
        "ip4" => "say what it may be, for example `ip6 || arp`",
        "ip6" => "say what it may be, for example `ip4 || arp`",
        "arp" => "say what it may be, for example `ip`",
        "ip" => "say what it may be, for example `arp`",
        "tcp" | "udp" | "sctp" | "icmp" | "icmp4" | "icmp6" | "ip.proto" => {
            "say what it may be, for example `ip.proto == {1, 17, 58}`"
        }
        _ => "say what it may be",
    };
    Advice::help(format!(
        "OVN cannot test that `{name}` is different: {instead}, or give that case a row of higher priority"
    ))
}
