//! Which switch an interface is on.

use super::attachment::{Attachments, Network};
use super::controller::Controller;
use super::namespace::Namespace;
use super::switch::Switch;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{self, DEFAULT_PROVIDER, Interface, Machine, Origin, Placed, Presence};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// The Subnet of the nodes: no pod is on it.
const JOIN: &str = "join";

/// Finds switches, and remembers what it did not find.
pub(super) struct Locator<'w> {
    switches: &'w [Switch],
    namespaces: &'w BTreeMap<String, Namespace>,
    attachments: Attachments<'w>,
    /// Whether the default network is another plugin's.
    secondary: bool,
    names: HashMap<&'w str, usize>,
    /// Machines of which something was said already.
    told: HashSet<(String, String)>,
    /// Machines whose default network has no Subnet here.
    halved: HashSet<(String, String)>,
    /// Networks of machines that are none of OVN's and were told.
    elsewhere: HashSet<String>,
    found: Vec<Diagnostic>,
    /// Names of subnets that are not there: the first machine's diagnostic, and how many more name it.
    missing: BTreeMap<String, (Diagnostic, usize)>,
}

impl<'w> Locator<'w> {
    /// For these switches.
    pub(super) fn new(
        switches: &'w [Switch],
        namespaces: &'w BTreeMap<String, Namespace>,
        attachments: Attachments<'w>,
        controller: &Controller,
    ) -> Self {
        let names = switches.iter().enumerate().map(|(index, switch)| (switch.name.as_str(), index)).collect();
        Self {
            switches,
            namespaces,
            attachments,
            secondary: controller.secondary,
            names,
            told: HashSet::new(),
            halved: HashSet::new(),
            elsewhere: HashSet::new(),
            found: Vec::new(),
            missing: BTreeMap::new(),
        }
    }

    /// The switch of an interface: by the subnet's name, by the provider, by an address.
    pub(super) fn locate(&mut self, said: &Machine, interface: &Interface) -> Option<usize> {
        if self.secondary && interface.provider.as_deref() == Some(DEFAULT_PROVIDER) {
            return None;
        }
        let named = match self.attachments.network(said, interface) {
            None => self.of_provider(interface.provider.as_deref()),
            Some(Network::OfProvider(provider)) => self.of_provider(Some(&provider)),
            Some(Network::Elsewhere(why)) => {
                self.told.insert((said.namespace.clone(), said.name.value.clone()));
                // The network may be named by Multus and by Kube-OVN.
                if self.elsewhere.insert(why.message.clone()) {
                    self.found.push(why);
                }
                return None;
            }
        };
        if let Some(subnet) = &interface.subnet {
            if let Some(index) = self.names.get(subnet.value.as_str()) {
                return Some(*index);
            }
            self.dangling(said, subnet);
        }
        let provided = if named.is_empty() { (0..self.switches.len()).collect() } else { named.clone() };
        let holds = |index: &usize| {
            let switch = self.switches.get(*index);
            switch.is_some_and(|switch| interface.addresses.iter().any(|address| switch.contains(address.value)))
        };
        let holding: Vec<usize> = provided.iter().copied().filter(holds).collect();
        match (holding.as_slice(), named.as_slice()) {
            ([only], _) => Some(*only),
            ([first, ..], _) => {
                self.found.push(self.ambiguous(said, interface, *first));
                Some(*first)
            }
            ([], _) if self.is_default(interface) => {
                let found = self.of_namespace(&said.namespace, &named);
                if found.is_none() {
                    self.halved.insert((said.namespace.clone(), said.name.value.clone()));
                }
                found
            }
            ([], [only]) => Some(*only),
            ([], _) => {
                if interface.origin == Origin::Declared && interface.subnet.is_none() {
                    self.told.insert((said.namespace.clone(), said.name.value.clone()));
                    self.found.push(homeless(said, interface));
                }
                None
            }
        }
    }

    /// Whether an interface is in the cluster's default network, and nothing more is known.
    fn is_default(&self, interface: &Interface) -> bool {
        interface.provider.as_deref() == Some(DEFAULT_PROVIDER) && interface.addresses.is_empty()
    }

    /// The subnet of pods of a namespace: one that names it, one that selects it, the default one, the only one.
    fn of_namespace(&self, namespace: &str, of_provider: &[usize]) -> Option<usize> {
        let subnet = |index: &usize| self.switches.get(*index).and_then(|switch| switch.subnet.as_ref());
        let candidates: Vec<usize> = of_provider
            .iter()
            .copied()
            .filter(|index| self.switches.get(*index).is_some_and(|switch| switch.name != JOIN))
            .collect();
        let names = |index: &&usize| subnet(index).is_some_and(|of| of.namespaces.iter().any(|name| name == namespace));
        let labels = self.namespaces.get(namespace).map(|namespace| &namespace.labels);
        let selects = |index: &&usize| {
            let selectors = subnet(index).map(|of| of.namespace_selectors.as_slice()).unwrap_or_default();
            labels.is_some_and(|labels| selectors.iter().any(|selector| selector.selects(labels)))
        };
        let default = |index: &&usize| self.switches.get(**index).is_some_and(Switch::is_default);
        let only = || candidates.first().filter(|_| candidates.len() == 1);
        let named = candidates.iter().find(names).or_else(|| candidates.iter().find(selects));
        named.or_else(|| candidates.iter().find(default)).or_else(only).copied()
    }

    /// Says what was not found, and which machines are nowhere.
    pub(super) fn finish(self, machines: &[super::Machine], out: &mut Vec<Diagnostic>) {
        out.extend(self.found);
        let nowhere = machines.iter().filter(|machine| machine.interfaces.is_empty());
        for machine in nowhere.filter(|machine| machine.pod != Presence::HostNetwork) {
            if !self.told.contains(&(machine.namespace.clone(), machine.name.clone())) {
                let message =
                    format!("no network of `{}` is in the input; it has no endpoint in this answer", machine.id());
                let help = "add the Subnet of its network, or name it: `vms: [{name: .., address: .., subnet: ..}]`";
                out.push(Diagnostic::new(Code::NoEndpoint, message).at(machine.place).help(help));
            }
        }
        let is_halved = |machine: &&super::Machine| {
            !machine.interfaces.is_empty() && self.halved.contains(&(machine.namespace.clone(), machine.name.clone()))
        };
        out.extend(halved(machines.iter().filter(is_halved)));
        out.extend(in_the_network_of_their_node(machines));
        for (mut diagnostic, more) in self.missing.into_values() {
            match more {
                0 => {}
                1 => diagnostic.message.push_str(", and so is one other interface"),
                more => diagnostic.message.push_str(&format!(", and so are {more} other interfaces")),
            }
            out.push(diagnostic);
        }
    }

    /// The switches of the interface's provider.
    fn of_provider(&self, provider: Option<&str>) -> Vec<usize> {
        let of = |provider: &str| -> Vec<usize> {
            // The same attachment twice on one machine has the name of the interface at its end.
            let is =
                |own: &str| own == provider || provider.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
            let all = self.switches.iter().enumerate();
            all.filter(|(_, switch)| switch.provider().is_some_and(is)).map(|(index, _)| index).collect()
        };
        provider.map(of).unwrap_or_default()
    }

    fn dangling(&mut self, said: &Machine, subnet: &Placed<String>) {
        self.told.insert((said.namespace.clone(), said.name.value.clone()));
        if let Some((_, more)) = self.missing.get_mut(&subnet.value) {
            *more += 1;
            return;
        }
        let (name, namespace) = (&said.name.value, &said.namespace);
        let message = format!("`{namespace}/{name}` is on subnet `{}`, which is not in the input", subnet.value);
        let help = read::did_you_mean(&subnet.value, self.switches.iter().map(|switch| switch.name.as_str()))
            .unwrap_or_else(|| "add the Subnet to the input, or correct the name".into());
        let diagnostic = Diagnostic::new(Code::DanglingReference, message).at(subnet.place).help(help);
        self.missing.insert(subnet.value.clone(), (diagnostic, 0));
    }

    fn ambiguous(&self, said: &Machine, interface: &Interface, first: usize) -> Diagnostic {
        let name = self.switches.get(first).map_or("", |switch| &switch.name);
        let id = format!("{}/{}", said.namespace, said.name.value);
        let message = format!("the address of `{id}` lies in several subnets; `{name}` is taken");
        let conflict = Diagnostic::new(Code::Conflict, message).severity(Severity::Warning);
        conflict.at(interface.place).help("name the one with `subnet: ..`")
    }
}

/// What is to be said of machines that are seen in some of their networks alone.
fn halved<'m>(mut machines: impl Iterator<Item = &'m super::Machine>) -> Option<Diagnostic> {
    let first = machines.next()?;
    let more = match machines.count() {
        0 => String::new(),
        more => format!(", and {more} more machines are"),
    };
    let message = format!(
        "`{}` is on the default network, too{more}: it has no Subnet in the input, and what goes over it is not evaluated",
        first.id()
    );
    let help = "add the Subnet of the default network, `ovn-default`";
    Some(Diagnostic::new(Code::NoEndpoint, message).severity(Severity::Info).at(first.place).help(help))
}

/// Pods without a network of their own have no port that a rule could name.
fn in_the_network_of_their_node(machines: &[super::Machine]) -> Option<Diagnostic> {
    let mut hosted = machines.iter().filter(|machine| machine.pod == Presence::HostNetwork);
    let first = hosted.next()?;
    let id = first.id();
    let message = match hosted.count() {
        0 => format!("`{id}` uses the network of its node: no policy selects it"),
        1 => format!("`{id}` and one other pod use the network of their node: no policy selects them"),
        more => format!("`{id}` and {more} other pods use the network of their node: no policy selects them"),
    };
    Some(Diagnostic::new(Code::NoEndpoint, message).severity(Severity::Info).at(first.place))
}

fn homeless(said: &Machine, interface: &Interface) -> Diagnostic {
    let id = format!("{}/{}", said.namespace, said.name.value);
    let (message, help) = match interface.addresses.first() {
        Some(address) => (
            format!("no subnet in the input holds `{}`, the address of `{id}`", address.value),
            "add the Subnet to the input, or correct the address",
        ),
        None => match interface.provider.as_ref().filter(|provider| *provider != DEFAULT_PROVIDER) {
            Some(provider) => (
                format!("no Subnet in the input has provider `{provider}`, a network of `{id}`"),
                "add the Subnet with that `provider`",
            ),
            None => (format!("neither address nor subnet of `{id}` is known"), "add `address: ..`"),
        },
    };
    Diagnostic::new(Code::NoEndpoint, message + "; it has no endpoint in this answer").at(interface.place).help(help)
}
