//! The names of what a group is made into, and groups that share one.

use super::sound::Sound;
use crate::diagnostic::{Code, Diagnostic};
use crate::reach::Family;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The name of a group's port group (`GetSgPortGroupName`).
pub(super) fn group(name: &str) -> String {
    format!("ovn.sg.{name}").replace('-', ".")
}

/// The name of the set of its addresses (`GetSgV4AssociatedName`, `GetSgV6AssociatedName`).
pub(super) fn set(name: &str, family: Family) -> String {
    let family = match family {
        Family::Ipv4 => "v4",
        Family::Ipv6 => "v6",
    };
    format!("{}.associated.{family}", group(name))
}

/// Groups that share a port group: `-` and `.` are one in its name.
pub(super) fn collisions(groups: &[Sound<'_>], out: &mut Vec<Diagnostic>) {
    let mut known: HashMap<&str, &Sound<'_>> = HashMap::new();
    for group in groups {
        let Some(first) = known.get(group.group.as_str()) else {
            known.insert(&group.group, group);
            continue;
        };
        let (one, other) = (&first.object.name, &group.object.name);
        let message = format!(
            "SecurityGroups `{}` and `{}` share the port group `{}`: each overwrites the rows of the other",
            one.value, other.value, group.group
        );
        let finding = group.object.finding(Code::EnforcerDiffers, message).label(one.place, "the other one");
        out.push(finding.help("rename one of them: Kube-OVN writes `.` for `-`"));
    }
}
