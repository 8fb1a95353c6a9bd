//! What is above the picture: what the lines mean, which of them are drawn, and how large.

use super::scene::Scene;
use super::{Graph, Msg, Props};
use crate::session::Action;
use yew::html::Scope;
use yew::prelude::*;

/// The tools.
pub(super) fn view(props: &Props, link: &Scope<Graph>) -> Html {
    html! {
        <div class="tools">
            { legend(props) }
            <span class="space"></span>
            <button onclick={link.callback(|_: MouseEvent| Msg::Zoom(1.25))} aria-label="zoom in" title="larger (+, or Ctrl and the wheel)">{ "+" }</button>
            <button onclick={link.callback(|_: MouseEvent| Msg::Zoom(0.8))} aria-label="zoom out" title="smaller (−)">{ "−" }</button>
            <button onclick={link.callback(|_: MouseEvent| Msg::Reset)} title="everything back to its place (0)">{ "Reset" }</button>
        </div>
    }
}

/// What is chosen so far, or why hardly anything is drawn.
pub(super) fn hint(props: &Props, scene: &Scene<'_>, picked: Option<usize>, link: &Scope<Graph>) -> Html {
    if let Some(node) = picked.and_then(|node| props.picture.nodes.get(node)) {
        let only = node.members.first().copied().map(|asker| props.send.reform(move |_| Action::From(asker)));
        return html! {
            <p class="hint" role="status">
                { format!("{} asks: choose who answers", node.label) }
                <button class="link" onclick={only}>{ "only its lines" }</button>
                <button class="link" onclick={link.callback(|_: MouseEvent| Msg::Cancel)}>{ "cancel" }</button>
            </p>
        };
    }
    if !scene.is_crowded() {
        // Its room stays, so that no box moves away from under the pointer that has chosen one.
        return html! { <p class="hint"></p> };
    }
    let lines = props.picture.edges.len();
    html! { <p class="hint">{ format!("{lines} lines: only those of the box under the pointer are drawn; the matrix shows all") }</p> }
}

/// What the lines mean; a choice shows only those.
fn legend(props: &Props) -> Html {
    let entry = |verdict: &'static str, text: &'static str| {
        let chosen = props.only.as_deref() == Some(verdict);
        let next = (!chosen).then(|| verdict.to_owned());
        let choose = props.send.reform(move |_| Action::Only(next.clone()));
        let cross = (verdict == "one-way").then(|| html! { <path class="cross" d="M11 1 l10 10 m0 -10 l-10 10" /> });
        html! {
            <button class={classes!("legend", verdict)} aria-pressed={chosen.to_string()} title="show only these" onclick={choose}>
                <svg width="34" height="12" aria-hidden="true"><g class={classes!("line", verdict)}><path class="shaft" d="M2 6 H30" marker-end={format!("url(#tip-{verdict})")} />{ cross }</g></svg>
                { text }
            </button>
        }
    };
    let (shown, closed) = (props.closed, props.send.reform(|closed: bool| Action::Closed(closed)));
    let closed = closed.reform(move |_: MouseEvent| !shown);
    html! {
        <div class="legends" role="group" aria-label="What the lines mean">
            { entry("open", "open") }{ entry("partial", "some ports") }{ entry("one-way", "one-way") }{ entry("undefined", "unknown") }
            <button id="closed" class="legend closed" aria-pressed={shown.to_string()} title="draw these, too" onclick={closed}>
                <svg width="34" height="12" aria-hidden="true"><g class="line closed"><path class="shaft" d="M2 6 H32" /><path class="bar" d="M17 1 V11" /></g></svg>
                { "closed" }
            </button>
        </div>
    }
}
