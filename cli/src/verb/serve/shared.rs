//! The files that the page begins with, read again while it is open.

use crate::files::Files;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

/// How long a change may go unnoticed.
const PAUSE: Duration = Duration::from_millis(500);

/// A file as the page takes it.
#[derive(Debug, Clone, Serialize)]
struct File {
    name: String,
    text: String,
}

/// What the page fetches.
#[derive(Debug, Serialize)]
struct Listing<'files> {
    files: &'files [File],
}

/// The files that were named; standard input is read once.
#[derive(Debug)]
pub(super) struct Shared {
    piped: Vec<File>,
    paths: Vec<PathBuf>,
}

impl Shared {
    /// Takes the names, and standard input where it is one of them.
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        let (piped, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| path.as_os_str() == "-");
        Self { piped: read(&piped), paths }
    }

    /// All of them as they are now, as `{"files": [{"name", "text"}]}`.
    pub(super) fn listing(&self) -> String {
        let files = [self.piped.clone(), read(&self.paths)].concat();
        // Texts and names have no way to fail.
        serde_json::to_string(&Listing { files: &files }).unwrap_or_default()
    }

    /// Reads them again and again, and tells when they are others than before.
    pub(super) async fn watch(self, listing: watch::Sender<String>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            let now = self.listing();
            listing.send_if_modified(|before| {
                let changed = *before != now;
                *before = now;
                changed
            });
        }
    }
}

/// The texts. What cannot be read is left out, as it may be there again a moment later.
fn read(paths: &[PathBuf]) -> Vec<File> {
    let files = Files::read(paths);
    let readable = files.sources.iter().map(|(_, source)| source).filter(|source| source.fault().is_none());
    readable.map(|source| File { name: source.name().to_owned(), text: source.text().to_owned() }).collect()
}
