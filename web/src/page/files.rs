//! The tabs above the editor.

use super::app::Msg;
use super::element::text_of;
use crate::protocol::File;
use crate::session::{Action, Session};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{DragEvent, FileList, HtmlInputElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
    /// Where other wishes go.
    pub(super) ask: Callback<Msg>,
}

/// A tab for each file, and what can be done with the text.
#[component]
pub(super) fn Tabs(props: &Props) -> Html {
    let naming = use_state(|| None::<usize>);
    let Props { session, send, ask } = props;
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with(*naming, move |_| {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                // Without the focus the name can still be clicked into.
                let _ = field.focus();
                field.select();
            }
        });
    }
    let tab = |(index, file): (usize, &File)| {
        let active = index == session.active;
        if *naming == Some(index) {
            let (done, send) = (naming.clone(), send.clone());
            let renamed = Callback::from(move |event: Event| {
                send.emit(Action::Rename(index, text_of(&event)));
                done.set(None);
            });
            let left = naming.clone();
            return html! { <input class="name" ref={field.clone()} aria-label="name of the file" value={file.name.clone()} onchange={renamed} onblur={move |_| left.set(None)} /> };
        }
        let (begin, named) = (naming.clone(), naming.clone());
        let key = Callback::from(move |event: KeyboardEvent| {
            if event.key() == "F2" {
                event.prevent_default();
                named.set(Some(index));
            }
        });
        html! {
            <span class={classes!("file", active.then_some("active"))} role="presentation">
                <button role="tab" tabindex={if active { "0" } else { "-1" }} aria-selected={active.to_string()} title="double click, or F2, to rename" onkeydown={key}
                    onclick={send.reform(move |_| Action::Switch(index))} ondblclick={move |_| begin.set(Some(index))}>{ &file.name }</button>
                { if active { html! { <button class="close" aria-label={format!("close {}", file.name)} onclick={send.reform(move |_| Action::Close(index))}>{ "×" }</button> } } else { html! {} } }
            </span>
        }
    };
    let picked = {
        let send = send.clone();
        Callback::from(move |event: Event| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(files) = input.and_then(|input| input.files()) {
                take(&files, &send);
            }
        })
    };
    let dropped = {
        let send = send.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
                take(&files, &send);
            }
        })
    };
    html! {
        <div class="bar" ondrop={dropped} ondragover={|event: DragEvent| event.prevent_default()}>
            <div class="tabs files" role="tablist" aria-label="Files">
                { for session.files.iter().enumerate().map(tab) }
            </div>
            <button class="tab" aria-label="new file" title="new file" onclick={send.reform(|_| Action::Add)}>{ "+" }</button>
            <span class="space"></span>
            <label class="button" title="open files, or drop them here">{ "Open" }<input type="file" multiple={true} accept=".yaml,.yml,.json,.txt" onchange={picked} /></label>
            <button onclick={ask.reform(|_| Msg::Find)} title="find (Ctrl-F)">{ "Find" }</button>
            <button onclick={send.reform(|_| Action::Format)} title="write every match as OVN prints it (Ctrl-Shift-F)">{ "Format" }</button>
            <button onclick={ask.reform(|_| Msg::Undo)} title="undo (Ctrl-Z)" aria-label="undo">{ "↶" }</button>
            <button onclick={ask.reform(|_| Msg::Redo)} title="redo (Ctrl-Y)" aria-label="redo">{ "↷" }</button>
        </div>
    }
}

/// More than this is no set of rules.
const MOST_BYTES: f64 = 8_000_000.0;

/// Reads files that somebody picked or dropped.
fn take(files: &FileList, send: &Callback<Action>) {
    for index in 0..files.length() {
        let Some(file) = files.get(index) else { continue };
        let (send, name) = (send.clone(), file.name());
        if file.size() > MOST_BYTES {
            send.emit(Action::Notice(Some(format!("`{name}` is larger than 8 MB: it is left out"))));
            continue;
        }
        wasm_bindgen_futures::spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(file.text()).await {
                Ok(text) => {
                    let text = text.as_string().unwrap_or_default();
                    send.emit(Action::Drop(vec![File { name, text }]));
                }
                Err(_) => send.emit(Action::Notice(Some(format!("`{name}` cannot be read")))),
            }
        });
    }
}
