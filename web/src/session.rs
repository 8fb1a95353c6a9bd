//! What the page knows: a state, and [what actions make of it](Session::reduce). No browser in here.

mod action;
mod answers;
mod edits;
mod former;
mod lints;
mod look;
mod reducer;

pub use action::{Action, Effect};
pub use former::Former;
pub use look::{Side, Theme, View};

use crate::gallery::{self, Example};
use crate::protocol::{Analysis, Changes, File, Finding, Input, Proposals, Scope, Tracking, Why};
use crate::share::Link;
use lints::Lints;
use std::rc::Rc;

/// A pair by name: indexes change while somebody types, names hardly do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Who asks.
    pub from: String,
    /// Who answers.
    pub to: String,
}

/// An example of the gallery that somebody works through.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The example.
    pub example: &'static Example,
    /// What the reader predicts, once asked.
    pub guess: Option<bool>,
}

/// The state of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The tabs.
    pub files: Vec<File>,
    /// The one in the editor.
    pub active: usize,
    /// Whose behaviour; nothing for the default.
    pub profile: Option<String>,
    /// Whether what the API server refuses has an effect.
    pub lenient: bool,
    /// Whether switches track connections.
    pub tracking: Tracking,
    /// What the picture shows.
    pub scope: Scope,
    /// The text of the filter box, which may be no filter.
    pub filter: String,
    /// How the answer is shown.
    pub view: View,
    /// Whether somebody chose that; otherwise it goes by what can be read.
    chosen: bool,
    /// Which column a narrow screen shows.
    pub side: Side,
    /// The pair that is explained.
    pub selected: Option<Pair>,
    /// Only pairs of this asker are drawn: what somebody typed, which may be nobody.
    pub source: Option<String>,
    /// Only pairs with this verdict are drawn.
    pub only: Option<String>,
    /// The last answer.
    pub analysis: Option<Rc<Analysis>>,
    /// What lints found, in the texts as they were then; on its way to where it is now.
    lints: Rc<Lints>,
    /// The explanation of the selected pair.
    pub why: Option<Rc<Why>>,
    /// What could be done about the selected pair.
    pub proposals: Option<Rc<Proposals>>,
    /// What is compared with.
    pub pinned: Option<Input>,
    /// What is different from it, with the endpoints of the last answer.
    pub changes: Option<Rc<Changes>>,
    /// Pairs whose verdict the last change turned, by index.
    pub turned: Rc<Vec<(usize, usize)>>,
    /// The lesson that is read.
    pub lesson: Option<Lesson>,
    /// Something to say.
    pub notice: Option<String>,
    /// What something else took the place of.
    pub former: Option<Rc<Former>>,
    /// The colours.
    pub theme: Theme,
    pending: Pending,
}

/// Questions that are not answered, by their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
struct Pending {
    analyzing: Option<u32>,
    linting: Option<u32>,
    comparing: Option<u32>,
    /// Whether there is something else to compare by now.
    outrun: bool,
    /// Whether the answer to come is about what is gone.
    stale: bool,
    /// The number of the last question.
    asked: u32,
    /// The number of the work that the texts are of: it goes up where others take their place.
    work: u32,
    wanted_why: Option<u32>,
    wanted_proposals: Option<u32>,
    wanted_format: Option<u32>,
}

impl Default for Session {
    /// The founding document's third example, with its surprise.
    fn default() -> Self {
        Self::of(gallery::first().files(), Some(gallery::first()))
    }
}

impl Session {
    /// These files.
    pub fn of(files: Vec<File>, example: Option<&'static Example>) -> Self {
        Self {
            files: some(files),
            active: 0,
            profile: None,
            lenient: false,
            tracking: Tracking::default(),
            scope: Scope { filter: "all".to_owned(), ..Scope::default() },
            filter: "all".to_owned(),
            view: View::default(),
            chosen: false,
            side: Side::default(),
            selected: example
                .and_then(Example::pair)
                .map(|(from, to)| Pair { from: from.to_owned(), to: to.to_owned() }),
            source: None,
            only: None,
            analysis: None,
            lints: Rc::default(),
            why: None,
            proposals: None,
            pinned: None,
            changes: None,
            turned: Rc::default(),
            lesson: example.map(|example| Lesson { example, guess: None }),
            notice: None,
            former: None,
            theme: Theme::default(),
            pending: Pending::default(),
        }
    }

    /// What a link holds.
    pub fn of_link(link: Link) -> Self {
        let Link { input, filter, selected, pinned } = link;
        let mut session = Self::of(input.files, None);
        session.profile = input.profile;
        session.lenient = input.lenient;
        session.tracking = input.tracking;
        session.selected = selected.map(|(from, to)| Pair { from, to });
        session.pinned = pinned;
        if crate::share::is_filter(&filter) {
            session.filter.clone_from(&filter);
            session.scope.filter = filter;
        }
        session
    }

    /// The same with nothing that was found about it.
    fn at_rest(self) -> Self {
        Self {
            lints: Rc::default(),
            why: None,
            proposals: None,
            changes: None,
            turned: Rc::default(),
            pending: Pending::default(),
            ..self
        }
    }

    /// Somebody wants this view, whatever comes.
    pub fn choose(&mut self, view: View) {
        (self.view, self.chosen) = (view, true);
    }

    /// The view that somebody chose.
    pub fn chosen(&self) -> Option<View> {
        self.chosen.then_some(self.view)
    }

    /// What is analysed.
    pub fn input(&self) -> Input {
        Input {
            files: self.files.clone(),
            profile: self.profile.clone(),
            lenient: self.lenient,
            tracking: self.tracking,
        }
    }

    /// Whether the answer on the page is not that to the texts on the page.
    pub fn busy(&self) -> bool {
        self.pending.analyzing.is_some() || self.analysis.is_none()
    }

    /// Whether a page shows the same of both: the text of a file is the editor's business, and questions are nobody's.
    pub fn looks_like(&self, other: &Self) -> bool {
        let names = |session: &Self| session.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
        // The form writes into the text that it was given.
        let texts = self.view == View::Rows && self.files != other.files;
        let same = match (&self.analysis, &other.analysis) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two) || one.looks_like(two),
            (one, two) => one.is_none() && two.is_none(),
        };
        let rest =
            |session: &Self| Self { pending: Pending::default(), files: Vec::new(), analysis: None, ..session.clone() };
        !texts && same && names(self) == names(other) && rest(self) == rest(other)
    }

    /// Whether there is more to be said of the texts on the page.
    pub fn linting(&self) -> bool {
        self.pending.linting.is_some()
    }

    /// Whether what is shown is of the last text that could be read, and not of the one on the page.
    pub fn is_held(&self) -> bool {
        self.analysis.as_ref().is_some_and(|analysis| analysis.held)
    }

    /// All that was found; mistakes in matches with what to write instead, as soon as that is known.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let (mistakes, lints): (Vec<_>, Vec<_>) = self.lints.findings.iter().partition(|found| found.is_mistake());
        let told = self.analysis.iter().flat_map(|analysis| &analysis.findings);
        let advised = move |found| mistakes.iter().copied().find(|known| known.tells_like(found)).unwrap_or(found);
        told.map(advised).chain(lints.into_iter().filter(|_| !self.is_held()))
    }

    /// What is to be said over every view where some of the text could not be read: nothing there knows of it.
    pub fn unread(&self) -> Option<String> {
        // The codes below 100 are those of reading.
        let is_unread = |found: &&Finding| found.severity == "error" && found.code.starts_with("RF0");
        let place = self.analysis.as_ref()?.findings.iter().find(is_unread)?.place;
        let file = place.and_then(|place| Some((self.files.get(place.file)?.name.as_str(), place.line)));
        let at = file.map(|(name, line)| format!(" ({name}, line {line})")).unwrap_or_default();
        if self.is_held() {
            return Some(format!(
                "Some of the text cannot be read{at}: what is shown is of the last text that could be."
            ));
        }
        Some(format!(
            "Some of the text could not be read{at}: what is shown leaves it out, and may be more open than what is meant."
        ))
    }

    /// Whether there is nobody to ask about, and nothing that could not be read.
    pub fn is_empty(&self) -> bool {
        let nobody = self.analysis.as_ref().is_some_and(|analysis| analysis.endpoints.is_empty());
        nobody && self.unread().is_none()
    }

    /// The index of an endpoint.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.analysis.as_ref()?.endpoints.iter().position(|endpoint| endpoint.id == id)
    }

    /// Whose pairs alone are drawn: by the whole name, or by what stands after its namespace.
    pub fn asker(&self) -> Option<usize> {
        let name = self.source.as_deref()?.trim();
        let endpoints = &self.analysis.as_ref()?.endpoints;
        let short = |id: &str| id.rsplit('/').next() == Some(name);
        self.index(name).or_else(|| endpoints.iter().position(|endpoint| short(&endpoint.id)))
    }

    /// Whether somebody typed the name of an asker that nobody has.
    pub fn is_asker_unknown(&self) -> bool {
        self.source.as_ref().is_some_and(|name| !name.trim().is_empty()) && self.asker().is_none()
    }

    /// The indexes of the selected pair.
    pub fn pair(&self) -> Option<(usize, usize)> {
        let pair = self.selected.as_ref()?;
        self.index(&pair.from).zip(self.index(&pair.to))
    }

    /// The lines of the active file that decide about the selected pair.
    pub fn lit(&self) -> Vec<usize> {
        let steps = self.why.iter().flat_map(|why| &why.halves).flat_map(|half| &half.steps);
        let places = steps.flat_map(|step| &step.deciders).filter_map(|decider| decider.place);
        places.filter(|place| place.file == self.active).map(|place| place.line).collect()
    }
}

/// At least one file, with lines that end as those of the editor do: places are counted alike on both sides.
fn some(files: Vec<File>) -> Vec<File> {
    let plain = |file: File| File { text: file.text.replace("\r\n", "\n").replace('\r', "\n"), ..file };
    let files: Vec<File> = files.into_iter().map(plain).collect();
    if files.is_empty() { vec![blank("rules.yaml")] } else { files }
}

fn blank(name: &str) -> File {
    File { name: name.to_owned(), text: String::new() }
}

#[cfg(test)]
mod tests;
