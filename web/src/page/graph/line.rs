//! Lines: shape says what becomes of a conversation, colour only helps.

use super::lens::Point;
use super::scene::Line;
use crate::protocol::{Edge, Node, Picture};
use crate::session::Action;
use yew::prelude::*;

/// Where a line goes, its middle, and its angle there in degrees.
type Way = (String, Point, f64);

/// A line; where one of its boxes was moved, a straight one between the two.
pub(super) fn view(
    line: &Line<'_>,
    picture: &Picture,
    shift: &impl Fn(&Node) -> Point,
    send: &Callback<Action>,
) -> Html {
    let (from, to) = line.ends;
    let Some((from, to)) = picture.nodes.get(from).zip(picture.nodes.get(to)) else { return html! {} };
    let ends = from.members.first().copied().zip(to.members.get(usize::from(line.ends.0 == line.ends.1)).copied());
    let choose = ends.map(|(from, to)| send.reform(move |_| Action::Select(from, to)));
    let class = classes!(
        "line",
        line.edge.map_or("gone", |edge| shape(&edge.verdict)),
        line.sign.map(changed),
        line.dim.then_some("dim"),
        line.chosen.then_some("chosen"),
        line.glows.then_some("glow")
    );
    let shifts = (shift(from), shift(to));
    let inner = match line.edge {
        Some(edge) => drawn(edge, shifts, (from, to), line.sign),
        None => gone(shifts, (from, to), line.sign),
    };
    html! { <g key={format!("{}>{}", from.key, to.key)} {class} onclick={choose}>{ inner }</g> }
}

/// The tips of arrows.
pub(super) fn tips() -> impl Iterator<Item = Html> {
    ["open", "partial", "one-way", "undefined"].into_iter().map(|name| {
        html! {
            <marker id={format!("tip-{name}")} class={format!("tip {name}")} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
                <path d="M0 0.5 L7.5 4 L0 7.5 z" />
            </marker>
        }
    })
}

/// The name of a verdict as a class that lives for ever.
fn shape(verdict: &str) -> &'static str {
    match verdict {
        "open" => "open",
        "partial" => "partial",
        "one-way" => "one-way",
        "closed" => "closed",
        _ => "undefined",
    }
}

fn changed(sign: char) -> &'static str {
    match sign {
        '+' => "gained",
        '-' => "lost",
        _ => "other",
    }
}

fn drawn(edge: &Edge, (one, other): (Point, Point), (from, to): (&Node, &Node), sign: Option<char>) -> Html {
    let still = one == (0.0, 0.0) && other == (0.0, 0.0);
    let (path, middle, angle) = if still || edge.from == edge.to {
        (edge.path.clone(), wide(edge.middle), f64::from(edge.angle))
    } else {
        between((from, one), (to, other))
    };
    let tip = (edge.verdict != "closed").then(|| format!("url(#tip-{})", edge.verdict));
    let start = tip.clone().filter(|_| edge.both);
    let shift = (edge.from == edge.to && !still).then(|| format!("translate({} {})", one.0, one.1));
    let back = edge.back.as_ref().filter(|_| still).map(|back| html! { <path class="back" d={back.clone()} /> });
    let cross = edge.cross.map(|cross| if still { wide(cross) } else { middle }).map(crossed);
    let bar = (edge.verdict == "closed").then(|| {
        let place = format!("translate({} {}) rotate({angle})", middle.0, middle.1);
        html! { <path class="bar" d="M0 -6 L0 6" transform={place} /> }
    });
    let text = match edge.verdict.as_str() {
        "undefined" => format!("? {}", edge.label),
        _ => edge.label.clone(),
    };
    let arrow = if edge.both { "↔" } else { "→" };
    html! {
        <g transform={shift}>
            <title>{ format!("{} {arrow} {}: {}{}", from.label, to.label, edge.verdict, told(sign)) }</title>
            <path class="touch" d={path.clone()} />
            <path class="shaft" d={path} marker-start={start} marker-end={tip} />
            { back }{ cross }{ bar }
            { label(&text, middle) }
            { badge(sign, middle, !text.is_empty()) }
        </g>
    }
}

/// Where connections were lost and no line is left.
fn gone((one, other): (Point, Point), (from, to): (&Node, &Node), sign: Option<char>) -> Html {
    let (path, middle, _) = between((from, one), (to, other));
    html! {
        <g>
            <title>{ format!("{} → {}: closed{}", from.label, to.label, told(sign)) }</title>
            <path class="touch" d={path.clone()} /><path class="shaft" d={path} />
            { badge(sign, middle, false) }
        </g>
    }
}

fn told(sign: Option<char>) -> &'static str {
    match sign {
        Some('+') => "; connections gained",
        Some('-') => "; connections lost",
        Some(_) => "; not as before",
        None => "",
    }
}

fn crossed((x, y): Point) -> Html {
    html! { <path class="cross" d={format!("M{:.1} {:.1} l10 10 m0 -10 l-10 10", x - 5.0, y - 5.0)} /> }
}

fn label(text: &str, (x, y): Point) -> Html {
    if text.is_empty() {
        return html! {};
    }
    html! { <text class="label" x={x.to_string()} y={(y + 4.0).to_string()}>{ text }</text> }
}

/// The sign against what was pinned, beside a label or in its place.
fn badge(sign: Option<char>, (x, y): Point, beside: bool) -> Html {
    let Some(sign) = sign else { return html! {} };
    let y = if beside { y - 16.0 } else { y };
    let sign = if sign == '-' { '−' } else { sign };
    html! {
        <g class="badge" transform={format!("translate({x:.1} {y:.1})")}><circle r="8" /><text y="4.5">{ sign }</text></g>
    }
}

fn wide((x, y): (f32, f32)) -> Point {
    (f64::from(x), f64::from(y))
}

fn between((from, one): (&Node, Point), (to, other): (&Node, Point)) -> Way {
    let middle = |node: &Node, by: Point| {
        let (x, y, width, height) = node.frame;
        let (x, y) = wide((x + width / 2.0, y + height / 2.0));
        ((x + by.0, y + by.1), wide((width / 2.0, height / 2.0)))
    };
    let ((a, half), (b, other_half)) = (middle(from, one), middle(to, other));
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let leave = |half: Point| (half.0 / ux.abs().max(1e-6)).min(half.1 / uy.abs().max(1e-6)) + 5.0;
    let (s, e) = (leave(half), leave(other_half));
    let (start, end) = ((a.0 + ux * s, a.1 + uy * s), (b.0 - ux * e, b.1 - uy * e));
    let path = format!("M{:.1} {:.1} L{:.1} {:.1}", start.0, start.1, end.0, end.1);
    (path, ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0), dy.atan2(dx).to_degrees())
}
