//! Boxes and lines: hover lights, click explains, drag moves.

use super::table::word;
use crate::protocol::{Analysis, Edge, Node, Picture};
use crate::session::{Action, Session};
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::{Element, KeyboardEvent, PointerEvent, WheelEvent};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
}

/// With more lines than this the picture shows only those of whoever is looked at.
const READABLE: usize = 300;
/// Closer than this is no drag, in pixels.
const STILL: f64 = 4.0;

/// Where the picture is looked at from.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lens {
    scale: f64,
    x: f64,
    y: f64,
}

impl Default for Lens {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

/// What the pointer is doing.
#[derive(Debug, Clone, PartialEq)]
enum Drag {
    /// It moves a box: its key, where the pointer was, where the box was.
    Box(String, (f64, f64), (f64, f64)),
    /// It moves everything.
    All((f64, f64), Lens),
}

/// The picture.
#[component]
pub(super) fn Graph(props: &Props) -> Html {
    let Props { session, send } = props;
    let lens = use_state(Lens::default);
    let moved = use_state(HashMap::<String, (f64, f64)>::new);
    let drag = use_state(|| None::<Drag>);
    let hovered = use_state(|| None::<usize>);
    let picked = use_state(|| None::<usize>);
    let place = use_node_ref();
    let Some(analysis) = session.analysis.clone() else {
        return html! { <div class="graph empty">{ "…" }</div> };
    };
    let picture = &analysis.picture;
    // How many units of the picture a pixel of the screen is.
    let unit = {
        let place = place.clone();
        let (width, height) = (f64::from(picture.width), f64::from(picture.height));
        move || {
            let shown = place.cast::<Element>().map(|element| element.get_bounding_client_rect());
            let fit = shown.map(|frame| (width / frame.width().max(1.0)).max(height / frame.height().max(1.0)));
            fit.filter(|fit| fit.is_finite() && *fit > 0.0).unwrap_or(1.0)
        }
    };
    let wheel = {
        let lens = lens.clone();
        Callback::from(move |event: WheelEvent| {
            if !event.ctrl_key() && !event.meta_key() {
                return;
            }
            event.prevent_default();
            let scale = (lens.scale * (-event.delta_y() / 400.0).exp()).clamp(0.2, 6.0);
            lens.set(Lens { scale, ..*lens });
        })
    };
    let zoom = |by: f64| {
        let lens = lens.clone();
        move |_| lens.set(Lens { scale: (lens.scale * by).clamp(0.2, 6.0), ..*lens })
    };
    let reset = {
        let (lens, moved) = (lens.clone(), moved.clone());
        move |_| {
            lens.set(Lens::default());
            moved.set(HashMap::new());
        }
    };
    let grab = {
        let (drag, lens) = (drag.clone(), lens.clone());
        Callback::from(move |event: PointerEvent| drag.set(Some(Drag::All(at(&event), *lens))))
    };
    let pull = {
        let (drag, lens, moved, unit) = (drag.clone(), lens.clone(), moved.clone(), unit.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(doing) = &*drag else { return };
            if event.buttons() == 0 {
                drag.set(None);
                return;
            }
            let (x, y) = at(&event);
            let unit = unit() / lens.scale;
            match doing {
                Drag::Box(key, start, from) => {
                    let by = ((x - start.0) * unit, (y - start.1) * unit);
                    if by.0.hypot(by.1) > STILL {
                        let mut next = (*moved).clone();
                        next.insert(key.clone(), (from.0 + by.0, from.1 + by.1));
                        moved.set(next);
                    }
                }
                Drag::All(start, from) => {
                    lens.set(Lens { x: from.x - (x - start.0) * unit, y: from.y - (y - start.1) * unit, ..*lens });
                }
            }
        })
    };
    let release = {
        let drag = drag.clone();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    let shift = |node: &Node| moved.get(&node.key).copied().unwrap_or((0.0, 0.0));
    let focus =
        (*hovered).or(*picked).or_else(|| session.source.as_ref().and_then(|id| node_of(picture, session.index(id)?)));
    let crowded = picture.edges.len() > READABLE;
    let selected = session.pair().and_then(|(from, to)| Some((node_of(picture, from)?, node_of(picture, to)?)));
    let edge = |edge: &Edge| {
        let touches = |node: usize| edge.from == node || edge.to == node;
        let chosen = selected.is_some_and(|(from, to)| {
            (edge.from, edge.to) == (from, to) || edge.both && (edge.to, edge.from) == (from, to)
        });
        let outside_filter = session.only.as_ref().is_some_and(|only| *only != edge.verdict)
            || session
                .source
                .as_ref()
                .and_then(|id| node_of(picture, session.index(id)?))
                .is_some_and(|node| edge.from != node && !(edge.both && edge.to == node));
        if outside_filter || crowded && !chosen && focus.is_none_or(|node| !touches(node)) {
            return None;
        }
        let (from, to) = (picture.nodes.get(edge.from)?, picture.nodes.get(edge.to)?);
        let ends = (*from.members.first()?, *to.members.get(usize::from(edge.from == edge.to))?);
        let glows = session.turned.iter().any(|(one, other)| from.members.contains(one) && to.members.contains(other));
        let class = classes!(
            "line",
            edge.verdict.clone(),
            focus.is_some_and(|node| !touches(node)).then_some("dim"),
            chosen.then_some("chosen"),
            glows.then_some("glow")
        );
        let choose = send.reform(move |_| Action::Select(ends.0, ends.1));
        let (one, other) = (shift(from), shift(to));
        Some(
            html! { <g key={format!("{}>{}", from.key, to.key)} {class} onclick={choose}>{ drawn(edge, one, other, from, to, &analysis) }</g> },
        )
    };
    let node = |(index, node): (usize, &Node)| {
        let near = focus.is_none_or(|focus| {
            focus == index
                || picture
                    .edges
                    .iter()
                    .any(|edge| (edge.from, edge.to) == (focus, index) || (edge.to, edge.from) == (focus, index))
        });
        let chosen = selected.is_some_and(|(from, to)| from == index || to == index);
        let enter = {
            let hovered = hovered.clone();
            move |_: MouseEvent| hovered.set(Some(index))
        };
        let leave = {
            let hovered = hovered.clone();
            move |_: MouseEvent| hovered.set(None)
        };
        let press = {
            let (drag, key, from) = (drag.clone(), node.key.clone(), shift(node));
            Callback::from(move |event: PointerEvent| {
                event.stop_propagation();
                drag.set(Some(Drag::Box(key.clone(), at(&event), from)));
            })
        };
        let choose = chooser(index, node, picture, &picked, send);
        let click = {
            let choose = choose.clone();
            Callback::from(move |_: MouseEvent| choose.emit(()))
        };
        let unfold = {
            let (send, key, many) = (send.clone(), node.key.clone(), node.members.len() > 1);
            Callback::from(move |_: MouseEvent| {
                if many {
                    send.emit(Action::Unfold(key.clone()))
                }
            })
        };
        let pressed = {
            let choose = choose.clone();
            Callback::from(move |event: KeyboardEvent| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    choose.emit(())
                }
            })
        };
        let class = classes!(
            "node",
            kind_class(&node.kind),
            (!near).then_some("dim"),
            chosen.then_some("chosen"),
            (*picked == Some(index)).then_some("picked")
        );
        let (x, y) = shift(node);
        html! {
            <g key={node.key.clone()} {class} role="button" tabindex="0" aria-label={label(node)} transform={format!("translate({x} {y})")}
                onmouseenter={enter} onmouseleave={leave} onpointerdown={press} onclick={click} ondblclick={unfold} onkeydown={pressed}>
                { boxed(node) }
            </g>
        }
    };
    let (width, height) = (f64::from(picture.width) / lens.scale, f64::from(picture.height) / lens.scale);
    let (left, top) =
        (lens.x + (f64::from(picture.width) - width) / 2.0, lens.y + (f64::from(picture.height) - height) / 2.0);
    let hint = picked
        .and_then(|index| picture.nodes.get(index))
        .map(|node| format!("{} asks: choose who answers", node.label));
    html! {
        <div class="graph">
            <div class="tools">
                { legend(session, send) }
                <span class="space"></span>
                <label class="tick"><input id="closed" type="checkbox" checked={session.scope.closed} onchange={send.reform(|event: Event| Action::Closed(super::element::ticked(&event)))} />{ "closed, too" }</label>
                <button onclick={zoom(1.25)} aria-label="zoom in">{ "+" }</button>
                <button onclick={zoom(0.8)} aria-label="zoom out">{ "−" }</button>
                <button onclick={reset} title="everything back to its place">{ "Reset" }</button>
            </div>
            { hint.map(|text| html! { <p class="hint" role="status">{ text }</p> }) }
            { if crowded { html! { <p class="hint">{ format!("{} lines: only those of the box under the pointer are drawn; the matrix shows all", picture.edges.len()) }</p> } } else { html! {} } }
            <svg id="graph" ref={place} viewBox={format!("{left} {top} {width} {height}")} preserveAspectRatio="xMidYMid meet"
                role="group" aria-label="Picture of who can talk to whom; the table tells the same" onwheel={wheel} onpointerdown={grab} onpointermove={pull} onpointerup={release}>
                <defs>{ for ["open", "partial", "one-way", "undefined"].map(tip) }</defs>
                { for picture.areas.iter().map(|(name, frame)| area(name, *frame, &analysis)) }
                { for picture.edges.iter().filter_map(edge) }
                { for picture.nodes.iter().enumerate().map(node) }
            </svg>
        </div>
    }
}

fn at(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn node_of(picture: &Picture, endpoint: usize) -> Option<usize> {
    picture.nodes.iter().position(|node| node.members.contains(&endpoint))
}

/// The first choice is who asks, the second who answers.
fn chooser(
    index: usize,
    node: &Node,
    picture: &Picture,
    picked: &UseStateHandle<Option<usize>>,
    send: &Callback<Action>,
) -> Callback<()> {
    let (picked, send) = (picked.clone(), send.clone());
    let asker = picked.and_then(|asker| picture.nodes.get(asker)).and_then(|node| node.members.first().copied());
    let (first, second) = (node.members.first().copied(), node.members.get(1).copied());
    Callback::from(move |()| match *picked {
        None => picked.set(Some(index)),
        Some(same) if same == index => {
            if let (Some(one), Some(other)) = (first, second) {
                send.emit(Action::Select(one, other));
            }
            picked.set(None);
        }
        Some(_) => {
            if let (Some(from), Some(to)) = (asker, first) {
                send.emit(Action::Select(from, to));
            }
            picked.set(None);
        }
    })
}

fn kind_class(kind: &str) -> &'static str {
    match kind {
        "Gateway" | "External" | "Address" => "rim",
        _ => "machine",
    }
}

fn label(node: &Node) -> String {
    match node.members.len() {
        1 => format!("{} {} {}", node.kind, node.label, node.detail),
        count => format!("{count} alike: {}", node.label),
    }
}

fn area(name: &str, (x, y, width, height): (f32, f32, f32, f32), analysis: &Analysis) -> Html {
    let stateful = analysis.switches.iter().find(|switch| switch.name == name).map(|switch| switch.stateful);
    let word = match stateful {
        Some(true) => "stateful",
        Some(false) => "stateless",
        None => "",
    };
    html! {
        <g class="area" key={format!("area {name}")}>
            <rect x={x.to_string()} y={y.to_string()} width={width.to_string()} height={height.to_string()} rx="8" />
            <text class="title" x={(x + 12.0).to_string()} y={(y + 22.0).to_string()}>{ name }{ " " }<tspan class="state">{ word }</tspan></text>
        </g>
    }
}

fn tip(name: &'static str) -> Html {
    html! {
        <marker id={format!("tip-{name}")} class={format!("tip {name}")} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
            <path d="M0 0.5 L7.5 4 L0 7.5 z" />
        </marker>
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
            <text x={middle.to_string()} y={line.to_string()}>{ cut(&node.label) }</text>
            <text class="detail" x={middle.to_string()} y={(centre + 14.0).to_string()}>{ cut(&node.detail) }</text>
        </>
    }
}

fn cut(text: &str) -> String {
    const MOST: usize = 34;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// A line; where one of its boxes was moved, a straight line between the two.
fn drawn(edge: &Edge, one: (f64, f64), other: (f64, f64), from: &Node, to: &Node, analysis: &Analysis) -> Html {
    let still = one == (0.0, 0.0) && other == (0.0, 0.0);
    let (path, (x, y), angle) = if still || edge.from == edge.to {
        (edge.path.clone(), (f64::from(edge.middle.0), f64::from(edge.middle.1)), f64::from(edge.angle))
    } else {
        between(from, one, to, other)
    };
    let tip = format!("url(#tip-{})", edge.verdict);
    let open_end = edge.verdict != "closed";
    let start = (edge.both && open_end).then(|| tip.clone());
    let end = open_end.then_some(tip);
    let shift = (edge.from == edge.to && !still).then(|| format!("translate({} {})", one.0, one.1));
    let back = edge.back.as_ref().filter(|_| still).map(|back| html! { <path class="back" d={back.clone()} /> });
    let cross = match (still, edge.cross) {
        (true, Some((x, y))) => Some((f64::from(x), f64::from(y))),
        (false, Some(_)) => Some((x, y)),
        (_, None) => None,
    };
    let cross = cross.map(
        |(x, y)| html! { <path class="cross" d={format!("M{:.1} {:.1} l10 10 m0 -10 l-10 10", x - 5.0, y - 5.0)} /> },
    );
    let title = edge_title(edge, from, to, analysis);
    html! {
        <g transform={shift}>
            <title>{ title }</title>
            <path class="touch" d={path.clone()} />
            <path class="shaft" d={path} marker-start={start} marker-end={end} />
            { back }{ cross }
            { if edge.verdict == "closed" { html! { <path class="bar" d="M0 -6 L0 6" transform={format!("translate({x} {y}) rotate({angle})")} /> } } else { html! {} } }
            { if edge.verdict == "undefined" { html! { <text class="label" x={x.to_string()} y={(y + 4.0).to_string()}>{ format!("? {}", edge.label) }</text> } }
              else if edge.label.is_empty() { html! {} } else { html! { <text class="label" x={x.to_string()} y={(y + 4.0).to_string()}>{ &edge.label }</text> } } }
        </g>
    }
}

fn edge_title(edge: &Edge, from: &Node, to: &Node, analysis: &Analysis) -> String {
    let ends = from.members.first().copied().zip(to.members.last().copied());
    let verdict = ends.map_or("", |(one, other)| word(analysis.verdict(one, other)));
    let arrow = if edge.both { "↔" } else { "→" };
    format!("{} {arrow} {}: {verdict}", from.label, to.label)
}

fn between(from: &Node, one: (f64, f64), to: &Node, other: (f64, f64)) -> (String, (f64, f64), f64) {
    let middle = |node: &Node, by: (f64, f64)| {
        let (x, y, width, height) = node.frame;
        (
            f64::from(x + width / 2.0) + by.0,
            f64::from(y + height / 2.0) + by.1,
            f64::from(width) / 2.0,
            f64::from(height) / 2.0,
        )
    };
    let (a, b) = (middle(from, one), middle(to, other));
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let leave = |half: (f64, f64)| (half.0 / ux.abs().max(1e-6)).min(half.1 / uy.abs().max(1e-6)) + 5.0;
    let (s, e) = (leave((a.2, a.3)), leave((b.2, b.3)));
    let (start, end) = ((a.0 + ux * s, a.1 + uy * s), (b.0 - ux * e, b.1 - uy * e));
    let path = format!("M{:.1} {:.1} L{:.1} {:.1}", start.0, start.1, end.0, end.1);
    (path, ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0), dy.atan2(dx).to_degrees())
}

/// What the lines mean; a choice shows only those.
fn legend(session: &Session, send: &Callback<Action>) -> Html {
    let entry = |verdict: &'static str, text: &'static str| {
        let chosen = session.only.as_deref() == Some(verdict);
        let next = (!chosen).then(|| verdict.to_owned());
        html! {
            <button class={classes!("legend", verdict)} aria-pressed={chosen.to_string()} title="show only these" onclick={send.reform(move |_| Action::Only(next.clone()))}>
                <svg width="34" height="12" aria-hidden="true"><g class={classes!("line", verdict)}><path class="shaft" d="M2 6 H30" marker-end={format!("url(#tip-{verdict})")} />
                { if verdict == "one-way" { html! { <path class="cross" d="M11 1 l10 10 m0 -10 l-10 10" /> } } else { html! {} } }</g></svg>
                { text }
            </button>
        }
    };
    html! {
        <div class="legends" role="group" aria-label="What the lines mean">
            { entry("open", "open") }{ entry("partial", "some ports") }{ entry("one-way", "one-way") }{ entry("undefined", "unknown") }
        </div>
    }
}
