//! What is claimed, with a tick or a cross.

use super::words::worded;
use crate::protocol::Claim;
use crate::session::{Action, Session};
use yew::prelude::*;

/// The claims of the texts.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    let Some(analysis) = &session.analysis else { return html! {} };
    if analysis.claims.is_empty() {
        return html! {};
    }
    let wrong = analysis.claims.iter().filter(|claim| !claim.holds).count();
    let held = if analysis.held { " of the last text that could be read" } else { "" };
    let title = format!("Claims{held}  ✓ {}  ✕ {wrong}", analysis.claims.len() - wrong);
    html! {
        <details class={classes!("claims", analysis.held.then_some("held"))} open={true}>
            <summary>{ title }</summary>
            <ul id="claims">{ for analysis.claims.iter().map(|claim| line(session, claim, send)) }</ul>
        </details>
    }
}

fn line(session: &Session, claim: &Claim, send: &Callback<Action>) -> Html {
    let (mark, class, word) = if claim.holds { ("✓", "holds", "true") } else { ("✕", "fails", "false") };
    let id = |index: usize| {
        let endpoint = session.analysis.as_ref().and_then(|analysis| analysis.endpoints.get(index));
        endpoint.map_or(String::new(), |endpoint| endpoint.id.clone())
    };
    let counterexample = claim.counterexamples.first().map(|found| {
        let (from, to) = (found.from, found.to);
        let text = format!("{} → {} is {}", id(from), id(to), found.found);
        let more = claim.wrong.saturating_sub(1);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        html! { <p><button class="link" onclick={send.reform(move |_| Action::Select(from, to))}>{ text }</button>{ format!(", not {}{more}", found.expected) }</p> }
    });
    let flaws = claim.flaws.iter().map(|flaw| html! { <p>{ worded(flaw) }</p> });
    let place = claim.place.map(|place| {
        html! { <button class="link" onclick={send.reform(move |_| Action::Reveal(place.file, place.line))}>{ format!("line {}", place.line) }</button> }
    });
    html! {
        <li class={class}>
            <span class="mark" aria-label={word}>{ mark }</span>
            <div>{ worded(&claim.claim) }{ " " }{ place }{ for flaws }{ counterexample }</div>
        </li>
    }
}
