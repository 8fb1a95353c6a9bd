//! Addresses for what has none in the input, so that manifests alone can be analysed.
//!
//! An assumed address is one of its subnet that nobody has, and that no rule singles out: rules that speak of a smaller
//! prefix or address than the subnet do not mean a machine whose address they cannot know.

use super::literals::literals;
use super::machine::Machine;
use super::switch::Switch;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{Placed, Reading};
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use hashbrown::HashSet;
use ipnet::IpNet;

/// Where Services have their addresses (`SVC_CIDR` of Kube-OVN's installer).
const SERVICES: &str = "10.96.0.0/12";

/// Gives every interface without an address one of each family of its switch.
pub(super) fn addresses(machines: &mut [Machine], switches: &[Switch], reading: &Reading, out: &mut Vec<Diagnostic>) {
    if !machines.iter().any(is_lacking) {
        return;
    }
    let taken = machines.iter().flat_map(|machine| &machine.interfaces).flat_map(|interface| &interface.addresses);
    let taken: HashSet<IpAddr> = taken.map(|address| address.value).collect();
    let named = literals(reading);
    let mut pools: Vec<Vec<Pool>> = switches.iter().map(|switch| Pool::of_switch(switch, &taken, &named)).collect();
    let mut assumed: Vec<(String, IpAddr, Place)> = Vec::new();
    for machine in machines.iter_mut().filter(|machine| is_lacking(machine)) {
        let id = machine.id();
        for interface in machine.interfaces.iter_mut().filter(|interface| interface.addresses.is_empty()) {
            let Some(pools) = pools.get_mut(interface.switch) else { continue };
            for address in pools.iter_mut().filter_map(Pool::next) {
                interface.addresses.push(Placed::new(address, interface.place));
                assumed.push((id.clone(), address, interface.place));
            }
        }
    }
    out.extend(tell(&assumed));
}

/// Addresses for Services, one after the other.
pub(super) fn service_addresses(taken: &HashSet<IpAddr>, reading: &Reading) -> Option<Pool> {
    SERVICES.parse().ok().map(|prefix| Pool::new(prefix, taken, &literals(reading)))
}

fn is_lacking(machine: &Machine) -> bool {
    machine.interfaces.iter().any(|interface| interface.addresses.is_empty())
}

fn tell(assumed: &[(String, IpAddr, Place)]) -> Option<Diagnostic> {
    let (id, address, place) = assumed.first()?;
    let others: HashSet<&String> = assumed.iter().map(|(other, ..)| other).filter(|other| *other != id).collect();
    let rest = match others.len() {
        0 => String::new(),
        1 => "; one other machine likewise".into(),
        more => format!("; {more} other machines likewise"),
    };
    let message = format!("no address of `{id}` is known: `{address}` is assumed, which no rule singles out{rest}");
    let help = "write the address where rules speak of addresses: `vms: [{name: .., address: ..}]` in an `Inventory`";
    Some(Diagnostic::new(Code::AssumedAddress, message).at(*place).help(help))
}

/// The free addresses of one prefix, from the highest down.
pub(super) struct Pool {
    prefix: IpNet,
    next: Option<u128>,
    taken: HashSet<u128>,
    /// What rules single out, sorted by the first address.
    named: Vec<(u128, u128)>,
}

impl Pool {
    fn of_switch(switch: &Switch, taken: &HashSet<IpAddr>, named: &[IpNet]) -> Vec<Self> {
        let first = |v4: bool| switch.cidrs.iter().copied().find(|cidr| cidr.addr().is_ipv4() == v4);
        let prefixes = [first(true), first(false)].into_iter().flatten();
        let mut pools: Vec<Self> = prefixes.map(|prefix| Self::new(prefix, taken, named)).collect();
        for pool in &mut pools {
            pool.taken.extend(switch.gateways.iter().map(|gateway| number(*gateway)));
            let excluded = switch.subnet.iter().flat_map(|subnet| &subnet.excluded).map(|range| range.value);
            pool.named.extend(excluded.map(|range| (number(range.first), number(range.last))));
            pool.named.sort_unstable();
        }
        pools
    }

    fn new(prefix: IpNet, taken: &HashSet<IpAddr>, named: &[IpNet]) -> Self {
        let inside = named.iter().filter(|net| prefix != **net && prefix.contains(*net));
        let mut named: Vec<_> = inside.map(|net| (number(net.network()), number(net.broadcast()))).collect();
        named.sort_unstable();
        // Neither the broadcast address nor, of IPv6, the highest one.
        let next = number(prefix.broadcast()).checked_sub(1);
        let taken = taken.iter().filter(|address| prefix.contains(*address)).map(|address| number(*address)).collect();
        Self { prefix, next, taken, named }
    }

    /// The next one: free, and named by no rule where there is such a one.
    pub(super) fn next(&mut self) -> Option<IpAddr> {
        let found = self.search(|pool, candidate| pool.around(candidate)).or_else(|| {
            self.next = number(self.prefix.broadcast()).checked_sub(1);
            self.search(|_, _| None)
        })?;
        self.taken.insert(found);
        Some(if self.prefix.addr().is_ipv4() {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(found).ok()?))
        } else {
            IpAddr::V6(Ipv6Addr::from_bits(found))
        })
    }

    /// Goes down from the last one found; `skip` gives the start of a range to leave out.
    fn search(&mut self, skip: impl Fn(&Self, u128) -> Option<u128>) -> Option<u128> {
        let lowest = number(self.prefix.network());
        while let Some(candidate) = self.next.filter(|candidate| *candidate > lowest) {
            match skip(self, candidate) {
                Some(start) => self.next = start.checked_sub(1),
                None => {
                    self.next = candidate.checked_sub(1);
                    if !self.taken.contains(&candidate) {
                        return Some(candidate);
                    }
                }
            }
        }
        None
    }

    /// The start of a named range that holds an address.
    fn around(&self, address: u128) -> Option<u128> {
        let before = self.named.partition_point(|(first, _)| *first <= address);
        let candidates = self.named.get(..before).unwrap_or_default().iter().rev();
        candidates.filter(|(_, last)| *last >= address).map(|(first, _)| *first).next()
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn assumed_addresses_are_free_and_not_singled_out() {
        let net = |text: &str| text.parse::<IpNet>().unwrap();
        let taken = HashSet::from(["10.0.0.13".parse().unwrap()]);
        let mut pool =
            Pool::new(net("10.0.0.0/28"), &taken, &[net("10.0.0.12/32"), net("10.0.0.0/8"), net("10.0.0.8/30")]);
        let mut next = || pool.next().map(|address| address.to_string()).unwrap_or_default();
        assert_eq!([next(), next(), next()], ["10.0.0.14", "10.0.0.7", "10.0.0.6"]);
        for _ in 0..5 {
            next();
        }
        assert_eq!([next(), next()], ["10.0.0.12", "10.0.0.11"], "when the rest is gone, named ones are taken");
    }
}
