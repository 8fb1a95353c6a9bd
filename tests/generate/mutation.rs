//! A match that somebody mistyped.

use super::symbol::SYMBOLS;
use crate::random::Random;

/// Tokens with some of them deleted, doubled, swapped or replaced.
pub fn of_tokens(random: &mut Random, tokens: &[String]) -> Vec<String> {
    let mut tokens = tokens.to_vec();
    for _ in 0..1 + random.below(2) {
        let at = random.below(tokens.len().max(1)).min(tokens.len().saturating_sub(1));
        match random.below(5) {
            0 if tokens.len() > 1 => drop(tokens.remove(at)),
            1 if !tokens.is_empty() => tokens.insert(at, tokens[at].clone()),
            2 if tokens.len() > 1 => {
                let other = random.below(tokens.len());
                tokens.swap(at, other);
            }
            3 if !tokens.is_empty() => tokens[at] = stray(random),
            _ => tokens.insert(at, stray(random)),
        }
    }
    tokens
}

/// A token that may stand anywhere, and mostly should not.
fn stray(random: &mut Random) -> String {
    const STRAY: &[&str] = &[
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "!",
        "!!",
        "&&",
        "||",
        "&",
        "|",
        "..",
        ",",
        ";",
        "=",
        "<->",
        "--",
        ":",
        "-",
        "+",
        "*",
        "/",
        "//",
        "/*",
        "*/",
        "'",
        "\"",
        "#",
        "%",
        "^",
        "$",
        "@",
        "^tmpl",
        "$nosuch",
        "@nosuch",
        "and",
        "or",
        "not",
        "in",
        "true",
        "false",
        "any",
        "0",
        "1",
        "2",
        "080",
        "0x",
        "0xg",
        "1.2.3",
        "1.2.3.4/33",
        "::/129",
        "10.0.0.1:80",
        "80..90",
        "80-90",
        "1/2/3",
        "0/0x0",
        "00:00:00:00:00:0g",
        "18446744073709551615",
        "18446744073709551616",
        "0xfffffffffffffffffffffffffffffffff",
        "::ffff:1.2.3.4",
        "fd00::/64",
        "1::2::3",
        "abcd:",
        "\"p\\u0030\"",
        "\"\\q\"",
        "is_chassis_resident",
        "tcp.src_port",
        "tcp.dport",
        "ip.src",
        "ip4.ttl",
        "icmp.type",
        "reg14",
        "\\",
        "`",
        "~",
        "?",
        "ip4.",
        ".ip4",
        "..ip4",
        "ip4..src",
        "eth.dst[48]",
        "ct.",
        "a",
        "A",
        "é",
        "\u{1f980}",
        "\u{1}",
        "\u{7f}",
        "0b1",
        "1e3",
        "010",
    ];
    if random.once_in(5) { random.pick(SYMBOLS).name.to_owned() } else { (*random.pick(STRAY)).to_owned() }
}

/// Text with a few characters deleted, doubled, replaced or put in.
pub fn of_text(random: &mut Random, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..1 + random.below(3) {
        let at = random.below(characters.len() + 1);
        match random.below(4) {
            0 if at < characters.len() => drop(characters.remove(at)),
            1 if at < characters.len() => characters.insert(at, characters[at]),
            2 if at < characters.len() => characters[at] = noise(random),
            _ => characters.insert(at, noise(random)),
        }
    }
    characters.into_iter().collect()
}

fn noise(random: &mut Random) -> char {
    const NOISE: &str =
        "aAfFgGxXzZ_.019 \t\n\r/\\*\"'$@^:;,.-=!<>&|()[]{}#%+~`?é€ß漢\u{1f980}\u{7f}\u{1}\u{a0}\u{feff}";
    let characters: Vec<char> = NOISE.chars().collect();
    *random.pick(&characters)
}
