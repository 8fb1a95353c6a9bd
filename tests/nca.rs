//! `network-config-analyzer`, an independent analyser of NetworkPolicies, asked about a cluster.

use crate::generate::policies::Cluster;
use ringfence_engine::reach::{Family, L4Set, Ports, Region};
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who talks, in the peer's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Party {
    /// A pod, `namespace/name`.
    Pod(String),
    /// Addresses outside the cluster, from the first to the last.
    Outside(u32, u32),
}

/// What the peer found: TCP, UDP and SCTP from one party to another, or everything. What is not in it is closed.
#[derive(Debug, Default)]
pub struct Connectivity {
    pods: HashMap<(String, String), L4Set>,
    from_outside: HashMap<String, Vec<(u32, u32, L4Set)>>,
    to_outside: HashMap<String, Vec<(u32, u32, L4Set)>>,
}

impl Connectivity {
    /// Between two pods.
    pub fn between(&self, from: &str, to: &str) -> L4Set {
        self.pods.get(&(from.to_owned(), to.to_owned())).cloned().unwrap_or_else(L4Set::empty)
    }

    /// From an address outside to a pod.
    pub fn from_outside(&self, from: Ipv4Addr, to: &str) -> L4Set {
        at(self.from_outside.get(to), from)
    }

    /// From a pod to an address outside.
    pub fn to_outside(&self, from: &str, to: Ipv4Addr) -> L4Set {
        at(self.to_outside.get(from), to)
    }

    /// Every address outside at which an answer may change.
    pub fn bounds(&self) -> Vec<u32> {
        let listed = self.from_outside.values().chain(self.to_outside.values()).flatten();
        let mut bounds: Vec<u32> =
            listed.flat_map(|(first, last, _)| [Some(*first), last.checked_add(1)]).flatten().collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let (ends, what) = line.split_once(" : ")?;
        let (from, to) = ends.split_once(" => ")?;
        let set = connections(what)?;
        match (party(from)?, party(to)?) {
            (Party::Pod(from), Party::Pod(to)) => {
                let known = self.pods.entry((from, to)).or_insert_with(L4Set::empty);
                *known = known.union(&set);
            }
            (Party::Outside(first, last), Party::Pod(to)) => {
                self.from_outside.entry(to).or_default().push((first, last, set));
            }
            (Party::Pod(from), Party::Outside(first, last)) => {
                self.to_outside.entry(from).or_default().push((first, last, set));
            }
            (Party::Outside(..), Party::Outside(..)) => return None,
        }
        Some(())
    }
}

fn at(found: Option<&Vec<(u32, u32, L4Set)>>, address: Ipv4Addr) -> L4Set {
    let address = address.to_bits();
    let here = found.into_iter().flatten().filter(|(first, last, _)| *first <= address && address <= *last);
    here.fold(L4Set::empty(), |all, (_, _, set)| all.union(set))
}

/// `ns/name[Pod]`, or `10.0.0.0-10.0.0.255`, or one address.
fn party(text: &str) -> Option<Party> {
    if let Some(pod) = text.strip_suffix("[Pod]") {
        return Some(Party::Pod(pod.to_owned()));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
    Some(Party::Outside(number(first)?, number(last)?))
}

/// `All connections`, or one or more of `{protocols:TCP,dst_ports:80,443-445}`.
fn connections(text: &str) -> Option<L4Set> {
    if text == "All connections" {
        return Some(L4Set::full(Family::Ipv4));
    }
    let mut set = L4Set::empty();
    for part in text.split("},{") {
        let part = part.trim_start_matches('{').trim_end_matches('}');
        let (protocols, ports) = part.split_once(",dst_ports:").unwrap_or((part, ""));
        let protocols: Vec<&str> = protocols.strip_prefix("protocols:")?.split(',').map(str::trim).collect();
        let known = protocols.iter().all(|protocol| ["TCP", "UDP", "SCTP"].contains(protocol));
        let ports = if ports.is_empty() { Ports::full() } else { port_ranges(ports)? };
        set = set.union(&transport(known.then_some(&protocols[..])?, &ports));
    }
    Some(set)
}

fn port_ranges(text: &str) -> Option<Ports> {
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    text.split(',').map(range).collect::<Option<Vec<_>>>().map(Ports::from_ranges)
}

/// Some protocols at some destination ports.
pub fn transport(protocols: &[&str], ports: &Ports) -> L4Set {
    let region = |name: &str| {
        if protocols.contains(&name) { Region::product(&Ports::full(), ports) } else { Region::empty() }
    };
    L4Set { tcp: region("TCP"), udp: region("UDP"), sctp: region("SCTP"), ..L4Set::empty() }
}

/// The program: `RINGFENCE_NCA`, or where `cargo xtask test` puts it.
pub fn program() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    let usual = || cache.unwrap_or_else(home).join("ringfence/nca/bin/nca");
    std::env::var_os("RINGFENCE_NCA").map_or_else(usual, PathBuf::from)
}

/// Asks about a cluster, whose files are written into a folder.
pub fn ask(folder: &Path, cluster: &Cluster) -> io::Result<Connectivity> {
    let write = |name: &str, value: &Value| {
        let path = folder.join(name);
        std::fs::write(&path, value.to_string()).map(|()| path)
    };
    let policies = write("policies.json", &cluster.policies)?;
    let namespaces = write("namespaces.json", &cluster.namespaces)?;
    let pods = write("pods.json", &cluster.pods)?;
    let found = folder.join("connectivity.txt");
    let output = Command::new(program())
        .args(["--output_format", "txt_no_fw_rules", "--return_0", "--connectivity"])
        .arg(policies)
        .arg("--ns_list")
        .arg(namespaces)
        .arg("--pod_list")
        .arg(pods)
        .arg("--file_out")
        .arg(&found)
        .output()?;
    // It may end with 0 and have written nothing.
    if !output.status.success() || !found.exists() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let mut connectivity = Connectivity::default();
    for line in std::fs::read_to_string(found)?.lines().filter(|line| line.contains(" => ")) {
        connectivity.add(line).ok_or_else(|| io::Error::other(format!("not understood: {line}")))?;
    }
    Ok(connectivity)
}
