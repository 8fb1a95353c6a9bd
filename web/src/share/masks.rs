//! Other names and addresses for the same world.
//!
//! Names of endpoints, namespaces, switches and objects, and values of labels, become numbered words wherever they stand as whole
//! words. IPv4 addresses
//! are combined bit by bit with a number that leaves their first and last bytes alone: ranges stay ranges, gateways stay
//! first addresses. IPv6 addresses keep their first two groups.

use crate::protocol::Endpoint;
use crate::vocabulary::vocabulary;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A mapping of texts.
#[derive(Debug, Clone)]
pub struct Masks {
    names: BTreeMap<String, String>,
    seed: u32,
}

/// Names of a world with what stands for them.
pub fn names(endpoints: &[Endpoint]) -> Vec<(String, String)> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut number = 0;
    let mut add = |name: &str, word: &str| {
        if !name.is_empty() && !found.contains_key(name) {
            number += 1;
            found.insert(name.to_owned(), format!("{word}-{number}"));
        }
    };
    for endpoint in endpoints {
        add(&endpoint.switch, "switch");
        if matches!(endpoint.kind.as_str(), "Gateway" | "External" | "Address") {
            continue;
        }
        match endpoint.id.split_once('/') {
            Some((namespace, name)) => {
                if namespace != "default" {
                    add(namespace, "space");
                }
                add(name.split(':').next().unwrap_or(name), "vm");
            }
            None => add(&endpoint.id, "vm"),
        }
    }
    found.into_iter().collect()
}

/// Names that texts give to objects and values of labels, with what stands for them.
pub fn written<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<(String, String)> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for word in texts.flat_map(|text| text.lines().scan(None, |labels, line| Some(words(line, labels))).flatten()) {
        let (number, is_name) = (found.len() + 1, word.chars().any(char::is_alphabetic));
        if is_name && !MEANT.contains(&word) {
            found.entry(word).or_insert_with(|| format!("name-{number}"));
        }
    }
    found.into_iter().map(|(name, word)| (name.to_owned(), word)).collect()
}

/// Names and values that mean something to Kubernetes, to Kube-OVN or to YAML.
const MEANT: [&str; 10] =
    ["default", "kube-system", "ovn-default", "ovn-cluster", "join", "true", "false", "null", "yes", "no"];

/// The names and values of labels on a line; `labels` is how far the block of labels is indented that it may be in.
fn words<'t>(line: &'t str, labels: &mut Option<usize>) -> Vec<&'t str> {
    let content = line.trim_start_matches([' ', '-']);
    let indent = line.len() - content.len();
    let value = |text: &'t str| {
        let text = text.trim_start().trim_start_matches(['"', '\'']);
        text.split(['"', '\'', ',', '}', ']', ' ', '#']).next().unwrap_or_default()
    };
    let behind = |key: &'static str| {
        let own =
            |at: &usize| !content.get(..*at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()));
        let places = content.match_indices(key).map(|(at, _)| at).filter(own);
        places.filter_map(|at| content.get(at + key.len()..))
    };
    let mut found: Vec<&str> = behind("name:").map(value).collect();
    found.extend(behind("values: [").flat_map(|rest| rest.split(']').next().unwrap_or_default().split(',').map(value)));
    *labels = labels.filter(|outer| indent > *outer || content.is_empty());
    if labels.is_some() {
        found.extend(content.split_once(": ").map(|(_, rest)| value(rest)));
    }
    for rest in behind("labels:").chain(behind("matchLabels:")) {
        match rest.trim_start().strip_prefix('{') {
            Some(flow) => {
                let pairs = flow.split('}').next().unwrap_or_default().split(',');
                found.extend(pairs.filter_map(|pair| pair.split_once(": ")).map(|(_, rest)| value(rest)));
            }
            None => *labels = Some(indent),
        }
    }
    found
}

impl Masks {
    /// These names; words that mean something by themselves stay.
    pub fn new(names: &[(String, String)], seed: u32) -> Self {
        let known = vocabulary(Vec::new());
        let keys = known.keys.iter().chain(&known.symbols).chain(known.values.values().flatten());
        let kept: Vec<&str> = keys.map(|word| word.label.trim_end_matches(':')).collect();
        let names = names.iter().filter(|(name, _)| !kept.contains(&name.as_str())).cloned().collect();
        Self { names, seed }
    }

    /// A text with its names and addresses replaced.
    pub fn mask(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut slash = false;
        while let Some(first) = rest.chars().next() {
            let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':');
            let end = match word(first) {
                true => rest.find(|letter: char| !word(letter)).unwrap_or(rest.len()),
                false => first.len_utf8(),
            };
            let (token, after) = rest.split_at(end);
            out.push_str(&if word(first) { self.word(token, slash) } else { token.to_owned() });
            slash = first == '/';
            rest = after;
        }
        out
    }

    fn word(&self, token: &str, slash: bool) -> String {
        let end = token.trim_end_matches([':', '.']);
        let tail = token.get(end.len()..).unwrap_or("");
        if let Some(name) = self.names.get(end) {
            return format!("{name}{tail}");
        }
        match end.parse::<IpAddr>() {
            // After a slash it is a mask.
            Ok(_) if slash => token.to_owned(),
            Ok(IpAddr::V4(address)) => format!("{}{tail}", self.address(address)),
            Ok(IpAddr::V6(address)) => format!("{}{tail}", self.address6(address)),
            Err(_) => self.parts(token),
        }
    }

    /// `web.default.ovn`, `10.0.0.1..10.0.0.9`: the parts of a word between dots and colons.
    fn parts(&self, token: &str) -> String {
        if let Some((first, last)) = token.split_once("..") {
            return format!("{}..{}", self.word(first, false), self.word(last, false));
        }
        let piece = |piece: &str| self.names.get(piece).cloned().unwrap_or_else(|| piece.to_owned());
        let by_colon = |text: &str| text.split(':').map(piece).collect::<Vec<_>>().join(":");
        token.split('.').map(by_colon).collect::<Vec<_>>().join(".")
    }

    fn address(&self, address: Ipv4Addr) -> Ipv4Addr {
        let bits = u32::from(address);
        let special =
            address.is_loopback() || address.is_multicast() || address.is_link_local() || address.is_broadcast();
        if bits == 0 || special { address } else { Ipv4Addr::from(bits ^ (self.seed & 0x000f_ff00)) }
    }

    fn address6(&self, address: Ipv6Addr) -> Ipv6Addr {
        let bits = u128::from(address);
        let special = address.is_loopback() || address.is_multicast() || (bits >> 118) == 0x3fa;
        if bits == 0 || special { address } else { Ipv6Addr::from(bits ^ (u128::from(self.seed & 0xffff) << 64)) }
    }
}
