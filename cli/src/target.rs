//! What is to be in which database: files, a policy set, endpoints.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::files::Files;
use crate::input;
use crate::live::{Database, Live};
use crate::profile;
use clap::{Args, ValueEnum};
use ringfence_cluster::runs_kube_ovn;
use ringfence_enforce::{Desired, Extent, LARGEST, PolicySet, Unusable, is_in_the_way, is_of_the_database};
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::diagnostic::{Code, Diagnostic};
use ringfence_objects::{Adoption, Wanted as Objects};
use ringfence_view::loaded::Loaded;
use std::path::PathBuf;

/// Which rows of which database.
#[derive(Debug, Args)]
pub(crate) struct Target {
    #[command(flatten)]
    pub(crate) live: Live,

    /// The policy set: its rows come and go together, and those of other sets are somebody else's
    #[arg(long, value_name = "NAME", default_value_t, help_heading = "Input")]
    pub(crate) set: PolicySet,

    /// Where the rules go; without it the one that is named, and of a database and a cluster the one that fits
    #[arg(long, value_enum, value_name = "WHERE", help_heading = "Input")]
    to: Option<To>,

    #[command(flatten)]
    pub(crate) cluster: Cluster,

    /// The namespace of the ConfigMap that keeps what takes applies back, for `--to cluster`
    #[arg(long, value_name = "NAMESPACE", default_value = KEPT_IN, help_heading = "Input")]
    pub(crate) keep_in: String,

    /// How many bytes a cluster of database servers is given in one transaction
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST, help_heading = "Input")]
    largest: usize,

    /// Takes over what others wrote into the objects that the files name, for `--to cluster`
    #[arg(long, help_heading = "Input")]
    adopt: bool,
}

/// The namespace that keeps what takes applies back, where nobody names another.
pub(crate) const KEPT_IN: &str = "kube-system";

/// Where rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// Rows into the Northbound database
    Ovn,
    /// Objects into the Kubernetes cluster, of which Kube-OVN makes rows
    Cluster,
}

impl Target {
    /// Connects to the database that is to be written.
    pub(crate) fn open(&self) -> Result<Database, String> {
        let mut database = self.live.open()?;
        database.largest = self.largest;
        Ok(database)
    }

    /// Whether what others wrote is taken over.
    pub(crate) fn adoption(&self) -> Adoption {
        if self.adopt { Adoption::Named } else { Adoption::None }
    }

    /// Where the rules go. Of a database and a cluster, the cluster where Kube-OVN makes rows of its objects.
    pub(crate) fn to(&self) -> Result<To, String> {
        match (self.to, self.live.is_named(), self.cluster.is_wanted()) {
            (Some(to), ..) => Ok(to),
            (None, true, true) => {
                let observed = self.cluster.open()?.observe()?;
                Ok(if runs_kube_ovn(&observed.reading.documents) { To::Cluster } else { To::Ovn })
            }
            (None, false, true) => Ok(To::Cluster),
            (None, _, false) => Ok(To::Ovn),
        }
    }

    /// Where what is declared is looked for: where somebody names both, in the rows that became of the cluster's objects.
    pub(crate) fn place(&self) -> Result<To, String> {
        let both = self.live.is_named() && self.cluster.is_wanted();
        if both { Ok(self.to.unwrap_or(To::Ovn)) } else { self.to() }
    }
}

/// What is to be there by the objects.
pub(crate) struct Declared {
    pub(crate) desired: Desired,
    /// How much of a database they are about.
    pub(crate) extent: Extent,
}

const NO_FILE: &str = "no file is named: `-f` says what is to be there";

/// What is to be there.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// A file, a folder (*.yaml, *.yml and *.json at any depth) or `-` for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Whose rows to write; without it kube-ovn/1.16, or the `ovn.version` of an Inventory
    #[arg(long, value_parser = profile::parser(), value_name = "NAME", help_heading = "Input")]
    profile: Option<&'static Profile>,

    /// Write what is left of objects that the API server refuses, and of those with fields that nobody knows
    #[arg(long, help_heading = "Input")]
    lenient: bool,
}

impl Wanted {
    /// The rows that the files say. What cannot be used as it is written is no ground to write anything; a match that OVN
    /// ignores is a guard rail's affair.
    pub(crate) fn load(&self, live: &Live, console: &mut Console) -> Result<Desired, String> {
        let loaded = self.loaded(live, console)?;
        self.written(&loaded)
    }

    fn written(&self, loaded: &Loaded) -> Result<Desired, String> {
        let desired = Desired::written(loaded, &self.settings()).map_err(|error| error.to_string())?;
        if desired.items.is_empty() {
            // Nothing may be wanted, in files; a pipe that broke wrote nothing.
            for (_, source) in loaded.sources.iter().filter(|(_, source)| source.name() == "-") {
                let listed = ringfence_objects::listed(source.name(), source.text());
                self.some(listed.map_err(|error| error.to_string())?.len())?;
            }
        }
        Ok(desired)
    }

    /// The rows that the files say, or the objects of a cluster where one is named, below the files.
    pub(crate) fn declared(&self, target: &Target, console: &mut Console) -> Result<Declared, String> {
        if !target.cluster.is_wanted() {
            let loaded = self.loaded(&target.live, console)?;
            let switches = loaded.compiled.network.switches.iter().map(|switch| switch.name.clone());
            let extent = Extent::Switches(switches.collect());
            return Ok(Declared { desired: self.written(&loaded)?, extent });
        }
        let mut files = Files::read(&self.files);
        target.cluster.ask().add_below(&mut files);
        let loaded = input::compiled(files, &self.settings());
        let profile = loaded.compiled.profile;
        let told = loaded.compiled.diagnostics.iter().filter(|found| !is_of_the_database(found, profile));
        input::tell(&loaded, console, &told.cloned().collect::<Vec<_>>());
        self.usable(&loaded.compiled.diagnostics)?;
        Ok(Declared { desired: self.written(&loaded)?, extent: Extent::Whole })
    }

    /// The objects that the files say. What is wrong with the texts themselves is told here, everything else of the cluster
    /// that they are in.
    pub(crate) fn objects(&self, console: &mut Console) -> Result<Objects, String> {
        if self.files.is_empty() {
            return Err(NO_FILE.to_owned());
        }
        let loaded = input::manifests(&self.files, &self.settings())?;
        let found = loaded.compiled.diagnostics.iter().filter(|found| is_of_text(found.code));
        let found: Vec<Diagnostic> = found.cloned().collect();
        input::tell(&loaded, console, &found);
        self.usable(&found)?;
        let (mut objects, mut count) = (Objects::default(), 0);
        for (_, source) in loaded.sources.iter() {
            count += objects.add(source.name(), source.text()).map_err(|error| error.to_string())?;
        }
        self.some(count)?;
        Ok(objects)
    }

    /// Findings as they are beside the database: a name that the input has not, it may have.
    fn known(&self, live: &Live, loaded: &Loaded, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let is_of_names = |found: &Diagnostic| matches!(found.code, Code::DanglingReference | Code::MatchSyntax);
        if !found.iter().any(is_of_names) {
            return found;
        }
        let mut files = Files::default();
        files.sources = loaded.sources.clone();
        live.read(true, &mut files);
        let joined = input::compiled(files, &self.settings()).compiled.diagnostics;
        let beside = |found: Diagnostic| match is_of_names(&found) {
            true => joined.iter().find(|joined| (joined.code, joined.place) == (found.code, found.place)).cloned(),
            false => Some(found),
        };
        found.into_iter().filter_map(beside).collect()
    }

    /// Whether what was found leaves something that may be written.
    fn usable(&self, found: &[Diagnostic]) -> Result<(), String> {
        let unknown = |found: &Diagnostic| found.code == Code::UnknownField;
        match found {
            found if found.iter().any(is_in_the_way) => Err(Unusable::Errors.to_string()),
            found if !self.lenient && found.iter().any(unknown) => Err(Unusable::UnknownFields.to_string()),
            _ => Ok(()),
        }
    }

    /// How the input is understood.
    pub(crate) fn settings(&self) -> Settings {
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        Settings { profile: self.profile, strictness, ..Settings::default() }
    }

    /// Input of so many objects says something; of none, too, where it is a file: a pipe that broke wrote none.
    fn some(&self, objects: usize) -> Result<(), String> {
        let is_piped = self.files.iter().any(|file| file.as_os_str() == "-");
        if objects == 0 && is_piped { Err(Unusable::Nothing.to_string()) } else { Ok(()) }
    }

    fn loaded(&self, live: &Live, console: &mut Console) -> Result<Loaded, String> {
        if self.files.is_empty() {
            return Err(NO_FILE.to_owned());
        }
        let loaded = input::manifests(&self.files, &self.settings())?;
        let profile = loaded.compiled.profile;
        let told = loaded.compiled.diagnostics.iter().filter(|found| !is_of_the_database(found, profile));
        let told = self.known(live, &loaded, told.cloned().collect());
        input::tell(&loaded, console, &told);
        self.usable(&loaded.compiled.diagnostics)?;
        Ok(loaded)
    }
}

/// Whether a finding hangs on the text alone, and not on what else there is.
fn is_of_text(code: Code) -> bool {
    use Code::{
        AliasBomb, ApiRefused, BrokenYaml, DuplicateKey, EmptyInput, IgnoredTag, ImpossibleName, NotAnObject,
        OutOfRange, UnknownField, UnknownValue, UnreadableFile, WrongType,
    };
    let alone = [
        UnreadableFile,
        BrokenYaml,
        DuplicateKey,
        AliasBomb,
        NotAnObject,
        WrongType,
        UnknownValue,
        OutOfRange,
        EmptyInput,
        UnknownField,
        ApiRefused,
        IgnoredTag,
        ImpossibleName,
    ];
    alone.contains(&code)
}
