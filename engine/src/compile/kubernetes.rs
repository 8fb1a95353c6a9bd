//! What the Kubernetes API promises, whoever enforces it, in the words of OVN.
//!
//! A pod that a NetworkPolicy selects is closed in the directions of the policy, but for what the rules of all policies that
//! select it allow together; answers always return (`NetworkPolicySpec` in `k8s.io/api/networking/v1`). Each policy is a
//! port group, its default is a drop, and its rules are `allow-related` rows above that.

mod admin_policy;
mod cast;
mod l4;
mod network_policy;
mod peer;

use super::compiler::{Compiler, Written};
use super::row::built;
use crate::ovn::acl::{Acl, Action, Direction, Provenance};
use crate::ovn::network::PortGroup;
use crate::read::{AdminPolicy, NetworkPolicy};
use admin_policy::Order;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use cast::Cast;
use hashbrown::HashSet;

/// The rows of all policies.
pub(super) fn policies(
    compiler: &Compiler<'_>,
    network_policies: &[&NetworkPolicy],
    admin_policies: &[&AdminPolicy],
) -> Written {
    let mut written = Written::default();
    let cast = Cast::new(compiler.world);
    let mut names = Names::default();
    for policy in network_policies {
        let name = names.of(&format!("np.{}.{}", policy.namespace, policy.name.value));
        network_policy::policy(policy, &name, compiler, &cast, &mut written);
    }
    let order = Order::of(admin_policies);
    for policy in admin_policies {
        let name = names.of(&format!("{}.{}", policy.kind.name(), policy.name.value));
        admin_policy::policy(policy, &name, &order, compiler, &cast, &mut written);
    }
    if !written.groups.is_empty() {
        written.groups.push(tracked(compiler, names.of("tracked"), &cast));
    }
    written
}

/// What no policy restricts is open, and answers return: every connection is tracked.
fn tracked(compiler: &Compiler<'_>, name: String, cast: &Cast<'_>) -> PortGroup {
    let everybody: Vec<usize> = (0..compiler.world.machines.len()).collect();
    let why = Provenance {
        object: "Kubernetes".to_string(),
        field: "pods are not isolated by default".to_string(),
        place: None,
    };
    let row = |direction, scope: &str| {
        let row = built(0, format!("{scope} == @{name} && ip"), Action::AllowRelated, direction, why.clone());
        Acl { tier: compiler.profile.tiers.baseline, ..row }
    };
    let acls = [row(Direction::FromLport, "inport"), row(Direction::ToLport, "outport")].to_vec();
    PortGroup { ports: cast.ports(&everybody), acls, name }
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
