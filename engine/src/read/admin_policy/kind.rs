//! What tells the three kinds apart.

use super::{AdminAction, broken};
use crate::read::fields::{Fields, Placed};
use crate::read::node::Node;
use crate::read::review::Review;
use crate::read::suggest::{nearest, one_of};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A kind of policy of a cluster's administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminKind {
    /// `AdminNetworkPolicy` (v1alpha1).
    Admin,
    /// `BaselineAdminNetworkPolicy` (v1alpha1).
    Baseline,
    /// `ClusterNetworkPolicy` (v1alpha2).
    Cluster,
}

/// When a policy is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminTier {
    /// Before NetworkPolicies.
    Admin,
    /// After them, of pods that none of them selects.
    Baseline,
}

impl AdminKind {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "AdminNetworkPolicy",
            Self::Baseline => "BaselineAdminNetworkPolicy",
            Self::Cluster => "ClusterNetworkPolicy",
        }
    }

    /// The `apiVersion` that has it.
    pub fn api(self) -> &'static str {
        match self {
            Self::Admin | Self::Baseline => "policy.networking.k8s.io/v1alpha1",
            Self::Cluster => "policy.networking.k8s.io/v1alpha2",
        }
    }

    /// The tier of those that do not say it.
    pub(super) fn tier(self) -> AdminTier {
        match self {
            Self::Admin | Self::Cluster => AdminTier::Admin,
            Self::Baseline => AdminTier::Baseline,
        }
    }

    /// Whether it has a priority.
    pub fn is_prioritised(self) -> bool {
        match self {
            Self::Admin | Self::Cluster => true,
            Self::Baseline => false,
        }
    }

    /// The fields of `spec`.
    pub(super) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["priority", "subject", "ingress", "egress"],
            Self::Baseline => &["subject", "ingress", "egress"],
            Self::Cluster => &["tier", "priority", "subject", "ingress", "egress"],
        }
    }

    /// The field of a rule with its ports.
    pub(super) fn ports(self) -> &'static str {
        match self {
            Self::Admin | Self::Baseline => "ports",
            Self::Cluster => "protocols",
        }
    }

    /// How many rules, peers of a rule and ports of a rule there may be.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Admin | Self::Baseline => 100,
            Self::Cluster => 25,
        }
    }

    /// The peers that a rule of `egress` can have.
    pub(super) fn egress_peers(self) -> &'static [&'static str] {
        match self {
            Self::Admin | Self::Cluster => &["namespaces", "pods", "nodes", "networks", "domainNames"],
            Self::Baseline => &["namespaces", "pods", "nodes", "networks"],
        }
    }

    /// The actions, as the API spells them.
    pub(super) fn actions(self) -> &'static [(&'static str, AdminAction)] {
        use AdminAction::{Accept, Deny, Pass};
        match self {
            Self::Admin => &[("Allow", Accept), ("Deny", Deny), ("Pass", Pass)],
            Self::Baseline => &[("Allow", Accept), ("Deny", Deny)],
            Self::Cluster => &[("Accept", Accept), ("Deny", Deny), ("Pass", Pass)],
        }
    }

    /// Refuses versions and names that the kind does not have.
    pub(super) fn check(self, object: &Fields<'_>, name: &Placed<String>, review: &mut Review) {
        let stated = object.get("apiVersion");
        let other = stated.filter(|node| node.word().is_some_and(|word| word != self.api()));
        if let (Some(node), Some(api)) = (other, other.and_then(Node::word)) {
            let message = format!("no matches for kind \"{}\" in version \"{api}\"", self.name());
            review.refuse(message, node.place, format!("write `{}`", self.api()));
            let written = Placed::new(api.to_string(), node.place);
            review.fix(node.place, written.instead(self.api()));
        }
        if self == Self::Baseline && name.value != "default" {
            let rule =
                "Only one baseline admin network policy with metadata.name=\"default\" can be created in the cluster";
            broken("", rule, name.place, "write `name: default`", review);
            review.fix(name.place, name.instead("default"));
        }
    }
}

/// `tier` of a ClusterNetworkPolicy.
pub(super) fn tier(spec: &Fields<'_>, review: &mut Review) -> Option<AdminTier> {
    let known = [("Admin", AdminTier::Admin), ("Baseline", AdminTier::Baseline)];
    choice(spec, "tier", &known, review)
}

/// A text that must be there and be one of several.
pub(super) fn choice<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    known: &[(&'static str, T)],
    review: &mut Review,
) -> Option<T> {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let mut found = Vec::new();
    let text = fields.text(key, &mut found);
    if text.is_none() && found.is_empty() {
        let help = format!("write `{key}:` and {}", one_of(names.iter().copied()));
        review.required(&fields.path(key), "", fields.place(), help);
    }
    review.share(&mut found);
    let text = text?;
    let meant = known.iter().find(|(name, _)| *name == text.value);
    if meant.is_none() {
        // `Allow` and `Accept` are one word in two versions.
        let synonym = ["Allow", "Accept"].into_iter().filter(|word| text.value.eq_ignore_ascii_case(word));
        let synonym =
            synonym.flat_map(|_| names.iter().copied().find(|name| matches!(*name, "Allow" | "Accept"))).next();
        match synonym.or_else(|| nearest(&text.value, names.iter().copied())) {
            Some(near) => {
                review.unsupported(&fields.path(key), &text, &names, format!("write `{near}`"));
                review.fix(text.place, text.instead(near));
            }
            None => {
                let help = format!("write {}", one_of(names.iter().copied()));
                review.unsupported(&fields.path(key), &text, &names, help);
            }
        }
    }
    meant.map(|(_, meant)| *meant)
}
