//! `reach`: who can talk to whom.

use crate::console::Console;
use crate::input::{self, Input};
use crate::progress::{Answers, Progress};
use crate::render::{csv, dot, markdown, matrix, wide};
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_engine::answers::filter::Filter;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{self, Picture, Wishes};
use ringfence_view::wire;
use std::io;

/// What follows `reach`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// What a picture says of itself.
const TITLE: &str = "Who can talk to whom";

const EXAMPLES: &str = "\
Examples:
  ringfence reach -f manifests/             a table, with what is noteworthy below it
  ringfence reach -f manifests/ -o wide     a line for each pair, with protocols and ports
  ringfence reach -f manifests/ -o dot | dot -Tsvg > reach.svg

Exit status: 0, or 2 where some of the input could not be used as it is written.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// One character for each pair, and a legend
    #[default]
    Table,
    /// One line for each pair
    Wide,
    /// Everything, for programs
    Json,
    /// For spreadsheets
    Csv,
    /// A Markdown table
    Md,
    /// A graph for Graphviz
    Dot,
    /// A picture, in light and dark
    Svg,
}

impl Arguments {
    /// Asks every pair.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let loaded = self.input.load();
        input::report(&loaded, console);
        let endpoints = &loaded.compiled.endpoints;
        let mut reach = loaded.reach();
        let count = endpoints.len().saturating_mul(endpoints.len().saturating_sub(1));
        let answers = match self.output {
            Format::Table | Format::Dot | Format::Svg => Answers::Afterwards,
            Format::Wide | Format::Json | Format::Csv | Format::Md => Answers::Meanwhile,
        };
        let mut progress = Progress::new(console, count, answers);
        let script = console.script;
        if matches!(self.output, Format::Table | Format::Dot | Format::Svg) {
            let matrix = Matrix::watched(&mut reach, Filter::All, |pairs| progress.step(pairs));
            let picture = || Picture::of(endpoints, &matrix, &Wishes::default());
            console.print(|out| match self.output {
                Format::Dot => dot::write(out, endpoints, &matrix, &picture()),
                Format::Svg => {
                    let mut text = String::new();
                    picture::write(&mut text, &picture(), TITLE).map_err(io::Error::other)?;
                    out.write_all(text.as_bytes())
                }
                _ => matrix::write(out, endpoints, &matrix, &self.input.arguments(), script),
            })?;
            return Ok(input::status(&loaded));
        }
        reach.classes();
        let pairs = reach.pairs().map(|(from, to)| {
            progress.step(1);
            (from, to, reach.pair(from, to))
        });
        console.print(|out| match self.output {
            Format::Wide => wide::write(out, endpoints, pairs),
            Format::Json => wire::reach::write(out, &loaded, pairs),
            Format::Csv => csv::write(out, endpoints, pairs),
            Format::Md => markdown::write(out, endpoints, pairs),
            Format::Table | Format::Dot | Format::Svg => Ok(()),
        })?;
        Ok(input::status(&loaded))
    }
}
