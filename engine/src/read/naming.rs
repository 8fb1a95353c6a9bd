//! What Kubernetes takes for a name (`k8s.io/apimachinery/pkg/util/validation`), and what it says of others.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The longest name of an object.
const LONGEST: usize = 253;

/// The longest label of a name, name of a key, and value of a label.
const LONGEST_PART: usize = 63;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
                         and must start and end with an alphanumeric character (e.g. 'example.com', regex used for \
                         validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                     start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for \
                     validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                         validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
                     must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', \
                     regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// What is wrong with the name of an object (`IsDNS1123Subdomain`).
pub(crate) fn subdomain(name: &str) -> Vec<&'static str> {
    let long = (name.len() > LONGEST).then_some("must be no more than 253 characters");
    let wrong = (!name.split('.').all(is_label)).then_some(SUBDOMAIN);
    long.into_iter().chain(wrong).collect()
}

/// What is wrong with the name of a namespace (`IsDNS1123Label`).
pub(crate) fn label(name: &str) -> Vec<&'static str> {
    let long = (name.len() > LONGEST_PART).then_some("must be no more than 63 characters");
    long.into_iter().chain((!is_label(name)).then_some(LABEL)).collect()
}

/// What is wrong with the key of a label or an annotation (`IsQualifiedName`).
pub(crate) fn qualified(key: &str) -> Vec<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((_, name)) if name.contains('/') => {
            let tail = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return alloc::vec![format!("a qualified name {QUALIFIED} {tail}")];
        }
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let mut faults: Vec<String> = match prefix {
        Some("") => alloc::vec!["prefix part must be non-empty".to_string()],
        Some(prefix) => subdomain(prefix).into_iter().map(|fault| format!("prefix part {fault}")).collect(),
        None => Vec::new(),
    };
    let length = match name.len() {
        0 => Some("name part must be non-empty"),
        1..=LONGEST_PART => None,
        _ => Some("name part must be no more than 63 characters"),
    };
    faults.extend(length.map(ToString::to_string));
    faults.extend((!is_word(name)).then(|| format!("name part {QUALIFIED}")));
    faults
}

/// What is wrong with the value of a label (`IsValidLabelValue`).
pub(crate) fn label_value(value: &str) -> Vec<&'static str> {
    let long = (value.len() > LONGEST_PART).then_some("must be no more than 63 characters");
    let plain = value.is_empty() || is_word(value);
    long.into_iter().chain((!plain).then_some(VALUE)).collect()
}

/// What is wrong with the name of a port (`IsValidPortName`, IANA_SVC_NAME).
pub(crate) fn port_name(name: &str) -> Vec<&'static str> {
    let letter = |c: char| c.is_ascii_lowercase();
    let known = |c: char| letter(c) || c.is_ascii_digit() || c == '-';
    let faults = [
        (name.len() > 15, "must be no more than 15 characters"),
        (
            name.is_empty() || !name.chars().all(known),
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (!name.chars().any(letter), "must contain at least one letter (a-z)"),
        (name.contains("--"), "must not contain consecutive hyphens"),
        (name.starts_with('-') || name.ends_with('-'), "must not begin or end with a hyphen"),
    ];
    faults.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text).collect()
}

/// Letters in lower case, digits, and `-` between them.
fn is_label(part: &str) -> bool {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    end(part.chars().next()) && end(part.chars().last()) && part.chars().all(inner)
}

/// Letters, digits, `-`, `_` and `.`, with a letter or a digit at both ends.
fn is_word(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.chars().all(letters) && ends(text.chars().next()) && ends(text.chars().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_kubernetes_takes_them() {
        for name in ["a", "a-b.c0", "0a"] {
            assert!(subdomain(name).is_empty(), "{name}");
        }
        for name in ["", "A", "a_b", "-a", "a.", "a..b"] {
            assert_eq!(subdomain(name).len(), 1, "{name}");
        }
        assert!(port_name("http-8080").is_empty());
        assert_eq!(port_name("80"), ["must contain at least one letter (a-z)"]);
        assert_eq!(port_name("HTTP").len(), 2);
        assert_eq!(port_name("a--b-"), ["must not contain consecutive hyphens", "must not begin or end with a hyphen"]);
        assert_eq!(port_name("abcdefghijklmnop"), ["must be no more than 15 characters"]);
    }

    #[test]
    fn labels_are_taken_as_kubernetes_takes_them() {
        for key in ["app", "vm.kubevirt.io/name", "A_b.c-9"] {
            assert!(qualified(key).is_empty(), "{key}");
        }
        for (key, faults) in [("a b", 1), ("Up/x", 1), ("/x", 1), ("a/", 2), ("a/b/c", 1), ("", 2)] {
            assert_eq!(qualified(key).len(), faults, "{key}");
        }
        assert!(label_value("").is_empty() && label_value("A.b_c-9").is_empty());
        assert_eq!([label_value("-a").len(), label_value(&"a".repeat(64)).len(), label("a.b").len()], [1, 1, 1]);
    }
}
