//! What comes to the page from outside: the address, the last visit, scripts of other pages.

use super::element::window;
use super::storage;
use crate::protocol::File;
use crate::session::{Action, Former, Session};
use crate::share::Link;
use js_sys::Reflect;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// What to begin with: a link, or the last visit, or the first example; and what to say of it.
pub(super) fn opened() -> (Session, Option<String>) {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    let kept = || storage::kept().map_or_else(Session::default, Session::of_link);
    let own = |notice: Option<String>| {
        let aside = storage::aside().map(Session::of_link);
        let former = aside.and_then(|session| Former::of(&session, "a text from before is kept aside"));
        (with(kept(), former), notice)
    };
    match Link::read(&hash) {
        Ok(Some(link)) => {
            let (own, session) = (kept(), Session::of_link(link));
            let is_other = own.files != session.files;
            let former = Former::of(&own, "this is what the link holds; your own text is kept").filter(|_| is_other);
            (with(session, former), None)
        }
        Ok(None) => own(None),
        Err(error) => own(Some(error.to_string())),
    }
}

fn with(mut session: Session, former: Option<Rc<Former>>) -> Session {
    session.former = former;
    session
}

/// `ringfence.load([{name, text}])`, for tests and for pages that embed this one; `ringfence.reload` for the same files saved
/// anew.
pub(super) fn api(send: &Callback<Action>) -> [Closure<dyn Fn(JsValue)>; 2] {
    let api = js_sys::Object::new();
    let given = |name: &str, action: fn(Vec<File>) -> Action| {
        let send = send.clone();
        let call = Closure::<dyn Fn(JsValue)>::new(move |files: JsValue| {
            if let Ok(files) = serde_wasm_bindgen::from_value::<Vec<File>>(files) {
                send.emit(action(files));
            }
        });
        // A plain object takes every key.
        let _ = Reflect::set(&api, &JsValue::from_str(name), call.as_ref());
        call
    };
    let calls = [given("load", Action::Load), given("reload", Action::Reload)];
    let _ = Reflect::set(&js_sys::global(), &JsValue::from_str("ringfence"), &api);
    calls
}

/// Opens whatever link comes into the address.
pub(super) fn hash_listener(send: &Callback<Action>) -> Closure<dyn Fn()> {
    let send = send.clone();
    let listen = Closure::<dyn Fn()>::new(move || {
        let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
        match Link::read(&hash) {
            Ok(Some(link)) => send.emit(Action::Open(Box::new(link))),
            Ok(None) => {}
            Err(error) => send.emit(Action::Notice(Some(error.to_string()))),
        }
    });
    if let Some(window) = window() {
        let _ = window.add_event_listener_with_callback("hashchange", listen.as_ref().unchecked_ref());
    }
    listen
}
