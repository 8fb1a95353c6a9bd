//! What somebody wants of a pair, and the smallest edits that do it.

use super::element::text_of;
use super::toolbar::TRAFFIC;
use super::words::worded;
use crate::protocol::{Intent, Proposal};
use crate::session::{Action, Session};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
}

/// Buttons for the selected pair, and for which of its conversations; below them what could be done.
#[component]
pub(super) fn Wish(props: &Props) -> Html {
    let Props { session, send } = props;
    // Until somebody says something else, it is about what the picture shows.
    let said = use_state(|| None::<String>);
    let on = said.as_ref().unwrap_or(&session.scope.filter).clone();
    if session.pair().is_none() {
        return html! {};
    }
    let typed = Callback::from(move |event: InputEvent| said.set(Some(text_of(&event))));
    let known = crate::share::is_filter(&on);
    let want = |intent: Intent| {
        let on = on.clone();
        send.reform(move |_| Action::Want(intent, on.clone()))
    };
    html! {
        <section class="intent" aria-label="What you want">
            <div class="row">
                <span class="faint">{ "this pair" }</span>
                <button id="must-connect" disabled={!known} onclick={want(Intent::Connect)}>{ "must connect" }</button>
                <button id="must-not-connect" disabled={!known} onclick={want(Intent::Separate)}>{ "must not connect" }</button>
                <label class="field"><span>{ "on" }</span>
                    <input id="wish-on" class="short" list="filters" value={on.clone()} oninput={typed} aria-invalid={(!known).to_string()} aria-describedby={(!known).then_some("wish-wrong")}
                        title="all, icmp, tcp, udp, sctp, or one port: tcp/22" spellcheck="false" autocomplete="off" />
                </label>
            </div>
            { (!known).then(|| html! { <p id="wish-wrong" class="wrong" role="alert">{ worded(&format!("`{on}` is no traffic. {TRAFFIC}.")) }</p> }) }
            { proposals(session, send) }
        </section>
    }
}

fn proposals(session: &Session, send: &Callback<Action>) -> Html {
    let Some(found) = &session.proposals else { return html! {} };
    let refusal = found.refusal.as_ref().map(|text| html! { <p class="refusal" id="refusal">{ worded(text) }</p> });
    html! {
        <>
            { refusal }
            <ol class="proposals" id="proposals">{ for found.proposals.iter().enumerate().map(|(index, proposal)| one(session, index, proposal, send)) }</ol>
        </>
    }
}

fn one(session: &Session, index: usize, proposal: &Proposal, send: &Callback<Action>) -> Html {
    let line = |line: &crate::protocol::ChangeLine| html! { <li><b>{ line.sign }</b>{ " " }{ &line.who }{ ": " }{ worded(&line.what) }</li> };
    html! {
        <li>
            <p><b>{ worded(&proposal.title) }</b></p>
            <pre class="diff">{ session.diff(proposal) }</pre>
            <p>{ worded(&proposal.summary) }</p>
            <ul>{ for proposal.changes.iter().take(6).map(line) }</ul>
            <button class="accept" onclick={send.reform(move |_| Action::Accept(index))}>{ "Take it" }</button>
        </li>
    }
}
