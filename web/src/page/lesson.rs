//! A lesson: predict first, then see.

use super::words::worded;
use crate::session::{Action, Lesson, Session};
use yew::prelude::*;

/// The question of the example, or what is so.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let Some(Lesson { example, guess }) = &session.lesson else { return html! {} };
    let Some(question) = example.lesson else { return html! {} };
    let (turn, all) = example.turn();
    let close = send.reform(|_| Action::EndLesson);
    let body = match guess {
        None => html! {
            <>
                <p>{ worded(question.asks) }</p>
                <div class="row">
                    <button id="guess-yes" onclick={send.reform(|_| Action::Guess(true))}>{ "Yes" }</button>
                    <button id="guess-no" onclick={send.reform(|_| Action::Guess(false))}>{ "No" }</button>
                </div>
            </>
        },
        Some(guess) => {
            let verdict = if *guess == question.yes { "Just so." } else { "Many people would think so." };
            let next = example.next().map(|next| {
                html! { <div class="row"><button id="next-lesson" onclick={send.reform(move |_| Action::Example(next))}>{ format!("Next: {}", next.title) }</button></div> }
            });
            html! { <><p id="told"><b>{ verdict }</b>{ " " }{ worded(question.told) }</p>{ next }</> }
        }
    };
    html! {
        <aside class="lesson" aria-label="Lesson">
            <h2>{ example.title }<small>{ format!("{turn} of {all}") }</small><button class="close" onclick={close} aria-label="close the lesson">{ "×" }</button></h2>
            { body }
        </aside>
    }
}
