//! `diff`: what other files, or another profile, change.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::files::{Files, exists};
use crate::input;
use crate::live::{Live, named_alone};
use crate::profile;
use crate::render::diff;
use crate::revision::Revision;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_engine::answers::diff::{Change, Matched, changes, matched};
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_view::difference::Difference;
use ringfence_view::loaded::Loaded;
use ringfence_view::wire;
use std::io;
use std::path::PathBuf;

/// What follows `diff`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("nb", named_alone))]
pub(crate) struct Arguments {
    /// The old files: a file or a folder; or a revision of git, of which the files of `-f` are read
    #[arg(value_name = "OLD", value_hint = clap::ValueHint::AnyPath)]
    old: Option<PathBuf>,

    /// The new files: a file or a folder; or a revision; without it the files of `-f` as they are
    #[arg(value_name = "NEW", value_hint = clap::ValueHint::AnyPath)]
    new: Option<PathBuf>,

    /// Files of both sides; without OLD and NEW all of them; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    live: Live,

    #[command(flatten)]
    cluster: Cluster,

    /// Whose behaviour to evaluate; twice: that of the old side, and that of the new one
    #[arg(long, value_parser = profile::parser(), value_name = "NAME", help_heading = "Input")]
    profile: Vec<&'static Profile>,

    /// Evaluate objects that the API server refuses as if it dropped their wrong fields
    #[arg(long, help_heading = "Input")]
    lenient: bool,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Which changes make the exit status 1
    #[arg(long, value_enum, default_value_t, value_name = "CHANGES")]
    exit_on: ExitOn,
}

const EXAMPLES: &str = "\
Examples:
  ringfence diff old/ new/                                what a change of the files changes
  ringfence diff old.yaml new.yaml -f inventory.yaml      the same, with files that both sides share
  ringfence diff HEAD~1 -f manifests/                     what was changed since a revision of git
  ringfence diff HEAD~2 HEAD                              between two of them, in the files of this folder
  ringfence diff --cluster proposal/                      what applying these files would change in the live cluster
  ringfence diff --nb unix:/run/ovn/ovnnb_db.sock proposal/   the same of a Northbound database
  ringfence diff -f manifests/ --profile kube-ovn/1.14 --profile kube-ovn/1.16   what an upgrade changes
  ringfence diff -f manifests/ --profile kubernetes --profile kube-ovn/1.16      where an enforcer does something else

Exit status: 0 nothing changes; 1 something does (`--exit-on exposure`: only something new; `--exit-on loss`: only \
something lost); 2 where some of the input could not be used as it is written.";

/// A profile that somebody asked for.
type Asked = Option<&'static Profile>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Connections gained and lost, with pairs told together
    #[default]
    Text,
    /// Everything, for programs
    Json,
    /// For a comment on a change
    Md,
}

/// What counts as a change for whoever asks for the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ExitOn {
    /// Every change, of endpoints too
    #[default]
    Any,
    /// Something arrives or is answered that was not, or may be
    Exposure,
    /// Something does not arrive or is not answered that was
    Loss,
}

/// Whether two profiles are asked for.
fn is_another(old: Asked, new: Asked) -> bool {
    old.map(|profile| profile.name) != new.map(|profile| profile.name)
}

impl ExitOn {
    fn counts(self, matched: &Matched, changes: &[Change]) -> bool {
        match self {
            Self::Any => !(changes.is_empty() && matched.gone.is_empty() && matched.come.is_empty()),
            Self::Exposure => changes.iter().any(Change::exposes),
            Self::Loss => changes.iter().any(Change::cuts),
        }
    }
}

impl Arguments {
    /// Compares both sides.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let (old, new) = match self.profile.as_slice() {
            [] => (None, None),
            [one] => (Some(*one), Some(*one)),
            [old, new] => (Some(*old), Some(*new)),
            [..] => {
                console.complain("`--profile` is written more than twice: there is an old side and a new one");
                return Ok(Status::InputError);
            }
        };
        if self.old.is_none() && !is_another(old, new) {
            console.complain(self.nothing_else());
            return Ok(Status::InputError);
        }
        let sides =
            if self.cluster.is_wanted() || self.live.is_named() { self.live(old, new) } else { self.written(old, new) };
        let (old, new) = match sides {
            Ok(sides) => sides,
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        self.report(console, &old, &new);
        let (mut before, mut after) = (old.reach(), new.reach());
        let matched = matched(&old.compiled.endpoints, &new.compiled.endpoints);
        let changes = changes(&matched, &mut before, &mut after);
        let difference = Difference { old: &old, new: &new, matched: &matched, changes: &changes };
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text => diff::write(out, &difference, script, usize::MAX),
            Format::Json => wire::diff::write(out, &difference),
            Format::Md => diff::write_markdown(out, &difference, script, usize::MAX),
        })?;
        let answer = if self.exit_on.counts(&matched, &changes) { Status::Findings } else { Status::Fine };
        Ok(answer.max(input::status(&old)).max(input::status(&new)))
    }

    /// Why both sides are the same, and what to write.
    fn nothing_else(&self) -> &'static str {
        if self.cluster.is_wanted() || self.live.is_named() {
            "nothing is named that could change the cluster or the database: write the files that say what is to be there, \
             without `-f`, or `--profile` twice"
        } else {
            "both sides are the same files: write OLD, which is files or a revision of git, or `--nb` or `--cluster` and the new \
             files, or `--profile` twice"
        }
    }

    /// Both sides from files.
    fn written(&self, old: Asked, new: Asked) -> Result<(Loaded, Loaded), String> {
        let mut matches = Matches::default();
        let mut before = self.load(self.old.as_ref(), old, &mut matches)?;
        before.compiled.diagnostics.extend(input::nothing_piped(&before.sources));
        // Before the first rule there may be nothing.
        let after = input::of_something(self.load(self.new.as_ref(), new, &mut matches)?);
        Ok((before, after))
    }

    /// A cluster or a database as it is, and as it is with files applied. It is asked once, so that both sides are of one
    /// moment.
    fn live(&self, old: Asked, new: Asked) -> Result<(Loaded, Loaded), String> {
        if self.new.is_some() {
            return Err(
                "a cluster or a database is the old side: name at most one file or folder beside `--cluster` or `--nb`"
                    .to_owned(),
            );
        }
        if let Some(own) = self.old.as_ref().filter(|path| path.as_os_str() != "-" && !exists(path)) {
            return Err(format!("`{}` is neither a file nor a folder", own.display()));
        }
        let cluster = self.cluster.is_wanted().then(|| self.cluster.ask());
        let database = self.live.ask();
        let mut matches = Matches::default();
        let mut side = |own: Option<&PathBuf>, profile: Asked| {
            let paths: Vec<PathBuf> = own.into_iter().chain(&self.files).cloned().collect();
            let mut files = Files::read(&paths);
            if own.is_some() && files.sources.iter().next().is_some() {
                files.found.extend(input::nothing_in(&files.sources));
            }
            if let Some(cluster) = &cluster {
                cluster.add_below(&mut files);
            }
            if let Some(database) = &database {
                database.add_below(&mut files);
            }
            input::compiled_by(files, &self.settings(profile), &mut matches)
        };
        Ok((side(None, old), side(self.old.as_ref(), new)))
    }

    /// The files of both sides; of revisions without any, those of this folder.
    fn shared(&self) -> Vec<PathBuf> {
        if self.files.is_empty() { vec![PathBuf::from(".")] } else { self.files.clone() }
    }

    fn settings(&self, profile: Asked) -> Settings {
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        Settings { profile, strictness, ..Settings::default() }
    }

    /// One side; most rows of one are those of the other, and parsed once.
    fn load(&self, own: Option<&PathBuf>, profile: Asked, matches: &mut Matches) -> Result<Loaded, String> {
        let revision = own.filter(|path| !exists(path)).and_then(|path| Revision::named(path.to_str()?));
        if let Some(revision) = revision {
            let sources = revision.read(&self.shared())?;
            return Ok(Loaded::by(sources, &self.settings(profile), |_| {}, matches));
        }
        if let Some(own) = own.filter(|path| path.as_os_str() != "-" && !exists(path)) {
            return Err(format!("`{}` is neither a file, a folder nor a revision of git", own.display()));
        }
        if self.old.is_some() && self.new.is_none() && own.is_some() {
            return Err("OLD is no revision of git: write OLD and NEW, or a revision and `-f`".to_owned());
        }
        let paths: Vec<PathBuf> = match own {
            Some(own) => [own].into_iter().chain(&self.files).cloned().collect(),
            None => self.shared(),
        };
        Ok(input::compiled_by(Files::read(&paths), &self.settings(profile), matches))
    }

    /// Both sides' findings; of the new side only those that the old one has not.
    fn report(&self, console: &mut Console, old: &Loaded, new: &Loaded) {
        input::report(old, console);
        let told = |message: &str| old.compiled.diagnostics.iter().any(|known| known.message == message);
        let fresh: Vec<_> = new.compiled.diagnostics.iter().filter(|found| !told(&found.message)).cloned().collect();
        input::tell(new, console, &fresh);
    }
}
