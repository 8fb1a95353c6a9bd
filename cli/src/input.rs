//! What every verb that asks the engine takes: files, a namespace, a profile.

use crate::console::Console;
use crate::files::Files;
use crate::page::{self, World};
use crate::profile;
use crate::render;
use crate::status::Status;
use clap::Args;
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_view::loaded::Loaded;
use std::path::{Path, PathBuf};

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

impl Input {
    /// How it is understood.
    pub(crate) fn settings(&self) -> Settings {
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        Settings { profile: self.profile, strictness }
    }

    /// Reads and compiles all of it.
    pub(crate) fn load(&self) -> Loaded {
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        read(&self.files, self.profile, strictness)
    }
}

/// The worlds of a page, compiled with other files, each with the line where it begins; nothing where it cannot be read.
pub(crate) fn worlds(page: &Path, input: &Input) -> Option<Vec<(usize, Loaded)>> {
    let read = Files::read(&[page.to_path_buf()]).sources;
    let (_, source) = read.iter().next()?;
    if source.fault().is_some() {
        return None;
    }
    let load = |world: World| {
        let mut sources = Files::read(&input.files).sources;
        sources.add(source.name(), world.text);
        (world.line, Loaded::new(sources, &input.settings()))
    };
    Some(page::worlds(source.text()).into_iter().map(load).collect())
}

/// Reads and compiles files.
pub(crate) fn read(paths: &[PathBuf], profile: Option<&'static Profile>, strictness: Strictness) -> Loaded {
    let mut files = Files::read(paths);
    let mut loaded = Loaded::new(std::mem::take(&mut files.sources), &Settings { profile, strictness });
    let empty = files.empty_folders(&mut loaded.sources);
    loaded.compiled.diagnostics.extend(empty);
    loaded
}

/// Whether some of the input could not be used as it is written.
pub(crate) fn status(loaded: &Loaded) -> Status {
    if loaded.has_errors() { Status::InputError } else { Status::Fine }
}

/// Tells on standard error what was found while reading.
pub(crate) fn report(loaded: &Loaded, console: &mut Console) {
    tell(loaded, console, &loaded.compiled.diagnostics);
}

/// Tells some findings on standard error.
pub(crate) fn tell(loaded: &Loaded, console: &mut Console, diagnostics: &[Diagnostic]) {
    let script = console.script;
    console.report(|err| render::diagnostic::all(err, &loaded.sources, diagnostics, script));
}
