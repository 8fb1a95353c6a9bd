//! `report`: a statement for whoever has to believe it: who reaches whom, what was expected, what it rests on.

use super::check;
use crate::console::Console;
use crate::files;
use crate::input::Input;
use crate::render::{paper, statement};
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_engine::answers::filter::Filter;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{self, Picture, Wishes};
use ringfence_view::report::{Report, found};
use std::io;
use std::path::PathBuf;

/// What follows `report`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,

    /// How to write it
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Write the picture of a Markdown report into this file (SVG), and refer to it
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    picture: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ringfence report -f manifests/ -o html > isolation.html          one file, with the picture in it
  ringfence report -f manifests/ --picture reach.svg > isolation.md
  ringfence report --cluster -f claims.yaml -o html > isolation.html

The same input gives the same report, byte for byte: there is no time in it.

Exit status: that of `check`: 0 nothing found; 1 warnings, or an expectation that does not hold; 2 some of the input \
could not be used as it is written.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Markdown, as GitHub reads it
    #[default]
    Md,
    /// A page that needs no other file
    Html,
}

/// What the picture says of itself.
const TITLE: &str = "Who can talk to whom";

impl Arguments {
    /// Writes it.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        if self.picture.is_some() && self.output == Format::Html {
            console.complain("`--picture` goes with `-o md`: a page of HTML has the picture in it");
            return Ok(Status::InputError);
        }
        let (loaded, originals) = self.input.load_with_originals();
        let endpoints = loaded.compiled.endpoints.as_slice();
        let mut reach = loaded.reach();
        let matrix = Matrix::of(&mut reach, Filter::All);
        let (findings, judgements) = found(&loaded, &mut reach, &self.input.namespace);
        let report = Report { sources: &loaded.sources, endpoints, findings: &findings, judgements: &judgements };
        let mut drawn = String::new();
        picture::write(&mut drawn, &Picture::of(endpoints, &matrix, &Wishes::default()), TITLE)
            .map_err(io::Error::other)?;
        if let Some(path) = &self.picture
            && let Err(why) = files::put(path, &drawn)
        {
            console.complain(&format!("cannot write `{}`: {why}", path.display()));
            return Ok(Status::InputError);
        }
        let statement =
            statement::Statement { loaded: &loaded, matrix: &matrix, report: &report, originals: &originals };
        console.print(|out| match self.output {
            Format::Md => statement::write(out, &statement, self.picture.as_deref().map(|path| (path, TITLE))),
            Format::Html => paper::write(out, &statement, &drawn),
        })?;
        Ok(check::status(&findings, &judgements))
    }
}
