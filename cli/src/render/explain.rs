//! The walk of a conversation, to be read from top to bottom.

use super::{FAINT, GOOD, Line, STRONG, glyph};
use crate::console::Script;
use crate::story::{Story, Wanted};
use anstyle::Style;
use ringfence_engine::answers::conversation::Half;
use ringfence_engine::answers::explain::{Decider, PacketKind, Step};
use ringfence_engine::ovn::pipeline::{AclId, Builtin, Outcome, Stage, Tracking};
use ringfence_engine::reach::{Family, L4Header, Verdict};
use ringfence_engine::source::Sources;
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
            // To be copied as it is, white space included, unless it could steer the terminal.
            match trace.command.contains(char::is_control) {
                true => writeln!(out, "  {}", Line(&trace.command))?,
                false => writeln!(out, "  {}", trace.command)?,
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
            Wanted::Whole if !self.story.pair.families.is_empty() => {
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
        let Some(packet) = self.packet(half).filter(|_| !steps.is_empty()) else {
            return self.untold(out, half, title);
        };
        writeln!(out, "\n{STRONG}{title}{STRONG:#}  {packet}")?;
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
        let Some(why) = (match half {
            Half::Request => None,
            Half::Reply if self.story.explanation.verdict == Verdict::Undefined => {
                Some("not told, as nobody knows whether the request arrives")
            }
            Half::Reply if !self.story.explanation.delivered => Some("none, as the request does not arrive"),
            Half::Reply if self.story.question.answer().is_none() => Some("none: nobody answers such a message"),
            Half::Reply => None,
        }) else {
            return Ok(());
        };
        match self.story.explanation.steps.is_empty() {
            true => Ok(()),
            false => writeln!(out, "\n{STRONG}{title}{STRONG:#}  {FAINT}{why}{FAINT:#}"),
        }
    }

    /// `tcp 172.20.10.2:50000 → 172.20.10.3:80`.
    fn packet(&self, half: Half) -> Option<String> {
        let question = &self.story.question;
        let (source, target, header) = match half {
            Half::Request => (question.from, question.to, question.header),
            Half::Reply => {
                let answerer = question.backend.map_or(question.to, |backend| backend.endpoint);
                (answerer, question.from, question.answer()?)
            }
        };
        let (source, target) = (source.address(question.family)?, target.address(question.family)?);
        let arrow = glyph::arrow(self.script);
        let at = |address: std::net::IpAddr, port: u16| std::net::SocketAddr::new(address, port);
        Some(match header {
            L4Header::Tcp(src, dst) => {
                let flags = if half == Half::Request { "SYN" } else { "SYN-ACK" };
                format!("tcp {} {arrow} {} ({flags})", at(source, src), at(target, dst))
            }
            L4Header::Udp(src, dst) => format!("udp {} {arrow} {}", at(source, src), at(target, dst)),
            L4Header::Sctp(src, dst) => format!("sctp {} {arrow} {}", at(source, src), at(target, dst)),
            L4Header::Icmp(kind, code) => {
                let name = question.family.icmp_name();
                format!("{name} {source} {arrow} {target} ({})", icmp(kind, code, question.family))
            }
            L4Header::Other(number) => format!("ip protocol {number} {source} {arrow} {target}"),
        })
    }

    fn step(&self, out: &mut dyn Write, step: &Step) -> io::Result<()> {
        let (style, fate) = self.fate(step);
        let arp = match step.packet {
            PacketKind::Arp => "ARP, ",
            PacketKind::Ip => "",
        };
        writeln!(out, "  {arp}{}: {style}{fate}{style:#}{}", self.whereabouts(step), self.reason(step))?;
        for id in step.decider.rows() {
            self.row(out, *id)?;
        }
        Ok(())
    }

    /// `leaving default/vm1 (from-lport of vswitch1)`.
    fn whereabouts(&self, step: &Step) -> String {
        let network = self.story.question.network;
        let switch = network.switches.get(step.switch).map_or("?", |switch| switch.name.as_str());
        let question = &self.story.question;
        let answerer = question.backend.map_or(question.to, |backend| backend.endpoint);
        let (from, to) = match step.half {
            Half::Request => (question.from, answerer),
            Half::Reply => (answerer, question.from),
        };
        let crossing = self.story.question.crossings(step.half).get(step.crossing).copied();
        let (comes, goes) = crossing.map_or((None, None), |crossing| (crossing.from, crossing.to));
        let place = match (step.stage, comes, goes) {
            (Stage::ToLport, ..) if step.packet == PacketKind::Arp => format!("answer to {}", from.id),
            (Stage::FromLport | Stage::FromLportAfterLb, None, _) => format!("leaving {}", from.id),
            (Stage::FromLport | Stage::FromLportAfterLb, Some(_), _) => format!("entering {switch} from its router"),
            (Stage::ToLport, _, None) => format!("arriving at {}", to.id),
            (Stage::ToLport, _, Some(_)) => format!("leaving {switch} for its router"),
        };
        format!("{} ({} of {})", Line(&place), step.stage.name(), Line(switch))
    }

    fn fate(&self, step: &Step) -> (Style, &'static str) {
        match step.outcome {
            Outcome::Allow => (GOOD, "passes"),
            Outcome::Pass => (GOOD, "goes on to the next tier"),
            Outcome::Drop if matches!(step.decider, Decider::Ambiguous(_)) => {
                (glyph::style(Verdict::Undefined), "nobody can tell")
            }
            Outcome::Drop => (super::ERROR, "DROPPED"),
            Outcome::Reject if self.story.explanation.refused => (super::ERROR, "REFUSED, and its sender is told"),
            Outcome::Reject => (super::ERROR, "REFUSED, but the refusal is lost"),
        }
    }

    fn reason(&self, step: &Step) -> String {
        match &step.decider {
            Decider::Row(_) => ", by this row".to_owned(),
            Decider::Default if step.outcome == Outcome::Drop => {
                ", no row matches and the default is to drop (default_acl_drop)".to_owned()
            }
            Decider::Default => ", no row matches".to_owned(),
            Decider::Established => ", the reply of a tracked connection".to_owned(),
            Decider::Builtin(Builtin::Invalid) => {
                ", connection tracking has not seen its request on this port and calls it invalid".to_owned()
            }
            Decider::Builtin(builtin) => format!(", built in: {}", builtin.describe()),
            Decider::Ambiguous(rows) if rows.len() == 1 => ": this row tests something that only OVN knows".to_owned(),
            Decider::Ambiguous(_) => ": these rows of equal priority disagree".to_owned(),
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

/// A stage in which nothing happens and hardly anybody has rows.
fn is_silent(step: &Step) -> bool {
    step.stage == Stage::FromLportAfterLb && step.decider == Decider::Default && step.outcome == Outcome::Allow
        || step.stage == Stage::FromLportAfterLb
            && step.outcome == Outcome::Allow
            && matches!(step.decider, Decider::Established)
            && step.tracking == Tracking::Reply
}

fn icmp(kind: u8, code: u8, family: Family) -> String {
    let (request, reply) = family.echo();
    match u16::from(kind) {
        number if number == request => "echo request".to_owned(),
        number if number == reply => "echo reply".to_owned(),
        _ => format!("type {kind} code {code}"),
    }
}
