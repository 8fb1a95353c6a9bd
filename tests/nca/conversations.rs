//! Which protocols and ports one party reaches of another, as far as both analysers tell them apart.

use ringfence_engine::reach::{Family, L4Set, PairAnswer, Ports, Region};

/// Destination ports by protocol, and everything that has no ports.
///
/// Port 0 is left out, which network-config-analyzer does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversations {
    /// TCP.
    pub tcp: Ports,
    /// UDP.
    pub udp: Ports,
    /// SCTP.
    pub sctp: Ports,
    /// Whether the other protocols pass; policies cannot tell them apart.
    pub others: bool,
}

impl Conversations {
    /// None.
    pub fn none() -> Self {
        Self { tcp: Ports::EMPTY, udp: Ports::EMPTY, sctp: Ports::EMPTY, others: false }
    }

    /// All.
    pub fn all() -> Self {
        Self { tcp: real(), udp: real(), sctp: real(), others: true }
    }

    /// Those of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            tcp: self.tcp.union(&other.tcp),
            udp: self.udp.union(&other.udp),
            sctp: self.sctp.union(&other.sctp),
            others: self.others || other.others,
        }
    }

    /// The rest.
    #[must_use]
    pub fn complement(&self) -> Self {
        let rest = |ports: &Ports| ports.complement().intersection(&real());
        Self { tcp: rest(&self.tcp), udp: rest(&self.udp), sctp: rest(&self.sctp), others: !self.others }
    }

    /// What the engine says of a pair.
    ///
    /// # Errors
    ///
    /// Where it says what no policy of the API can mean.
    pub fn of(answer: &PairAnswer) -> Result<Self, String> {
        let [family] = answer.families.as_slice() else { return Err(format!("not one family: {answer:?}")) };
        if !family.undefined.is_empty() {
            return Err("something is undefined".to_owned());
        }
        let (delivered, answered) = (&*family.delivered, &*family.answered);
        let expected = delivered.intersection(&L4Set::answerable(family.family));
        if *answered != expected {
            return Err(format!("delivered and answered are not one: {delivered:?}, {answered:?}"));
        }
        Ok(Self {
            tcp: ports(&delivered.tcp)?,
            udp: ports(&delivered.udp)?,
            sctp: ports(&delivered.sctp)?,
            others: others(delivered, family.family)?,
        })
    }

    /// How many distinct sets of ports it holds.
    pub const SETS: usize = 4;
}

/// Every port that both know.
pub fn real() -> Ports {
    Ports::range(1, u16::MAX)
}

/// The destination ports of a region, from any source port.
fn ports(region: &Region) -> Result<Ports, String> {
    let mut found = Ports::EMPTY;
    for (source, target) in region.rectangles() {
        if !source.is_full() {
            return Err(format!("the source port counts: {region:?}"));
        }
        found = found.union(&target);
    }
    Ok(found.intersection(&real()))
}

/// Connection tracking starts nothing at an ICMP message that answers another: such a message counts on neither side.
fn others(delivered: &L4Set, family: Family) -> Result<bool, String> {
    let asking = Region::product(&family.starting_types(), &Ports::full());
    let (full, icmp) = (L4Set::full(family), delivered.icmp.intersection(&asking));
    let all = icmp == full.icmp.intersection(&asking) && delivered.other == full.other;
    let none = icmp.is_empty() && delivered.other.is_empty();
    if all == none { Err(format!("some other protocols only: {delivered:?}")) } else { Ok(all) }
}
