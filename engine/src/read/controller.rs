//! The flags of Kube-OVN's controller: of an inventory, or of the Deployment that runs it.
//!
//! Defaults are those of `pkg/controller/config.go`; what nobody says is left open here.

use super::address::prefixes;
use super::fields::{Fields, Out, Placed, unknown_value};
use super::node::Node;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ipnet::IpNet;

/// `--np-enforcement` of Kube-OVN's controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Enforcement {
    /// What a policy does not allow is dropped.
    #[default]
    Standard,
    /// Only TCP, UDP and SCTP of it are.
    Lax,
}

impl Enforcement {
    /// As the flag takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Lax => "lax",
        }
    }
}

/// What somebody says of the flags that change an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags {
    /// `np-enforcement`.
    pub enforcement: Option<Placed<Enforcement>>,
    /// `enable-np`: NetworkPolicies have an effect.
    pub network_policies: Option<Placed<bool>>,
    /// `enable-anp`: policies of administrators have one.
    pub admin_policies: Option<Placed<bool>>,
    /// `enable-dns-name-resolver`: those may name domains.
    pub resolves_names: Option<Placed<bool>>,
    /// `enable-lb`: Services are load balancers of OVN.
    pub balancers: Option<Placed<bool>>,
    /// `node-switch-cidr`: the prefixes of the Subnet `join`.
    pub join: Vec<Placed<IpNet>>,
    /// `keep-vm-ip`: a machine of KubeVirt has one port, whichever pod it runs in, and when it is stopped.
    pub keeps_machines: Option<Placed<bool>>,
    /// `non-primary-cni-mode`: the cluster's default network is another plugin's.
    pub secondary: Option<Placed<bool>>,
    /// `ls-ct-skip-dst-lport-ips`: what goes straight to a port of the switch is not tracked because of a Service alone.
    pub skips_tracking: Option<Placed<bool>>,
    /// The image that the controller runs, whose tag is its release.
    pub image: Option<Placed<String>>,
}

/// Each flag, as it is called on the command line.
const FLAGS: &[&str] = &[
    "np-enforcement",
    "enable-np",
    "enable-anp",
    "enable-dns-name-resolver",
    "enable-lb",
    "node-switch-cidr",
    "keep-vm-ip",
    "non-primary-cni-mode",
    "ls-ct-skip-dst-lport-ips",
];

impl Flags {
    /// The section `kubeOvn` of an inventory.
    pub(crate) fn add_section(&mut self, section: &Fields<'_>, out: &mut Out) {
        section.only(FLAGS, out);
        for key in FLAGS {
            if let Some(text) = section.word(key, out) {
                self.set(key, &text, &section.path(key), out);
            }
        }
    }

    fn set(&mut self, flag: &str, text: &Placed<String>, path: &str, out: &mut Out) {
        match flag {
            "np-enforcement" => self.enforcement = enforcement(text, path, out),
            "node-switch-cidr" => self.join = prefixes(text, path, out),
            "enable-np" => self.network_policies = switch(text, path, out),
            "enable-anp" => self.admin_policies = switch(text, path, out),
            "enable-dns-name-resolver" => self.resolves_names = switch(text, path, out),
            "enable-lb" => self.balancers = switch(text, path, out),
            "keep-vm-ip" => self.keeps_machines = switch(text, path, out),
            "non-primary-cni-mode" => self.secondary = switch(text, path, out),
            "ls-ct-skip-dst-lport-ips" => self.skips_tracking = switch(text, path, out),
            _ => {}
        }
    }
}

fn enforcement(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<Enforcement>> {
    let known = [Enforcement::Standard, Enforcement::Lax];
    let found = known.into_iter().find(|known| known.name() == text.value);
    if found.is_none() {
        out.push(unknown_value(text, path, &known.map(Enforcement::name), "; it is taken for `standard`"));
    }
    found.map(|found| text.with(found))
}

/// A flag of Go takes more words than these two; nobody writes them.
fn switch(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<bool>> {
    match text.value.as_str() {
        "true" => Some(text.with(true)),
        "false" => Some(text.with(false)),
        _ => {
            out.push(unknown_value(text, path, &["true", "false"], "; it is left out"));
            None
        }
    }
}

/// The flags of a Deployment, if it is the one that runs the controller.
pub(crate) fn deployed(object: &Fields<'_>, out: &mut Out) -> Option<Flags> {
    let quiet = &mut Vec::new();
    let metadata = object.quiet("metadata")?;
    let is = |key: &str, wanted: &str| metadata.get(key).and_then(Node::word) == Some(wanted);
    if !is("name", "kube-ovn-controller") || !is("namespace", "kube-system") {
        return None;
    }
    let pod = object.quiet("spec")?.quiet("template")?.quiet("spec")?;
    let mut flags = Flags::default();
    for (path, container) in pod.items("containers", quiet) {
        let Some(container) = Fields::of(container, path, quiet) else { continue };
        flags.image = flags.image.or_else(|| container.text("image", quiet));
        let words: Vec<_> = ["command", "args"].iter().flat_map(|key| container.items(key, quiet)).collect();
        let words =
            words.iter().filter_map(|(path, word)| Some((path, super::fields::word(word, path, &mut Vec::new())?)));
        let words: Vec<(&String, Placed<String>)> = words.collect();
        for (index, (path, word)) in words.iter().enumerate() {
            if let Some((flag, value)) =
                argument(&word.value, words.get(index + 1).map(|(_, next)| next.value.as_str()))
            {
                flags.set(flag, &word.with(value), &format!("{path} ({flag})"), out);
            }
        }
    }
    Some(flags)
}

/// `--flag=value`, `--flag value`, or `--flag` alone, which is true.
fn argument<'a>(word: &'a str, next: Option<&str>) -> Option<(&'a str, String)> {
    let named = word.strip_prefix("--")?;
    match named.split_once('=') {
        Some((flag, value)) => Some((flag, value.trim_matches('"').to_string())),
        None if matches!(named, "np-enforcement" | "node-switch-cidr") => Some((named, next?.to_string())),
        None => Some((named, "true".to_string())),
    }
}
