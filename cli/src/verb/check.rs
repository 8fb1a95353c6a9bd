//! `check`: mistakes, traps, and claims that do not hold.

mod pages;

use crate::cluster;
use crate::console::Console;
use crate::files;
use crate::input::Input;
use crate::live;
use crate::mend;
use crate::render;
use crate::status::Status;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args, ValueEnum};
use ringfence_engine::answers::expect::Judgement;
use ringfence_engine::diagnostic::{Code, Diagnostic, Fix, Severity};
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;
use ringfence_view::mend::{Trust, mend};
use ringfence_view::patch;
use ringfence_view::report::{Report, found};
use ringfence_view::uphold::uphold;
use ringfence_view::wire;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

/// What follows `check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("files", or_pages))]
pub(crate) struct Arguments {
    /// Pages (Markdown, MDX, HTML, plain text) whose blocks of YAML are checked, each as a world of its own, beside the files;
    /// of a folder those that end in .md, .mdx, .markdown, .html, .htm or .xhtml, at any depth
    #[arg(value_name = "PAGE", value_hint = clap::ValueHint::AnyPath)]
    pages: Vec<PathBuf>,

    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Make the fixes of what is found, and edit rules so that claims hold: what lets nothing more arrive or be answered, or all
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    #[arg(conflicts_with_all = [&["nb"], &cluster::ARGUMENTS[..]].concat(), help_heading = "Fixes")]
    fix: Option<Which>,

    /// Show the lines that would change, and change nothing
    #[arg(long, requires = "fix", help_heading = "Fixes")]
    dry_run: bool,

    /// Show the page of a code instead, for example RF207
    #[arg(long, value_name = "CODE", value_parser = code(), ignore_case = true, exclusive = true)]
    explain: Option<Code>,
}

/// Pages stand in the place of files, where anything has to.
fn or_pages(files: Arg) -> Arg {
    if live::instead_of_files().is_empty() { files } else { files.required_unless_present("pages") }
}

fn code() -> impl TypedValueParser<Value = Code> {
    let names = Code::ALL.iter().map(|code| code.name());
    let is = |code: &Code, name: &str| code.name().eq_ignore_ascii_case(name);
    let of = move |name: String| Code::ALL.iter().copied().find(|code| is(code, &name)).unwrap_or(Code::UnreadableFile);
    PossibleValuesParser::new(names).map(of)
}

const EXAMPLES: &str = "\
Examples:
  ringfence check -f manifests/ -f isolation.yaml
  ringfence check -f manifests/ -o github      annotations on a pull request
  ringfence check -f manifests/ -o sarif > ringfence.sarif
  ringfence check -f manifests/ --fix --dry-run     the lines that safe fixes would change
  ringfence check docs/isolation.md -f inventory.yaml    the examples of a page, and the claims beside them

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

/// Which fixes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Those after which no request arrives or is answered that was not
    Safe,
    /// Every one
    All,
}

impl Which {
    fn trust(self) -> Trust {
        match self {
            Self::Safe => Trust::Safe,
            Self::All => Trust::All,
        }
    }
}

/// So often fixes are looked for in what was fixed, at most.
const ROUNDS: usize = 8;

impl Arguments {
    /// Looks at everything.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        if let Some(code) = self.explain {
            console.print(|out| out.write_all(render::page::page(code).as_bytes()))?;
            return Ok(Status::Fine);
        }
        match (self.pages.is_empty(), self.fix) {
            (true, Some(which)) => self.mend(which.trust(), console),
            (true, None) => self.one(&self.input.load(), console),
            (false, Some(which)) => self.mend_pages(which.trust(), console),
            (false, None) => self.look(console),
        }
    }

    /// Fixes what can be fixed, and looks at what is left.
    fn mend(&self, trust: Trust, console: &mut Console) -> io::Result<Status> {
        let (old, settings) = match self.input.manifests() {
            Ok(old) => (old, self.input.settings()),
            Err(message) => {
                console.complain(&format!("`--fix` writes into files: {message}"));
                return Ok(Status::InputError);
            }
        };
        let namespace = &self.input.namespace;
        // Nothing is told to be fixed in a file that stays as it is.
        let barred = |sources: &Sources, fix: &Fix| {
            let source = sources.get(fix.place.source)?;
            files::writable(source.name()).err().map(|why| format!("the file stays as it is: {why}"))
        };
        let mut mended = mend(&old, &settings, namespace, trust, |fix| barred(&old.sources, fix));
        let mut told = mend::told(&old.sources, &mended.fixed);
        // What was hidden behind a mistake is seen once that is gone.
        for _ in 1..ROUNDS {
            if mended.fixed.is_empty() {
                break;
            }
            let next = mend(&mended.loaded, &settings, namespace, trust, |fix| barred(&old.sources, fix));
            told.extend(mend::told(&mended.loaded.sources, &next.fixed));
            mended = next;
        }
        let excuses = mend::excuses(&mended.loaded.sources, &mended.left);
        let unwritable = |name: &str| files::writable(name).err().map(|why| format!("`{name}` stays as it is: {why}"));
        let upheld = uphold(mended.loaded, &settings, namespace, trust, unwritable);
        let kept = if self.dry_run { BTreeSet::new() } else { mend::write(&old, &upheld.loaded, console) };
        let done = if self.dry_run { "would fix" } else { "fixed" };
        console.report(|err| mend::tell(err, &told, &kept, done));
        console.report(|err| excuses.iter().try_for_each(|line| writeln!(err, "{line}")));
        console.report(|err| mend::tell_claims(err, &upheld, &kept, done));
        if self.dry_run {
            console.print(|out| out.write_all(patch::lines(&old.sources, &upheld.loaded.sources).as_bytes()))?;
            let (findings, judgements) = found(&old, &mut old.reach(), namespace);
            return Ok(status(&findings, &judgements));
        }
        // What is in the files now, whatever it is.
        let left = self.one(&self.input.load(), console)?;
        Ok(if kept.is_empty() { left } else { Status::InputError })
    }

    /// Looks at one world.
    fn one(&self, loaded: &Loaded, console: &mut Console) -> io::Result<Status> {
        let endpoints = loaded.compiled.endpoints.as_slice();
        let mut reach = loaded.reach();
        let (findings, judgements) = found(loaded, &mut reach, &self.input.namespace);
        let sources = &loaded.sources;
        self.tell(&Report { sources, endpoints, findings: &findings, judgements: &judgements }, console)?;
        Ok(status(&findings, &judgements))
    }

    fn tell(&self, report: &Report<'_>, console: &mut Console) -> io::Result<()> {
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text => render::check::write(out, report, script),
            Format::Json => wire::check::write(out, report),
            Format::Github => render::github::write(out, report),
            Format::Sarif => render::sarif::write(out, report),
            Format::Junit => render::junit::write(out, report),
            Format::Md => render::summary::write(out, report),
        })
    }
}

/// Input that cannot be used is graver than a claim that does not hold.
pub(super) fn status(findings: &[Diagnostic], judgements: &[Judgement]) -> Status {
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
