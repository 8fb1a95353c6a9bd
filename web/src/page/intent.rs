//! What somebody wants of a pair, and the smallest edits that do it.

use crate::protocol::{Intent, Proposal};
use crate::session::{Action, Session};
use yew::prelude::*;

/// Buttons for the selected pair; below them what could be done.
pub(super) fn view(session: &Session, send: &Callback<Action>) -> Html {
    if session.pair().is_none() {
        return html! {};
    }
    let what = if session.scope.filter == "all" { String::new() } else { format!(" on {}", session.scope.filter) };
    html! {
        <section class="intent" aria-label="What you want">
            <div class="row">
                <span class="faint">{ format!("this pair{what}") }</span>
                <button id="must-connect" onclick={send.reform(|_| Action::Want(Intent::Connect))}>{ "must connect" }</button>
                <button id="must-not-connect" onclick={send.reform(|_| Action::Want(Intent::Separate))}>{ "must not connect" }</button>
            </div>
            { proposals(session, send) }
        </section>
    }
}

fn proposals(session: &Session, send: &Callback<Action>) -> Html {
    let Some(found) = &session.proposals else { return html! {} };
    let refusal = found.refusal.as_ref().map(|text| html! { <p class="refusal" id="refusal">{ text }</p> });
    html! {
        <>
            { refusal }
            <ol class="proposals" id="proposals">{ for found.proposals.iter().enumerate().map(|(index, proposal)| one(session, index, proposal, send)) }</ol>
        </>
    }
}

fn one(session: &Session, index: usize, proposal: &Proposal, send: &Callback<Action>) -> Html {
    let line = |line: &crate::protocol::ChangeLine| html! { <li><b>{ line.sign }</b>{ " " }{ &line.who }{ ": " }{ &line.what }</li> };
    html! {
        <li>
            <p><b>{ &proposal.title }</b></p>
            <pre class="diff">{ session.diff(proposal) }</pre>
            <p>{ &proposal.summary }</p>
            <ul>{ for proposal.changes.iter().take(6).map(line) }</ul>
            <button class="accept" onclick={send.reform(move |_| Action::Accept(index))}>{ "Take it" }</button>
        </li>
    }
}
