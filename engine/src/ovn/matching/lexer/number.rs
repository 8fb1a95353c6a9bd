//! Numbers and addresses (`lex_parse_integer__`, `lex_parse_mask`).

use super::super::constant::{Constant, Format};
use super::super::expression::ones;
use super::super::token::{LexicalError, TokenKind};
use super::Scanned;
use core::net::{Ipv4Addr, Ipv6Addr};

/// OVN's `INET6_ADDRSTRLEN`: no address is that long.
const LONGEST_ADDRESS: usize = 46;

/// The length of a MAC address as text.
const MAC_LENGTH: usize = 17;

/// The digits of OVN's largest number, which has 128 bytes.
const LONGEST_HEXADECIMAL: u32 = 256;

pub(super) fn scan(rest: &str) -> Scanned<'_> {
    let (behind, scanned) = integer(rest);
    let constant = match scanned {
        Ok(constant) => constant,
        Err(error) => return (behind, TokenKind::Invalid(error)),
    };
    let Some(mask) = behind.strip_prefix('/') else { return (behind, TokenKind::Number(constant)) };
    let (behind, scanned) = integer(mask);
    match scanned.and_then(|mask| apply(constant, mask)) {
        Ok(masked) => (behind, TokenKind::Number(masked)),
        Err(error) => (behind, TokenKind::Invalid(error)),
    }
}

fn integer(rest: &str) -> (&str, Result<Constant, LexicalError>) {
    let (text, behind) = super::split(rest, extent(rest));
    (behind, classify(text))
}

/// How far a number reaches: `..` ends it, and so does a colon behind a dot.
fn extent(rest: &str) -> usize {
    let mut bytes = rest.bytes().enumerate().peekable();
    let mut dotted = false;
    while let Some((at, byte)) = bytes.next() {
        let inside = match byte {
            b':' => !dotted,
            b'.' => {
                dotted = true;
                bytes.peek().is_none_or(|(_, next)| *next != b'.')
            }
            _ => byte.is_ascii_alphanumeric(),
        };
        if !inside {
            return at;
        }
    }
    rest.len()
}

fn classify(text: &str) -> Result<Constant, LexicalError> {
    if text.is_empty() {
        return Err(LexicalError::NoInteger);
    }
    if let Some(mac) = mac(text) {
        return Ok(Constant::new(mac, Format::Ethernet));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return decimal(text);
    }
    for (prefix, x) in [("0x", 'x'), ("0X", 'X')] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return hexadecimal(digits, x);
        }
    }
    address(text).ok_or(LexicalError::BadNumber)
}

fn decimal(text: &str) -> Result<Constant, LexicalError> {
    if text.len() > 1 && text.starts_with('0') {
        return Err(LexicalError::LeadingZero);
    }
    let number: u64 = text.parse().map_err(|_| LexicalError::LargeDecimal)?;
    Ok(Constant::new(number.into(), Format::Decimal))
}

/// OVN knows a MAC address by its length alone; its bytes may have any number of digits, of which the last two count.
fn mac(text: &str) -> Option<u128> {
    let mut bytes = text.split(':');
    let mut number = 0;
    for _ in 0..6 {
        number = number << 8 | u128::from(mac_byte(bytes.next()?)?);
    }
    (text.len() == MAC_LENGTH && bytes.next().is_none()).then_some(number)
}

fn mac_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).unwrap_or(text);
    let number = u64::from_str_radix(digits, 16).ok()?;
    let [.., byte] = number.to_be_bytes();
    Some(byte)
}

/// OVN reads the digits from the right, so of two mistakes it names the last one.
fn hexadecimal(digits: &str, x: char) -> Result<Constant, LexicalError> {
    if digits.is_empty() {
        return Err(LexicalError::NoHexDigits(x));
    }
    let mut value = 0;
    let mut width = 0;
    for (at, digit) in (0u32..).zip(digits.chars().rev()) {
        let digit = digit.to_digit(16).ok_or(LexicalError::BadHexadecimal)?;
        if digit == 0 {
            continue;
        }
        if at >= LONGEST_HEXADECIMAL {
            return Err(LexicalError::LargeHexadecimal);
        }
        value |= u128::from(digit).checked_shl(4 * at).unwrap_or(0);
        width = 4 * at + u32::BITS - digit.leading_zeros();
    }
    Ok(if width > u128::BITS { Constant::wide(value, width) } else { Constant::new(value, Format::Hexadecimal) })
}

fn address(text: &str) -> Option<Constant> {
    if text.len() >= LONGEST_ADDRESS {
        return None;
    }
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return Some(Constant::new(u32::from(ip).into(), Format::Ipv4));
    }
    let ip = text.parse::<Ipv6Addr>().ok()?;
    Some(Constant::new(ip.into(), Format::Ipv6))
}

fn apply(constant: Constant, mask: Constant) -> Result<Constant, LexicalError> {
    // OVN keeps the low 32 bits of a prefix length, so 2**32 + 8 is read as 8.
    let length = u32::try_from(mask.value() & 0xffff_ffff).unwrap_or(u32::MAX);
    let prefix = |width: u32| Constant::new(ones(width) & !ones(width - length), mask.format());
    match (constant.format(), mask.format()) {
        (one, other) if one == other => Ok(constant.masked(mask)),
        (Format::Ipv4, Format::Decimal) if length <= 32 => Ok(constant.masked(prefix(32))),
        (Format::Ipv6, Format::Decimal) if length <= 128 => Ok(constant.masked(prefix(128))),
        (Format::Decimal, Format::Hexadecimal) if constant.value() == 0 => {
            Ok(Constant::new(0, Format::Hexadecimal).masked(mask))
        }
        _ => Err(LexicalError::MaskFormat),
    }
}
