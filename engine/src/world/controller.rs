//! What Kube-OVN's controller was told, by everybody who says something of it.

use super::agreed;
use crate::diagnostic::Diagnostic;
use crate::read::{Enforcement, Flags, Object, Placed, Reading};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use ipnet::IpNet;

/// The flags that change an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// What it does with policies that do not say it themselves.
    pub enforcement: Enforcement,
    /// Whether NetworkPolicies have an effect.
    pub network_policies: bool,
    /// Whether policies of administrators have one; nothing where nobody says.
    pub admin_policies: Option<bool>,
    /// Whether those may name domains.
    pub resolves_names: bool,
    /// Whether Services are load balancers of OVN.
    pub balancers: bool,
    /// The prefixes of the Subnet `join`; empty where nobody says.
    pub join: Vec<IpNet>,
    /// Whether a machine of KubeVirt keeps its port when it has no pod.
    pub keeps_machines: bool,
    /// Whether the cluster's default network is another plugin's.
    pub secondary: bool,
    /// Whether what goes straight to a port of the switch is not tracked because of a Service alone.
    pub skips_tracking: bool,
    /// The image that it runs, whose tag is its release; nothing where nobody says.
    pub image: Option<Placed<String>>,
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            enforcement: Enforcement::default(),
            network_policies: true,
            admin_policies: None,
            resolves_names: false,
            balancers: true,
            join: Vec::new(),
            keeps_machines: true,
            secondary: false,
            skips_tracking: true,
            image: None,
        }
    }
}

/// What the objects of a reading say, the first of those that disagree, and otherwise the defaults.
pub(super) fn controller(reading: &Reading, out: &mut Vec<Diagnostic>) -> Controller {
    let said = reading.objects.iter().filter_map(|object| match object {
        Object::Inventory(inventory) => Some(&inventory.flags),
        Object::Controller(flags) => Some(&**flags),
        _ => None,
    });
    let said: Vec<&Flags> = said.collect();
    let default = Controller::default();
    let mut is = |field: fn(&Flags) -> Option<&Placed<bool>>, name: &str| {
        agreed(said.iter().filter_map(|flags| field(flags)), &format!("kubeOvn.{name}"), out)
    };
    Controller {
        image: said.iter().find_map(|flags| flags.image.clone()),
        network_policies: is(|flags| flags.network_policies.as_ref(), "enable-np").unwrap_or(default.network_policies),
        admin_policies: is(|flags| flags.admin_policies.as_ref(), "enable-anp"),
        resolves_names: is(|flags| flags.resolves_names.as_ref(), "enable-dns-name-resolver")
            .unwrap_or(default.resolves_names),
        balancers: is(|flags| flags.balancers.as_ref(), "enable-lb").unwrap_or(default.balancers),
        keeps_machines: is(|flags| flags.keeps_machines.as_ref(), "keep-vm-ip").unwrap_or(default.keeps_machines),
        secondary: is(|flags| flags.secondary.as_ref(), "non-primary-cni-mode").unwrap_or(default.secondary),
        skips_tracking: is(|flags| flags.skips_tracking.as_ref(), "ls-ct-skip-dst-lport-ips")
            .unwrap_or(default.skips_tracking),
        join: said
            .iter()
            .map(|flags| &flags.join)
            .find(|join| !join.is_empty())
            .map_or(default.join, |join| join.iter().map(|prefix| prefix.value).collect()),
        enforcement: agreed(said.iter().filter_map(|flags| flags.enforcement.as_ref()), "kubeOvn.np-enforcement", out)
            .unwrap_or_default(),
    }
}
