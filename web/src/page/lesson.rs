//! A lesson: predict first, then see.

use crate::session::{Action, Lesson, Session};
use yew::prelude::*;

/// The question of the example, or what is so.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let Some(Lesson { example, guess }) = &session.lesson else { return html! {} };
    let Some(question) = example.lesson else { return html! {} };
    let close = send.reform(|_| Action::EndLesson);
    let body = match guess {
        None => html! {
            <>
                <p>{ question.asks }</p>
                <div class="row">
                    <button id="guess-yes" onclick={send.reform(|_| Action::Guess(true))}>{ "Yes" }</button>
                    <button id="guess-no" onclick={send.reform(|_| Action::Guess(false))}>{ "No" }</button>
                </div>
            </>
        },
        Some(guess) => {
            let verdict = if *guess == question.yes { "Just so." } else { "Many people would think so." };
            html! { <p id="told"><b>{ verdict }</b>{ " " }{ question.told }</p> }
        }
    };
    html! {
        <aside class="lesson" aria-label="Lesson">
            <h2>{ example.title }<button class="close" onclick={close} aria-label="close the lesson">{ "×" }</button></h2>
            { body }
        </aside>
    }
}
