//! `explain`: the walk of one conversation.

mod packet;

use crate::console::Console;
use crate::input::{self, Input};
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use packet::Packet;
use ringfence_engine::reach::{self, Verdict};
use ringfence_view::ends::{End, ends};
use ringfence_view::loaded::Loaded;
use ringfence_view::story::{Asked, Story};
use ringfence_view::wire;
use std::io;

/// What follows `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Who asks: `namespace/name`, a name, or an address
    from: String,

    /// Who answers
    to: String,

    #[command(flatten)]
    packet: Packet,

    /// The address family; without it, where both ends have both, one in which it does not work, or IPv4
    #[arg(long, value_enum, value_name = "FAMILY", help_heading = "Conversation")]
    family: Option<Family>,

    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  ringfence explain vm1 vm2 --tcp 80 -f manifests/
  ringfence explain team-a/vm1 10.0.0.7 --icmp -f manifests/
  ringfence explain vm1 vm2 -f manifests/      the whole pair, shown by a telling conversation

Without a protocol the verdict is that of the whole pair, and the walk is that of a conversation that fails, where \
one does.

Exit status: 0 open; 1 anything else; 2 where some of the input could not be used as it is written, or a name means \
no endpoint.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Family {
    Ipv4,
    Ipv6,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// To be read from top to bottom
    #[default]
    Text,
    /// For programs
    Json,
}

impl Arguments {
    /// Asks about one pair.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let loaded = self.input.load();
        input::report(&loaded, console);
        match ends(&loaded, [&self.from, &self.to], &self.input.namespace) {
            Ok(ends) => self.tell(console, &loaded, &ends),
            Err(message) => {
                console.complain(&message);
                Ok(Status::InputError)
            }
        }
    }

    fn tell(&self, console: &mut Console, loaded: &Loaded, (from, to): &(End, End)) -> io::Result<Status> {
        let compiled = &loaded.compiled;
        let mut reach = loaded.reach();
        let mut pair = reach.pair(from.index, to.index);
        let family = self.family(from, to);
        pair.families.retain(|answer| family.is_none_or(|family| answer.family == family));
        let ends = (&from.endpoint, &to.endpoint);
        let common = reach::Family::ALL.into_iter().filter(|family| ends.0.has(*family) && ends.1.has(*family));
        let mut families: Vec<reach::Family> = family.map_or_else(|| common.collect(), |family| [family].into());
        if !self.packet.is_of_any_family() {
            families.truncate(1);
        }
        if let Some(fault) = self.packet.fault(families.first().copied().unwrap_or(reach::Family::Ipv4)) {
            console.complain(&fault);
            return Ok(Status::InputError);
        }
        let asked = |family| Asked { wanted: self.packet.wanted(family), shape: self.packet.shape(), family };
        let story = Story::of_families(compiled, reach.pipelines(), ends, &pair, (&families, &asked));
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text => render::explain::write(out, &loaded.sources, &story, script),
            Format::Json => wire::explain::write(out, loaded, &story),
        })?;
        let answer = if story.verdict() == Verdict::Open { Status::Fine } else { Status::Findings };
        Ok(answer.max(input::status(loaded)))
    }

    /// The family that was asked for, by name or by an address.
    fn family(&self, from: &End, to: &End) -> Option<reach::Family> {
        let named = self.family.map(|family| match family {
            Family::Ipv4 => reach::Family::Ipv4,
            Family::Ipv6 => reach::Family::Ipv6,
        });
        let address = from.address.or(to.address);
        let of_address =
            address.map(|address| if address.is_ipv4() { reach::Family::Ipv4 } else { reach::Family::Ipv6 });
        named.or(of_address)
    }
}
