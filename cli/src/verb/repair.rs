//! `repair`: the smallest edits after which a pair connects, or does not.

use crate::console::Console;
use crate::input::{self, Input};
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::answers::repair::{Intent, Wish, repair};
use ringfence_view::ends::ends;
use ringfence_view::wire;
use std::io;

/// What follows `repair`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Who asks: `namespace/name`, a name, or an address
    from: String,

    /// Who answers
    to: String,

    /// What the two must do
    #[arg(long, value_enum, default_value_t, value_name = "INTENT", help_heading = "Wish")]
    must: Must,

    /// Of which conversations: all, icmp, tcp, tcp/80, udp/53 …
    #[arg(long, default_value = "all", value_parser = filter, value_name = "PART", help_heading = "Wish")]
    on: Filter,

    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  ringfence repair vm1 vm2 -f subnet.yaml                        what lets vm1 talk to vm2
  ringfence repair vm3 vm1 --must separate --on tcp/22 -f .      what keeps vm3 from vm1's ssh

Every proposal was evaluated as a whole: what it changes, for every pair, is told with it. Nothing is written.

Exit status: 0 there is a proposal; 1 there is none, or nothing has to change; 2 some of the input could not be used \
as it is written.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Must {
    /// Requests arrive, and answers come back
    #[default]
    Connect,
    /// No request arrives
    Separate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Lines that go and come, and what they change
    #[default]
    Text,
    /// For programs
    Json,
}

fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).ok_or_else(|| "write all, icmp, tcp, udp, sctp, or one port: tcp/22".to_owned())
}

impl Arguments {
    /// Looks for edits.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let (loaded, load) = self.input.load_to_edit();
        let (from, to) = match ends(&loaded, [&self.from, &self.to], &self.input.namespace) {
            Ok(found) => found,
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        let intent = match self.must {
            Must::Connect => Intent::Connect,
            Must::Separate => Intent::Separate,
        };
        let wish = Wish { from: &from.endpoint.id, to: &to.endpoint.id, intent, part: self.on };
        let found = repair(&loaded.sources, &load, &wish);
        let script = console.script;
        console.print(|out| match (self.output, &found) {
            (Format::Json, found) => wire::repair::write(out, &loaded, found),
            (Format::Text, Ok(found)) => render::repair::write(out, &loaded, found, script),
            (Format::Text, Err(refusal)) => render::repair::refuse(out, refusal),
        })?;
        let answer = if found.is_ok() { Status::Fine } else { Status::Findings };
        Ok(answer.max(input::status(&loaded)))
    }
}
