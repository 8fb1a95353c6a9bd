//! The walk of a conversation, to be read from top to bottom.

use super::{FAINT, GOOD, Line, STRONG, glyph};
use crate::caution::caution;
use crate::console::Script;
use anstyle::Style;
use ringfence_engine::answers::conversation::{Half, Shape};
use ringfence_engine::answers::explain::{Decider, PacketKind, Step};
use ringfence_engine::ovn::pipeline::{AclId, Outcome};
use ringfence_engine::reach::Verdict;
use ringfence_engine::source::Sources;
use ringfence_view::story::{Story, Wanted};
use ringfence_view::walk::is_silent;
use std::io::{self, Write};

/// One sentence, the walk, what else is worth knowing, and how to ask a real OVN.
pub(crate) fn write(out: &mut dyn Write, sources: &Sources, story: &Story<'_>, script: Script) -> io::Result<()> {
    let view = View { sources, story, script };
    view.sentence(out)?;
    for half in [Half::Request, Half::Reply] {
        view.half(out, half)?;
    }
    for note in &story.explanation.notes {
        writeln!(out, "\n{STRONG}Note:{STRONG:#} {}", Line(note))?;
    }
    if !story.explanation.traces.is_empty() {
        writeln!(out, "\n{STRONG}To ask a real OVN:{STRONG:#}")?;
        for trace in &story.explanation.traces {
            writeln!(out, "  {FAINT}# the {} on {}{FAINT:#}", trace.half.name(), Line(&trace.switch))?;
            if let Some(caution) = caution(&story.question, &story.explanation, trace) {
                writeln!(out, "  {FAINT}# it may say something else than OVN does: {}{FAINT:#}", Line(&caution))?;
            }
            // To be copied as it is, white space included, unless it could steer the terminal.
            let command = trace.command();
            match command.contains(char::is_control) {
                true => writeln!(out, "  {}", Line(&command))?,
                false => writeln!(out, "  {command}")?,
            }
        }
    }
    Ok(())
}

struct View<'a> {
    sources: &'a Sources,
    story: &'a Story<'a>,
    script: Script,
}

impl View<'_> {
    /// The answer first.
    fn sentence(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = self.story.verdict();
        let style = glyph::style(verdict);
        let because = &self.story.explanation.because;
        let name = verdict.name();
        match self.story.wanted {
            Wanted::Whole if self.story.is_of_kinds() => {
                writeln!(out, "{style}{name}{style:#}: {}.", Line(&self.story.on_the_whole()))?;
                writeln!(out, "\nShown below: {}. {}", self.story.shown(), Line(because))
            }
            Wanted::One(_) | Wanted::Whole => writeln!(out, "{style}{name}{style:#}: {}", Line(because)),
        }
    }

    fn half(&self, out: &mut dyn Write, half: Half) -> io::Result<()> {
        let steps: Vec<_> = self.story.explanation.steps.iter().filter(|step| step.half == half).collect();
        let title = match half {
            Half::Request => "Request",
            Half::Reply => "Reply",
        };
        let Some(packet) = self.story.packet(half, glyph::arrow(self.script)).filter(|_| !steps.is_empty()) else {
            return self.untold(out, half, title);
        };
        writeln!(out, "\n{STRONG}{title}{STRONG:#}  {packet}{}", unusual(&self.story.question.shape))?;
        for step in steps.into_iter().filter(|step| !is_silent(step)) {
            self.step(out, step)?;
        }
        let (arrived, word) = match half {
            Half::Request => (self.story.explanation.delivered, "delivered"),
            Half::Reply => (self.story.explanation.answered, "answered"),
        };
        if arrived {
            writeln!(out, "  {GOOD}{word}{GOOD:#}")?;
        }
        Ok(())
    }

    /// A half that no switch has seen.
    fn untold(&self, out: &mut dyn Write, half: Half, title: &str) -> io::Result<()> {
        let Some(why) = self.story.untold(half) else { return Ok(()) };
        match self.story.explanation.steps.is_empty() {
            true => Ok(()),
            false => writeln!(out, "\n{STRONG}{title}{STRONG:#}  {FAINT}{why}{FAINT:#}"),
        }
    }

    fn step(&self, out: &mut dyn Write, step: &Step) -> io::Result<()> {
        let (style, fate) = self.fate(step);
        let arp = match step.packet {
            PacketKind::Arp => "ARP, ",
            PacketKind::Ip => "",
        };
        writeln!(out, "  {arp}{}: {style}{fate}{style:#}{}", self.story.whereabouts(step), self.story.reason(step))?;
        for id in step.decider.rows() {
            self.row(out, *id)?;
        }
        Ok(())
    }

    fn fate(&self, step: &Step) -> (Style, &'static str) {
        match step.outcome {
            Outcome::Allow => (GOOD, "passes"),
            Outcome::Pass => (GOOD, "goes on to the next tier"),
            Outcome::Drop | Outcome::Reject if matches!(step.decider, Decider::Ambiguous(_)) => {
                (glyph::style(Verdict::Undefined), "nobody can tell")
            }
            Outcome::Drop => (super::ERROR, "DROPPED"),
            Outcome::Reject if self.story.explanation.refused => (super::ERROR, "REFUSED, and its sender is told"),
            Outcome::Reject => (super::ERROR, "REFUSED, but the refusal is lost"),
        }
    }

    /// A row as it stands in the database, and where it comes from.
    fn row(&self, out: &mut dyn Write, id: AclId) -> io::Result<()> {
        let Some(acl) = id.acl(self.story.question.network) else { return Ok(()) };
        let tier = if acl.tier.get() > 0 { format!("tier {}, ", acl.tier.get()) } else { String::new() };
        writeln!(
            out,
            "      {STRONG}{}{STRONG:#} at {tier}priority {}: {STRONG}{}{STRONG:#}",
            acl.action,
            acl.priority.get(),
            Line(&acl.matches)
        )?;
        let from = &acl.provenance;
        let place = from.place.and_then(|place| self.sources.locate(place));
        let place = place.map(|(name, position)| format!("{}:{}  ", Line(name), position.line)).unwrap_or_default();
        writeln!(out, "      {FAINT}{place}{} of {}{FAINT:#}", Line(&from.field), Line(&from.object))
    }
}

/// What of a packet is not as usual, `, TTL 1, a later fragment`; the flags of TCP are told beside its ports.
fn unusual(shape: &Shape) -> String {
    let usual = Shape::default();
    let number = |name: &str, is: u32, was: u32| (is != was).then(|| format!("{name} {is}"));
    let fragment = match shape.frag {
        frag if frag == usual.frag => None,
        1 => Some("a first fragment".to_owned()),
        _ => Some("a later fragment, which has no ports".to_owned()),
    };
    let parts = [
        number("TTL", shape.ttl.into(), usual.ttl.into()),
        number("DSCP", shape.dscp.into(), usual.dscp.into()),
        number("ECN", shape.ecn.into(), usual.ecn.into()),
        fragment,
        number("flow label", shape.label, usual.label),
        number("VLAN", u32::from(shape.vlan_tci & 0xfff), u32::from(usual.vlan_tci & 0xfff)),
    ];
    parts.into_iter().flatten().map(|part| format!(", {part}")).collect()
}
