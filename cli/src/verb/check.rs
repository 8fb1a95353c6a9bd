//! `check`: mistakes, traps, and claims that do not hold.

use crate::console::Console;
use crate::input::{Input, worlds};
use crate::render;
use crate::status::Status;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use ringfence_engine::answers::expect::Judgement;
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_view::loaded::Loaded;
use ringfence_view::report::{Report, found};
use ringfence_view::wire;
use std::io;
use std::path::PathBuf;

/// What follows `check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("files", |arg| arg.required(false).required_unless_present("pages")))]
pub(crate) struct Arguments {
    /// Pages (Markdown, MDX, HTML, plain text) whose blocks of YAML are checked, each as a world of its own, beside the files
    #[arg(value_name = "PAGE", value_hint = clap::ValueHint::FilePath)]
    pages: Vec<PathBuf>,

    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Show the page of a code instead, for example RF207
    #[arg(long, value_name = "CODE", value_parser = code(), exclusive = true)]
    explain: Option<Code>,
}

fn code() -> impl TypedValueParser<Value = Code> {
    let names = Code::ALL.iter().map(|code| code.name());
    let of = |name: String| Code::ALL.iter().copied().find(|code| code.name() == name).unwrap_or(Code::UnreadableFile);
    PossibleValuesParser::new(names).map(of)
}

const EXAMPLES: &str = "\
Examples:
  ringfence check -f manifests/ -f isolation.yaml
  ringfence check -f manifests/ -o github      annotations on a pull request
  ringfence check -f manifests/ -o sarif > ringfence.sarif

An expectation is a document beside the manifests:

  apiVersion: ringfence/v1
  kind: Expectation
  metadata: {name: database-is-closed}
  claim: Nobody but web reaches the database.
  assertions:
    - {from: [batch, outside], to: db, expect: closed}
    - {from: web, to: db, on: {tcp: 5432}, expect: open}

Exit status: 0 nothing found (remarks of severity info do not count); 1 warnings, or an expectation that does not \
hold; 2 some of the input could not be used as it is written, an unparsable match included.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Findings with the lines they are about
    #[default]
    Text,
    /// For programs
    Json,
    /// Workflow commands, which GitHub shows beside the lines
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML: a case for each expectation and each file
    Junit,
    /// Markdown, for a summary or a comment
    Md,
}

impl Arguments {
    /// Looks at everything.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        if let Some(code) = self.explain {
            console.print(|out| out.write_all(render::page::page(code).as_bytes()))?;
            return Ok(Status::Fine);
        }
        if self.pages.is_empty() {
            return self.one(&self.input.load(), console);
        }
        if !matches!(self.output, Format::Text | Format::Github) {
            console.complain("pages are checked with `-o text` or `-o github`");
            return Ok(Status::InputError);
        }
        let mut status = Status::Fine;
        for page in &self.pages {
            let Some(worlds) = worlds(page, &self.input) else {
                console.complain(&format!("cannot read `{}`", page.display()));
                return Ok(Status::InputError);
            };
            if worlds.is_empty() {
                console
                    .complain(&format!("`{}` has no block with an object in it: nothing was checked", page.display()));
            }
            for (line, loaded) in worlds {
                if self.output == Format::Text {
                    console.print(|out| writeln!(out, "{}:{line}:", page.display()))?;
                }
                status = status.max(self.one(&loaded, console)?);
            }
        }
        Ok(status)
    }

    /// Looks at one world.
    fn one(&self, loaded: &Loaded, console: &mut Console) -> io::Result<Status> {
        let endpoints = loaded.compiled.endpoints.as_slice();
        let mut reach = loaded.reach();
        let (findings, judgements) = found(loaded, &mut reach, &self.input.namespace);
        let (sources, script) = (&loaded.sources, console.script);
        let report = Report { sources, endpoints, findings: &findings, judgements: &judgements };
        console.print(|out| match self.output {
            Format::Text => render::check::write(out, &report, script),
            Format::Json => wire::check::write(out, &report),
            Format::Github => render::github::write(out, &report),
            Format::Sarif => render::sarif::write(out, &report),
            Format::Junit => render::junit::write(out, &report),
            Format::Md => render::summary::write(out, &report),
        })?;
        Ok(status(&findings, &judgements))
    }
}

/// Input that cannot be used is graver than a claim that does not hold.
fn status(findings: &[Diagnostic], judgements: &[Judgement]) -> Status {
    let of_finding = |found: &Diagnostic| match found.severity {
        Severity::Error if found.code != Code::ExpectationFailed => Status::InputError,
        Severity::Error | Severity::Warning => Status::Findings,
        Severity::Info => Status::Fine,
    };
    let of_judgement = |judgement: &Judgement| if judgement.holds { Status::Fine } else { Status::Findings };
    findings.iter().map(of_finding).chain(judgements.iter().map(of_judgement)).max().unwrap_or(Status::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_alone_are_fine_and_errors_are_input_errors() {
        let of = |code: Code| status(&[Diagnostic::new(code, "x")], &[]);
        assert_eq!(of(Code::StatefulSwitch), Status::Fine);
        assert_eq!(of(Code::ReplyDropped), Status::Findings);
        assert_eq!(of(Code::ExpectationFailed), Status::Findings);
        assert_eq!(of(Code::MatchSyntax), Status::InputError);
    }
}
