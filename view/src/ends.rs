//! From two words to the two ends of a conversation.

use crate::line::Line;
use crate::loaded::Loaded;
use ringfence_engine::answers::select::{select, similar};
use ringfence_engine::reach::{AddressRange, Endpoint, Route, Topology};
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

/// The two endpoints. Of machines with several interfaces those on one switch are meant; of an address that is outside of
/// several routers the outside that there is a way to. `r9/outside/10.96.0.10` is that address outside of that router.
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
    let mut together: Vec<_> = pairs().filter(|(from, to)| switch(*from) == switch(*to)).collect();
    let mut all: Vec<_> = pairs().collect();
    // Two of those for whom one stands: of one address nobody asks.
    let is_several = |index: usize| endpoints.get(index).is_some_and(Endpoint::is_several);
    let are_two = source != target || source.parse::<IpAddr>().is_err();
    if all.is_empty() && are_two {
        all.extend(every().filter(|(from, _)| is_several(*from)));
    }
    if all.len() > 1 && together.len() != 1 {
        together = connected(loaded, &all);
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

/// The pairs of which one gets to the other, or may.
fn connected(loaded: &Loaded, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let topology = Topology::of(&loaded.compiled.network);
    let endpoint = |index: usize| loaded.compiled.endpoints.get(index);
    let is_connected = |(from, to): &(usize, usize)| {
        let ends = endpoint(*from).zip(endpoint(*to));
        ends.is_some_and(|(from, to)| !matches!(Route::between(&topology, from, to), Route::Apart))
    };
    pairs.iter().copied().filter(is_connected).collect()
}

fn candidates(endpoints: &[Endpoint], word: &str, namespace: &str) -> Result<Vec<usize>, String> {
    let found = select(endpoints, word, namespace);
    let found = if found.is_empty() { narrowed(endpoints, word, namespace) } else { found };
    if found.is_empty() { Err(unknown(endpoints, word)) } else { Ok(found) }
}

/// The endpoints whose name and one of whose addresses a word has.
fn narrowed(endpoints: &[Endpoint], word: &str, namespace: &str) -> Vec<usize> {
    let Some((name, address)) = narrowing(word) else { return Vec::new() };
    let has = |index: &usize| {
        endpoints
            .get(*index)
            .is_some_and(|end| end.addresses.iter().any(|range| range.first <= address && address <= range.last))
    };
    select(endpoints, name, namespace).into_iter().filter(has).collect()
}

/// A name with an address behind it.
fn narrowing(word: &str) -> Option<(&str, IpAddr)> {
    let (name, address) = word.rsplit_once('/')?;
    Some((name, address.parse().ok()?))
}

impl End {
    /// An endpoint, narrowed where the word is an address.
    pub fn of(endpoints: &[Endpoint], index: usize, word: &str) -> Option<Self> {
        let mut endpoint = endpoints.get(index)?.clone();
        let named = endpoint.id == word || endpoint.id.ends_with(&format!("/{word}"));
        let asked = word.parse().ok().or_else(|| narrowing(word).map(|(_, address)| address));
        let address: Option<IpAddr> = asked.filter(|_| !named);
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
        _ => format!("\n  there are: {}", names(endpoints.iter(), "")),
    };
    match word.parse::<IpAddr>() {
        Ok(_) => format!(
            "no endpoint has the address `{word}`: name a machine, or add one with it to an `Inventory`{listed}"
        ),
        Err(_) => format!("no endpoint is called `{}`{near}{listed}", Line(word)),
    }
}

fn ambiguous(endpoints: &[Endpoint], words: [(&str, &Vec<usize>); 2]) -> String {
    let several = words.into_iter().filter(|(_, found)| found.len() > 1);
    let lines = several.map(|(word, found)| {
        let listed = found.iter().filter_map(|index| endpoints.get(*index));
        let address = if word.parse::<IpAddr>().is_ok() { format!("/{word}") } else { String::new() };
        format!("`{}` is more than one endpoint: write one of {}", Line(word), names(listed, &address))
    });
    lines.collect::<Vec<_>>().join("\n  ")
}

/// Their ids, each with an address behind it, where one is meant.
fn names<'e>(endpoints: impl Iterator<Item = &'e Endpoint>, address: &str) -> String {
    let all: Vec<_> = endpoints.map(|endpoint| format!("{}{address}", Line(&endpoint.id))).collect();
    let shown = all.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES { format!("{shown} and {} more", all.len() - MOST_NAMES) } else { shown }
}
