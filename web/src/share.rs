//! A whole state in the fragment of an address: `#v1.` and a compressed text. Nothing is sent to anybody.
//!
//! `v1` is base64 (URL alphabet, no padding) of raw DEFLATE of JSON. Links live for ever: a version that was ever written
//! is read by every later release. `v0` is the JSON itself; a browser's own store has it, addresses have not.

use crate::protocol::{Endpoint, File, Input};
use crate::session::Session;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ringfence_engine::answers::filter::Filter;
use serde::{Deserialize, Serialize};
use std::fmt;

mod masks;

use masks::Masks;

/// What a link holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The texts, and how they are understood.
    pub input: Input,
    /// `all`, `tcp/22` …
    #[serde(default)]
    pub filter: String,
    /// The pair that is looked at.
    #[serde(default)]
    pub selected: Option<(String, String)>,
    /// What is compared with.
    #[serde(default)]
    pub pinned: Option<Input>,
}

/// Why a link cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkError {
    /// It is of a version that this page does not know.
    Future(String),
    /// It is cut short, or something else happened to it.
    Broken,
    /// It holds more than anybody would write.
    TooLarge,
}

impl fmt::Display for LinkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Future(version) => {
                write!(out, "this link is of version `{version}`, which this page does not know: a newer page wrote it")
            }
            Self::Broken => {
                out.write_str("this link is cut short or damaged: ask for it again; your own text is still here")
            }
            Self::TooLarge => out.write_str("this link holds more than 8 MB of text: it is left out"),
        }
    }
}

/// More text than this is no link.
const MOST_BYTES: usize = 8 << 20;
const LEVEL: u8 = 9;

impl Link {
    /// Of what is on the page.
    pub fn of(session: &Session) -> Self {
        Self {
            input: session.input(),
            filter: session.scope.filter.clone(),
            selected: session.selected.clone().map(|pair| (pair.from, pair.to)),
            pinned: session.pinned.clone(),
        }
    }

    /// The fragment, with its `#`.
    pub fn fragment(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("#v1.{}", URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(&json, LEVEL)))
    }

    /// The same, not compressed.
    pub fn plain(&self) -> String {
        format!("v0.{}", serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads a fragment, with or without its `#`; nothing where there is none.
    ///
    /// # Errors
    ///
    /// A fragment that looks like a link of ours and is none.
    pub fn read(fragment: &str) -> Result<Option<Self>, LinkError> {
        let fragment = fragment.trim_start_matches('#');
        let Some((version, text)) = fragment.split_once('.') else { return Ok(None) };
        match version {
            "v0" => serde_json::from_str(text).map(Some).map_err(|_| LinkError::Broken),
            "v1" => Self::first(text).map(Some),
            _ if version.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok()) => {
                Err(LinkError::Future(version.to_owned()))
            }
            _ => Ok(None),
        }
    }

    fn first(text: &str) -> Result<Self, LinkError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| LinkError::Broken)?;
        let json =
            miniz_oxide::inflate::decompress_to_vec_with_limit(&bytes, MOST_BYTES).map_err(|error| {
                match error.status {
                    miniz_oxide::inflate::TINFLStatus::HasMoreOutput => LinkError::TooLarge,
                    _ => LinkError::Broken,
                }
            })?;
        serde_json::from_slice(&json).map_err(|_| LinkError::Broken)
    }

    /// The same with other names and addresses; verdicts stay as they are. `endpoints` are those of the input; `seed` changes
    /// the addresses.
    pub fn anonymous(mut self, endpoints: &[Endpoint], seed: u32) -> Self {
        let masks = {
            let files = self.input.files.iter().chain(self.pinned.iter().flat_map(|pinned| &pinned.files));
            Masks::new(files.map(|file| file.text.as_str()), endpoints, seed)
        };
        let mask = |files: &mut Vec<File>| {
            for (index, file) in files.iter_mut().enumerate() {
                file.text = masks.mask(&file.text);
                file.name = format!("file-{}.yaml", index + 1);
            }
        };
        mask(&mut self.input.files);
        if let Some(pinned) = &mut self.pinned {
            mask(&mut pinned.files);
        }
        self.selected = self.selected.map(|(from, to)| (masks.mask(&from), masks.mask(&to)));
        self
    }
}

/// Whether a text is a filter.
pub fn is_filter(text: &str) -> bool {
    Filter::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::EXAMPLES;

    /// Written by the first release; must be read by every later one.
    const FIRST: &str = include_str!("../links/v1.txt");

    fn link(files: Vec<File>) -> Link {
        Link { input: Input { files, ..Input::default() }, filter: "tcp/22".into(), selected: None, pinned: None }
    }

    #[test]
    fn links_come_back_as_they_went() {
        for example in EXAMPLES {
            let link = link(example.files());
            assert_eq!(Link::read(&link.fragment()), Ok(Some(link)));
        }
    }

    #[test]
    fn old_links_are_read_for_ever() {
        let read = Link::read(FIRST.trim()).unwrap().unwrap();
        assert_eq!(read.filter, "tcp/22");
        assert_eq!(read.selected, Some(("default/a".to_owned(), "default/b".to_owned())));
        assert!(read.input.files[0].text.contains("kind: Subnet"));
        assert!(!read.input.lenient);
    }

    #[test]
    fn what_is_no_link_is_told() {
        assert_eq!(Link::read(""), Ok(None));
        assert_eq!(Link::read("#section"), Ok(None));
        assert_eq!(Link::read("#chapter.two"), Ok(None));
        assert_eq!(Link::read("#v7.abc"), Err(LinkError::Future("v7".into())));
        let whole = link(EXAMPLES[0].files()).fragment();
        for end in [5, 20, whole.len() / 2, whole.len() - 1] {
            assert_eq!(Link::read(whole.get(..end).unwrap()), Err(LinkError::Broken), "{end}");
        }
        assert_eq!(Link::read("#v1.%%%"), Err(LinkError::Broken));
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b' '; MOST_BYTES + 1], 9);
        assert_eq!(Link::read(&format!("v1.{}", URL_SAFE_NO_PAD.encode(bomb))), Err(LinkError::TooLarge));
    }
}
