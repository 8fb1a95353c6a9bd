//! Boxes, and the areas of switches.

use super::lens::Point;
use super::{Graph, Msg, at, keys};
use crate::protocol::Node;
use ringfence_view::line::shortened;
use ringfence_view::picture::MOST_LETTERS;
use yew::html::Scope;
use yew::prelude::*;

/// A box.
pub(super) fn view(index: usize, node: &Node, (x, y): Point, look: &Classes, link: &Scope<Graph>) -> Html {
    let class = classes!("node", kind(&node.kind), look.clone());
    html! {
        <g key={node.key.clone()} {class} role="button" tabindex="0" aria-label={label(node)} transform={format!("translate({x} {y})")}
            onmouseenter={link.callback(move |_: MouseEvent| Msg::Hover(Some(index)))} onmouseleave={link.callback(|_: MouseEvent| Msg::Hover(None))}
            onpointerdown={link.callback(move |event| grabbed(index, &event))} onclick={link.callback(move |_: MouseEvent| Msg::Choose(index))}
            ondblclick={link.callback(move |_: MouseEvent| Msg::Unfold(index))} onkeydown={link.batch_callback(move |event| keys::meant(Some(index), &event))}>
            { boxed(node) }
        </g>
    }
}

/// The pointer takes the box, and not the picture behind it.
fn grabbed(index: usize, event: &PointerEvent) -> Msg {
    event.stop_propagation();
    Msg::Grab(Some(index), at(event))
}

/// The area of a switch.
pub(super) fn area(name: &str, (x, y, width, height): (f32, f32, f32, f32), stateful: &[(String, bool)]) -> Html {
    let word = match stateful.iter().find(|(switch, _)| switch == name) {
        Some((_, true)) => "stateful",
        Some((_, false)) => "stateless",
        None => "",
    };
    html! {
        <g class="area" key={format!("area {name}")}>
            <rect x={x.to_string()} y={y.to_string()} width={width.to_string()} height={height.to_string()} rx="8" />
            <text class="title" x={(x + 12.0).to_string()} y={(y + 22.0).to_string()}>{ name }{ " " }<tspan class="state">{ word }</tspan></text>
        </g>
    }
}

fn kind(kind: &str) -> &'static str {
    match kind {
        "Gateway" | "External" | "Address" => "rim",
        _ => "machine",
    }
}

fn label(node: &Node) -> String {
    match node.members.len() {
        1 => format!("{} {} {}", node.kind, node.label, node.detail),
        count => format!("{count} alike: {}; U or a double click unfolds them", node.label),
    }
}

fn boxed(node: &Node) -> Html {
    let (x, y, width, height) = node.frame;
    let (middle, centre) = (x + width / 2.0, y + height / 2.0);
    let rect = |by: f32| {
        html! { <rect x={(x + by).to_string()} y={(y + by).to_string()} width={width.to_string()} height={height.to_string()} rx="6" /> }
    };
    let line = if node.detail.is_empty() { centre + 4.5 } else { centre - 2.0 };
    html! {
        <>
            <title>{ label(node) }</title>
            { if node.members.len() > 1 { rect(4.0) } else { html! {} } }
            { rect(0.0) }
            <text x={middle.to_string()} y={line.to_string()}>{ shortened(&node.label, MOST_LETTERS) }</text>
            <text class="detail" x={middle.to_string()} y={(centre + 14.0).to_string()}>{ shortened(&node.detail, MOST_LETTERS) }</text>
        </>
    }
}
