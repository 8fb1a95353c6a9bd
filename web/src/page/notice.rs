//! What there is to say, and what can be taken back.

use super::words::worded;
use crate::session::{Action, Session};
use yew::prelude::*;

/// A line for each.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let told = session.notice.as_ref().map(|text| {
        let close = send.reform(|_| Action::Notice(None));
        html! {
            <div class="notice" role="status"><span>{ worded(text) }</span><button onclick={close} aria-label="close">{ "×" }</button></div>
        }
    });
    let former = session.former.as_ref().map(|former| {
        let (back, close) = (send.reform(|_| Action::Undo), send.reform(|_| Action::LetGo));
        html! {
            <div class="notice former" id="former" role="status">
                <span id="former-said">{ worded(&former.said) }</span>
                <button id="former-back" aria-describedby="former-said" onclick={back}>{ "Undo" }</button>
                <button class="close" onclick={close} aria-label="close, and let the text from before go" title="let the text from before go">{ "×" }</button>
            </div>
        }
    });
    html! { <>{ for told }{ for former }</> }
}
