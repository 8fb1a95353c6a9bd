//! What a match may refer to: a version's symbols, address sets, port groups.

use super::advice::Adviser;
use super::constant::Constant;
use super::lexer;
use super::symbol::Symbol;
use crate::ovn::network::{Network, Switch, Version};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// The MAC address from which OVN watches the backends of load balancers.
const SERVICE_MONITOR: &str = "svc_monitor_mac";

/// The names that a match may use, besides the grammar's own.
#[derive(Debug, Clone, Default)]
pub struct Context {
    version: Version,
    /// Shared by the contexts of all switches.
    address_sets: Arc<HashMap<String, Arc<[Constant]>>>,
    port_groups: HashSet<String>,
    /// Those without a port, which bring no constant.
    empty_groups: HashSet<String>,
    adviser: Adviser,
}

impl Context {
    /// The symbols of a version, no address set and no port group.
    pub fn new(version: Version) -> Self {
        Self { version, ..Self::default() }
    }

    /// The same, where mistakes are told with what to write instead.
    pub fn advised_by(self, adviser: Adviser) -> Self {
        Self { adviser, ..self }
    }

    pub(super) fn adviser(&self) -> Adviser {
        self.adviser
    }

    /// What northd offers to the matches of a network.
    ///
    /// `$<group>_ip4` and `$<group>_ip6` exist for every port group; a network does not say which addresses its ports
    /// have, so where no address set of that name stands in the network, they are taken as empty.
    /// So is `$svc_monitor_mac`, which has an address of the database's own choice.
    pub fn of(network: &Network) -> Self {
        let mut context = Self::new(network.version).with_address_set(SERVICE_MONITOR, [""; 0]);
        for group in &network.port_groups {
            for family in ["ip4", "ip6"] {
                context = context.with_address_set(alloc::format!("{}_{family}", group.name), [""; 0]);
            }
            context = match group.ports.is_empty() {
                true => context.with_empty_port_group(group.name.as_str()),
                false => context.with_port_group(group.name.as_str()),
            };
        }
        for (name, elements) in &network.address_sets {
            context = context.with_address_set(name.as_str(), elements);
        }
        context
    }

    /// What the matches on one switch of a network can use, out of what all of them can.
    ///
    /// northd copies a port group to the switches that have one of its ports, and to no other: elsewhere `@group` is a
    /// name that does not exist, and ovn-controller ignores the whole row (`sync_port_groups`; seen on 23.03.1).
    pub fn on(&self, network: &Network, switch: &Switch) -> Self {
        let mut context = self.clone();
        let here = switch.port_names();
        let absent = network.port_groups.iter().filter(|group| !group.has_port(&here));
        for group in absent {
            context.port_groups.remove(&group.name);
        }
        context
    }

    /// The same with one more address set.
    ///
    /// As in OVN, an element counts up to the end of its first token, and one that does not start with a number or an
    /// address is left out (`expr_const_sets_add_integers` in `lib/expr.c`).
    pub fn with_address_set(
        mut self,
        name: impl Into<String>,
        elements: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let mut constants: Vec<_> =
            elements.into_iter().filter_map(|text| Some(lexer::element(text.as_ref())?.0)).collect();
        // OVN sorts them so, and its messages speak of the first one that does not fit.
        constants.sort_by_key(Constant::rank);
        Arc::make_mut(&mut self.address_sets).insert(name.into(), constants.into());
        self
    }

    /// The same with one more port group.
    pub fn with_port_group(mut self, name: impl Into<String>) -> Self {
        self.port_groups.insert(name.into());
        self
    }

    /// The same with one more port group, in which no port is. In a set it leaves open what the other constants are.
    pub fn with_empty_port_group(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.empty_groups.insert(name.clone());
        self.with_port_group(name)
    }

    /// Whose symbols they are.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The names of the address sets, sorted.
    pub fn address_sets(&self) -> impl Iterator<Item = &str> {
        self.address_sets.keys().map(String::as_str)
    }

    /// The names of the port groups, sorted.
    pub fn port_groups(&self) -> impl Iterator<Item = &str> {
        self.port_groups.iter().map(String::as_str)
    }

    pub(super) fn symbol(&self, name: &str) -> Option<&'static Symbol> {
        Symbol::find(name, self.version)
    }

    pub(super) fn address_set(&self, name: &str) -> Option<Arc<[Constant]>> {
        self.address_sets.get(name).cloned()
    }

    pub(super) fn has_port_group(&self, name: &str) -> bool {
        self.port_groups.contains(name)
    }

    pub(super) fn is_empty_group(&self, name: &str) -> bool {
        self.empty_groups.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::ovn::network::{Port, PortGroup, PortKind};
    use alloc::collections::BTreeMap;

    #[test]
    fn a_network_offers_the_names_that_northd_makes() {
        let group = PortGroup { name: "pg".into(), ..PortGroup::default() };
        let address_sets = BTreeMap::from([("pg_ip4".into(), alloc::vec!["10.0.0.1".into()])]);
        let network = Network { port_groups: alloc::vec![group], address_sets, ..Network::default() };
        let context = Context::of(&network);
        for text in ["inport == @pg", "ip4.src == $pg_ip4", "ip6.src == $pg_ip6", "eth.src == $svc_monitor_mac"] {
            assert!(parse(text, &context).is_ok(), "{text}");
        }
        assert_eq!(context.address_set("pg_ip4").map(|set| set.len()), Some(1));
    }

    #[test]
    fn a_group_without_a_port_on_the_switch_does_not_exist_there() {
        let ports = |name: &str| alloc::vec![Port::new(name, PortKind::Vif)];
        let here = Switch { name: "s0".into(), ports: ports("p0"), ..Switch::default() };
        let there = Switch { name: "s1".into(), ports: ports("q0"), ..Switch::default() };
        let group = PortGroup { name: "pg".into(), ports: alloc::vec!["p0".into()], ..PortGroup::default() };
        let switches = alloc::vec![here.clone(), there.clone()];
        let network = Network { switches, port_groups: alloc::vec![group], ..Network::default() };
        assert!(parse("inport == @pg", &Context::of(&network).on(&network, &here)).is_ok());
        let errors = parse("inport == @pg || ip4", &Context::of(&network).on(&network, &there)).unwrap_err();
        assert_eq!(errors.first().message(), "Syntax error at `@pg' expecting port group name.");
    }

    #[test]
    fn an_element_counts_up_to_the_end_of_its_first_token() {
        let context = Context::default().with_address_set("set", ["10.0.0.1 and more", "", "nonsense", "10.0.0.3/8"]);
        let meaning = parse("ip4.src == $set", &context).unwrap().annotate().simplify();
        assert_eq!(
            alloc::string::ToString::to_string(&meaning),
            "ip4.src == {10.0.0.0/8, 10.0.0.1} && eth.type == 0x800"
        );
    }
}
