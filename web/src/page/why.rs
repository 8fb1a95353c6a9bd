//! Why one conversation works, or does not: the sentence first, then the walk.

use super::copy::Copy;
use super::intent::Wish;
use super::words::worded;
use crate::protocol::{Decider, Half, Place, Step, Tracking};
use crate::session::{Action, Session};
use std::rc::Rc;
use yew::prelude::*;

/// The walk of the selected pair.
pub(super) fn view(session: &Rc<Session>, send: &Callback<Action>) -> Html {
    let Some((why, pair)) = session.why.as_ref().zip(session.selected.as_ref()) else {
        return html! { <section class="why empty"><p>{ "Choose a line of the picture, or two boxes one after the other, to see why." }</p></section> };
    };
    let sentence = why.whole.clone().unwrap_or_else(|| why.because.clone());
    let shown = why
        .whole
        .as_ref()
        .map(|_| html! { <p class="shown">{ format!("Shown: {}. ", why.shown) }{ worded(&why.because) }</p> });
    html! {
        <section class="why" id="why" aria-live="polite" aria-label="Why">
            <h2>
                <span class={classes!("verdict", why.verdict.clone())}>{ &why.verdict }</span>
                { " " }{ &pair.from }{ " → " }{ &pair.to }
                <span class="space"></span>
                <button onclick={send.reform(|_| Action::Turn)} title="the other direction" aria-label="the other direction">{ "⇄" }</button>
                <button onclick={send.reform(|_| Action::Deselect)} aria-label="close">{ "×" }</button>
            </h2>
            <Wish key={format!("{} {}", pair.from, pair.to)} session={Rc::clone(session)} send={send.clone()} />
            <p id="because">{ worded(&capital(&sentence)) }{ full_stop(&sentence) }</p>
            { shown }
            { switches(session, send) }
            <div class="halves">{ for why.halves.iter().map(|half| view_half(session, half, send)) }</div>
            { for why.notes.iter().map(|note| html! { <p class="remark">{ worded(note) }</p> }) }
            { traces(&why.traces) }
        </section>
    }
}

/// A sentence begins with a capital, a name as it is written: `default/vm1`.
fn capital(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    if !first.chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn full_stop(text: &str) -> &'static str {
    if text.ends_with('.') { "" } else { "." }
}

/// What one allow-related row changes.
fn switches(session: &Session, send: &Callback<Action>) -> Html {
    let Some(why) = &session.why else { return html! {} };
    let stateful = why.switches.iter().any(|switch| switch.stateful);
    let other = match (session.tracking, stateful) {
        (Tracking::AsWritten, false) => Tracking::On,
        (Tracking::AsWritten, true) => Tracking::Off,
        (Tracking::On | Tracking::Off, _) => Tracking::AsWritten,
    };
    let choose = send.reform(move |_| Action::Track(other));
    let line = |switch: &crate::protocol::Switch| html! { <>{ format!("{} {}. ", switch.name, switch.why) }</> };
    let played = session.tracking != Tracking::AsWritten;
    if why.switches.is_empty() {
        return html! {};
    }
    html! {
        <p class="tracking">
            <button role="switch" id="stateful" aria-checked={stateful.to_string()} onclick={choose}><span class="knob"></span>{ if stateful { "stateful" } else { "stateless" } }</button>
            <span>{ for why.switches.iter().map(line) }{ if played { "This is a game: the rules do not say so." } else { "" } }</span>
        </p>
    }
}

fn view_half(session: &Session, half: &Half, send: &Callback<Action>) -> Html {
    let untold = half.untold.as_ref().filter(|_| half.packet.is_none());
    html! {
        <div class="half">
            <h3>{ &half.title }{ " " }<code>{ half.packet.clone().unwrap_or_default() }</code></h3>
            { untold.map(|text| html! { <p class="faint">{ text }</p> }) }
            <ol>{ for half.steps.iter().filter(|step| !step.quiet).map(|step| view_step(session, step, send)) }</ol>
            { if half.arrived { html! { <p class="arrived">{ "✓ arrives" }</p> } } else { html! {} } }
        </div>
    }
}

fn view_step(session: &Session, step: &Step, send: &Callback<Action>) -> Html {
    let mark = match step.result.as_str() {
        "allow" => "✓",
        "pass" => "↓",
        "doubt" => "?",
        _ => "✕",
    };
    html! {
        <li class={step.result.clone()} title={format!("connection tracking: {}", step.tracking)}>
            <span class="mark">{ mark }</span>
            <div>
                { whereabouts(step) }{ ": " }<b>{ &step.fate }</b>{ worded(&step.reason) }
                { for step.deciders.iter().map(|decider| view_decider(session, decider, send)) }
            </div>
        </li>
    }
}

/// Where a packet is, with OVN's own word for it in the font for code.
fn whereabouts(step: &Step) -> Html {
    match step.place.split_once(&format!("({} ", step.stage)) {
        Some((plain, rest)) => html! { <>{ plain }{ "(" }<code>{ &step.stage }</code>{ " " }{ rest }</> },
        None => html! { &step.place },
    }
}

fn view_decider(session: &Session, decider: &Decider, send: &Callback<Action>) -> Html {
    html! {
        <p class="decider"><b>{ &decider.what }</b>{ " " }<code>{ &decider.matches }</code><br/>{ place(session, decider.place, send) }{ " " }{ &decider.origin }</p>
    }
}

/// A link to a line.
pub(super) fn place(session: &Session, place: Option<Place>, send: &Callback<Action>) -> Html {
    let Some(place) = place else { return html! {} };
    let file = session.files.get(place.file).map_or("", |file| file.name.as_str());
    html! { <button class="link" onclick={send.reform(move |_| Action::Reveal(place.file, place.line))}>{ format!("{file}:{}", place.line) }</button> }
}

fn traces(traces: &[String]) -> Html {
    if traces.is_empty() {
        return html! {};
    }
    let all = traces.join("\n");
    html! {
        <details class="traces">
            <summary>{ "Ask a real OVN" }</summary>
            <pre>{ &all }</pre>
            <Copy text={all.clone()} />
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn names_have_no_capital_of_ours() {
        let written = ["default/vm1's request", "vm-1's request", "`vm1` asks", "nothing passes", ""].map(capital);
        assert_eq!(written, ["default/vm1's request", "vm-1's request", "`vm1` asks", "Nothing passes", ""]);
    }
}
