//! Other names and addresses for the same world.
//!
//! Whatever is no word of Kubernetes, Kube-OVN, OVN or YAML is taken for a name: [`meant`] has the words that stay. Comments are
//! left out. A name is masked piece by piece, between its hyphens and dots, and a piece is the same word wherever it stands:
//! `web-0` stays one of `web`, `web.shop` its port in `shop`. What Kubernetes would not take for a name it does not take
//! afterwards either.

mod address;
mod coat;
mod meant;
mod scan;

use crate::protocol::Endpoint;
use address::Addresses;
use coat::Coat;
use scan::{Token, Word, Words, lines, spelled};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A mapping of texts.
#[derive(Debug, Clone)]
pub struct Masks {
    pieces: BTreeMap<String, String>,
    kept: BTreeSet<String>,
    addresses: Addresses,
}

impl Masks {
    /// For these texts; pieces of the names of switches and namespaces are called by what they are of. `seed` changes the addresses.
    pub fn new<'t>(texts: impl Iterator<Item = &'t str>, endpoints: &[Endpoint], seed: u32) -> Self {
        let kept = meant::words();
        let texts: Vec<Cow<'_, str>> = texts.map(spelled).collect();
        let texts = || texts.iter().map(Cow::as_ref);
        let mut found: BTreeMap<&str, Coat> = BTreeMap::new();
        let tokens = texts().flat_map(lines).flat_map(|line| Words::of(line.content).filter_map(Token::word));
        for word in tokens {
            found.extend(pieces_of(&kept, &word).into_iter().map(|piece| (piece, Coat::Name)));
        }
        for (name, coat) in endpoints.iter().flat_map(called) {
            for piece in parts(name).filter(|name| !keeps(&kept, name)).flat_map(pieces) {
                found.entry(piece).and_modify(|known| *known = coat.min(*known));
            }
        }
        let pieces = coat::words(&found);
        Self { pieces, kept, addresses: Addresses::new(seed, texts()) }
    }

    /// A text with its names and addresses replaced, without its comments.
    pub fn mask(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for line in lines(&spelled(text)) {
            let before = out.len();
            self.line(line.content, &mut out);
            if line.is_cut {
                out.truncate(out.trim_end_matches([' ', '\t']).len().max(before));
            }
            // A line of nothing but a comment is none.
            if !(line.is_cut && out.len() == before) {
                out.push_str(line.end);
            }
        }
        out
    }

    fn line(&self, content: &str, out: &mut String) {
        // What follows the slash behind an address is its mask.
        let mut of_address = false;
        for token in Words::of(content) {
            match token {
                Token::Other(text) => {
                    of_address &= text == "/";
                    out.push_str(text);
                }
                Token::Word(word) if std::mem::take(&mut of_address) => out.push_str(word.text),
                Token::Word(word) => match self.addresses.mask(word.text, word.after) {
                    Some(address) => {
                        of_address = true;
                        out.push_str(&address);
                    }
                    None => self.word(word.text, word.alone, out),
                },
            }
        }
    }

    fn word(&self, text: &str, alone: bool, out: &mut String) {
        if let Some((before, address, after)) = address::within(text) {
            self.word(before, false, out);
            out.push_str(&self.addresses.mask(address, "").unwrap_or_default());
            return self.word(after, false, out);
        }
        if self.kept.contains(text) || is_number(text) && !is_known_by(text, alone) {
            return out.push_str(text);
        }
        for part in text.split_inclusive(BETWEEN_PARTS) {
            let name = part.trim_end_matches(BETWEEN_PARTS);
            match keeps(&self.kept, name) {
                true => out.push_str(name),
                false => self.part(name, out),
            }
            out.push_str(part.get(name.len()..).unwrap_or_default());
        }
    }

    /// A name piece by piece. What is too long for a name stays too long.
    fn part(&self, name: &str, out: &mut String) {
        let is_long = name.len() > LONGEST;
        let mut rest = name;
        while !rest.is_empty() {
            let (piece, between, after) = first_piece(rest);
            let mask = self.pieces.get(piece).filter(|_| is_masked(name, piece)).map_or(piece, String::as_str);
            out.push_str(mask);
            if is_long {
                out.extend(std::iter::repeat_n('x', piece.len().saturating_sub(mask.len())));
            }
            out.push_str(between);
            rest = after;
        }
    }
}

/// Whether a part of a word is no name.
fn keeps(kept: &BTreeSet<String>, name: &str) -> bool {
    // A flag begins with hyphens.
    kept.contains(name.trim_start_matches('-'))
        || name.strip_suffix("List").is_some_and(|kind| kept.contains(kind))
        || is_number(name) && name.len() <= MOST_DIGITS
        || is_version(name)
}

/// The pieces of the names in a word.
fn pieces_of<'t>(kept: &BTreeSet<String>, word: &Word<'t>) -> Vec<&'t str> {
    if let Some((before, _, after)) = address::within(word.text) {
        let word = |text| Word { text, after: "", alone: false };
        return [pieces_of(kept, &word(before)), pieces_of(kept, &word(after))].concat();
    }
    if kept.contains(word.text) || is_number(word.text) && !is_known_by(word.text, word.alone) {
        return Vec::new();
    }
    parts(word.text).filter(|name| !keeps(kept, name)).flat_map(pieces).collect()
}
/// More digits than these may be a number by which somebody is known.
const MOST_DIGITS: usize = 3;

/// The longest name that is one label.
const LONGEST: usize = 63;

/// What stands between the parts of a word: `web.shop.svc`, `kube-ovn:v1.14.0`.
const BETWEEN_PARTS: [char; 2] = ['.', ':'];

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN_PARTS).filter(|part| !part.is_empty())
}

/// What is masked of a name.
fn pieces(name: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let (piece, _, after) = first_piece(rest);
        pieces.push(piece);
        rest = after;
    }
    pieces.retain(|piece| is_masked(name, piece));
    pieces
}

/// Whether a piece of a name says who it is. Short numbers do not, unless they are those of an address or a date.
fn is_masked(name: &str, piece: &str) -> bool {
    let numbers = || name.split(|letter: char| !letter.is_alphanumeric()).filter(|piece| is_digits(piece)).count();
    let is_short = is_digits(piece) && piece.len() <= MOST_DIGITS && numbers() < NUMBERS_OF_AN_ADDRESS;
    !(piece.is_empty() || is_short || meant::is_common(piece))
}

/// With so many numbers a name holds an address.
const NUMBERS_OF_AN_ADDRESS: usize = 4;

/// The first piece of a name, what stands between it and the next one, and the rest. Names that everybody has are one piece.
fn first_piece(name: &str) -> (&str, &str, &str) {
    let ends = |at: usize| name.get(at..).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let common = meant::COMMON.into_iter().find(|common| name.starts_with(common) && ends(common.len()));
    let end = common.map_or_else(|| piece_end(name), str::len);
    let (piece, rest) = name.split_at_checked(end).unwrap_or((name, ""));
    let (between, after) =
        rest.split_at_checked(rest.find(char::is_alphanumeric).unwrap_or(rest.len())).unwrap_or((rest, ""));
    (piece, between, after)
}

fn piece_end(name: &str) -> usize {
    name.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(name.len())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit())
}

/// Whether a number stands for somebody: a long one with quotes of its own is a text.
fn is_known_by(text: &str, alone: bool) -> bool {
    alone && text.len() > MOST_DIGITS && is_digits(text)
}

/// The names of an endpoint with what they are names of.
fn called(endpoint: &Endpoint) -> Vec<(&str, Coat)> {
    let mut names = vec![(endpoint.switch.as_str(), Coat::Switch)];
    match (endpoint.kind.as_str(), endpoint.id.split_once('/')) {
        ("Gateway" | "External" | "Address", _) | (_, None) => {}
        (_, Some((namespace, _))) => names.push((namespace, Coat::Space)),
    }
    names
}

/// A number as YAML and OVN write it, or several: `80`, `23.03`, `8000-8080`, `0x1f`.
fn is_number(text: &str) -> bool {
    let is_hex = |text: &str| text.chars().all(|letter| letter.is_ascii_hexdigit());
    let mut parts = text.split(['.', '-', ':']);
    text.strip_prefix("0x").is_some_and(is_hex)
        || text.contains(|letter: char| letter.is_ascii_digit()) && parts.all(|part| part.is_empty() || is_digits(part))
}

/// `v1`, `v1beta1`, `v1alpha2`.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let rest = rest.strip_prefix("alpha").or(rest.strip_prefix("beta")).unwrap_or(rest);
    text.len() > 1 && rest.chars().all(|letter| letter.is_ascii_digit()) && text.len() <= "v1alpha10".len()
}
