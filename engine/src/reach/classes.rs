//! Endpoints that nothing on any way tells apart, so that pairs of classes stand for all pairs.

use super::conversation::Solver;
use super::endpoint::{Attachment, Endpoint};
use super::l4::Family;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::{HashMap, HashSet};

/// A division of the endpoints: all pairs of different endpoints whose ends are in the same two classes have the same
/// answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    of: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Classes {
    /// The class of an endpoint, by its index.
    pub fn of(&self, endpoint: usize) -> Option<usize> {
        self.of.get(endpoint).copied()
    }

    /// The endpoints of each class, by index and in order; classes in the order of their first members.
    pub fn members(&self) -> &[Vec<usize>] {
        &self.members
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// One pair of different endpoints for every two classes, in the order of the classes.
    pub fn pairs(&self) -> impl Iterator<Item = Example> {
        self.members.iter().enumerate().flat_map(move |(source, asking)| {
            self.members.iter().enumerate().filter_map(move |(target, answering)| {
                let (at, others) = if source == target { (1, answering.len() - 1) } else { (0, answering.len()) };
                let (from, to) = (*asking.first()?, *answering.get(at)?);
                Some(Example { from, to, classes: (source, target), pairs: asking.len() * others })
            })
        })
    }

    /// So many endpoints in one class, to be divided.
    pub fn of_one(count: usize) -> Self {
        Self::numbered(alloc::vec![0; count])
    }

    /// The same, divided further by a number that is known of each endpoint.
    pub fn divided(&self, number: &dyn Fn(usize) -> Option<usize>) -> Self {
        let mut of = self.of.clone();
        let signs: Vec<Sign> =
            (0..of.len()).map(|endpoint| sign([number(endpoint).map_or(0, |number| number + 1)])).collect();
        split(&mut of, &signs);
        Self::numbered(of)
    }

    /// The first few pairs of different endpoints of two classes.
    pub fn first(&self, (from, to): (usize, usize), most: usize) -> Vec<(usize, usize)> {
        let members = |class: usize| self.members.get(class).map_or(&[][..], Vec::as_slice);
        let pairs = members(from).iter().flat_map(|from| members(to).iter().map(move |to| (*from, *to)));
        pairs.filter(|(from, to)| from != to).take(most).collect()
    }

    fn numbered(of: Vec<usize>) -> Self {
        // Numbers are given in the order of first members; a split numbers so.
        let count = of.iter().max().map_or(0, |last| last + 1);
        let mut members: Vec<Vec<usize>> = (0..count).map(|_| Vec::new()).collect();
        for (endpoint, class) in of.iter().enumerate() {
            if let Some(members) = members.get_mut(*class) {
                members.push(endpoint);
            }
        }
        Self { of, members }
    }
}

/// A pair that speaks for all pairs of its two classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Who asks, by index.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// The classes of both.
    pub classes: (usize, usize),
    /// How many pairs it speaks for, itself included.
    pub pairs: usize,
}

/// All that is known of an endpoint at one place, as numbers.
type Sign = [usize; 10];

fn sign<const COUNT: usize>(known: [usize; COUNT]) -> Sign {
    let mut sign = Sign::default();
    sign.iter_mut().zip(known).for_each(|(slot, number)| *slot = number);
    sign
}

impl<'n> Solver<'n> {
    /// The classes of all endpoints.
    pub fn classes(&mut self) -> Classes {
        let mut of = alloc::vec![0; self.endpoints.len()];
        split(&mut of, &self.places());
        for switch in 0..self.network.switches.len() {
            self.sees(switch);
            split(&mut of, &self.seen(switch));
        }
        Classes::numbered(of)
    }

    /// What the rows of a switch can see of every endpoint; where they see too much, everybody is somebody else.
    fn seen(&self, switch: usize) -> Vec<Sign> {
        let Some(parties) = self.parties(switch) else { return Vec::new() };
        let likeness = self.likenesses.get(switch).and_then(|made| made.as_ref()?.as_ref());
        let looks = |endpoint: usize| {
            let party = parties.endpoint(endpoint)?;
            let routed = parties.routed(endpoint).unwrap_or(party);
            let [mine, theirs] = [party, routed].map(|party| Some((parties.kind(party), likeness?.looks(party)?)));
            let known = mine.zip(theirs).map(|((kind, [a, b, c, d]), (other, [e, f, g, h]))| {
                [kind as usize + 1, other as usize, a, b, c, d, e, f, g, h]
            });
            Some(known.unwrap_or_else(|| sign([0, endpoint, 1])))
        };
        (0..self.endpoints.len()).map(|endpoint| looks(endpoint).unwrap_or_default()).collect()
    }

    /// For each endpoint, a number of its place: to those of one place the ways are the same, from wherever one comes.
    pub(super) fn place_numbers(&mut self) -> Vec<usize> {
        (0..self.network.switches.len()).for_each(|switch| self.meet(switch));
        let mut of = alloc::vec![0; self.endpoints.len()];
        split(&mut of, &self.places());
        let kind = |(index, endpoint): (usize, &Endpoint)| match &endpoint.attachment {
            Attachment::Port { switch, .. } => {
                let parties = self.parties(*switch)?;
                Some(parties.kind(parties.endpoint(index)?) as usize)
            }
            Attachment::Router(_) | Attachment::Balancer(_) => None,
        };
        let kinds = self.endpoints.iter().enumerate().map(|at| sign([kind(at).map_or(0, |kind| kind + 1)]));
        split(&mut of, &kinds.collect::<Vec<_>>());
        of
    }

    /// What can be seen of every endpoint without looking at any row: where it is, and which families it has.
    fn places(&self) -> Vec<Sign> {
        let vips = self.network.load_balancers.iter().flat_map(|balancer| &balancer.vips);
        let backends: HashSet<IpAddr> = vips.flat_map(|vip| vip.backends.iter().map(|(address, _)| *address)).collect();
        let mut shared: HashMap<(usize, &str), (usize, usize)> = HashMap::new();
        for endpoint in self.endpoints {
            if let Attachment::Port { switch, port } = &endpoint.attachment {
                let number = shared.len() + 1;
                shared.entry((*switch, port.as_str())).or_insert((number, 0)).1 += 1;
            }
        }
        let place = |(index, endpoint): (usize, &Endpoint)| {
            let mixed = usize::from(endpoint.mixed);
            let families = Family::ALL.iter().fold(mixed, |sum, family| sum * 2 + usize::from(endpoint.has(*family)));
            let served = || endpoint.addresses.iter().any(|range| backends.contains(&range.first));
            match &endpoint.attachment {
                // What a load balancer hands connections to, or takes them from, or one itself: nobody is like it.
                Attachment::Balancer(_) => sign([families, 1, index]),
                _ if self.disputed.contains(index) || (!backends.is_empty() && served()) => sign([families, 1, index]),
                Attachment::Router(router) => sign([families, 2, *router]),
                // Those that share a port talk to each other past the switch.
                Attachment::Port { switch, port } => {
                    let port = shared.get(&(*switch, port.as_str())).filter(|(_, count)| *count > 1);
                    let links = self.topology.links(*switch);
                    let is_routed = |family| links.iter().all(|(_, link)| endpoint.is_routed_in(family, link));
                    let [v4, v6] = Family::ALL.map(|family| usize::from(is_routed(family)));
                    sign([families, 3, *switch, port.map_or(0, |(number, _)| *number), 2 * v4 + v6])
                }
            }
        };
        self.endpoints.iter().enumerate().map(place).collect()
    }
}

/// Divides classes further, by what is known of each endpoint.
fn split(of: &mut [usize], known: &[Sign]) {
    let mut numbers: HashMap<(usize, &Sign), usize> = HashMap::new();
    for (class, known) in of.iter_mut().zip(known) {
        let next = numbers.len();
        *class = *numbers.entry((*class, known)).or_insert(next);
    }
}
