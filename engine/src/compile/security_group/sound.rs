//! The groups that Kube-OVN takes, and what their rules mean (`validateSgRule`).

use super::super::profile::{Profile, Support};
use super::{naming, remarks};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::{Action, Tier};
use crate::reach::Family;
use crate::read::{Placed, PolicyType, SecurityGroup, SecurityRule};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A group that Kube-OVN takes.
pub(super) struct Sound<'g> {
    /// The group.
    pub(super) object: &'g SecurityGroup,
    /// The name of its port group.
    pub(super) group: String,
    /// The tier of its rules.
    pub(super) tier: Tier,
    ingress: Vec<SoundRule<'g>>,
    egress: Vec<SoundRule<'g>>,
}

/// A rule that Kube-OVN takes.
pub(super) struct SoundRule<'g> {
    /// The rule.
    pub(super) rule: &'g SecurityRule,
    /// `ipVersion`.
    pub(super) family: Family,
    /// `priority`.
    pub(super) priority: i64,
    /// `remoteType`, with what it says.
    pub(super) remote: Remote<'g>,
    /// `protocol`.
    pub(super) protocol: SgProtocol,
    /// `policy`.
    pub(super) action: Action,
}

/// Who is at the other end.
pub(super) enum Remote<'g> {
    /// An address or a prefix, as written.
    Address(&'g str),
    /// The members of a group.
    Group(&'g str),
}

/// What a rule is about.
pub(super) enum SgProtocol {
    /// Everything.
    All,
    /// ICMP of the rule's version.
    Icmp,
    /// Ports of TCP or UDP.
    Ports {
        /// As the match language spells it.
        symbol: &'static str,
        /// `portRangeMin` and `portRangeMax`.
        target: [i64; 2],
        /// `sourcePortRangeMin` and `sourcePortRangeMax`, which count beside a `localAddress` only.
        source: Option<[i64; 2]>,
    },
}

impl<'g> Sound<'g> {
    /// `SecurityGroup/name`, as rows say it.
    pub(super) fn title(&self) -> String {
        format!("SecurityGroup/{}", self.object.name.value)
    }

    /// The rules of a direction.
    pub(super) fn rules(&self, direction: PolicyType) -> &[SoundRule<'g>] {
        match direction {
            PolicyType::Ingress => &self.ingress,
            PolicyType::Egress => &self.egress,
        }
    }
}

/// What is wrong with a rule, where, and what to write instead.
struct Fault(String, Place, &'static str);

/// What a group means, where Kube-OVN takes it; else it is told why not. It may name those that are there, out of all of the input.
pub(super) fn sound<'g>(
    object: &'g SecurityGroup,
    (groups, all): (&[&SecurityGroup], &[SecurityGroup]),
    profile: &Profile,
    out: &mut Vec<Diagnostic>,
) -> Option<Sound<'g>> {
    let judge = Judge { object, groups, all, profile };
    let tier = judge.tier();
    let (ingress, egress) = (judge.rules(&object.ingress), judge.rules(&object.egress));
    match (tier, ingress, egress) {
        (Ok(tier), Ok(ingress), Ok(egress)) => {
            object.rules().for_each(|rule| remarks::rule(rule, profile, out));
            remarks::untiered(object, profile, out);
            let group = naming::group(&object.name.value);
            Some(Sound { object, group, tier, ingress, egress })
        }
        (tier, ingress, egress) => {
            let faults = [tier.err(), ingress.err(), egress.err()];
            out.extend(faults.into_iter().flatten().map(|fault| refused(object, fault)));
            None
        }
    }
}

fn refused(object: &SecurityGroup, Fault(what, place, help): Fault) -> Diagnostic {
    let message = format!(
        "Kube-OVN does not take SecurityGroup `{}`, because {what}: it has no effect, and ports that are in no other \
         group are open",
        object.name.value
    );
    Diagnostic::new(Code::EnforcerDiffers, message).severity(Severity::Error).at(place).help(help)
}

struct Judge<'a, 'g> {
    object: &'g SecurityGroup,
    /// Those that are there.
    groups: &'a [&'a SecurityGroup],
    /// Those of the input.
    all: &'a [SecurityGroup],
    profile: &'a Profile,
}

impl<'g> Judge<'_, 'g> {
    fn tier(&self) -> Result<Tier, Fault> {
        let tiers = &self.profile.tiers;
        match (&self.object.tier, self.profile.security_group.tiered) {
            (None, _) | (_, Support::No) => Ok(tiers.policy),
            (Some(tier), Support::Yes) => match tier.value {
                0 => Ok(tiers.policy),
                1 => Ok(tiers.baseline),
                other => Err(Fault(format!("its tier is {other}"), tier.place, "write `tier: 0` or `tier: 1`")),
            },
        }
    }

    /// The controller stops at the first fault.
    fn rules(&self, rules: &'g [SecurityRule]) -> Result<Vec<SoundRule<'g>>, Fault> {
        rules.iter().map(|rule| self.rule(rule)).collect()
    }

    fn rule(&self, rule: &'g SecurityRule) -> Result<SoundRule<'g>, Fault> {
        let family = match word(rule.ip_version.as_ref()) {
            "ipv4" => Family::Ipv4,
            "ipv6" => Family::Ipv6,
            other => {
                let place = at(rule, rule.ip_version.as_ref());
                return Err(Fault(says(rule, "ipVersion", other), place, "write `ipv4` or `ipv6`"));
            }
        };
        Ok(SoundRule {
            rule,
            family,
            priority: self.priority(rule)?,
            remote: self.remote(rule)?,
            protocol: self.protocol(rule)?,
            action: self.action(rule)?,
        })
    }

    fn priority(&self, rule: &SecurityRule) -> Result<i64, Fault> {
        let number = rule.priority.as_ref().map_or(0, |number| number.value);
        let last = self.profile.security_group.last;
        if (1..=last).contains(&number) {
            return Ok(number);
        }
        let what = format!("`{}.priority` is {number}, and {} takes 1 to {last}", rule.field, self.profile.name);
        Err(Fault(what, at(rule, rule.priority.as_ref()), "write a number in the range of the release"))
    }

    fn remote(&self, rule: &'g SecurityRule) -> Result<Remote<'g>, Fault> {
        let (address, group) = (rule.remote_address.as_ref(), rule.remote_group.as_ref());
        match word(rule.remote_type.as_ref()) {
            "address" if is_address(word(address)) => Ok(Remote::Address(word(address))),
            "address" => {
                let what = says(rule, "remoteAddress", word(address));
                Err(Fault(what, at(rule, address), "write an address or a prefix"))
            }
            "securityGroup" if self.groups.iter().any(|known| known.name.value == word(group)) => {
                Ok(Remote::Group(word(group)))
            }
            "securityGroup" => {
                let (why, help) = if self.all.iter().any(|known| known.name.value == word(group)) {
                    ("which the API server refuses", "mend that SecurityGroup, or name another one")
                } else {
                    ("which is not there", "name a SecurityGroup, or add it to the input")
                };
                let what = format!("{}, {why}", says(rule, "remoteSecurityGroup", word(group)));
                Err(Fault(what, at(rule, group), help))
            }
            other => {
                let what = says(rule, "remoteType", other);
                Err(Fault(what, at(rule, rule.remote_type.as_ref()), "write `address` or `securityGroup`"))
            }
        }
    }

    fn protocol(&self, rule: &SecurityRule) -> Result<SgProtocol, Fault> {
        let symbol = match word(rule.protocol.as_ref()) {
            "tcp" => "tcp",
            "udp" => "udp",
            "icmp" => return Ok(SgProtocol::Icmp),
            _ => return Ok(SgProtocol::All),
        };
        let target = range(rule, "portRange", &rule.ports)?;
        let local = rule.local_address.as_ref().filter(|_| self.profile.security_group.tiered == Support::Yes);
        let source = local.map(|_| range(rule, "sourcePortRange", &rule.source_ports)).transpose()?;
        Ok(SgProtocol::Ports { symbol, target, source })
    }

    fn action(&self, rule: &SecurityRule) -> Result<Action, Fault> {
        let policy = rule.policy.as_ref();
        match (word(policy), self.profile.security_group.tiered) {
            ("allow", _) => Ok(Action::AllowRelated),
            ("pass", Support::Yes) if self.object.tier.as_ref().is_some_and(|tier| tier.value == 1) => {
                let what = format!("`{}` passes, and nothing comes after tier 1", rule.field);
                Err(Fault(what, at(rule, policy), "write `allow` or `drop`"))
            }
            ("pass", Support::Yes) => Ok(Action::Pass),
            _ => Ok(Action::Drop),
        }
    }
}

/// A text; what is not written is the empty one.
pub(super) fn word(text: Option<&Placed<String>>) -> &str {
    text.map_or("", |text| &text.value)
}

/// Where a value stands, or the rule that lacks it.
pub(super) fn at<T>(rule: &SecurityRule, value: Option<&Placed<T>>) -> Place {
    value.map_or(rule.place, |value| value.place)
}

fn says(rule: &SecurityRule, key: &str, value: &str) -> String {
    match value {
        "" => format!("`{}.{key}` is missing", rule.field),
        _ => format!("`{}.{key}` is `{value}`", rule.field),
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok()
}

fn range(rule: &SecurityRule, key: &str, ports: &[Option<Placed<i64>>; 2]) -> Result<[i64; 2], Fault> {
    let [min, max] = ports;
    let numbers = [min, max].map(|port| port.as_ref().map_or(0, |port| port.value));
    let [first, last] = numbers;
    if 1 <= first && first <= last && last <= 65535 {
        return Ok(numbers);
    }
    let what = format!("`{key}Min` and `{key}Max` of `{}` are {first} and {last}", rule.field);
    let place = at(rule, min.as_ref().or(max.as_ref()));
    Err(Fault(what.to_string(), place, "write both, from 1 to 65535, the smaller one first"))
}
