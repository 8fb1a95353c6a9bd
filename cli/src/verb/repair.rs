//! `repair`: the smallest edits after which a pair connects, or does not.

use crate::cluster;
use crate::console::Console;
use crate::files;
use crate::input::{self, Input};
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::answers::repair::{Intent, Proposal, Wish, repair};
use ringfence_engine::source::Sources;
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

    /// Of which conversations: all, icmp, tcp, tcp/80, tcp/8000-8100, udp/53 …
    #[arg(long, default_value = "all", value_parser = filter, value_name = "PART", help_heading = "Wish")]
    on: Filter,

    /// Write a proposal into the files: the first one, or that with the number
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..), help_heading = "Wish")]
    #[arg(conflicts_with_all = [&["nb"], &cluster::ARGUMENTS[..]].concat())]
    write: Option<u8>,

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
  ringfence repair vm1 vm2 -f subnet.yaml --write=2              the second proposal, into the file

Every proposal was evaluated as a whole: what it changes, for every pair, is told with it. Nothing is written but with \
`--write`.

Exit status: 0 there is a proposal, and it is written where that was asked; 1 there is none, or nothing has to change; 2 \
some of the input could not be used as it is written, or a file could not be written.";

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
    Filter::parse(text)
        .ok_or_else(|| "write all, icmp, tcp, udp, sctp, one port (tcp/22), or several (tcp/8000-8100)".to_owned())
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
        let written = match (self.write, &found) {
            (Some(number), Ok(proposals)) => take(&loaded.sources, proposals, number.into(), console),
            (Some(_), Err(_)) | (None, _) => Status::Fine,
        };
        Ok(answer.max(written).max(input::status(&loaded)))
    }
}

/// Writes a proposal into the files that it edits, and names them.
fn take(old: &Sources, proposals: &[Proposal], number: usize, console: &mut Console) -> Status {
    let Some(proposal) = proposals.get(number.saturating_sub(1)) else {
        let last = proposals.len();
        console.complain(&format!("there is no proposal {number}: the last one is {last}; nothing was written"));
        return Status::InputError;
    };
    let edited: Vec<_> =
        old.changed(&proposal.sources).map(|(old, new)| (old.name(), old.text(), new.text())).collect();
    // All of it, or nothing.
    let writable = |name: &str| match name {
        "-" => Err(io::Error::other("name files where something is to be written")),
        file => files::writable(file).map(drop),
    };
    let mut done = edited.iter().try_for_each(|(name, ..)| writable(name).map_err(|why| (*name, why)));
    for (name, old, new) in edited {
        done = done.and_then(|()| files::replace(name, old, new).map_err(|why| (name, why)));
        if done.is_ok() {
            console.report(|err| writeln!(err, "wrote proposal {number} into {name}"));
        }
    }
    match done {
        Ok(()) => Status::Fine,
        Err((name, why)) => {
            console.complain(&format!("`{name}` is left as it is: {why}"));
            Status::InputError
        }
    }
}
