//! The kinds that are written.

/// How an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// All of it, by server-side apply.
    Whole,
    /// Some fields of an object that is somebody else's, by a merge that fails where it has changed since it was read.
    Portion,
}

/// A kind that is written.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Writable {
    /// Its API group.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

impl Writable {
    /// How its objects are written.
    pub fn way(&self) -> Way {
        if self.name == "Subnet" { Way::Portion } else { Way::Whole }
    }
}

const POLICY: &str = "policy.networking.k8s.io";

const fn kind(group: &'static str, name: &'static str, namespaced: bool) -> Writable {
    Writable { group, name, namespaced }
}

/// All of them; those that close before a Subnet's rows, which may rely on them.
pub(crate) static WRITABLE: [Writable; 6] = [
    kind("kubeovn.io", "SecurityGroup", false),
    kind("networking.k8s.io", "NetworkPolicy", true),
    kind(POLICY, "AdminNetworkPolicy", false),
    kind(POLICY, "BaselineAdminNetworkPolicy", false),
    kind(POLICY, "ClusterNetworkPolicy", false),
    kind("kubeovn.io", "Subnet", false),
];

/// Whether objects of a kind are written.
pub fn is_writable(group: &str, name: &str) -> bool {
    find(group, name).is_some()
}

/// The kind of a group and a name.
pub(crate) fn find(group: &str, name: &str) -> Option<&'static Writable> {
    WRITABLE.iter().find(|kind| kind.group == group && kind.name == name)
}
