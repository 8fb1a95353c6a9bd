//! Which switch an interface is on.

use super::switch::Switch;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{self, Interface, Machine, Origin, Placed};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Finds switches, and remembers what it did not find.
pub(super) struct Locator<'w> {
    switches: &'w [Switch],
    names: BTreeMap<&'w str, usize>,
    found: Vec<Diagnostic>,
    /// Names of subnets that are not there: the first machine's diagnostic, and how many more name it.
    missing: BTreeMap<String, (Diagnostic, usize)>,
}

impl<'w> Locator<'w> {
    /// For these switches.
    pub(super) fn new(switches: &'w [Switch]) -> Self {
        let names = switches.iter().enumerate().map(|(index, switch)| (switch.name.as_str(), index)).collect();
        Self { switches, names, found: Vec::new(), missing: BTreeMap::new() }
    }

    /// The switch of an interface: by the subnet's name, by the provider, by an address.
    pub(super) fn locate(&mut self, said: &Machine, interface: &Interface) -> Option<usize> {
        if let Some(subnet) = &interface.subnet {
            if let Some(index) = self.names.get(subnet.value.as_str()) {
                return Some(*index);
            }
            self.dangling(said, subnet);
        }
        let named = self.of_provider(interface);
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
            ([], [only]) => Some(*only),
            ([], _) => {
                if interface.origin == Origin::Declared && interface.subnet.is_none() {
                    self.found.push(homeless(said, interface));
                }
                None
            }
        }
    }

    /// Says what was not found.
    pub(super) fn finish(self, out: &mut Vec<Diagnostic>) {
        out.extend(self.found);
        for (mut diagnostic, more) in self.missing.into_values() {
            if more > 0 {
                diagnostic.message.push_str(&format!(", and so are {more} other interfaces"));
            }
            out.push(diagnostic);
        }
    }

    /// The switches of the interface's provider.
    fn of_provider(&self, interface: &Interface) -> Vec<usize> {
        let of = |provider: &str| -> Vec<usize> {
            // The same attachment twice on one machine has the name of the interface at its end.
            let is =
                |own: &str| own == provider || provider.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
            let all = self.switches.iter().enumerate();
            all.filter(|(_, switch)| switch.provider().is_some_and(is)).map(|(index, _)| index).collect()
        };
        interface.provider.as_deref().map(of).unwrap_or_default()
    }

    fn dangling(&mut self, said: &Machine, subnet: &Placed<String>) {
        if let Some((_, more)) = self.missing.get_mut(&subnet.value) {
            *more += 1;
            return;
        }
        let (name, namespace) = (&said.name.value, &said.namespace);
        let message = format!("`{namespace}/{name}` is on subnet `{}`, which is not in the input", subnet.value);
        let help = read::did_you_mean(&subnet.value, self.names.keys().copied())
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

fn homeless(said: &Machine, interface: &Interface) -> Diagnostic {
    let id = format!("{}/{}", said.namespace, said.name.value);
    let (message, help) = match interface.addresses.first() {
        Some(address) => (
            format!("no subnet in the input holds `{}`, the address of `{id}`", address.value),
            "add the Subnet to the input, or correct the address",
        ),
        None => (format!("neither address nor subnet of `{id}` is known"), "add `address: ..`"),
    };
    Diagnostic::new(Code::NoEndpoint, message + "; it has no endpoint in this answer").at(interface.place).help(help)
}
