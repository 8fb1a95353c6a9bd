//! `explain`: the walk of one conversation.

mod packet;

use crate::console::Console;
use crate::input::{self, Input};
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use packet::Packet;
use ringfence_engine::answers::select::{select, similar};
use ringfence_engine::reach::{self, AddressRange, Endpoint, Verdict, evaluate};
use ringfence_view::loaded::Loaded;
use ringfence_view::story::{Asked, Story};
use ringfence_view::wire;
use std::io;
use std::net::IpAddr;

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

    /// The address family, where both ends have both
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

/// An end of a conversation: an endpoint, narrowed to the address that was asked for.
struct End {
    index: usize,
    endpoint: Endpoint,
    address: Option<IpAddr>,
}

impl Arguments {
    /// Asks about one pair.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let loaded = self.input.load();
        input::report(&loaded, console);
        match self.ends(&loaded) {
            Ok(ends) => self.tell(console, &loaded, &ends),
            Err(message) => {
                console.complain(&message);
                Ok(Status::InputError)
            }
        }
    }

    fn tell(&self, console: &mut Console, loaded: &Loaded, (from, to): &(End, End)) -> io::Result<Status> {
        let compiled = &loaded.compiled;
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        let mut pair = reach.pair(from.index, to.index);
        let family = self.family(from, to);
        pair.families.retain(|answer| family.is_none_or(|family| answer.family == family));
        let ends = (&from.endpoint, &to.endpoint);
        let common = reach::Family::ALL.into_iter().find(|family| ends.0.has(*family) && ends.1.has(*family));
        let family = family.or(common).unwrap_or(reach::Family::Ipv4);
        let asked = Asked { wanted: self.packet.wanted(family), shape: self.packet.shape(), family };
        let story = Story::new(compiled, reach.pipelines(), ends, pair, asked);
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

    /// The two endpoints. Of machines with several interfaces those on one switch are meant.
    fn ends(&self, loaded: &Loaded) -> Result<(End, End), String> {
        let endpoints = &loaded.compiled.endpoints;
        let (from, to) = (self.candidates(endpoints, &self.from)?, self.candidates(endpoints, &self.to)?);
        let pairs =
            || from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).filter(|(from, to)| from != to);
        let switch = |index: usize| endpoints.get(index).map(|endpoint| &endpoint.switch);
        let together: Vec<_> = pairs().filter(|(from, to)| switch(*from) == switch(*to)).collect();
        let all: Vec<_> = pairs().collect();
        match (all.as_slice(), together.as_slice()) {
            ([], _) => {
                Err(format!("`{}` and `{}` are the same endpoint: nothing lies between them", self.from, self.to))
            }
            ([pair], _) | (_, [pair]) => {
                let end = |index: usize, word: &str| End::new(endpoints, index, word);
                end(pair.0, &self.from).zip(end(pair.1, &self.to)).ok_or_else(|| "no such pair".to_owned())
            }
            _ => Err(ambiguous(endpoints, [(&self.from, &from), (&self.to, &to)])),
        }
    }

    fn candidates(&self, endpoints: &[Endpoint], word: &str) -> Result<Vec<usize>, String> {
        let found = select(endpoints, word, &self.input.namespace);
        if found.is_empty() { Err(unknown(endpoints, word)) } else { Ok(found) }
    }
}

impl End {
    fn new(endpoints: &[Endpoint], index: usize, word: &str) -> Option<Self> {
        let mut endpoint = endpoints.get(index)?.clone();
        let named = endpoint.id == word || endpoint.id.ends_with(&format!("/{word}"));
        let address = word.parse::<IpAddr>().ok().filter(|_| !named);
        if let Some(address) = address {
            if endpoint.addresses.iter().any(|range| range.first != range.last) {
                endpoint.id = format!("{} ({address})", endpoint.id);
            }
            endpoint.addresses = vec![AddressRange { first: address, last: address }];
        }
        Some(Self { index, endpoint, address })
    }
}

/// As many names as fit a message.
const MOST_NAMES: usize = 30;

fn unknown(endpoints: &[Endpoint], word: &str) -> String {
    let near = match similar(endpoints, word).as_slice() {
        [] => String::new(),
        near => format!("\n  did you mean {}?", near.join(" or ")),
    };
    let listed = match endpoints.len() {
        0 => "\n  this input has no endpoints at all: it needs a Subnet, or an Inventory with machines".to_owned(),
        _ => format!("\n  there are: {}", names(endpoints.iter())),
    };
    format!("no endpoint is called `{}`{near}{listed}", render::Line(word))
}

fn ambiguous(endpoints: &[Endpoint], words: [(&String, &Vec<usize>); 2]) -> String {
    let several = words.into_iter().filter(|(_, found)| found.len() > 1);
    let lines = several.map(|(word, found)| {
        let listed = found.iter().filter_map(|index| endpoints.get(*index));
        format!("`{}` is more than one endpoint: write one of {}", render::Line(word), names(listed))
    });
    lines.collect::<Vec<_>>().join("\n  ")
}

fn names<'e>(endpoints: impl Iterator<Item = &'e Endpoint>) -> String {
    let all: Vec<_> = endpoints.map(|endpoint| render::Line(&endpoint.id).to_string()).collect();
    let shown = all.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MOST_NAMES { format!("{shown} and {} more", all.len() - MOST_NAMES) } else { shown }
}
