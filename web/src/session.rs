//! What the page knows: a state, and what actions make of it. No browser in here.

mod action;
mod answers;
mod edits;
mod lints;
mod look;

pub use action::{Action, Effect};
pub use look::{Side, Theme, View};

use crate::gallery::{self, Example};
use crate::offsets::Offsets;
use crate::protocol::{Analysis, Ask, Edit, File, Finding, Input, Proposals, Request, Scope, Tracking, Why};
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
    /// Pairs whose verdict the last change turned, by index.
    pub turned: Rc<Vec<(usize, usize)>>,
    /// The lesson that is read.
    pub lesson: Option<Lesson>,
    /// Something to say.
    pub notice: Option<String>,
    /// The colours.
    pub theme: Theme,
    pending: Pending,
}

/// Questions that are not answered, by their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
struct Pending {
    analyzing: Option<u32>,
    linting: Option<u32>,
    /// Whether the answer to come is about what is gone.
    stale: bool,
    /// The number of the last question.
    asked: u32,
    wanted_why: Option<u32>,
    wanted_proposals: Option<u32>,
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
            turned: Rc::default(),
            lesson: example.map(|example| Lesson { example, guess: None }),
            notice: None,
            theme: Theme::default(),
            pending: Pending::default(),
        }
    }

    /// The same with nothing asked: for a page that has asked nobody yet.
    pub fn settled(mut self) -> Self {
        self.pending = Pending { asked: self.pending.asked, ..Pending::default() };
        self
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

    /// All that was found; mistakes in matches with what to write instead, as soon as that is known.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let (mistakes, lints): (Vec<_>, Vec<_>) = self.lints.findings.iter().partition(|found| found.is_mistake());
        let told = self.analysis.iter().flat_map(|analysis| &analysis.findings);
        let advised = move |found| mistakes.iter().copied().find(|known| known.tells_like(found)).unwrap_or(found);
        told.map(advised).chain(lints)
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

    /// Changes the state, and says what is to be done about it.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Typed(text) => self.typed(text),
            Action::Edited { from, to, insert, size } => {
                let edit = Edit { file: self.active, from, to, insert };
                match self.files.get(self.active).map(|file| edits::replaced(&file.text, &edit)) {
                    Some(text) if Offsets::new(&text).unit(text.len()) == size => self.typed(text),
                    _ => vec![Effect::Reread],
                }
            }
            Action::Switch(index) => {
                self.active = index.min(self.files.len().saturating_sub(1));
                vec![Effect::Show, Effect::Annotate, Effect::Keep]
            }
            Action::Add => {
                let name = self.fresh_name();
                self.files.push(blank(&name));
                self.active = self.files.len() - 1;
                self.side = Side::Text;
                self.shown()
            }
            Action::Close(index) if index < self.files.len() => {
                self.files.remove(index);
                if self.files.is_empty() {
                    self.files.push(blank("rules.yaml"));
                }
                self.active = self.active.min(self.files.len() - 1);
                self.all_shown()
            }
            Action::Close(_) => Vec::new(),
            Action::Rename(index, name) => {
                let free = self.files.iter().enumerate().all(|(other, file)| other == index || file.name != name);
                if let Some(file) = self.files.get_mut(index).filter(|_| free && !name.trim().is_empty()) {
                    file.name = name.trim().to_owned();
                }
                self.all_shown()
            }
            Action::Load(files) => self.replaced(Self::of(files, None)),
            Action::Reload(files) => self.reloaded(files),
            Action::Drop(files) => {
                for file in some(files) {
                    match self.files.iter_mut().find(|known| known.name == file.name) {
                        Some(known) => known.text = file.text,
                        None => self.files.push(file),
                    }
                }
                self.active = self.files.len() - 1;
                self.all_shown()
            }
            Action::Example(example) => self.replaced(Self::of(example.files(), Some(example))),
            Action::Open(link) => {
                let Link { input, filter, selected, pinned } = *link;
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
                // What somebody else wrote does not take the place of one's own work.
                let mut effects = self.replaced(session);
                effects.retain(|effect| !matches!(effect, Effect::Own | Effect::Keep));
                effects
            }
            Action::Guess(guess) => {
                if let Some(lesson) = &mut self.lesson {
                    lesson.guess = Some(guess);
                }
                Vec::new()
            }
            Action::EndLesson => {
                self.lesson = None;
                Vec::new()
            }
            Action::Profile(profile) => {
                self.profile = profile;
                self.changed()
            }
            Action::Lenient(lenient) => {
                self.lenient = lenient;
                self.changed()
            }
            Action::Track(tracking) => {
                self.tracking = tracking;
                self.changed()
            }
            Action::Filter(text) => {
                self.filter.clone_from(&text);
                if crate::share::is_filter(&text) {
                    self.scope.filter = text;
                    return self.changed();
                }
                Vec::new()
            }
            Action::Closed(closed) => {
                self.scope.closed = closed;
                self.changed()
            }
            Action::Unfold(key) => {
                match self.scope.unfolded.iter().position(|known| *known == key) {
                    Some(index) => drop(self.scope.unfolded.remove(index)),
                    None => self.scope.unfolded.push(key),
                }
                self.changed()
            }
            Action::View(view) => {
                (self.view, self.chosen) = (view, true);
                vec![Effect::Keep]
            }
            Action::Side(side) => {
                self.side = side;
                Vec::new()
            }
            Action::Select(from, to) => {
                let id = |index: usize| Some(self.analysis.as_ref()?.endpoints.get(index)?.id.clone());
                self.selected =
                    id(from).zip(id(to)).filter(|(from, to)| from != to).map(|(from, to)| Pair { from, to });
                self.explain()
            }
            Action::Turn => {
                self.selected = self.selected.take().map(|pair| Pair { from: pair.to, to: pair.from });
                self.explain()
            }
            Action::Deselect => {
                self.selected = None;
                self.explain()
            }
            Action::Source(source) => {
                self.source = source;
                Vec::new()
            }
            Action::From(asker) => {
                let endpoints = self.analysis.iter().flat_map(|analysis| analysis.endpoints.iter());
                self.source = endpoints.skip(asker).map(|endpoint| endpoint.id.clone()).next();
                Vec::new()
            }
            Action::Only(verdict) => {
                self.only = verdict;
                Vec::new()
            }
            Action::Pin => {
                self.pinned = Some(self.input());
                self.changed()
            }
            Action::Unpin => {
                self.pinned = None;
                self.changed()
            }
            Action::Restore => match self.pinned.take() {
                None => Vec::new(),
                Some(input) => {
                    self.files = input.files;
                    self.profile = input.profile;
                    self.lenient = input.lenient;
                    self.tracking = input.tracking;
                    self.active = self.active.min(self.files.len().saturating_sub(1));
                    self.all_shown()
                }
            },
            Action::Want(intent, on) => self.want(intent, on),
            Action::Accept(index) => self.accept(index),
            Action::Fix(edit) => self.edit(vec![edit]),
            Action::Format => vec![self.ask(Request::Format { input: self.input() })],
            Action::Script => vec![self.ask(Request::Script { input: self.input() })],
            Action::Svg => vec![self.ask(Request::Svg { input: self.input(), scope: self.scope.clone() })],
            Action::Reveal(file, line) => {
                self.side = Side::Text;
                if file == self.active {
                    return vec![Effect::Reveal(line)];
                }
                self.active = file.min(self.files.len().saturating_sub(1));
                vec![Effect::Show, Effect::Annotate, Effect::Reveal(line)]
            }
            Action::Theme => {
                self.theme = self.theme.next();
                vec![Effect::Colours, Effect::Keep]
            }
            Action::Notice(notice) => {
                self.notice = notice;
                Vec::new()
            }
            Action::Answered(answer) => self.answered(answer),
        }
    }

    fn typed(&mut self, text: String) -> Vec<Effect> {
        match self.files.get_mut(self.active) {
            Some(file) if file.text != text => file.text = text,
            Some(_) | None => return Vec::new(),
        }
        self.proposals = None;
        let mut effects = self.changed();
        effects.extend([Effect::Own, Effect::Keep]);
        effects
    }

    /// Another world altogether.
    fn replaced(&mut self, mut session: Self) -> Vec<Effect> {
        session.theme = self.theme;
        if self.chosen {
            (session.view, session.chosen) = (self.view, true);
        }
        session.pending = Pending { wanted_why: None, wanted_proposals: None, ..self.pending };
        *self = session;
        self.all_shown()
    }

    /// The same world after somebody has saved it: what is looked at, and how, stays.
    fn reloaded(&mut self, files: Vec<File>) -> Vec<Effect> {
        let active = self.files.get(self.active).map(|file| file.name.clone());
        self.files = some(files);
        self.active = self.files.iter().position(|file| Some(&file.name) == active.as_ref()).unwrap_or(0);
        self.proposals = None;
        self.all_shown()
    }

    fn all_shown(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Forget];
        effects.extend(self.shown());
        effects
    }

    fn shown(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Show];
        effects.extend(self.changed());
        effects.extend([Effect::Own, Effect::Keep]);
        effects
    }

    /// Asks for a new analysis; one at a time, so that nobody waits for answers to what is gone.
    fn changed(&mut self) -> Vec<Effect> {
        if self.pending.analyzing.is_some() {
            self.pending.stale = true;
            return Vec::new();
        }
        vec![self.analyze()]
    }

    fn analyze(&mut self) -> Effect {
        (self.pending.stale, self.pending.linting) = (false, None);
        let (input, scope, pinned) = (self.input(), self.scope.clone(), self.pinned.clone());
        let ask = self.ask(Request::Analyze { input, scope, pinned });
        self.pending.analyzing = Some(self.pending.asked);
        ask
    }

    fn lint(&mut self, part: usize) -> Effect {
        let input = (part == 0).then(|| self.input());
        let ask = self.ask(Request::Lints { part, input });
        self.pending.linting = Some(self.pending.asked);
        ask
    }

    fn ask(&mut self, request: Request) -> Effect {
        self.pending.asked = self.pending.asked.wrapping_add(1);
        Effect::Ask(Ask { number: self.pending.asked, request })
    }

    fn explain(&mut self) -> Vec<Effect> {
        self.proposals = None;
        let Some((from, to)) = self.pair() else {
            self.why = None;
            self.pending.wanted_why = None;
            return vec![Effect::Light];
        };
        let ask = self.ask(Request::Why { from, to, filter: self.scope.filter.clone() });
        self.pending.wanted_why = Some(self.pending.asked);
        vec![ask, Effect::Keep]
    }

    fn fresh_name(&self) -> String {
        let taken = |name: &String| self.files.iter().any(|file| file.name == *name);
        (1..).map(|number| format!("file-{number}.yaml")).find(|name| !taken(name)).unwrap_or_default()
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
