//! One side of an assertion: the endpoints that its words mean, and the families that are asked about of each.

use crate::answers::select::{has, range, select};
use crate::reach::{AddressRange, Endpoint, EndpointKind, Family, FamilyAnswer, PairAnswer};
use crate::read::Party;
use alloc::string::String;
use alloc::vec::Vec;

/// Which of [`Family::ALL`] are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Asked([bool; 2]);

/// The endpoints of one side.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    /// Each once, by index, with what is asked about of it.
    pub(super) ends: Vec<(usize, Asked)>,
    /// Words that mean nobody; an empty one is a selector that selects nobody.
    pub(super) unknown: Vec<String>,
}

impl Side {
    /// What the words of one side mean; selectors have become words when the world was compiled.
    pub(super) fn of(parties: &[Party], endpoints: &[Endpoint], namespace: &str) -> Self {
        let mut side = Self::default();
        for party in parties {
            let word = match party {
                Party::Word(word) => word.as_str(),
                Party::Pods { .. } => "",
            };
            let found = meant(endpoints, word, namespace);
            if found.is_empty() {
                side.unknown.push(word.into());
            }
            side.ends.extend(found);
        }
        side.ends.sort_unstable();
        side.ends.dedup_by(|(next, asked), (index, known)| {
            let is_same = next == index;
            if is_same {
                *known = known.or(*asked);
            }
            is_same
        });
        side
    }

    /// The endpoints alone.
    pub(super) fn indices(&self) -> Vec<usize> {
        self.ends.iter().map(|(index, _)| *index).collect()
    }
}

/// Those that a word means: an address or a prefix asks about nothing but its own addresses.
fn meant(endpoints: &[Endpoint], word: &str, namespace: &str) -> Vec<(usize, Asked)> {
    let all = |found: Vec<usize>| found.into_iter().map(|index| (index, Asked::ALL)).collect();
    let Some(wanted) = range(word) else { return all(select(endpoints, word, namespace)) };
    let within = endpoints.iter().enumerate().filter(|(_, endpoint)| stands_in(endpoint, wanted));
    let found: Vec<_> = within.map(|(index, _)| (index, Asked::within(wanted))).collect();
    if !found.is_empty() {
        return found;
    }
    // The name of a machine may look like an address; nobody is judged for a further address of his.
    let is_called = |index: &usize| endpoints.get(*index).is_some_and(|endpoint| !has(endpoint, wanted));
    all(select(endpoints, word, namespace).into_iter().filter(is_called).collect())
}

/// Who has an address all the same, for which he is not judged.
pub(super) fn further<'e>(word: &str, endpoints: &'e [Endpoint]) -> Option<&'e Endpoint> {
    let wanted = range(word)?;
    endpoints.iter().find(|endpoint| has(endpoint, wanted))
}

/// Whether an address for which an endpoint is judged lies in a range: of a machine, a node or a Service, the first of its family.
fn stands_in(endpoint: &Endpoint, wanted: AddressRange) -> bool {
    match endpoint.kind {
        EndpointKind::External | EndpointKind::Address => has(endpoint, wanted),
        _ => Family::ALL
            .iter()
            .filter_map(|family| endpoint.address(*family))
            .any(|own| wanted.first <= own && own <= wanted.last),
    }
}

impl Asked {
    const ALL: Self = Self([true; 2]);

    /// The family of a range alone.
    fn within(wanted: AddressRange) -> Self {
        Self(Family::ALL.map(|family| (family == Family::Ipv4) == wanted.first.is_ipv4()))
    }

    fn or(self, Self([ipv4, ipv6]): Self) -> Self {
        let Self([own_ipv4, own_ipv6]) = self;
        Self([own_ipv4 || ipv4, own_ipv6 || ipv6])
    }

    /// What is asked about of both ends.
    pub(super) fn both(self, Self([ipv4, ipv6]): Self) -> Self {
        let Self([own_ipv4, own_ipv6]) = self;
        Self([own_ipv4 && ipv4, own_ipv6 && ipv6])
    }

    /// What becomes of a pair in these families.
    pub(super) fn of(self, answer: PairAnswer) -> PairAnswer {
        let asked =
            |of: &FamilyAnswer| Family::ALL.iter().zip(self.0).any(|(family, asked)| asked && *family == of.family);
        let families: Vec<_> = answer.families.into_iter().filter(asked).collect();
        PairAnswer { families, ..answer }
    }

    /// Why no packet goes from one end to the other, where what is asked about has no family in common.
    pub(super) fn because(self) -> Option<String> {
        let Self([ipv4, ipv6]) = self;
        let because =
            "one end is asked about IPv4 alone, the other about IPv6 alone: no packet goes from one to the other.";
        (!ipv4 && !ipv6).then(|| because.into())
    }
}
