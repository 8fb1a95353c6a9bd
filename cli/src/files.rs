//! The only place where files are opened.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use ringfence_engine::diagnostic::{Code, Diagnostic};
use ringfence_engine::read::LARGEST;
use ringfence_engine::source::{Place, SourceId, Sources, Span};
use ringfence_northbound::Document;
use ringfence_northbound::tables::DATABASE;
use ringfence_ovsdb::file;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

/// A folder in a folder in a folder … more often than this is not entered.
const DEEPEST: usize = 64;

/// Whether there was anything in a folder, read before or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Something,
}

/// A database's file takes more than what it holds: entries that later ones undo, too. Longer ones are refused.
const LARGEST_DATABASE: usize = 512 << 20;

/// A file that is not itself the text that it became.
#[derive(Debug, Clone)]
pub(crate) struct Original {
    /// What it became.
    pub(crate) source: SourceId,
    /// How many bytes it has.
    pub(crate) length: usize,
    /// Their SHA-256.
    pub(crate) digest: Vec<u8>,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// The texts, in the order of the arguments; within a folder sorted by name. What cannot be read is among them,
    /// with a fault.
    pub(crate) sources: Sources,
    /// The databases among them.
    pub(crate) databases: Vec<(SourceId, Document)>,
    /// What those were in files.
    pub(crate) originals: Vec<Original>,
    /// What could not be read of them, each with its name.
    pub(crate) broken: Vec<(SourceId, String)>,
    /// What else is to be said of them.
    pub(crate) found: Vec<Diagnostic>,
    empty: Vec<String>,
    seen: BTreeSet<PathBuf>,
}

impl Files {
    /// Reads files, folders with all that is below them, and standard input for `-`. Nothing is read twice.
    pub(crate) fn read(paths: &[PathBuf]) -> Self {
        let mut files = Self::default();
        for path in paths {
            files.named(path);
        }
        files
    }

    /// Tells which folders were empty. Must be asked after the sources have been evaluated: so that a diagnostic can
    /// point to it, a folder becomes a source too.
    pub(crate) fn empty_folders(self, sources: &mut Sources) -> Vec<Diagnostic> {
        let tell = |name: String| {
            let message = format!("`{name}` holds no file that ends in `.yaml`, `.yml` or `.json`");
            let help = "name the folder with the manifests, or a file itself, whatever its ending";
            let source = sources.add(name, "");
            Diagnostic::new(Code::EmptyInput, message).at(Place { source, span: Span::default() }).help(help)
        };
        self.empty.into_iter().map(tell).collect()
    }

    /// What somebody named on the command line.
    fn named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            if self.seen.insert(path.to_path_buf()) {
                self.take("-".to_owned(), io::stdin().lock());
            }
            return;
        }
        match fs::metadata(path) {
            Err(error) => self.refuse(path, &error),
            Ok(found) if found.is_dir() => {
                if self.folder(path, 0) == Found::Nothing {
                    self.empty.push(path.display().to_string());
                }
            }
            Ok(_) => self.file(path),
        }
    }

    fn folder(&mut self, path: &Path, depth: usize) -> Found {
        if depth > DEEPEST || !self.first_time(path) {
            return Found::Something;
        }
        let entries = fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut paths: Vec<PathBuf> = match entries {
            Ok(entries) => entries.iter().map(fs::DirEntry::path).collect(),
            Err(error) => {
                self.refuse(path, &error);
                return Found::Something;
            }
        };
        paths.sort_unstable();
        // As for `kubectl`, a file may be called `.deny.yaml`; hidden folders are those of tools.
        let found = paths.iter().filter(|path| !(is_hidden(path) && path.is_dir())).map(|path| self.entry(path, depth));
        found.max().unwrap_or(Found::Nothing)
    }

    fn entry(&mut self, path: &Path, depth: usize) -> Found {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => return self.folder(path, depth + 1),
            _ if !is_manifest(path) => return Found::Nothing,
            Ok(found) if found.is_file() => self.file(path),
            Ok(_) => return Found::Nothing,
            Err(error) => self.refuse(path, &error),
        }
        Found::Something
    }

    fn file(&mut self, path: &Path) {
        if !self.first_time(path) {
            return;
        }
        match fs::File::open(path) {
            Ok(file) => self.take(path.display().to_string(), file),
            Err(error) => self.refuse(path, &error),
        }
    }

    /// Links and repetitions lead to the same place, which is read once.
    fn first_time(&mut self, path: &Path) -> bool {
        fs::canonicalize(path).map_or(true, |place| self.seen.insert(place))
    }

    fn take(&mut self, name: String, mut reader: impl Read) {
        let mut bytes = Vec::new();
        let mut limit = LARGEST;
        let mut read = up_to(&mut reader, limit, &mut bytes);
        let is_database = file::is_database(&bytes);
        if is_database && bytes.len() > limit {
            limit = LARGEST_DATABASE;
            read = up_to(&mut reader, limit, &mut bytes);
        }
        if let Err(error) = read {
            return self.refuse(Path::new(&name), &error);
        }
        if bytes.len() > limit {
            let message = format!("`{name}` has more than {} MiB and is left out", limit >> 20);
            let help = match is_database {
                true => {
                    "name what `ovsdb-tool compact` or `ovsdb-client backup` makes of it, or ask its server by `--nb`"
                }
                false => "split it at a `---` line",
            };
            self.sources.add_fault(name, message, help);
        } else if is_database {
            self.database(name, &bytes);
        } else {
            self.sources.add_bytes(name, &bytes);
        }
    }

    fn database(&mut self, name: String, bytes: &[u8]) {
        let saved = match file::read(bytes) {
            Ok(saved) => saved,
            Err(error) => {
                self.sources.add_fault(name, error.to_string(), "name the file of an OVN Northbound database");
                return;
            }
        };
        let schema = saved.schema.as_ref();
        if let Some(other) = schema.map(|schema| &schema.name).filter(|name| name.as_str() != DATABASE) {
            let message = format!("`{name}` is a database `{other}`, not `{DATABASE}`");
            self.sources.add_fault(name, message, "name the file of an OVN Northbound database");
            return;
        }
        let document = Document::of(&saved.snapshot, schema);
        let source = self.add(name, document);
        self.originals.push(Original { source, length: bytes.len(), digest: Sha256::digest(bytes).to_vec() });
        self.broken.extend(saved.broken.map(|why| (source, why)));
    }

    /// Adds a database as a text among the others.
    pub(crate) fn add(&mut self, name: String, document: Document) -> SourceId {
        let source = self.sources.add(name, document.text.clone());
        self.databases.push((source, document));
        source
    }

    fn refuse(&mut self, path: &Path, error: &io::Error) {
        let help = match error.kind() {
            io::ErrorKind::NotFound => "write the path of a file or folder that exists, or `-` for standard input",
            io::ErrorKind::PermissionDenied => "allow yourself to read it, or leave it out",
            _ => "leave it out, or copy it to where it can be read",
        };
        let name = path.display().to_string();
        let message = format!("cannot read `{name}`: {}", reason(error));
        self.sources.add_fault(name, message, help);
    }
}

/// Reads on until there are more bytes than a limit, or no more.
fn up_to(reader: &mut impl Read, limit: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    let wanted = limit.saturating_add(1).saturating_sub(bytes.len());
    reader.take(u64::try_from(wanted).unwrap_or(u64::MAX)).read_to_end(bytes)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The lines of a file, or those that somebody writes to standard input; bytes that are no UTF-8 are pictured.
pub(crate) fn lines(path: Option<&Path>) -> io::Result<Box<dyn Iterator<Item = io::Result<String>>>> {
    let text = |line: io::Result<Vec<u8>>| line.map(|line| String::from_utf8_lossy(&line).into_owned());
    Ok(match path.filter(|path| path.as_os_str() != "-") {
        Some(path) => Box::new(io::BufReader::new(fs::File::open(path)?).split(b'\n').map(text)),
        None => Box::new(io::stdin().lock().split(b'\n').map(text)),
    })
}

/// Whether there is something at a path.
pub(crate) fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Whether a file is read when its folder is named.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known))
}

/// The pages below a folder, sorted by name; of what is no folder, itself.
pub(crate) fn pages(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    match path.is_dir() {
        true => collect(path, 0, &mut found),
        false => found.push(path.to_path_buf()),
    }
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return found.push(folder.to_path_buf()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| !is_hidden(path)).collect();
    paths.sort_unstable();
    for path in paths {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if path.is_dir() && depth < DEEPEST {
            collect(&path, depth + 1, found);
        } else if ending.is_some_and(|ending| PAGES.contains(&ending.as_str())) {
            found.push(path);
        }
    }
}

/// The endings of what is read as a page when its folder is named.
const PAGES: [&str; 6] = ["md", "mdx", "markdown", "html", "htm", "xhtml"];

/// The reason without Rust's `(os error 2)`, and as diagnostics begin.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The text of one file.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {}", path.display(), reason(&error)))
}

/// Writes one file.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write `{}`: {}", path.display(), reason(&error)))
}

/// Writes files into a folder, which is made where it is missing.
pub(crate) fn write_all(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    files.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
}
/// Puts a text into a file, new or not.
///
/// # Errors
///
/// What stands against it.
pub(crate) fn put(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)
}

/// Puts another text into a file, whole or not at all; not where it is no longer what was read of it.
///
/// # Errors
///
/// What stands against it.
pub(crate) fn replace(name: &str, old: &str, new: &str) -> io::Result<()> {
    let (path, permissions) = writable(name)?;
    if fs::read(&path)? != old.as_bytes() {
        return Err(io::Error::other("it has changed since it was read"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".ringfence-").tempfile_in(folder)?;
    file.write_all(new.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(&path).map(drop).map_err(|error| error.error)
}

/// Where a file is, and what may be done with it.
///
/// # Errors
///
/// What stands against writing it.
pub(crate) fn writable(name: &str) -> io::Result<(PathBuf, fs::Permissions)> {
    // Who follows a link writes where it leads.
    let path = fs::canonicalize(name)?;
    let permissions = fs::metadata(&path)?.permissions();
    match permissions.readonly() {
        true => Err(io::Error::other("it is read-only")),
        false => Ok((path, permissions)),
    }
}
