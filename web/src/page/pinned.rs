//! Before and after: what is gained and lost against a state that somebody pinned.

use super::words::worded;
use crate::protocol::{ChangeLine, Changes};
use crate::session::{Action, Session};
use yew::prelude::*;

/// More lines than this are told by number.
const MOST: usize = 12;

/// A button that pins; or else what is different from what is pinned.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    if session.pinned.is_none() {
        return html! {
            <button id="pin" class="quiet" onclick={send.reform(|_| Action::Pin)} title="From now on, show what is gained and lost against this">{ "Pin as before" }</button>
        };
    }
    let changes = session.changes.as_deref();
    let count =
        |sign: char, changes: &Changes| changes.pairs.iter().filter(|(_, _, of)| [sign, '±'].contains(of)).count();
    let counts = |changes: &Changes| {
        let (gained, lost) = (count('+', changes), count('-', changes));
        html! {
            <>
                <b class="gained" aria-label={format!("{gained} pairs gained")}>{ format!("+{gained}") }</b>
                <b class="lost" aria-label={format!("{lost} pairs lost")}>{ format!("−{lost}") }</b>
            </>
        }
    };
    html! {
        <details class="menu pinned" id="pinned">
            <summary title={changes.map(|changes| format!("against before: {}", changes.summary))}>
                { "before" }
                { for changes.map(counts) }
            </summary>
            <div class="list">
                { for changes.map(list) }
                <div class="row">
                    <button onclick={send.reform(|_| Action::Restore)}>{ "Back to before" }</button>
                    <button onclick={send.reform(|_| Action::Pin)}>{ "Pin this instead" }</button>
                    <button id="unpin" onclick={send.reform(|_| Action::Unpin)}>{ "Unpin" }</button>
                </div>
            </div>
        </details>
    }
}

fn list(changes: &Changes) -> Html {
    let more = changes.lines.len().saturating_sub(MOST);
    html! {
        <ul>
            <li class="faint">{ worded(&changes.summary) }</li>
            { for changes.lines.iter().take(MOST).map(line) }
            { if more > 0 { html! { <li>{ format!("and {more} more") }</li> } } else { html! {} } }
        </ul>
    }
}

fn line(line: &ChangeLine) -> Html {
    let class = match line.sign {
        '+' => "gained",
        '-' => "lost",
        _ => "other",
    };
    let rest = if line.verdicts.is_empty() {
        html! {}
    } else {
        html! { <small>{ worded(&format!(" ({}) {}", line.verdicts, line.because.join("; "))) }</small> }
    };
    html! { <li class={class}><b>{ line.sign }</b>{ " " }{ worded(&line.who) }{ ": " }{ worded(&line.what) }{ rest }</li> }
}
