//! What the match language takes without a word, and what it makes of it.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::Acl;
use crate::ovn::matching::{Condition, Constant, Element, ElementKind, Format, Match, Relop, Test};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The tests of a row that hardly mean what they say.
pub(super) fn check(acl: &Acl, matches: &Match) -> Vec<Diagnostic> {
    let finding = |(severity, message, help): Saying| {
        Diagnostic::new(Code::OddMatch, message).severity(severity).at_maybe(acl.provenance.place).help(help)
    };
    matches.tests().flat_map(|test| sayings(acl, test)).map(finding).collect()
}

/// How grave it is, what is so, and what to write.
type Saying = (Severity, String, &'static str);

fn sayings(acl: &Acl, test: &Test) -> Vec<Saying> {
    let symbol = test.subject.symbol;
    let name = symbol.name();
    // Some bits of an address are a number like any other.
    let is_whole = test.subject.width == symbol.width();
    let number = |element: &Element| match &element.kind {
        ElementKind::Number(constant) => Some((*constant, written(acl, element)?)),
        ElementKind::Text(_) | ElementKind::AddressSet(..) | ElementKind::PortGroup(_) => None,
    };
    let numbers = test.elements().filter_map(number);
    let odd =
        |(constant, text): (Constant, &str)| foreign(name, constant, text).or_else(|| beyond_prefix(constant, text));
    numbers.filter(|_| is_whole).filter_map(odd).chain(always(acl, test)).collect()
}

fn written<'a>(acl: &'a Acl, element: &Element) -> Option<&'a str> {
    acl.matches.get(element.span.range())
}

/// The kind of address that a symbol holds.
fn family(name: &str) -> Option<Format> {
    match name {
        "ip4.src" | "ip4.dst" | "arp.spa" | "arp.tpa" => Some(Format::Ipv4),
        "ip6.src" | "ip6.dst" | "nd.target" => Some(Format::Ipv6),
        "eth.src" | "eth.dst" | "arp.sha" | "arp.tha" | "nd.sll" | "nd.tll" => Some(Format::Ethernet),
        _ => None,
    }
}

/// A number in the place of an address, or an address of another kind.
fn foreign(name: &str, constant: Constant, text: &str) -> Option<Saying> {
    let wanted = family(name).filter(|wanted| *wanted != constant.format())?;
    let read = match wanted {
        Format::Ipv4 => format!("`{}`", Ipv4Addr::from(u32::try_from(constant.value()).ok()?)),
        Format::Ipv6 => format!("`{}`", Ipv6Addr::from(constant.value())),
        Format::Ethernet | Format::Decimal | Format::Hexadecimal => format!("the number {}", constant.value()),
    };
    let mask = if constant.mask().is_some() { ", with the mask as a number" } else { "" };
    let message = format!("OVN takes `{text}` for {read}{mask}, as `{name}` holds nothing else");
    Some((Severity::Warning, message, "write an address of the kind that the field holds"))
}

/// Bits behind the prefix, which do not count.
fn beyond_prefix(constant: Constant, text: &str) -> Option<Saying> {
    let (address, _) = text.split_once('/')?;
    let number = match address.parse().ok()? {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let message = format!(
        "`{text}` is about every address of the prefix, not about {address}: what stands behind the prefix does not count"
    );
    let help = "leave the prefix out for the one address; for all of them write the prefix with zeros behind it";
    (number & !constant.mask()? != 0).then_some((Severity::Info, message, help))
}

/// An order that holds of every number.
fn always(acl: &Acl, test: &Test) -> Option<Saying> {
    let Condition::Compare(relop, constants) = &test.condition else { return None };
    let [element] = constants.elements.as_slice() else { return None };
    let ElementKind::Number(constant) = &element.kind else { return None };
    let most = u128::MAX.checked_shr(u128::BITS.checked_sub(test.subject.width)?).unwrap_or(0);
    let every = match relop {
        Relop::GreaterOrEqual => constant.value() == 0,
        Relop::LessOrEqual => constant.value() == most,
        Relop::Equal | Relop::NotEqual | Relop::Less | Relop::Greater => false,
    };
    let (symbol, text) = (test.subject.symbol, written(acl, element)?);
    let rest = symbol.prerequisite().map_or_else(|| "everything".into(), |needed| format!("all of `{needed}`"));
    let subject = acl.matches.get(test.subject.span.range())?;
    let message = format!("`{subject}` and `{text}` tell nothing apart: the test is true of {rest}");
    every.then_some((Severity::Warning, message, "leave the test out, or write the number that is meant"))
}
