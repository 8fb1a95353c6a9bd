//! From two words to the two ends of a conversation.

use crate::line::Line;
use crate::loaded::Loaded;
use ringfence_engine::answers::select::{select, similar};
use ringfence_engine::reach::{AddressRange, Endpoint};
use std::net::IpAddr;

/// An end of a conversation: an endpoint, narrowed to the address that was asked for.
#[derive(Debug, Clone)]
pub struct End {
    /// Its index.
    pub index: usize,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The address, where one was asked for.
    pub address: Option<IpAddr>,
}

/// The two endpoints. Of machines with several interfaces those on one switch are meant.
///
/// # Errors
///
/// A word that means nobody, or too many, with what there is instead.
pub fn ends(loaded: &Loaded, [source, target]: [&str; 2], namespace: &str) -> Result<(End, End), String> {
    let endpoints = &loaded.compiled.endpoints;
    let (from, to) = (candidates(endpoints, source, namespace)?, candidates(endpoints, target, namespace)?);
    let every = || from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
    let pairs = || every().filter(|(from, to)| from != to);
    let switch = |index: usize| endpoints.get(index).map(|endpoint| &endpoint.switch);
    let together: Vec<_> = pairs().filter(|(from, to)| switch(*from) == switch(*to)).collect();
    let mut all: Vec<_> = pairs().collect();
    // Two of those for whom one stands: of one address nobody asks.
    let is_several = |index: usize| endpoints.get(index).is_some_and(Endpoint::is_several);
    let are_two = source != target || source.parse::<IpAddr>().is_err();
    if all.is_empty() && are_two {
        all.extend(every().filter(|(from, _)| is_several(*from)));
    }
    match (all.as_slice(), together.as_slice()) {
        ([], _) => Err(format!("`{}` and `{}` are the same endpoint: nothing lies between them", source, target)),
        ([pair], _) | (_, [pair]) => {
            let end = |index: usize, word: &str| End::of(endpoints, index, word);
            end(pair.0, source).zip(end(pair.1, target)).ok_or_else(|| "no such pair".to_owned())
        }
        _ => Err(ambiguous(endpoints, [(source, &from), (target, &to)])),
    }
}

fn candidates(endpoints: &[Endpoint], word: &str, namespace: &str) -> Result<Vec<usize>, String> {
    let found = select(endpoints, word, namespace);
    if found.is_empty() { Err(unknown(endpoints, word)) } else { Ok(found) }
}

impl End {
    /// An endpoint, narrowed where the word is an address.
    pub fn of(endpoints: &[Endpoint], index: usize, word: &str) -> Option<Self> {
        let mut endpoint = endpoints.get(index)?.clone();
        let named = endpoint.id == word || endpoint.id.ends_with(&format!("/{word}"));
        let address = word.parse::<IpAddr>().ok().filter(|_| !named);
        if let Some(address) = address {
            if endpoint.addresses.iter().any(|range| range.first != range.last) {
                endpoint.id = format!("{} ({address})", endpoint.id);
            }
            endpoint.addresses = vec![AddressRange { first: address, last: address }];
        }
        Some(Self { index, endpoint, address })
    }
}

/// As many names as fit a message.
const MOST_NAMES: usize = 30;

fn unknown(endpoints: &[Endpoint], word: &str) -> String {
    let near = match similar(endpoints, word).as_slice() {
        [] => String::new(),
        near => format!("\n  did you mean {}?", near.join(" or ")),
    };
    let listed = match endpoints.len() {
        0 => "\n  this input has no endpoints at all: it needs a Subnet, or an Inventory with machines".to_owned(),
        _ => format!("\n  there are: {}", names(endpoints.iter())),
    };
    format!("no endpoint is called `{}`{near}{listed}", Line(word))
}

fn ambiguous(endpoints: &[Endpoint], words: [(&str, &Vec<usize>); 2]) -> String {
    let several = words.into_iter().filter(|(_, found)| found.len() > 1);
    let lines = several.map(|(word, found)| {
        let listed = found.iter().filter_map(|index| endpoints.get(*index));
        format!("`{}` is more than one endpoint: write one of {}", Line(word), names(listed))
    });
    lines.collect::<Vec<_>>().join("\n  ")
}

fn names<'e>(endpoints: impl Iterator<Item = &'e Endpoint>) -> String {
    let all: Vec<_> = endpoints.map(|endpoint| Line(&endpoint.id).to_string()).collect();
    let shown = all.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES { format!("{shown} and {} more", all.len() - MOST_NAMES) } else { shown }
}
