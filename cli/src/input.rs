//! What every verb that asks the engine takes: files, a namespace, a profile.

use crate::console::Console;
use crate::files::Files;
use crate::profile;
use crate::render;
use crate::status::Status;
use clap::Args;
use ringfence_engine::answers::check::check;
use ringfence_engine::answers::readings::other_reading;
use ringfence_engine::compile::{Compiled, Profile, Settings, Strictness, load};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::evaluate;
use ringfence_engine::source::Sources;
use std::path::PathBuf;

/// Where the input is, and how it is understood.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// A file, a folder (*.yaml, *.yml and *.json at any depth) or `-` for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-", required = true)]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    /// The namespace of short names
    #[arg(short = 'n', long, value_name = "NAME", default_value = "default", help_heading = "Input")]
    pub(crate) namespace: String,

    /// Whose behaviour to evaluate; without it kube-ovn/1.16, or the `ovn.version` of an Inventory
    #[arg(long, value_parser = profile::parser(), value_name = "NAME", help_heading = "Input")]
    profile: Option<&'static Profile>,

    /// Evaluate objects that the API server refuses as if it dropped their wrong fields
    #[arg(long, help_heading = "Input")]
    lenient: bool,
}

/// The input, compiled.
pub(crate) struct Loaded {
    /// All texts.
    pub(crate) sources: Sources,
    /// What can be evaluated. Its diagnostics include what could not be read at all, and which rows OVN ignores.
    pub(crate) compiled: Compiled,
}

impl Input {
    /// Reads and compiles all of it.
    pub(crate) fn load(&self) -> Loaded {
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        Loaded::read(&self.files, self.profile, strictness)
    }
}

impl Loaded {
    /// Reads and compiles files.
    pub(crate) fn read(paths: &[PathBuf], profile: Option<&'static Profile>, strictness: Strictness) -> Self {
        let mut files = Files::read(paths);
        let settings = Settings { profile, strictness };
        let mut compiled = load(&files.sources, &settings);
        compiled.diagnostics.extend(misplaced(&compiled.network));
        compiled.diagnostics.extend(other_reading(&files.sources, &settings, &compiled));
        compiled.diagnostics.extend(files.empty_folders());
        Self { sources: files.sources, compiled }
    }

    /// Whether some of the input could not be used as it is written.
    pub(crate) fn status(&self) -> Status {
        if has_errors(&self.compiled.diagnostics) { Status::InputError } else { Status::Fine }
    }

    /// Tells on standard error what was found while reading.
    pub(crate) fn report(&self, console: &mut Console) {
        self.tell(console, &self.compiled.diagnostics);
    }

    /// Tells some findings on standard error.
    pub(crate) fn tell(&self, console: &mut Console, diagnostics: &[Diagnostic]) {
        let script = console.script;
        console.report(|err| render::diagnostic::all(err, &self.sources, diagnostics, script));
    }
}

/// Rows that are well formed by themselves, and ignored for where OVN puts them. What else there is to say of rows is
/// for `check`; that one is not there at all, every verb must tell.
fn misplaced(network: &Network) -> Vec<Diagnostic> {
    let found = check(network, &[], &mut evaluate(network, &[]));
    found.into_iter().filter(|found| found.code == Code::MatchContext).collect()
}

/// Whether one of them is an error.
pub(crate) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|found| found.severity == Severity::Error)
}
