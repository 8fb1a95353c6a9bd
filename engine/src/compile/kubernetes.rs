//! What the Kubernetes API promises, whoever enforces it, in the words of OVN.
//!
//! A pod that a NetworkPolicy selects is closed in the directions of the policy, but for what the rules of all policies that
//! select it allow together; answers always return (`NetworkPolicySpec` in `k8s.io/api/networking/v1`). Each policy is a
//! port group, its default is a drop, and its rules are `allow-related` rows above that. That answers return is the
//! profile's [`Tracking`](super::profile::Tracking): a policy that allows nothing has only a drop.
//!
//! Policies of administrators stand in the tiers before and after: see `admin_policy`.

mod admin_policy;
mod cast;
mod condition;
mod l4;
mod network_policy;
mod peer;

use super::compiler::{Compiler, Written};
use super::network_policy::node_groups;
use crate::diagnostic::Diagnostic;
use crate::read::{AdminPolicy, NetworkPolicy};
use admin_policy::Desk;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use cast::Cast;
use hashbrown::HashSet;

/// The rows of all policies.
pub(super) fn policies(
    compiler: &Compiler<'_>,
    network_policies: &[&NetworkPolicy],
    admin_policies: &[&AdminPolicy],
    out: &mut Vec<Diagnostic>,
) -> Written {
    let mut written = Written::default();
    let cast = Cast::new(compiler.world);
    let mut names = Names::default();
    for policy in network_policies {
        let name = names.of(&format!("np.{}.{}", policy.namespace, policy.name.value));
        network_policy::policy(policy, &name, compiler, &cast, &mut written);
    }
    if !network_policies.is_empty() {
        // A pod's own node is never kept from it.
        written.groups.extend(node_groups(compiler));
    }
    let mut desk = Desk { compiler, cast: &cast, names: &mut names, written: &mut written };
    admin_policy::policies(admin_policies, &mut desk, out);
    written
}

/// Names of port groups and address sets, each once.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// The name of an object as OVN can lex it.
    fn of(&mut self, wanted: &str) -> String {
        let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '_' };
        let mut name: String = wanted.chars().map(letter).collect();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}
