//! The rows of a policy's rules (`UpdateIngressACLOps`, `UpdateEgressACLOps`).

use super::super::compiler::Compiler;
use super::super::profile::Profile;
use super::super::row::{provenance, short};
use super::ALLOW;
use super::l4::{Suffix, suffixes};
use super::naming;
use super::party::{Party, party, picked};
use super::roll::Roll;
use super::stage;
use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::ovn::acl::{Acl, Action, Provenance};
use crate::reach::Family;
use crate::read::{Peer, PolicyRule, PolicyType};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

type Sets = Vec<(String, Vec<String>)>;

/// The rows of all rules of a direction, and the sets that they name.
pub(super) fn rules(
    subject: &Subject<'_>,
    direction: PolicyType,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    acls: &mut Vec<Acl>,
    sets: &mut Sets,
    out: &mut Vec<Diagnostic>,
) {
    let rules = subject.policy.spec.rules(direction).unwrap_or(&[]);
    let everybody: Vec<_> = rules.iter().map(|rule| picked(rule, &subject.policy.namespace, compiler)).collect();
    for (rule, picked) in rules.iter().zip(&everybody) {
        super::remarks::ports(subject, rule, direction, picked, compiler, roll, out);
    }
    for family in subject.families.iter().copied() {
        for (index, (rule, picked)) in rules.iter().zip(&everybody).enumerate() {
            let party = party(picked, direction, family, subject, compiler, roll);
            let mut writer =
                Writer { profile: compiler.profile, subject, direction, family, index: index.to_string(), acls, sets };
            writer.rule(rule, party, &suffixes(rule, subject, roll));
        }
        if rules.is_empty() {
            let mut writer =
                Writer { profile: compiler.profile, subject, direction, family, index: "all".to_string(), acls, sets };
            writer.nobody();
        }
    }
}

/// Writes what one rule is in one family.
struct Writer<'a, 'p> {
    profile: &'a Profile,
    subject: &'a Subject<'p>,
    direction: PolicyType,
    family: Family,
    index: String,
    acls: &'a mut Vec<Acl>,
    sets: &'a mut Sets,
}

impl Writer<'_, '_> {
    fn rule(&mut self, rule: &PolicyRule, party: Party<'_>, suffixes: &[Suffix<'_>]) {
        let selected = !party.allowed.is_empty() || !party.excepted.is_empty();
        let blocks = party.any_block();
        let matches = self.sets(party.allowed, party.excepted);
        if selected {
            let why = |suffix: &Suffix<'_>| why(rule, &party.members, suffix);
            self.rows(&matches, &self.name(), suffixes, why);
        }
        if !blocks.is_empty() {
            let matches = format!("{} && ip && ({blocks})", stage::scope(self.direction, &self.subject.group));
            let why = |suffix: &Suffix<'_>| why(rule, &party.blocked, suffix);
            self.rows(&matches, &format!("{}/ipBlock", self.name()), suffixes, why);
        }
    }

    /// The row of a direction without rules: its sets stay empty, so that it never matches.
    fn nobody(&mut self) {
        let matches = self.sets(Vec::new(), Vec::new());
        let field = format!("spec.{}", self.direction.field());
        let place = self.subject.policy.spec.places.rules(self.direction);
        let suffix = Suffix { text: String::new(), entry: None };
        self.rows(&matches, &self.name(), &[suffix], |_| (field.clone(), place));
    }

    /// Makes the two sets, and says what matches them.
    fn sets(&mut self, allowed: Vec<String>, excepted: Vec<String>) -> String {
        let group = &self.subject.group;
        let name = |what| naming::set(group, self.direction, what, self.family, &self.index);
        let (allow, except) = (name("allow"), name("except"));
        let field = format!("{}.{}", naming::symbol(self.family), stage::side(self.direction));
        let scope = stage::scope(self.direction, group);
        let matches = format!("{scope} && ip && {field} == ${allow} && {field} != ${except}");
        self.sets.push((allow, allowed));
        self.sets.push((except, excepted));
        matches
    }

    fn rows(
        &mut self,
        matches: &str,
        name: &str,
        suffixes: &[Suffix<'_>],
        why: impl Fn(&Suffix<'_>) -> (String, crate::source::Place),
    ) {
        for suffix in suffixes {
            let (field, place) = why(suffix);
            let why: Provenance = provenance(&self.subject.object, field, place);
            let matches = format!("{matches}{}", suffix.text);
            let row = stage::row(self.direction, ALLOW, matches, Action::AllowRelated, why);
            let log = self.subject.log(&row, self.profile);
            self.acls.push(Acl { name: Some(short(name)), log, ..row });
        }
    }

    fn name(&self) -> String {
        naming::row(self.subject.policy, self.direction, self.family, &self.index)
    }
}

/// The part of a rule that tells a row from the others of the rule.
fn why(rule: &PolicyRule, peers: &[&Peer], suffix: &Suffix<'_>) -> (String, crate::source::Place) {
    match (suffix.entry, peers) {
        (Some((index, port)), _) if rule.ports.len() > 1 => (format!("{}.ports[{index}]", rule.field), port.place),
        (_, [only]) => (only.field.clone(), only.place),
        (Some((index, port)), []) => (format!("{}.ports[{index}]", rule.field), port.place),
        _ => (rule.field.clone(), rule.place),
    }
}
