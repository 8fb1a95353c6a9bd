//! What actions make of the state, and what is to be done about it.

use super::action::{Action, Effect};
use super::{Pair, Pending, Session, Side, blank, edits, some};
use crate::document::svg;
use crate::gallery;
use crate::offsets::Offsets;
use crate::protocol::{Ask, Edit, File, Input, Request};

impl Session {
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
                let said = self.files.get(index).map_or(String::new(), |file| format!("`{}` is closed", file.name));
                self.change(&said, |session| {
                    session.files.remove(index);
                    if session.files.is_empty() {
                        session.files.push(blank("rules.yaml"));
                    }
                    session.active = session.active.min(session.files.len() - 1);
                })
            }
            Action::Close(_) => Vec::new(),
            Action::Rename(index, name) => {
                let free = self.files.iter().enumerate().all(|(other, file)| other == index || file.name != name);
                if let Some(file) = self.files.get_mut(index).filter(|_| free && !name.trim().is_empty()) {
                    file.name = name.trim().to_owned();
                }
                self.all_shown()
            }
            Action::Load(files) => {
                self.give_way(Self::of(files, None), "other files have taken the place of your text")
            }
            Action::Reload(files) => self.reloaded(files),
            // An example that nobody has changed gives way: its machines are none of somebody's own.
            Action::Drop(files) if gallery::EXAMPLES.iter().any(|example| example.files() == self.files) => {
                self.give_way(Self::of(files, None), "files have taken the place of your text")
            }
            Action::Drop(files) => self.change("a file of the same name has taken the place of yours", |session| {
                for file in some(files) {
                    match session.files.iter_mut().find(|known| known.name == file.name) {
                        Some(known) => known.text = file.text,
                        None => session.files.push(file),
                    }
                }
                session.active = session.files.len() - 1;
            }),
            Action::Example(example) => {
                self.give_way(Self::of(example.files(), Some(example)), "an example has taken the place of your text")
            }
            Action::Open(link) => {
                // What somebody else wrote does not take the place of one's own work.
                let mut effects =
                    self.give_way(Self::of_link(*link), "what a link holds has taken the place of your text");
                effects.retain(|effect| !matches!(effect, Effect::Own | Effect::Keep | Effect::Aside));
                effects
            }
            Action::Undo => self.come_back(),
            Action::LetGo => self.let_go(),
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
                self.forget();
                self.changed()
            }
            Action::Lenient(lenient) => {
                self.lenient = lenient;
                self.forget();
                self.changed()
            }
            Action::Track(tracking) => {
                self.tracking = tracking;
                self.forget();
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
                self.choose(view);
                vec![Effect::Look]
            }
            Action::Side(side) => {
                self.side = side;
                Vec::new()
            }
            Action::Select(from, to) => {
                let id = |index: usize| Some(self.analysis.as_ref()?.endpoints.get(index)?.id.clone());
                self.selected =
                    id(from).zip(id(to)).filter(|(from, to)| from != to).map(|(from, to)| Pair { from, to });
                self.look_at()
            }
            Action::Turn => {
                self.selected = self.selected.take().map(|pair| Pair { from: pair.to, to: pair.from });
                self.look_at()
            }
            Action::Deselect => {
                self.selected = None;
                self.look_at()
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
            Action::Pin if self.is_held() => self.refused(),
            Action::Pin => self.pinned(Some(self.input())),
            Action::Unpin => self.pinned(None),
            Action::Restore => match self.pinned.clone() {
                None => Vec::new(),
                Some(input) => self.change("what was pinned has taken the place of your text", |session| {
                    session.pin(None);
                    session.files = input.files;
                    session.profile = input.profile;
                    session.lenient = input.lenient;
                    session.tracking = input.tracking;
                    session.active = session.active.min(session.files.len().saturating_sub(1));
                }),
            },
            Action::Want(intent, on) => self.want(intent, on),
            Action::Accept(index) => self.accept(index),
            Action::Fix(edit) => self.edit(vec![edit]),
            Action::Format => {
                let ask = self.ask(Request::Format { input: self.input() });
                self.pending.wanted_format = Some(self.pending.asked);
                vec![ask]
            }
            Action::Script if self.is_held() => self.refused(),
            Action::Script => vec![self.ask(Request::Script { input: self.input() })],
            Action::Svg => {
                let svg = self.analysis.as_ref().and_then(|analysis| svg(&analysis.picture));
                svg.map(|svg| Effect::Download("ringfence.svg", svg)).into_iter().collect()
            }
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
                vec![Effect::Colours, Effect::Look]
            }
            Action::Notice(notice) => {
                self.notice = notice;
                Vec::new()
            }
            Action::Answered(answer) => self.answered(answer),
            Action::Lost(worker) => self.lost(worker),
        }
    }

    pub(super) fn typed(&mut self, text: String) -> Vec<Effect> {
        match self.files.get_mut(self.active) {
            Some(file) if file.text != text => file.text = text,
            Some(_) | None => return Vec::new(),
        }
        self.forget();
        let mut effects = self.changed();
        effects.extend([Effect::Own, Effect::Keep]);
        effects
    }

    /// Another world altogether.
    pub(super) fn replaced(&mut self, mut session: Self) -> Vec<Effect> {
        session.theme = self.theme;
        if self.chosen {
            (session.view, session.chosen) = (self.view, true);
        }
        let outrun = self.pending.comparing.is_some();
        session.pending =
            Pending { wanted_why: None, wanted_proposals: None, wanted_format: None, outrun, ..self.pending };
        session.pending.work = self.pending.work.wrapping_add(1);
        *self = session;
        self.all_shown()
    }

    /// The same world after somebody has saved it: what is looked at, and how, stays.
    pub(super) fn reloaded(&mut self, files: Vec<File>) -> Vec<Effect> {
        let active = self.files.get(self.active).map(|file| file.name.clone());
        self.files = some(files);
        self.active = self.files.iter().position(|file| Some(&file.name) == active.as_ref()).unwrap_or(0);
        self.all_shown()
    }

    /// Edits of the text as it was are for nothing else.
    fn forget(&mut self) {
        self.proposals = None;
        (self.pending.wanted_proposals, self.pending.wanted_format) = (None, None);
    }

    pub(super) fn all_shown(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Forget];
        effects.extend(self.shown());
        effects
    }

    pub(super) fn shown(&mut self) -> Vec<Effect> {
        self.forget();
        let mut effects = vec![Effect::Show];
        effects.extend(self.changed());
        effects.extend([Effect::Own, Effect::Keep]);
        effects
    }

    /// Asks for a new analysis; one at a time, so that nobody waits for answers to what is gone.
    pub(super) fn changed(&mut self) -> Vec<Effect> {
        if self.pending.analyzing.is_some() {
            self.pending.stale = true;
            return Vec::new();
        }
        vec![self.analyze()]
    }

    pub(super) fn analyze(&mut self) -> Effect {
        (self.pending.stale, self.pending.linting) = (false, None);
        let (input, scope, work) = (self.input(), self.scope.clone(), self.pending.work);
        let ask = self.ask(Request::Analyze { input, scope, work });
        self.pending.analyzing = Some(self.pending.asked);
        ask
    }

    /// From now on something else is what there was before, or nothing.
    fn pin(&mut self, pinned: Option<Input>) {
        (self.pinned, self.changes) = (pinned, None);
        self.pending.outrun = self.pending.comparing.is_some();
    }

    /// The same, and what is different from it; an analysis that is under way asks for that when it comes.
    fn pinned(&mut self, pinned: Option<Input>) -> Vec<Effect> {
        self.pin(pinned);
        let mut effects = if self.busy() { Vec::new() } else { self.compare() };
        effects.push(Effect::Keep);
        effects
    }

    /// Asks what is different from before; one at a time, as with analyses.
    pub(super) fn compare(&mut self) -> Vec<Effect> {
        if self.is_held() {
            return Vec::new();
        }
        self.pending.outrun = self.pending.comparing.is_some();
        let Some(pinned) = self.pinned.clone().filter(|_| !self.pending.outrun) else { return Vec::new() };
        let ask = self.ask(Request::Compare { input: self.input(), pinned });
        self.pending.comparing = Some(self.pending.asked);
        vec![ask]
    }

    pub(super) fn lint(&mut self, part: usize) -> Effect {
        let input = (part == 0).then(|| self.input());
        let ask = self.ask(Request::Lints { part, input });
        self.pending.linting = Some(self.pending.asked);
        ask
    }

    /// What is asked of a text that cannot be read is not done.
    pub(super) fn refused(&mut self) -> Vec<Effect> {
        self.notice = Some("some of the text cannot be read now: mend that first".to_owned());
        Vec::new()
    }

    pub(super) fn ask(&mut self, request: Request) -> Effect {
        self.pending.asked = self.pending.asked.wrapping_add(1);
        Effect::Ask(Ask { number: self.pending.asked, request })
    }

    /// Explains another pair: what was wanted of the one before is not wanted of it.
    pub(super) fn look_at(&mut self) -> Vec<Effect> {
        self.proposals = None;
        self.pending.wanted_proposals = None;
        self.explain()
    }

    pub(super) fn explain(&mut self) -> Vec<Effect> {
        let Some((from, to)) = self.pair() else {
            self.why = None;
            self.pending.wanted_why = None;
            return vec![Effect::Light];
        };
        let ask = self.ask(Request::Why { from, to, filter: self.scope.filter.clone() });
        self.pending.wanted_why = Some(self.pending.asked);
        vec![ask, Effect::Keep]
    }

    pub(super) fn fresh_name(&self) -> String {
        let taken = |name: &String| self.files.iter().any(|file| file.name == *name);
        (1..).map(|number| format!("file-{number}.yaml")).find(|name| !taken(name)).unwrap_or_default()
    }
}
