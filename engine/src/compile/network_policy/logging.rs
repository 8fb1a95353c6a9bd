//! What the rows of a policy log: the annotations `enable_log`, `log_acl_actions` and `acl_log_meter_rate`.

use super::super::profile::{Logging, Profile};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Action, Direction, Log, Meter, Severity};
use crate::read::{NetworkPolicy, Placed};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Whether anything is logged.
const ENABLED: &str = "enable_log";
/// Which actions are.
const ACTIONS: &str = "log_acl_actions";
/// How many records a second.
const RATE: &str = "acl_log_meter_rate";

/// The log of a row of a policy, by its action.
pub(super) fn log(
    policy: &NetworkPolicy,
    group: &str,
    profile: &Profile,
    direction: Direction,
    action: Action,
) -> Option<Log> {
    let meter = || meter(policy, group, profile, direction);
    match action {
        _ if !is_enabled(policy) => None,
        // The list of actions is not asked about drops.
        Action::Drop | Action::Reject => Some(Log { severity: Some(Severity::Warning), meter: meter() }),
        Action::Allow | Action::AllowRelated | Action::AllowStateless | Action::Pass => {
            logs_allowed(policy, profile).then(|| Log { severity: None, meter: meter() })
        }
    }
}

fn is_enabled(policy: &NetworkPolicy) -> bool {
    policy.annotations.get(ENABLED).is_some_and(|text| text.value == "true")
}

fn logs_allowed(policy: &NetworkPolicy, profile: &Profile) -> bool {
    let listed = policy.annotations.get(ACTIONS).filter(|_| profile.logging != Logging::Drops);
    listed.is_some_and(|text| actions(text).any(|action| action == "allow"))
}

fn actions(text: &Placed<String>) -> impl Iterator<Item = &str> {
    text.value.split(',').map(str::trim).filter(|action| !action.is_empty())
}

fn meter(policy: &NetworkPolicy, group: &str, profile: &Profile, direction: Direction) -> Option<Meter> {
    let text = policy.annotations.get(RATE).filter(|_| profile.logging == Logging::Metered)?;
    Some(Meter { name: format!("{group}_{direction}_meter"), rate: rate(text)?, burst: 1 })
}

fn rate(text: &Placed<String>) -> Option<u32> {
    text.value.parse().ok().filter(|rate| *rate > 0)
}

/// Says which annotations log something else than what is written, or nothing.
pub(super) fn check(policy: &NetworkPolicy, profile: &Profile, out: &mut Vec<Diagnostic>) {
    let written = |key: &str| policy.annotations.get(key);
    if let Some(text) = written(ENABLED).filter(|text| !matches!(text.value.as_str(), "true" | "false" | "")) {
        let message = format!("`{ENABLED}` is `{}` and not `true`: nothing is logged", text.value);
        let finding = differs(text, message).help("write `\"true\"` or `\"false\"`");
        let meant = text.value.trim().eq_ignore_ascii_case("true");
        out.push(if meant { finding.fix(text.place, "\"true\"") } else { finding });
    }
    for (key, text) in [ACTIONS, RATE].into_iter().filter_map(|key| Some((key, written(key)?))) {
        out.extend(ignored(policy, profile, key, text));
    }
}

fn ignored(policy: &NetworkPolicy, profile: &Profile, key: &str, text: &Placed<String>) -> Option<Diagnostic> {
    let unknown = match (key, profile.logging) {
        (ACTIONS, Logging::Actions | Logging::Metered) | (RATE, Logging::Metered) => false,
        (_, Logging::Drops | Logging::Actions | Logging::Metered) => true,
    };
    if unknown {
        let message = format!("{} ignores `{key}`", profile.name);
        return Some(differs(text, message).help("remove it, or ask about a later release"));
    }
    if !is_enabled(policy) {
        let message = format!("`{key}` logs nothing without `ovn.kubernetes.io/{ENABLED}: \"true\"`");
        return Some(differs(text, message).help(format!("add `ovn.kubernetes.io/{ENABLED}: \"true\"`")));
    }
    match key {
        ACTIONS => {
            let other = actions(text).find(|action| !matches!(*action, "allow" | "drop"))?;
            let message = format!("`{other}` in `{ACTIONS}` names no action of these rows: it logs nothing");
            Some(differs(text, message).help("write `allow`; what the policy drops is logged anyway"))
        }
        _ if rate(text).is_none() => {
            let message = format!("`{RATE}` is `{}`, which is no rate: no record is left out", text.value);
            Some(differs(text, message).help("write a whole number above 0: records in a second"))
        }
        _ => None,
    }
}

fn differs(text: &Placed<String>, message: String) -> Diagnostic {
    Diagnostic::new(Code::EnforcerDiffers, message).at(text.place)
}
