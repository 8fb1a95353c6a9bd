//! What is shown: what was asked about or, where some of that cannot be read, the last text that could.
//!
//! A text that somebody is typing into is broken half of the time. What can be read of it lacks rules, and looks more open
//! than anything that is meant: so what was shown before stays, and only what reading says is of the new text.

use super::load_by;
use super::texts::Texts;
use crate::protocol::{File, Finding, Input};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;

/// An input, compiled.
pub(super) struct Shown {
    input: Input,
    /// What is evaluated.
    pub(super) loaded: Loaded,
    /// What it stands in for.
    pub(super) held: Option<Held>,
}

/// A text of which some could not be read.
#[derive(Default)]
pub(super) struct Held {
    /// What reading says of it.
    pub(super) findings: Vec<Finding>,
    /// What is shown has no place in it.
    nowhere: Sources,
}

impl Shown {
    /// The texts on the page, as far as what is shown has places in them.
    pub(super) fn texts(&self) -> &Sources {
        self.held.as_ref().map_or(&self.loaded.sources, |held| &held.nowhere)
    }
}

/// Somebody's work, as far as it could be read.
#[derive(Default)]
pub(super) struct Screen {
    shown: Option<Shown>,
    /// The last texts that could be read, with the number of the work that they are of.
    readable: Option<(u32, Vec<File>)>,
    /// What was parsed already: most rows stay as they are while somebody types.
    matches: Matches,
}

impl Screen {
    /// What is shown now.
    pub(super) fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// Shows an input. Where some of it cannot be read, the last texts of the same work that could stand in for it.
    pub(super) fn show(&mut self, input: Input, work: u32) -> &Shown {
        let last = self.shown.take().map(|shown| (shown.input, shown.loaded));
        let (now, last) = self.loaded(input, last);
        self.readable = self.readable.take().filter(|(of, _)| *of == work);
        let unread = is_unread(&now.1);
        if !unread {
            self.readable = Some((work, now.0.files.clone()));
        }
        let shown = match self.readable.as_ref().filter(|_| unread) {
            None => Shown { input: now.0, loaded: now.1, held: None },
            Some((_, files)) => {
                let instead = Input { files: files.clone(), ..now.0 };
                let ((input, loaded), _) = self.loaded(instead, last);
                Shown { input, loaded, held: Some(Held { findings: findings(&now.1), nowhere: Sources::new() }) }
            }
        };
        self.shown.insert(shown)
    }

    /// An input, compiled, unless it is what was compiled last; and that, where it is another one.
    fn loaded(&mut self, input: Input, last: Option<(Input, Loaded)>) -> ((Input, Loaded), Option<(Input, Loaded)>) {
        match last {
            Some((known, loaded)) if known == input => ((known, loaded), None),
            last => {
                // What to write instead of a mistake is the reviewer's to say.
                let loaded = load_by(&input, Adviser::default(), &mut self.matches);
                ((input, loaded), last)
            }
        }
    }
}

/// Whether some of a text was left out because it could not be read.
fn is_unread(loaded: &Loaded) -> bool {
    loaded.compiled.diagnostics.iter().any(left_out)
}

fn left_out(found: &Diagnostic) -> bool {
    let of_reading = matches!(
        found.code,
        Code::UnreadableFile
            | Code::BrokenYaml
            | Code::AliasBomb
            | Code::NotAnObject
            | Code::WrongType
            | Code::MissingField
            | Code::UnknownValue
            | Code::OutOfRange
    );
    of_reading && found.severity == Severity::Error
}

/// What was found on reading, without anything that rests on what was left out.
fn findings(loaded: &Loaded) -> Vec<Finding> {
    let texts = Texts::of(&loaded.sources);
    let told = loaded.compiled.diagnostics.iter().filter(|found| left_out(found) || found.code == Code::MatchSyntax);
    told.map(|found| super::analysis::finding(&texts, found)).collect()
}
