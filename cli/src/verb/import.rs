//! `import`: what OVN says of its rows, and the lines that they come from.

mod packet;

use crate::console::Console;
use crate::input::{self, Input};
use crate::render::Line;
use crate::status::Status;
use clap::Args;
use packet::Logged;
use ringfence_engine::answers::conversation::{Half, Question, Shape, backends};
use ringfence_engine::answers::explain::{PacketKind, walked};
use ringfence_engine::answers::select::select;
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::Outcome;
use ringfence_view::ends::End;
use ringfence_view::loaded::Loaded;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What follows `import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file with the lines; without it they come from standard input
    #[arg(value_name = "LINES", value_hint = clap::ValueHint::FilePath)]
    lines: Option<PathBuf>,

    #[command(flatten)]
    input: Input,
}

const EXAMPLES: &str = "\
Examples:
  ovn-nbctl acl-list vswitch1 | ringfence import -f manifests/
  ringfence import ovn-controller.log -f manifests/

A line of `acl_log` names its row; of a row without a name, the packet in the line is walked through the input.

Exit status: 0 each line is a row of the input; 1 some are not; 2 where some of the input could not be used as it \
is written, or no line is one of OVN's.";

/// What a line of OVN's says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// A line of `ovn-nbctl acl-list`.
    Listed { direction: String, priority: u16, matches: String, action: String },
    /// A line of ovn-controller's `acl_log`.
    Logged { name: String, direction: Option<String>, verdict: Option<String>, packet: Option<Logged> },
}

impl Arguments {
    /// Tells of each line which row it is.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let loaded = self.input.load();
        input::report(&loaded, console);
        let mut status = input::status(&loaded);
        let lines = match crate::files::lines(self.lines.as_deref()) {
            Ok(lines) => lines,
            Err(error) => {
                console.complain(&format!("cannot read `{}`: {error}", self.name()));
                return Ok(Status::InputError);
            }
        };
        let mut known = false;
        for line in lines {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    console.complain(&format!("cannot read `{}`: {error}", self.name()));
                    return Ok(Status::InputError);
                }
            };
            let Some(said) = Said::of(&line) else { continue };
            known = true;
            let named = said.rows(&loaded.compiled.network);
            let found = if named.is_empty() { said.walked(&loaded) } else { named };
            if found.is_empty() {
                status = status.max(Status::Findings);
            }
            console.print(|out| tell(out, &line, &found, &loaded))?;
        }
        if !known {
            let message = "has no line of `ovn-nbctl acl-list` and none of `acl_log`: nothing was compared";
            console.complain(&format!("`{}` {message}", self.name()));
            return Ok(Status::InputError);
        }
        Ok(status)
    }

    fn name(&self) -> std::path::Display<'_> {
        self.lines.as_deref().unwrap_or(Path::new("-")).display()
    }
}

fn tell(out: &mut dyn Write, line: &str, found: &[&Acl], loaded: &Loaded) -> io::Result<()> {
    writeln!(out, "{}", Line(line.trim()))?;
    if found.is_empty() {
        return writeln!(out, "    no row of this input");
    }
    for acl in found {
        let place = acl.provenance.place.and_then(|place| loaded.sources.locate(place));
        let place = place.map(|(name, position)| format!("{}:{}: ", Line(name), position.line)).unwrap_or_default();
        let (object, field) = (&acl.provenance.object, &acl.provenance.field);
        writeln!(out, "    {place}{} {}", Line(object), Line(field))?;
    }
    Ok(())
}

impl Said {
    /// Nothing where a line is neither.
    fn of(line: &str) -> Option<Self> {
        Self::logged(line).or_else(|| Self::listed(line))
    }

    /// `from-lport  1005 (ip4.src == 172.20.10.0/30) drop [log(…)]` (`ovn-nbctl.c`, `nbctl_acl_list`).
    fn listed(line: &str) -> Option<Self> {
        let (direction, rest) = line.trim_start().split_once(char::is_whitespace)?;
        let (priority, rest) = rest.trim_start().split_once(char::is_whitespace)?;
        // What is logged stands in parentheses too, after the action.
        let rest = rest.split_once(" log(").map_or(rest, |(rest, _)| rest);
        let (matches, action) = rest.trim_start().strip_prefix('(')?.rsplit_once(") ")?;
        let action = action.split_whitespace().next()?.to_owned();
        let priority = priority.parse().ok()?;
        Some(Self::Listed { direction: direction.to_owned(), priority, matches: matches.to_owned(), action })
    }

    /// `…|acl_log(ovn_pinctrl0)|INFO|name="x", verdict=drop, severity=info, direction=to-lport: …` (`acl-log.c`).
    fn logged(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once("acl_log(")?;
        let (_, fields) = rest.split_once("name=")?;
        let name = match fields.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?.0,
            None => fields.split(',').next()?,
        };
        let direction = fields.split_once("direction=").map(|(_, rest)| rest.split([':', ',']).next().unwrap_or(rest));
        let verdict = fields.split_once("verdict=").map(|(_, rest)| rest.split(',').next().unwrap_or(rest));
        let packet = fields.split_once("direction=").and_then(|(_, rest)| Logged::of(rest.split_once(": ")?.1));
        let [direction, verdict] = [direction, verdict].map(|word| word.map(str::to_owned));
        Some(Self::Logged { name: name.to_owned(), direction, verdict, packet })
    }

    /// The rows that do this with the packet of a line, where it is one that begins a conversation here.
    fn walked<'n>(&self, loaded: &'n Loaded) -> Vec<&'n Acl> {
        let Self::Logged { direction: Some(direction), verdict, packet: Some(packet), .. } = self else {
            return Vec::new();
        };
        let (network, endpoints) = (&loaded.compiled.network, &loaded.compiled.endpoints);
        let end = |address: std::net::IpAddr| {
            let word = address.to_string();
            End::of(endpoints, *select(endpoints, &word, "default").first()?, &word)
        };
        let Some((from, to)) = end(packet.source).zip(end(packet.target)) else { return Vec::new() };
        let (from, to, Logged { family, header, tcp_flags, .. }) = (&from.endpoint, &to.endpoint, *packet);
        let shape = Shape { tcp_flags, ..Shape::default() };
        let backend = backends(network, endpoints, (from, to), family, header).first().copied();
        let pipelines = loaded.pipelines();
        let question = Question { network, pipelines, from, to, family, header, shape, backend };
        let done = |outcome| match outcome {
            Outcome::Allow => "allow",
            Outcome::Drop => "drop",
            Outcome::Reject => "reject",
            Outcome::Pass => "pass",
        };
        let steps = walked(&question).unwrap_or_default().into_iter();
        let here = steps.filter(|step| step.half == Half::Request && step.packet == PacketKind::Ip).filter(|step| {
            step.stage.direction().name() == direction
                && verdict.as_deref().is_none_or(|said| said == done(step.outcome))
        });
        here.flat_map(|step| step.decider.rows().to_vec()).filter_map(|row| row.acl(network)).collect()
    }

    fn rows<'n>(&self, network: &'n Network) -> Vec<&'n Acl> {
        let switches = network.switches.iter().flat_map(|switch| &switch.acls);
        let rows = switches.chain(network.port_groups.iter().flat_map(|group| &group.acls));
        rows.filter(|acl| self.is(acl)).collect()
    }

    fn is(&self, acl: &Acl) -> bool {
        match self {
            Self::Listed { direction, priority, matches, action } => {
                acl.direction.name() == direction
                    && acl.priority.get() == *priority
                    && acl.action.name() == action
                    && acl.matches.trim() == matches.trim()
            }
            Self::Logged { name, direction, verdict, .. } => {
                let same = |direction: &String| acl.direction.name() == direction;
                // `allow-related` and `allow-stateless` are logged as `allow`.
                let done = |verdict: &String| acl.action.name().split('-').next() == Some(verdict);
                acl.name.as_ref() == Some(name)
                    && direction.as_ref().is_none_or(same)
                    && verdict.as_ref().is_none_or(done)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ovn_are_understood() {
        let listed = |matches: &str| Said::Listed {
            direction: "to-lport".into(),
            priority: 1005,
            matches: matches.into(),
            action: "drop".into(),
        };
        assert_eq!(Said::of("  to-lport  1005 (ip4.dst == 10.0.0.0/30) drop"), Some(listed("ip4.dst == 10.0.0.0/30")));
        assert_eq!(Said::of("  to-lport  1005 ((ip4) && tcp) drop"), Some(listed("(ip4) && tcp")));
        let logging = "to-lport  1005 (ip4 && tcp) drop log(name=x,severity=info)";
        assert_eq!(Said::of(logging), Some(listed("ip4 && tcp")));
        let log = "2026-01-01T00:00:00Z|00004|acl_log(ovn_pinctrl0)|INFO|name=\"a\", verdict=drop, severity=info, direction=to-lport: tcp";
        let (direction, verdict) = (Some("to-lport".into()), Some("drop".into()));
        assert_eq!(Said::of(log), Some(Said::Logged { name: "a".into(), direction, verdict, packet: None }));
        assert_eq!(Said::of("switch 1234 (vswitch1)"), None);
    }
}
