//! Proposals as text: what goes and comes, and what that changes.

use super::{FAINT, GOOD, STRONG, glyph};
use crate::console::Script;
use crate::render::plan::quoted;
use ringfence_engine::answers::repair::Proposal;
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_view::difference::Difference;
use ringfence_view::line::Line;
use ringfence_view::loaded::Loaded;
use ringfence_view::patch;
use std::io::{self, Write};

/// All proposals, those that change least first.
pub(crate) fn write(out: &mut dyn Write, old: &Loaded, proposals: &[Proposal], script: Script) -> io::Result<()> {
    for (number, proposal) in proposals.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{STRONG}{}. {}{STRONG:#}", number + 1, Line(&proposal.title))?;
        for line in patch::lines(&old.sources, &proposal.sources).lines() {
            match line.chars().next() {
                Some('+') => writeln!(out, "  {GOOD}{line}{GOOD:#}")?,
                Some('@') => writeln!(out, "  {FAINT}{line}{FAINT:#}")?,
                _ => writeln!(out, "  {line}")?,
            }
        }
        for command in commands(&old.compiled.network, &proposal.compiled.network) {
            writeln!(out, "  {STRONG}{command}{STRONG:#}")?;
        }
        let new = Loaded::of(proposal.sources.clone(), proposal.compiled.clone());
        let difference = Difference { old, new: &new, matched: &proposal.matched, changes: &proposal.changes };
        for line in difference.lines(glyph::arrow(script), usize::MAX).told {
            writeln!(out, "  {} {}: {} {FAINT}({}){FAINT:#}", line.kind.sign(), line.who, line.what, line.verdicts())?;
        }
        writeln!(out, "  {}", difference.summary())?;
    }
    Ok(())
}

/// How rows that come get onto switches that no Subnet made: nobody else writes them there.
fn commands(old: &Network, new: &Network) -> Vec<String> {
    let mut commands = Vec::new();
    for (old, new) in old.switches.iter().zip(&new.switches) {
        let is_new = |acl: &&Acl| {
            let same = |known: &Acl| {
                (&known.matches, known.priority, known.action, known.direction, known.tier)
                    == (&acl.matches, acl.priority, acl.action, acl.direction, acl.tier)
            };
            acl.provenance.object.starts_with("Switch/") && !old.acls.iter().any(same)
        };
        commands.extend(new.acls.iter().filter(is_new).map(|acl| {
            let (switch, matches) = (quoted(&new.name), quoted(&acl.matches));
            let (direction, priority, action) = (acl.direction.name(), acl.priority.get(), acl.action.name());
            format!("ovn-nbctl acl-add {switch} {direction} {priority} {matches} {action}")
        }));
    }
    commands
}

/// Why there is none.
pub(crate) fn refuse(out: &mut dyn Write, refusal: &str) -> io::Result<()> {
    writeln!(out, "{}.", Line(refusal))
}
