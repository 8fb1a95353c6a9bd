//! The tree of a document: what YAML says, with the place of every part.

use crate::source::Place;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// A value of YAML with its place in the source.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) value: Value,
    /// The source of it: quotes, block header and brackets included.
    pub(crate) place: Place,
}

/// What a node is. Texts are shared; what an alias repeats is copied, within [`super::tree::ALIASED`].
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Text, or a number, a boolean, nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values.
    Mapping(Mapping),
}

/// A scalar after unquoting and folding.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    /// The text.
    pub(crate) text: Rc<str>,
    /// How it is written, which decides what else than text it can be.
    pub(crate) style: Style,
}

/// Whether a scalar can be something else than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: the core schema decides.
    Plain,
    /// In quotes or a block: text.
    Text,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: Rc<str>,
    /// Where the key stands.
    pub(crate) key_place: Place,
    /// What it has.
    pub(crate) value: Node,
}

/// Keys and values in the order of the source, each key once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mapping {
    /// The entries.
    pub(crate) entries: Vec<Entry>,
}

impl Mapping {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }
}

/// What a plain scalar is to `kubectl`: the core schema of YAML 1.2 (section 10.3.2), with the words and octal numbers of
/// YAML 1.1 (`resolve` of `sigs.k8s.io/yaml`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Resolved {
    /// Nothing.
    Null,
    /// `true` or `false`, `yes` or `no`, `on` or `off`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number for which 64 bits have no room.
    Large,
    /// Another number.
    Float,
    /// Text.
    Text,
}

impl Resolved {
    /// The name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Large => "a number",
            Self::Float => "a number with a fraction",
            Self::Text => "text",
        }
    }
}

impl Scalar {
    /// What the scalar is.
    pub(crate) fn resolve(&self) -> Resolved {
        match self.style {
            Style::Text => Resolved::Text,
            Style::Plain => resolve(&self.text),
        }
    }
}

impl Node {
    /// Whether it says nothing, which Kubernetes treats like an absent field.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.resolve() == Resolved::Null)
    }

    /// What it is, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.resolve().name(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The text of a scalar, whatever else it may be.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if scalar.resolve() != Resolved::Null => Some(&scalar.text),
            Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }
}

pub(super) fn resolve(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Resolved::Boolean(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            Resolved::Boolean(false)
        }
        _ => integer(text).unwrap_or_else(|| float(text)),
    }
}

fn integer(text: &str) -> Option<Resolved> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    // YAML 1.1 counts in eights what begins with a zero.
    let octal = digits.strip_prefix('0').and_then(|digits| radix(digits, 8));
    octal.or_else(|| radix(digits, 10)).map(|number| match number {
        Resolved::Integer(number) => Resolved::Integer(sign * number),
        other => other,
    })
}

fn radix(digits: &str, radix: u32) -> Option<Resolved> {
    let all = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    all.then(|| i64::from_str_radix(digits, radix).map_or(Resolved::Large, Resolved::Integer))
}

fn float(text: &str) -> Resolved {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special = matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN");
    match special || is_decimal(unsigned) {
        true => whole(text, unsigned).map_or(Resolved::Float, Resolved::Integer),
        false => Resolved::Text,
    }
}

/// A decimal number without a fraction, whatever point or exponent it has: `kubectl` reads `80.0` and `8e1` as numbers with a
/// fraction, writes them as Go's `encoding/json` does, and sends `80` to the API server.
fn whole(text: &str, unsigned: &str) -> Option<i64> {
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i8 = exponent.parse().ok()?;
    let point = isize::try_from(before.len()).ok()? + isize::from(exponent);
    let mut number: i64 = 0;
    for (at, digit) in (0..).zip(before.bytes().chain(behind.bytes())) {
        let digit = i64::from(digit - b'0');
        if at < point {
            number = number.checked_mul(10)?.checked_add(digit)?;
        } else if digit != 0 {
            return None;
        }
    }
    let written = isize::try_from(before.len() + behind.len()).ok()?;
    for _ in written..point {
        number = number.checked_mul(10)?;
    }
    Some(if text.starts_with('-') { -number } else { number })
}

/// Whether it is a number without a sign, with digits behind a point or an exponent: `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? )
/// ( [eE] [-+]? [0-9]+ )?` of YAML's core schema.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, expected) in [
            ("~", Resolved::Null),
            ("True", Resolved::Boolean(true)),
            ("yes", Resolved::Boolean(true)),
            ("OFF", Resolved::Boolean(false)),
            ("n", Resolved::Boolean(false)),
            ("yES", Resolved::Text),
            ("0120", Resolved::Integer(80)),
            ("-0o17", Resolved::Text),
            ("089", Resolved::Integer(89)),
            ("-12", Resolved::Integer(-12)),
            ("0x1F", Resolved::Integer(31)),
            ("0o17", Resolved::Integer(15)),
            ("99999999999999999999", Resolved::Large),
            ("-0x10000000000000000", Resolved::Text),
            ("23.03", Resolved::Float),
            ("80.5", Resolved::Float),
            ("1e-1", Resolved::Float),
            ("1e30", Resolved::Float),
            ("80.0", Resolved::Integer(80)),
            ("80.", Resolved::Integer(80)),
            (".8e2", Resolved::Integer(80)),
            ("-8E+1", Resolved::Integer(-80)),
            ("8000e-2", Resolved::Integer(80)),
            ("-0.0", Resolved::Integer(0)),
            (".inf", Resolved::Float),
            ("172.20.10.2", Resolved::Text),
            ("1-2", Resolved::Text),
            ("-", Resolved::Text),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }
}
