//! Who is meant: an address or a set as a match has it, or a machine by its name.

use crate::protocol::{Endpoint, Word};
use ringfence_engine::ovn::matching::Context;
use ringfence_engine::ovn::network::Version;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

/// What may be named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Machines by name, with their addresses; without one where several are called so.
    machines: Rc<BTreeMap<String, Option<String>>>,
    /// Address sets and port groups, as a match has them: `$set`, `@group`.
    sets: Rc<[String]>,
}

impl Names {
    /// Those of a world: machines by their whole names, and by what stands after the namespace.
    pub fn of(endpoints: &[Endpoint], words: &[Word]) -> Self {
        let sets = words.iter().map(|word| &word.label).filter(|label| label.starts_with(['$', '@']));
        Self { machines: Rc::new(machines(endpoints)), sets: sets.cloned().collect() }
    }

    /// What a match may name.
    pub(super) fn context(&self) -> Context {
        let nobody = [""; 0];
        self.sets.iter().fold(Context::new(Version::Main), |context, name| match name.split_at_checked(1) {
            Some(("$", name)) => context.with_address_set(name, nobody),
            Some((_, name)) => context.with_port_group(name),
            None => context,
        })
    }

    /// The text with addresses in the place of names.
    pub(super) fn resolved(&self, text: &str) -> String {
        let one = |part: &str| {
            let name = part.trim_matches(BLANK);
            let found = self.machines.get(name).and_then(Option::as_ref).filter(|_| !is_of_match(name));
            found.map_or(part.to_owned(), |address| part.replacen(name, address, 1))
        };
        text.split(',').map(one).collect::<Vec<_>>().join(",")
    }

    /// The first name in a text that is nobody's, or that of several.
    pub(super) fn error(&self, text: &str) -> Option<String> {
        let names = text.split(',').map(|part| part.trim_matches(BLANK));
        names.filter(|name| !name.is_empty() && !is_of_match(name)).find_map(|name| match self.machines.get(name) {
            Some(Some(_)) => None,
            Some(None) => {
                Some(format!("several machines are called `{name}`: write the namespace too, as in `default/{name}`"))
            }
            None => Some(format!("`{name}` is neither an address nor the name of a machine here")),
        })
    }
}

fn machines(endpoints: &[Endpoint]) -> BTreeMap<String, Option<String>> {
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    for endpoint in endpoints {
        let addresses = || endpoint.addresses.iter().filter_map(|address| Some((address, address.parse().ok()?)));
        let first = addresses().find(|(_, parsed): &(_, IpAddr)| parsed.is_ipv4()).or(addresses().next());
        let Some((address, _)) = first else { continue };
        known.insert(endpoint.id.clone(), Some(address.clone()));
        if let Some((_, short)) = endpoint.id.split_once('/') {
            let one = known.entry(short.to_owned()).or_insert_with(|| Some(address.clone()));
            if one.as_ref() != Some(address) {
                *one = None;
            }
        }
    }
    known
}

/// What stands around the members of a set.
const BLANK: [char; 4] = [' ', '\t', '{', '}'];

/// Whether the match language has words for it: an address, a prefix, a set.
fn is_of_match(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    text.starts_with('$') || address.parse::<IpAddr>().is_ok()
}
