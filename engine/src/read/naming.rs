//! What Kubernetes takes for a name (`k8s.io/apimachinery/pkg/util/validation`), and what it says of others.

use alloc::vec::Vec;

/// The longest name of an object.
const LONGEST: usize = 253;

/// What is wrong with the name of an object (`IsDNS1123Subdomain`).
pub(crate) fn subdomain(name: &str) -> Vec<&'static str> {
    const WANTED: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
                          '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used \
                          for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    let mut faults = Vec::new();
    if name.len() > LONGEST {
        faults.push("must be no more than 253 characters");
    }
    if !name.split('.').all(is_label) {
        faults.push(WANTED);
    }
    faults
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
}
