//! Changes that are alike, told together: classes of endpoints that ask, classes that answer, headers, and the rows behind it.

use super::saying::{Same, Sayings};
use super::{Difference, Kind, Side};
use crate::cover::{Pairs, Rectangle};
use crate::names::Names;
use hashbrown::{HashMap, HashSet};
use ringfence_engine::answers::diff::{Asked, Behind, Change, Sides, World};
use ringfence_engine::reach::{Family, L4Header, L4Set, Ports, Region, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What one kind of change is about, and which rows are behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    kind: Kind,
    sets: Vec<(Family, L4Set)>,
    old: Verdict,
    new: Verdict,
    behind: Vec<Behind>,
}

/// What pairs have in common, which of the sayings about it, and the rows behind it.
type Alike<'c> = (Same<'c>, usize, Vec<Behind>);

/// Pairs that change in the same way, by the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The kind of change.
    pub kind: Kind,
    /// Who asks and who answers, by classes of [`Difference::names`].
    pub who: Rectangle,
    /// How many pairs these are.
    pub pairs: usize,
    /// The headers that it is about, for each family that the pairs have.
    pub sets: Vec<(Family, L4Set)>,
    /// The verdict before.
    pub old: Verdict,
    /// The verdict now.
    pub new: Verdict,
    /// The rows behind it, each once.
    pub behind: Vec<Behind>,
}

/// So many conversations of one set of headers are walked to find the rows behind it.
const MOST_WALKS: usize = 12;
/// So many conversations are walked in all; the rows behind what is left are not told.
const MOST_WALKS_IN_ALL: usize = 20_000;

impl<'a> Difference<'a> {
    /// The names of the classes of endpoints that change alike.
    pub fn names(&self) -> Names<'a> {
        let ids = self.matched.common.iter().map(|common| common.id.as_str());
        Names::grouped(ids, &self.classes()).with(self.crowds())
    }

    /// The changes in groups, gained first, those of most pairs first: each pair is in a group for each kind of its change.
    pub fn groups(&self, names: &Names<'_>) -> Vec<Group> {
        let (mut sayings, mut walks) = (Sayings::default(), Walks::new(self));
        let mut alike: HashMap<Alike<'_>, Vec<(usize, usize)>> = HashMap::new();
        for change in once_by_class(self.changes) {
            for (at, (kind, sets)) in sayings.of(change).iter().enumerate() {
                let behind = walks.behind(change, *kind, sets);
                alike.entry((Same::of(change), at, behind)).or_default().push(change.classes);
            }
        }
        let mut subjects: BTreeMap<Subject, Pairs> = BTreeMap::new();
        for ((same, at, behind), classes) in alike {
            let Some((kind, sets)) = sayings.known(same).get(at).cloned() else { continue };
            let (old, new) = same.verdicts();
            let pairs = subjects.entry(Subject { kind, sets, old, new, behind }).or_default();
            for (from, to) in classes {
                pairs.entry(from).or_default().insert(to);
            }
        }
        let told = |(subject, pairs): (Subject, Pairs)| {
            let rectangles = names.rectangles(&pairs).into_iter();
            rectangles.map(move |who| self.group(names, subject.clone(), who, &pairs)).collect::<Vec<_>>()
        };
        let mut groups: Vec<Group> = subjects.into_iter().flat_map(told).collect();
        groups.sort_by_key(|group| (group.kind, std::cmp::Reverse(group.pairs)));
        groups
    }

    fn group(&self, names: &Names<'_>, subject: Subject, who: Rectangle, pairs: &Pairs) -> Group {
        let Subject { kind, sets, old, new, behind } = subject;
        let own = |from: &usize| {
            pairs
                .get(from)
                .into_iter()
                .flatten()
                .filter(|to| who.targets.contains(to))
                .copied()
                .collect::<BTreeSet<usize>>()
        };
        let count = |from: &usize| {
            let askers = names.all(&BTreeSet::from([*from]));
            let targets = names.all(&own(from));
            // Who stands for several asks itself as well.
            let oneself = if names.is_single(*from) { 0 } else { usize::from(askers.len() == 1) };
            askers.len() * targets.len() - askers.intersection(&targets).count().saturating_sub(oneself)
        };
        let pairs = who.askers.iter().map(count).sum();
        Group { kind, pairs, who, sets, old, new, behind }
    }

    /// The members of each class, by index of the class; of classes that do not change nobody asks. Who is alone in a class
    /// and stands for several is there twice: it is paired with itself, too.
    fn classes(&self) -> Vec<Vec<usize>> {
        let mut members: Vec<BTreeSet<usize>> = Vec::new();
        let ends =
            self.changes.iter().flat_map(|change| [(change.classes.0, change.from), (change.classes.1, change.to)]);
        for (class, member) in ends {
            if members.len() <= class {
                members.resize_with(class + 1, BTreeSet::new);
            }
            if let Some(members) = members.get_mut(class) {
                members.insert(member);
            }
        }
        let several = |of: &usize| self.matched.common.get(*of).is_some_and(|common| common.several.contains(&true));
        let listed = |members: BTreeSet<usize>| {
            let again = members.first().copied().filter(|first| members.len() == 1 && several(first));
            members.into_iter().chain(again).collect()
        };
        members.into_iter().map(listed).collect()
    }

    /// What people call sets of endpoints, as far as both sides have all of them.
    fn crowds(&self) -> Vec<(String, BTreeSet<usize>)> {
        let common: BTreeMap<usize, usize> =
            self.matched.common.iter().enumerate().map(|(index, common)| (common.new, index)).collect();
        let known = |crowd: &ringfence_engine::compile::Crowd| {
            let members: Option<BTreeSet<usize>> =
                crowd.members.iter().map(|member| common.get(member).copied()).collect();
            Some((crowd.name.clone(), members?))
        };
        self.new.compiled.crowds.iter().filter_map(known).collect()
    }
}

/// One change for each two classes.
fn once_by_class(changes: &[Change]) -> impl Iterator<Item = &Change> {
    let mut seen = HashSet::new();
    changes.iter().filter(move |change| seen.insert(change.classes))
}

/// Walks of conversations, as many as are worth it.
struct Walks<'d, 'a> {
    difference: &'d Difference<'a>,
    sides: Sides<'a>,
    left: usize,
}

impl<'d, 'a> Walks<'d, 'a> {
    fn new(difference: &'d Difference<'a>) -> Self {
        let world = |side| {
            let loaded = difference.side(side);
            World {
                network: &loaded.compiled.network,
                pipelines: loaded.pipelines(),
                endpoints: &loaded.compiled.endpoints,
            }
        };
        Self { difference, sides: Sides::new(world(Side::Old), world(Side::New)), left: MOST_WALKS_IN_ALL }
    }

    /// The rows behind a change: one conversation of each range of ports is walked.
    fn behind(&mut self, change: &Change, kind: Kind, sets: &[(Family, L4Set)]) -> Vec<Behind> {
        let mut found = BTreeSet::new();
        let headers =
            sets.iter().flat_map(|(family, set)| examples(set).into_iter().map(move |header| (*family, header)));
        for (family, header) in headers.take(MOST_WALKS.min(self.left)) {
            self.left -= 1;
            let asked = Asked { pair: (change.from, change.to), family, header };
            let failing = match kind {
                Kind::Gained | Kind::Arrives => Side::Old,
                Kind::Lost | Kind::Stops | Kind::Unsure => Side::New,
                Kind::Doubt => match change.after().family(family).is_some_and(|new| new.undefined.contains(header)) {
                    true => Side::New,
                    false => Side::Old,
                },
            };
            found.extend(self.sides.behind(self.difference.matched, asked, failing));
        }
        found.into_iter().collect()
    }
}

/// A header of each part of a set, as far as they are walked: of each protocol one, then of each other range of ports.
fn examples(set: &L4Set) -> Vec<L4Header> {
    let none = L4Set::empty;
    // There may be tens of thousands of them, each as large as the set.
    let parts = |region| parts(region).take(MOST_WALKS);
    let protocols: [Vec<L4Set>; 5] = [
        parts(&set.tcp).map(|tcp| L4Set { tcp, ..none() }).collect(),
        parts(&set.udp).map(|udp| L4Set { udp, ..none() }).collect(),
        vec![L4Set { icmp: set.icmp.clone(), ..none() }],
        parts(&set.sctp).map(|sctp| L4Set { sctp, ..none() }).collect(),
        vec![L4Set { other: set.other.clone(), ..none() }],
    ];
    let first = protocols.iter().filter_map(|parts| parts.first());
    let others = protocols.iter().flat_map(|parts| parts.iter().skip(1));
    first.chain(others).filter_map(L4Set::example).collect()
}

/// A region by its ranges of target ports.
fn parts(region: &Region) -> impl Iterator<Item = Region> + use<> {
    region.rectangles().into_iter().flat_map(|(sources, targets)| {
        let ranges = targets.ranges().to_vec().into_iter();
        ranges.map(move |(first, last)| Region::product(&sources, &Ports::range(first, last)))
    })
}
