//! The whole page: one state, one way to change it, and the effects of a change.

use super::editor::Editor;
use super::element::{copy, document, download, is_framed, root, tell_state, window};
use super::keeper::Keeper;
use super::staff::Staff;
use super::{
    claims, files, findings, form, graph, lesson, matrix, notice, outside, pinned, storage, table, toolbar, why,
};
use crate::protocol::Worker;
use crate::session::{Action, Effect, Session, Side, Theme, View};
use crate::share::Link;
use js_sys::Reflect;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The page.
pub(super) struct App {
    session: Rc<Session>,
    staff: Staff,
    editor: Option<Editor>,
    place: NodeRef,
    /// Effects that wait for the editor.
    pending: Vec<Effect>,
    keeper: Keeper,
    /// The same for ever: what is drawn by itself is drawn again only where it is another one.
    send: Callback<Action>,
    ask: Callback<Msg>,
    _api: [Closure<dyn Fn(JsValue)>; 2],
    _hash: Closure<dyn Fn()>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(context: &Context<Self>) -> Self {
        let send = context.link().callback(Msg::Act);
        let mut staff = Staff::new(send.clone());
        let starts = staff.start(Worker::Answerer) && staff.start(Worker::Reviewer);
        let (session, notice) = outside::opened();
        let mut session = session;
        session.theme = storage::theme();
        if let Some(view) = storage::view() {
            session.choose(view);
        }
        session.notice =
            notice.or_else(|| (!starts).then(|| "this browser starts no worker: nothing can be computed".to_owned()));
        let api = outside::api(&send);
        let hash = outside::hash_listener(&send);
        let mut app = Self {
            session: Rc::new(session),
            staff,
            editor: None,
            place: NodeRef::default(),
            pending: Vec::new(),
            keeper: Keeper::new(context.link().callback(|()| Msg::Keep)),
            send,
            ask: context.link().callback(|message| message),
            _api: api,
            _hash: hash,
        };
        tell_state("busy");
        colours(app.session.theme);
        let mut first = (*app.session).clone();
        // Everything on the page is new: its texts are shown and analysed.
        let effects = first.reduce(Action::Track(first.tracking));
        app.session = Rc::new(first);
        app.pending.push(Effect::Show);
        for effect in effects {
            app.act(effect);
        }
        app
    }

    fn update(&mut self, _: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Act(action) => {
                if let Action::Lost(worker) = action {
                    self.staff.dismiss(worker);
                }
                if matches!(action, Action::Open(_)) {
                    self.keep();
                }
                let mut session = (*self.session).clone();
                let effects = session.reduce(action);
                let changed = !session.looks_like(&self.session);
                self.session = Rc::new(session);
                effects.into_iter().for_each(|effect| self.act(effect));
                tell_state(match (self.session.busy(), self.session.linting()) {
                    (true, _) => "busy",
                    (false, true) => "shown",
                    (false, false) => "ready",
                });
                changed
            }
            Msg::Keep => {
                self.keep();
                false
            }
            Msg::Share(anonymous) => {
                self.share(anonymous);
                true
            }
            Msg::Png => {
                png();
                false
            }
            Msg::Yaml => {
                for file in &self.session.files {
                    let _ = download(&file.name, &file.text);
                }
                false
            }
            Msg::Find => {
                self.editor.iter().for_each(Editor::find);
                false
            }
            Msg::Undo => {
                self.editor.iter().for_each(Editor::undo);
                false
            }
            Msg::Redo => {
                self.editor.iter().for_each(Editor::redo);
                false
            }
        }
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        if !first {
            return;
        }
        let Some(parent) = self.place.cast::<HtmlElement>() else { return };
        self.editor = Some(Editor::open(&parent, &self.send));
        for effect in std::mem::take(&mut self.pending) {
            self.act(effect);
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let Self { session, send, ask, .. } = self;
        let side = match session.side {
            Side::Picture => "side-picture",
            Side::Text => "side-text",
        };
        html! {
            <div class={classes!("page", side)}>
                { toolbar::view(session, send, ask) }
                { notice::view(session, send) }
                <main>
                    <section class="column text" aria-label="Rules and machines">
                        <files::Tabs session={Rc::clone(session)} send={send.clone()} ask={ask.clone()} />
                        <div class="editor" ref={self.place.clone()}></div>
                        <div class="below">
                            { lesson::view(session, send) }
                            { claims::view(session, send) }
                            { findings::view(session, send) }
                        </div>
                    </section>
                    <div class="divider" role="separator" aria-orientation="vertical" aria-label="width of the text" aria-valuenow="42" aria-valuemin="20" aria-valuemax="75" tabindex="0" title="drag, or arrow keys, to resize"></div>
                    <section class={classes!("column", "answer", session.is_held().then_some("held"))} aria-label="Who can talk to whom">
                        { self.tabs() }
                        { self.answer() }
                        { why::view(session, send) }
                    </section>
                </main>
            </div>
        }
    }
}

/// What to do where nothing is.
fn empty() -> Html {
    html! {
        <div class="graph empty" id="empty">
            <h2>{ "Nothing here talks to anybody yet" }</h2>
            <p>{ "Write or paste YAML with a Subnet, machines or policies into the text, open files or drop them above it, or choose an example at the top." }</p>
        </div>
    }
}

/// What may happen on the page, beyond what changes the session.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Msg {
    /// The session changes.
    Act(Action),
    /// The work is to be kept, where it is not yet.
    Keep,
    /// The address of this state is wanted, with other names and addresses or without.
    Share(bool),
    /// The picture as pixels.
    Png,
    /// The texts as files.
    Yaml,
    /// The search of the editor.
    Find,
    /// One step back.
    Undo,
    /// One step forth.
    Redo,
}

impl App {
    fn tabs(&self) -> Html {
        let Self { session, send, .. } = self;
        let tab = |view: View| {
            let chosen = session.view == view;
            let choose = send.reform(move |_| Action::View(view));
            html! {
                <button role="tab" class="tab" id={format!("tab-{}", view.name())} aria-controls="view" tabindex={if chosen { "0" } else { "-1" }} aria-selected={chosen.to_string()} onclick={choose}>{ view.title() }</button>
            }
        };
        html! {
            <>
            <div class="bar">
                <div class="tabs" role="tablist" aria-label="Ways to look">{ for View::ALL.into_iter().map(tab) }</div>
                { toolbar::filter(session, send) }
                { toolbar::source(session, send) }
                { pinned::view(session, send) }
            </div>
            { toolbar::wrong(session) }
            </>
        }
    }

    fn answer(&self) -> Html {
        let (session, send) = (Rc::clone(&self.session), &self.send);
        let shown = match session.view {
            View::Graph | View::Matrix | View::Table if session.is_empty() => empty(),
            View::Graph => match graph::Props::of(&session, send) {
                Some(props) => html! { <graph::Graph ..props /> },
                None => html! { <div class="graph empty">{ "…" }</div> },
            },
            View::Matrix => match matrix::Props::of(&session, send) {
                Some(props) => html! { <matrix::Matrix ..props /> },
                None => html! {},
            },
            View::Rows => html! { <form::Rows {session} send={send.clone()} /> },
            View::Table => html! {},
        };
        let hidden = self.session.view != View::Table;
        let unread =
            self.session.unread().map(|unread| html! { <p id="unread" class="unread" role="status">{ unread }</p> });
        html! { <>{ for unread }<div class="picture" id="view" role="tabpanel" aria-labelledby={format!("tab-{}", self.session.view.name())}>{ shown }{ table::view(&self.session, send, hidden) }</div></> }
    }

    /// Does what the state asks for.
    fn act(&mut self, effect: Effect) {
        let active = self.session.active;
        match (effect, &self.editor) {
            (Effect::Ask(ask), _) => self.staff.ask(ask),
            (Effect::Own, _) => {
                // From the first change on, what a link holds takes the place of one's own work in the store, too.
                if super::element::has_link() {
                    super::element::forget_link();
                    self.set_aside();
                }
            }
            (Effect::Aside, _) => self.set_aside(),
            // A link that was only looked at does not take the place of one's own work.
            (Effect::Keep, _) if super::element::has_link() => {}
            (Effect::Keep, _) => self.keeper.rest(),
            (Effect::Download(name, text), _) => {
                let _ = download(name, &text);
            }
            (Effect::Colours, _) => colours(self.session.theme),
            (Effect::Look, _) => storage::keep_look(&self.session),
            (effect, None) => self.pending.push(effect),
            (Effect::Show, Some(editor)) => {
                if let Some(file) = self.session.files.get(active) {
                    editor.show(&file.name, &file.text);
                }
            }
            (Effect::Reread, Some(editor)) => self.send.emit(Action::Typed(editor.text())),
            (Effect::Forget, Some(editor)) => editor.forget(),
            (Effect::Replace(edits), Some(editor)) => editor.replace(&edits),
            (Effect::Reveal(line), Some(editor)) => editor.reveal(line),
            (Effect::Light, Some(editor)) => editor.light(&self.session.lit()),
            (effect @ (Effect::Annotate | Effect::Remark), Some(editor)) => {
                if let Some(analysis) = &self.session.analysis {
                    editor.remark(analysis, active);
                    if effect == Effect::Annotate {
                        editor.find_fault(self.session.findings(), active);
                    }
                    editor.light(&self.session.lit());
                }
            }
        }
    }

    /// Keeps the work, where that was put off.
    fn keep(&mut self) {
        if self.keeper.wake() {
            storage::keep(&self.session);
        }
    }

    fn set_aside(&self) {
        storage::set_aside(self.session.former.as_ref().map(|former| &former.session));
    }

    fn share(&mut self, anonymous: bool) {
        let mut link = Link::of(&self.session);
        if anonymous {
            let endpoints =
                self.session.analysis.as_ref().map(|analysis| analysis.endpoints.clone()).unwrap_or_default();
            let seed = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
            link = link.anonymous(&endpoints, seed);
        }
        let fragment = link.fragment();
        let address = format!("{}{fragment}", super::element::address());
        let (copied, elsewhere) = (copy(&address), anonymous || is_framed());
        let what = if anonymous { "with other names and addresses" } else { "with everything on this page" };
        if let Some(history) = window().filter(|_| !elsewhere).and_then(|window| window.history().ok()) {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&fragment));
        }
        let mut session = (*self.session).clone();
        session.notice = Some(match (elsewhere, copied) {
            (true, true) => format!("the link is on the clipboard, {what}: {address}"),
            (true, false) => format!("copy this link, {what}: {address}"),
            (false, true) => {
                format!("the link is in the address bar and on the clipboard, {what}; nothing was sent to anybody")
            }
            (false, false) => format!("the link is in the address bar, {what}; nothing was sent to anybody"),
        });
        self.session = Rc::new(session);
    }
}

fn colours(theme: Theme) {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-theme", theme.name());
    }
}

/// The picture on the page as an image; the script of the page does it.
fn png() {
    let function = document().and_then(|_| Reflect::get(&js_sys::global(), &JsValue::from_str("ringfencePng")).ok());
    if let Some(function) = function.and_then(|function| function.dyn_into::<js_sys::Function>().ok()) {
        let _ = function.call0(&JsValue::NULL);
    }
}
