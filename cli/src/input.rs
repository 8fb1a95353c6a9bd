//! What every verb that asks the engine takes: files, a namespace, a profile.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::files::{Files, Original};
use crate::live::{self, Live};
use crate::page::{self, Table, World};
use crate::profile;
use crate::render;
use crate::render::plan::quoted;
use crate::status::Status;
use clap::Args;
use ringfence_engine::compile::{Compiled, Profile, Settings, Strictness, load};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::reach::{Endpoint, EndpointKind};
use ringfence_engine::read::{Reading, read};
use ringfence_engine::source::{Place, Row, Source, SourceId, Sources, Span};
use ringfence_northbound::Document;
use ringfence_view::loaded::Loaded;
use std::path::PathBuf;

/// Where the input is, and how it is understood.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// A file, a folder (*.yaml, *.yml and *.json at any depth) or `-` for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    #[arg(required_unless_present_any = live::instead_of_files())]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    live: Live,

    #[command(flatten)]
    cluster: Cluster,

    /// The namespace of short names
    #[arg(short = 'n', long, value_name = "NAME", default_value = "default", help_heading = "Input")]
    pub(crate) namespace: String,

    /// Whose behaviour to evaluate; without it that of the Kube-OVN that runs where the input has its controller, else that
    /// of the `ovn.version` of an Inventory, else kube-ovn/1.16
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
        Settings { profile: self.profile, strictness, ..Settings::default() }
    }

    /// Reads and compiles the files alone, each of which can be written again.
    ///
    /// # Errors
    ///
    /// What among them cannot.
    pub(crate) fn manifests(&self) -> Result<Loaded, String> {
        if self.files.iter().any(|file| file.as_os_str() == "-") {
            return Err("name files instead of `-`".to_owned());
        }
        manifests(&self.files, &self.settings())
    }

    /// The arguments that name it, for another command.
    pub(crate) fn arguments(&self) -> String {
        let file = |path: &PathBuf| format!(" -f {}", quoted(&path.display().to_string()));
        let files: String = self.files.iter().map(file).collect();
        let database = self.live.endpoints().map(|endpoints| format!(" {}", self.live.arguments(endpoints)));
        let profile = self.profile.map(|profile| format!(" --profile {}", profile.name)).unwrap_or_default();
        let lenient = if self.lenient { " --lenient" } else { "" };
        let rest = format!("{}{}{profile}{lenient}", self.cluster.arguments(), database.unwrap_or_default());
        format!("{files}{rest}").trim_start().to_owned()
    }

    /// Reads and compiles all of it.
    pub(crate) fn load(&self) -> Loaded {
        of_something(compiled(self.read(), &self.settings()))
    }

    /// The same, with the files that are not themselves the texts that they became.
    pub(crate) fn load_with_originals(&self) -> (Loaded, Vec<Original>) {
        let mut files = self.read();
        let originals = std::mem::take(&mut files.originals);
        (of_something(compiled(files, &self.settings())), originals)
    }

    /// The same, with how these texts are compiled when somebody has edited them.
    pub(crate) fn load_to_edit(&self) -> (Loaded, impl Fn(&Sources) -> Compiled + use<>) {
        let (files, settings) = (self.read(), self.settings());
        let documents: Vec<Document> = files.databases.iter().map(|(_, document)| document.clone()).collect();
        let again = move |sources: &Sources| {
            let mut compiled = load(sources, &settings);
            documents.iter().for_each(|document| document.amend(&mut compiled.network));
            compiled
        };
        (of_something(compiled(files, &settings)), again)
    }

    fn read(&self) -> Files {
        self.read_by(self.files.is_empty() && !self.cluster.is_wanted())
    }

    /// What is beside each example of a page: no database that nobody named.
    pub(crate) fn beside_pages(&self) -> Files {
        self.read_by(false)
    }

    fn read_by(&self, alone: bool) -> Files {
        let mut files = Files::read(&self.files);
        self.cluster.read(&mut files);
        self.live.read(alone, &mut files);
        files
    }
}

/// A world of a page, compiled with other files.
pub(crate) struct Paged {
    /// The world.
    pub(crate) world: World,
    /// What it amounts to.
    pub(crate) loaded: Loaded,
    /// The text of the page in it.
    pub(crate) source: SourceId,
}

/// The worlds of a page, compiled with other files. Where neither they nor an example say which machines there are, a table
/// of the page before it does.
pub(crate) fn worlds(name: &str, page: &str, beside: &Files, settings: &Settings) -> Vec<Paged> {
    let load = |world: World| {
        let (loaded, source) = paged(name, &world, None, (beside, settings));
        let machine = |endpoint: &Endpoint| {
            !matches!(endpoint.kind, EndpointKind::Address | EndpointKind::Gateway | EndpointKind::External)
        };
        let table = world.table.as_ref().filter(|_| !loaded.compiled.endpoints.iter().any(machine));
        let (mut loaded, source) = match table {
            Some(table) => paged(name, &world, Some(table), (beside, settings)),
            None => (loaded, source),
        };
        let restored = world.restored.iter().map(|span| lost(Place { source, span: *span }));
        loaded.compiled.diagnostics.extend(restored);
        for stray in &world.strays {
            let source = loaded.sources.add_excerpt(name, stray.line.as_str(), [(0, stray.position)].to_vec());
            let place = Place { source, span: Span::new(0, stray.line.len()) };
            let found = Diagnostic::new(Code::ExpectationFailed, stray.message).at(place).help(stray.help);
            loaded.compiled.diagnostics.push(found);
        }
        Paged { world, loaded, source }
    };
    page::worlds(name, page).into_iter().map(load).collect()
}

fn paged(
    name: &str,
    world: &World,
    table: Option<&Table>,
    (beside, settings): (&Files, &Settings),
) -> (Loaded, SourceId) {
    let mut files = beside.clone();
    let sources = &mut files.sources;
    let id = match world.origin.is_empty() {
        true => sources.add(name, world.text.as_str()),
        false => sources.add_excerpt(name, world.text.as_str(), world.origin.clone()),
    };
    let machines = table.map(|table| {
        let inventory = table.inventory();
        let starts = std::iter::once(0).chain(inventory.match_indices('\n').map(|(at, _)| at + 1));
        let origin = starts.map(|start| (start, table.position)).collect();
        (table, sources.add_excerpt(name, inventory, origin))
    });
    let mut loaded = compiled(files, settings);
    loaded.compiled.diagnostics.extend(machines.map(|(table, source)| told(table, start(source))));
    (loaded, id)
}

/// What is to be said of machines that only a table names.
fn told(table: &Table, place: Place) -> Diagnostic {
    let machines: Vec<String> = table.machines.iter().map(|(name, address)| format!("{name} {address}")).collect();
    let message = format!("the example is taken to be about the machines of this table: {}", machines.join(", "));
    Diagnostic::new(Code::TableOfMachines, message).at(place)
}

/// What is to be said of a block whose lines all stood in one column.
fn lost(place: Place) -> Diagnostic {
    let message = "the lines of this block have lost their indentation: it is read as its fields belong together";
    let help = "give the page the YAML with its indentation: nobody can apply it like this";
    Diagnostic::new(Code::LostIndentation, message).at(place).help(help)
}

/// Reads and compiles manifests; a database among them has rows of others, which nobody means to have written again.
pub(crate) fn manifests(paths: &[PathBuf], settings: &Settings) -> Result<Loaded, String> {
    let files = Files::read(paths);
    let name = |source: &SourceId| files.sources.iter().find(|(id, _)| id == source).map(|(_, source)| source.name());
    match files.databases.first().map(|(source, _)| name(source).unwrap_or_default().to_owned()) {
        Some(name) => Err(format!("`{name}` is a database: name the manifests that say what is to be in it")),
        None => Ok(compiled(files, settings)),
    }
}

/// Compiles what was read.
pub(crate) fn compiled(files: Files, settings: &Settings) -> Loaded {
    compiled_by(files, settings, &mut Matches::default())
}

/// The same, with matches that were parsed before.
pub(crate) fn compiled_by(mut files: Files, settings: &Settings, matches: &mut Matches) -> Loaded {
    let databases = &files.databases;
    let complete = |network: &mut Network| {
        databases.iter().for_each(|(source, document)| document.complete(network, *source));
    };
    let mut loaded = Loaded::by(std::mem::take(&mut files.sources), settings, complete, matches);
    loaded.compiled.diagnostics.append(&mut files.found);
    for (source, _) in &files.databases {
        let rows = rows_of(&loaded.compiled.network, *source);
        loaded.sources.name_rows(*source, rows);
    }
    for (source, document) in &files.databases {
        let remark = |message: &String| Diagnostic::new(Code::NotEvaluated, message.clone()).at(start(*source));
        loaded.compiled.diagnostics.extend(document.remarks.iter().map(remark));
    }
    let is_of_database = |place: Place| files.databases.iter().any(|(source, _)| *source == place.source);
    for found in loaded.compiled.diagnostics.iter_mut().filter(|found| found.place.is_some_and(is_of_database)) {
        found.severity = as_installed(found);
    }
    for (source, why) in &files.broken {
        let help = "everything before it was read; a backup by `ovsdb-client backup` has no broken end";
        let found = Diagnostic::new(Code::UnreadableFile, why.clone()).severity(Severity::Warning);
        loaded.compiled.diagnostics.push(found.at(start(*source)).help(help));
    }
    let empty = files.empty_folders(&mut loaded.sources);
    loaded.compiled.diagnostics.extend(empty);
    loaded
}

/// What the rows of a database are called, by the places of their matches.
fn rows_of(network: &Network, database: SourceId) -> Vec<Row> {
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    let acls = switches.chain(network.port_groups.iter().flat_map(|group| &group.acls));
    let named = acls.filter_map(|acl| {
        let from = &acl.provenance;
        let place = from.place.filter(|place| place.source == database)?;
        let name = format!("{} of {}, {} {}", from.field, from.object, acl.direction, acl.priority.get());
        Some(Row { span: place.span, name })
    });
    named.collect()
}

/// How grave something in a database is: a row that OVN ignores is there, and evaluated as OVN does, whoever wrote it.
fn as_installed(found: &Diagnostic) -> Severity {
    if matches!(found.code, Code::MatchSyntax | Code::MatchContext) { Severity::Warning } else { found.severity }
}

/// The same, with a word where there is nothing to ask about: most likely what should have written it has failed.
pub(crate) fn of_something(mut loaded: Loaded) -> Loaded {
    let nothing = nothing_piped(&loaded.sources).or_else(|| nothing(&loaded));
    loaded.compiled.diagnostics.extend(nothing);
    loaded
}

/// What is to be said of standard input without any object, whatever else there is.
pub(crate) fn nothing_piped(sources: &Sources) -> Option<Diagnostic> {
    let is_empty = |source: &Source| source.name() == "-" && source.fault().is_none() && is_blank(source.text());
    let (source, _) = sources.iter().find(|(_, source)| is_empty(source))?;
    let help = "see whether what writes it has failed";
    let found = Diagnostic::new(Code::EmptyInput, "there is no object in the standard input");
    Some(found.at(start(source)).help(help))
}

/// What is to be said where no object was read, and of nothing that anything was told.
fn nothing(loaded: &Loaded) -> Option<Diagnostic> {
    let Compiled { endpoints, expectations, diagnostics, .. } = &loaded.compiled;
    let is_known = !(endpoints.is_empty() && expectations.is_empty() && diagnostics.is_empty());
    if is_known { None } else { nothing_in(&loaded.sources) }
}

/// What is to be said of texts without any object.
pub(crate) fn nothing_in(sources: &Sources) -> Option<Diagnostic> {
    let Reading { objects, diagnostics } = read(sources);
    if !(objects.is_empty() && diagnostics.is_empty()) {
        return None;
    }
    let sources: Vec<_> = sources.iter().collect();
    let message = match sources.as_slice() {
        [] => "there is no file to read: nothing is evaluated".to_owned(),
        [(_, one)] => format!("there is no object in `{}`: nothing is evaluated", one.name()),
        several => format!("there is no object in any of {} files: nothing is evaluated", several.len()),
    };
    let help = "name the manifests, or see whether what wrote them has failed";
    let found = Diagnostic::new(Code::EmptyInput, message).help(help);
    Some(match sources.first() {
        Some((source, _)) => found.at(start(*source)),
        None => found,
    })
}

/// Whether a text has neither a document nor anything that could be one.
fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#') || line == "---" || line == "...")
}

fn start(source: SourceId) -> Place {
    Place { source, span: Span::default() }
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
