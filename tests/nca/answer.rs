//! The answer about one cluster: lines `FROM => TO : CONVERSATIONS`.

use super::conversations::{Conversations, real};
use ringfence_engine::reach::Ports;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// What it says; a pair that is not in it is closed.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    between: BTreeMap<(String, String), Conversations>,
    outside: BTreeMap<String, Vec<Outside>>,
    bounds: BTreeSet<u32>,
}

/// What a pod has to do with addresses outside.
#[derive(Debug, Clone)]
struct Outside {
    first: u32,
    last: u32,
    way: Way,
    conversations: Conversations,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Somebody outside.
    In,
    /// The pod.
    Out,
}

/// One side of a line.
enum Party {
    Pod(String),
    Range(u32, u32),
    /// Addresses of the other family, of which no generated cluster has any.
    Other,
}

impl Answer {
    /// Reads what it wrote of pods whose names begin with a mark.
    pub fn parse(text: &str, mark: &str) -> Self {
        let mut answer = Self::default();
        for line in text.lines().filter(|line| line.contains(" => ")) {
            let (from, rest) = line.split_once(" => ").unwrap();
            let (to, conversations) = rest.split_once(" : ").unwrap();
            answer.note(party(from, mark), party(to, mark), parse(conversations.trim()));
        }
        answer
    }

    fn note(&mut self, from: Party, to: Party, conversations: Conversations) {
        match (from, to) {
            (Party::Pod(from), Party::Pod(to)) => {
                let known = self.between.entry((from, to)).or_insert_with(Conversations::none);
                *known = known.union(&conversations);
            }
            (Party::Range(first, last), Party::Pod(pod)) => self.add(pod, first, last, Way::In, conversations),
            (Party::Pod(pod), Party::Range(first, last)) => self.add(pod, first, last, Way::Out, conversations),
            (Party::Range(..) | Party::Other, Party::Range(..)) | (_, Party::Other) | (Party::Other, _) => {}
        }
    }

    fn add(&mut self, pod: String, first: u32, last: u32, way: Way, conversations: Conversations) {
        self.bounds.insert(first);
        self.bounds.extend(last.checked_add(1));
        self.outside.entry(pod).or_default().push(Outside { first, last, way, conversations });
    }

    /// What one pod reaches of another.
    pub fn between(&self, from: &str, to: &str) -> Conversations {
        let known = self.between.get(&(from.to_owned(), to.to_owned()));
        known.cloned().unwrap_or_else(Conversations::none)
    }

    /// What a pod and an address outside reach of each other.
    pub fn outside(&self, pod: &str, address: u32, way: Way) -> Conversations {
        let found = self.outside.get(pod).into_iter().flatten();
        let found = found.filter(|known| known.way == way && known.first <= address && address <= known.last);
        found.fold(Conversations::none(), |all, known| all.union(&known.conversations))
    }

    /// The first addresses of the ranges that it tells apart within a range.
    pub fn atoms(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + '_ {
        let inner = (first < last).then(|| self.bounds.range(first + 1..=last).copied());
        std::iter::once(first).chain(inner.into_iter().flatten())
    }
}

fn party(text: &str, mark: &str) -> Party {
    if let Some(pod) = text.strip_suffix("[Pod]") {
        return Party::Pod(pod.replacen(mark, "", 1));
    }
    if text.contains(':') {
        return Party::Other;
    }
    let address = |text: &str| u32::from(text.parse::<Ipv4Addr>().unwrap_or_else(|_| panic!("no address: {text}")));
    match text.split_once('-') {
        Some((first, last)) => Party::Range(address(first), address(last)),
        None => Party::Range(address(text), address(text)),
    }
}

/// `All connections`, `All but {..}`, `{protocols:TCP,dst_ports:80,443},{..}`.
fn parse(text: &str) -> Conversations {
    match text {
        "All connections" => Conversations::all(),
        "No connections" => Conversations::none(),
        _ => match text.strip_prefix("All but ") {
            Some(rest) => cubes(rest).complement(),
            None => cubes(text),
        },
    }
}

fn cubes(text: &str) -> Conversations {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let inner = inner.unwrap_or_else(|| panic!("unknown words: {text}"));
    inner.split("},{").map(cube).fold(Conversations::none(), |all, cube| all.union(&cube))
}

fn cube(text: &str) -> Conversations {
    let (protocols, ports) = match (text.split_once(",dst_ports:"), text.strip_prefix("dst_ports:")) {
        (Some((protocols, ports)), _) => (protocols, Some(ports)),
        (None, Some(ports)) => ("protocols:*", Some(ports)),
        (None, None) => (text, None),
    };
    let protocols = protocols.strip_prefix("protocols:").unwrap_or_else(|| panic!("unknown words: {text}"));
    let (listed, meant) = match protocols.strip_prefix("all but ") {
        Some(others) => (others, false),
        None => (protocols, true),
    };
    let listed: Vec<&str> = listed.split(", ").collect();
    let has = |name: &str| protocols == "*" || listed.contains(&name) == meant;
    let numbers = ports.map_or_else(real, intervals);
    let of = |name: &str| if has(name) { numbers.clone() } else { Ports::EMPTY };
    Conversations { tcp: of("TCP"), udp: of("UDP"), sctp: of("SCTP"), others: has("ICMP") && ports.is_none() }
}

fn intervals(text: &str) -> Ports {
    let number = |text: &str| text.trim().parse::<u16>().unwrap_or_else(|_| panic!("no port: {text}"));
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => (number(first), number(last)),
        None => (number(part), number(part)),
    };
    Ports::from_ranges(text.split(',').map(range).collect())
}
