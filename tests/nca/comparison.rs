//! The engine's answers held against the other one's: every pair, every port.

use super::answer::{Answer, Way};
use super::conversations::Conversations;
use crate::generate::policies::Cluster;
use ringfence_engine::compile::{Compiled, Profile, Settings, load};
use ringfence_engine::reach::{Endpoint, EndpointKind, Reach, evaluate};
use ringfence_engine::source::Sources;
use std::fmt::Write as _;
use std::net::IpAddr;

/// How many differences are shown.
const SHOWN: usize = 12;

/// What was compared.
#[derive(Debug, Default)]
pub struct Tally {
    clusters: usize,
    pairs: usize,
    outside: usize,
    partial: usize,
    /// What the two say different things of.
    pub differences: Vec<String>,
}

impl Tally {
    /// Takes in another one.
    pub fn add(&mut self, other: Self) {
        self.clusters += other.clusters;
        self.pairs += other.pairs;
        self.outside += other.outside;
        self.partial += other.partial;
        self.differences.extend(other.differences);
    }

    /// Says what was compared; fails where the two differ, or where hardly anything was worth comparing.
    pub fn report(&self) {
        let Self { pairs, outside, partial, .. } = self;
        println!("{}", self.words());
        self.agrees().unwrap();
        assert!(partial * 20 > pairs + outside, "hardly anything was neither open nor closed: {partial}");
    }

    /// Fails where the two differ.
    pub fn agrees(&self) -> Result<(), String> {
        let shown: Vec<String> = self.differences.iter().take(SHOWN).cloned().collect();
        match self.differences.len() {
            0 => Ok(()),
            count => Err(format!("{count} differences:\n{}", shown.join("\n"))),
        }
    }

    /// What was compared, and how it went.
    pub fn words(&self) -> String {
        let Self { clusters, pairs, outside, partial, differences } = self;
        format!(
            "{clusters} clusters: {pairs} pairs of pods and {outside} of a pod and a range outside, {} sets of ports \
             compared; {partial} pairs are neither open nor closed; {} differences",
            (pairs + outside) * Conversations::SETS,
            differences.len()
        )
    }
}

/// The files of a cluster, where they can be looked at.
pub fn kept(cluster: &Cluster) -> String {
    let folder = tempfile::tempdir().unwrap().keep();
    let mut words = String::new();
    for (file, text) in cluster.files() {
        std::fs::write(folder.join(file), text).unwrap();
        write!(words, " -f {}", folder.join(file).display()).unwrap();
    }
    format!("  ringfence reach --profile kubernetes -o wide{words}")
}

/// A cluster as the profile `kubernetes` has it.
pub fn compiled(name: &str, cluster: &Cluster) -> Compiled {
    let mut sources = Sources::new();
    for (file, text) in cluster.files() {
        sources.add_bytes(file, text.as_bytes());
    }
    let settings = Settings { profile: Profile::named("kubernetes"), ..Settings::default() };
    let compiled = load(&sources, &settings);
    let refused =
        compiled.diagnostics.iter().find(|found| found.severity == ringfence_engine::diagnostic::Severity::Error);
    assert!(refused.is_none(), "{name}: {refused:?}\n{}", kept(cluster));
    let pods = compiled.endpoints.iter().filter(|endpoint| endpoint.kind == EndpointKind::Pod).count();
    assert_eq!(pods, cluster.pods.len(), "{name}: every pod is an endpoint");
    compiled
}

/// Asks both about every pair of a cluster.
pub fn compare(name: &str, cluster: &Cluster, theirs: &Answer, tally: &mut Tally) {
    let compiled = compiled(name, cluster);
    tally.clusters += 1;
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    let mut asked = Asked { name, theirs, tally };
    for (from, to) in reach.pairs() {
        asked.pair(&mut reach, from, to);
    }
}

struct Asked<'a> {
    name: &'a str,
    theirs: &'a Answer,
    tally: &'a mut Tally,
}

impl Asked<'_> {
    fn pair(&mut self, reach: &mut Reach<'_>, from: usize, to: usize) {
        let endpoints = reach.endpoints();
        let (source, target) = (&endpoints[from], &endpoints[to]);
        match (source.kind, target.kind) {
            (EndpointKind::Pod, EndpointKind::Pod) => {
                let ours = Conversations::of(&reach.pair(from, to));
                let theirs = self.theirs.between(&source.id, &target.id);
                self.tally.pairs += 1;
                self.judge(&source.id, &target.id, ours, &theirs);
            }
            (EndpointKind::External, EndpointKind::Pod) => self.outside(reach, (from, to), (target, source), Way::In),
            (EndpointKind::Pod, EndpointKind::External) => self.outside(reach, (from, to), (source, target), Way::Out),
            (EndpointKind::External, EndpointKind::External) => {}
            (one, other) => panic!("{}: {one:?} and {other:?} are not in the input", self.name),
        }
    }

    fn outside(
        &mut self,
        reach: &mut Reach<'_>,
        pair: (usize, usize),
        (pod, outside): (&Endpoint, &Endpoint),
        way: Way,
    ) {
        let ours = Conversations::of(&reach.pair(pair.0, pair.1));
        for range in &outside.addresses {
            let (IpAddr::V4(first), IpAddr::V4(last)) = (range.first, range.last) else { continue };
            for address in self.theirs.atoms(first.into(), last.into()) {
                let theirs = self.theirs.outside(&pod.id, address, way);
                let name = std::net::Ipv4Addr::from(address).to_string();
                self.tally.outside += 1;
                let (from, to) = match way {
                    Way::In => (name.as_str(), pod.id.as_str()),
                    Way::Out => (pod.id.as_str(), name.as_str()),
                };
                self.judge(from, to, ours.clone(), &theirs);
            }
        }
    }

    fn judge(&mut self, from: &str, to: &str, ours: Result<Conversations, String>, theirs: &Conversations) {
        self.tally.partial += usize::from(*theirs != Conversations::all() && *theirs != Conversations::none());
        if ours.as_ref() != Ok(theirs) {
            let name = self.name;
            self.tally.differences.push(format!("{name}: {from} → {to}\n    ours   {ours:?}\n    theirs {theirs:?}"));
        }
    }
}
