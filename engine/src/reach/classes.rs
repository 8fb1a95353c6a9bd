//! Endpoints that nothing on any way tells apart, so that pairs of classes stand for all pairs.

use super::conversation::Solver;
use super::endpoint::Attachment;
use super::l4::Family;
use alloc::vec;
use alloc::vec::Vec;
use core::hash::Hash;
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

    fn numbered(of: Vec<usize>) -> Self {
        let mut numbers = HashMap::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut class_of = Vec::with_capacity(of.len());
        for (endpoint, old) in of.into_iter().enumerate() {
            let number = *numbers.entry(old).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            class_of.push(number);
            if let Some(members) = members.get_mut(number) {
                members.push(endpoint);
            }
        }
        Self { of: class_of, members }
    }
}

/// What can be seen of an endpoint without looking at any row.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place<'n> {
    /// On a switch; by the port where several share one, for they talk to each other past the switch.
    Port(usize, Option<&'n str>),
    Router(usize),
    /// It is what a load balancer hands connections to, or one itself: nobody is like it.
    Alone(usize),
}

impl<'n> Solver<'n> {
    /// The classes of all endpoints.
    pub fn classes(&mut self) -> Classes {
        let mut of = self.places();
        for switch in 0..self.network.switches.len() {
            self.sees(switch);
            let Some(parties) = self.parties(switch) else { continue };
            let likeness = self.likenesses.get(switch).and_then(|made| made.as_ref()?.as_ref());
            let seen: Vec<_> = (0..self.endpoints.len())
                .map(|endpoint| {
                    let party = parties.endpoint(endpoint)?;
                    let looks = |party| Some((parties.kind(party), likeness?.looks(party)?));
                    let all = looks(party).zip(looks(parties.routed(endpoint).unwrap_or(party)));
                    // Where too much is seen, everybody is somebody else.
                    Some(all.ok_or(endpoint))
                })
                .collect();
            split(&mut of, &seen);
        }
        Classes::numbered(of)
    }

    fn places(&self) -> Vec<usize> {
        let backends: HashSet<IpAddr> = self
            .network
            .load_balancers
            .iter()
            .flat_map(|balancer| &balancer.vips)
            .flat_map(|vip| vip.backends.iter().map(|(address, _)| *address))
            .collect();
        let mut shared: HashMap<(usize, &str), usize> = HashMap::new();
        for endpoint in self.endpoints {
            if let Attachment::Port { switch, port } = &endpoint.attachment {
                *shared.entry((*switch, port.as_str())).or_default() += 1;
            }
        }
        let places: Vec<_> = self
            .endpoints
            .iter()
            .enumerate()
            .map(|(index, endpoint)| {
                let served = || endpoint.addresses.iter().any(|range| backends.contains(&range.first));
                let place = match &endpoint.attachment {
                    Attachment::Balancer(_) => Place::Alone(index),
                    _ if !backends.is_empty() && served() => Place::Alone(index),
                    Attachment::Port { switch, port } => {
                        let several = shared.get(&(*switch, port.as_str())).is_some_and(|count| *count > 1);
                        Place::Port(*switch, several.then_some(port.as_str()))
                    }
                    Attachment::Router(router) => Place::Router(*router),
                };
                (place, Family::ALL.map(|family| endpoint.has(family)))
            })
            .collect();
        let mut of = vec![0; places.len()];
        split(&mut of, &places);
        of
    }
}

/// Divides classes further, by one more thing that is known of each endpoint.
fn split<T: Eq + Hash>(of: &mut [usize], known: &[T]) {
    let mut numbers: HashMap<(usize, &T), usize> = HashMap::new();
    for (class, known) in of.iter_mut().zip(known) {
        let next = numbers.len();
        *class = *numbers.entry((*class, known)).or_insert(next);
    }
}
