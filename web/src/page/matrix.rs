//! Rows ask, columns answer: a canvas, so that thousands fit.

mod lens;
mod paint;

use super::table::word;
use crate::protocol::{Analysis, Changes};
use crate::session::{Action, Session, Theme};
use lens::{LARGEST, Lens, fitting, following, hit, least, room_for_names, scrolled};
use paint::{Sheet, glyph};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, KeyboardEvent, MouseEvent, ResizeObserver, WheelEvent};
use yew::prelude::*;

#[derive(Properties, Clone)]
pub(super) struct Props {
    /// What is told.
    analysis: Rc<Analysis>,
    /// What is different from what was pinned.
    changes: Option<Rc<Changes>>,
    /// The pair that is explained, by endpoint.
    pair: Option<(usize, usize)>,
    /// The colours.
    theme: Theme,
    /// Where actions go.
    send: Callback<Action>,
}

/// Painting is dear: what is not seen in here does not count.
impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.analysis.reaches_like(&other.analysis)
            && (self.pair, self.theme) == (other.pair, other.theme)
            && (&self.changes, &self.send) == (&other.changes, &other.send)
    }
}

impl Props {
    /// What the matrix shows of a session; nothing before the first answer.
    pub(super) fn of(session: &Session, send: &Callback<Action>) -> Option<Self> {
        let analysis = Rc::clone(session.analysis.as_ref()?);
        let changes = session.changes.clone();
        Some(Self { analysis, changes, pair: session.pair(), theme: session.theme, send: send.clone() })
    }
}

/// The matrix.
#[component]
pub(super) fn Matrix(props: &Props) -> Html {
    let Props { analysis, changes, pair: chosen, send, .. } = props;
    let place = use_node_ref();
    let cursor = use_state(|| (0_usize, 1_usize));
    let lens = use_state(|| None::<Lens>);
    let size = analysis.endpoints.len();
    let names = (size, room_for_names(analysis));
    use_redraw(&place);
    {
        let (place, analysis, changes) = (place.clone(), Rc::clone(analysis), changes.clone());
        let (cursor, lens, pair) = (*cursor, *lens, *chosen);
        use_effect(move || {
            if let Some(canvas) = place.cast::<HtmlCanvasElement>() {
                let lens = lens.unwrap_or_else(|| fitting(&canvas, names));
                // A browser that draws nothing leaves the table.
                let _ = paint::paint(&Sheet {
                    canvas: &canvas,
                    analysis: &analysis,
                    changes: changes.as_deref(),
                    lens,
                    cursor,
                    pair,
                });
            }
        });
    }
    let current = {
        let place = place.clone();
        let lens = *lens;
        move || {
            place.cast::<HtmlCanvasElement>().map(|canvas| (lens.unwrap_or_else(|| fitting(&canvas, names)), canvas))
        }
    };
    let pair = |analysis: &Analysis, (row, column): (usize, usize)| {
        Some((*analysis.order.get(row)?, *analysis.order.get(column)?))
    };
    let hover = {
        let (cursor, current) = (cursor.clone(), current.clone());
        Callback::from(move |event: MouseEvent| {
            let cell = current().and_then(|(lens, _)| hit(lens, &event, size));
            if let Some(cell) = cell.filter(|cell| *cursor != *cell) {
                cursor.set(cell);
            }
        })
    };
    let click = {
        let (send, analysis, current) = (send.clone(), Rc::clone(analysis), current.clone());
        Callback::from(move |event: MouseEvent| {
            let found = current().and_then(|(lens, _)| pair(&analysis, hit(lens, &event, size)?));
            if let Some((from, to)) = found {
                send.emit(Action::Select(from, to));
            }
        })
    };
    let wheel = {
        let (lens, current) = (lens.clone(), current.clone());
        Callback::from(move |event: WheelEvent| {
            let Some((now, canvas)) = current() else { return };
            event.prevent_default();
            lens.set(Some(scrolled(now, &canvas, &event, size)));
        })
    };
    let key = {
        let (cursor, lens, send, analysis, current) =
            (cursor.clone(), lens.clone(), send.clone(), Rc::clone(analysis), current.clone());
        Callback::from(move |event: KeyboardEvent| {
            let (row, column) = *cursor;
            let next = match event.key().as_str() {
                "ArrowUp" => (row.saturating_sub(1), column),
                "ArrowDown" => (row + 1, column),
                "ArrowLeft" => (row, column.saturating_sub(1)),
                "ArrowRight" => (row, column + 1),
                "Home" => (row, 0),
                "End" => (row, size.saturating_sub(1)),
                "Enter" | " " => {
                    event.prevent_default();
                    if let Some((from, to)) = pair(&analysis, (row, column)) {
                        send.emit(Action::Select(from, to));
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            let next = (next.0.min(size.saturating_sub(1)), next.1.min(size.saturating_sub(1)));
            if let Some((now, canvas)) = current() {
                lens.set(Some(following(now, &canvas, next)));
            }
            cursor.set(next);
        })
    };
    let zoom = |by: f64| {
        let (lens, current, cursor) = (lens.clone(), current.clone(), *cursor);
        move |_: MouseEvent| {
            if let Some((now, canvas)) = current() {
                let next = Lens { cell: (now.cell * by).clamp(least(&canvas, size), LARGEST), ..now };
                lens.set(Some(following(next, &canvas, cursor)));
            }
        }
    };
    let fit = {
        let lens = lens.clone();
        move |_: MouseEvent| lens.set(None)
    };
    let told = pair(analysis, *cursor).and_then(|(from, to)| tell(analysis, from, to)).unwrap_or_default();
    html! {
        <div class="matrix">
            <div class="tools">
                { legend() }
                <span class="space"></span>
                <button onclick={zoom(1.4)} aria-label="larger">{ "+" }</button>
                <button onclick={zoom(0.7)} aria-label="smaller">{ "−" }</button>
                <button onclick={fit}>{ "Fit" }</button>
            </div>
            <p class="hint"><span id="cell" aria-live="polite">{ told }</span><span class="space"></span>{ format!("{size} endpoints in {} groups of alike", analysis.groups) }</p>
            <canvas id="matrix" ref={place} tabindex="0" role="img" aria-label="Matrix: rows ask, columns answer. Arrow keys move, Enter explains; the table tells the same."
                onmousemove={hover} onclick={click} onwheel={wheel} onkeydown={key}></canvas>
        </div>
    }
}

/// Draws again where the canvas has another size, or the system other colours.
#[hook]
fn use_redraw(place: &NodeRef) {
    let again = use_force_update();
    let place = place.clone();
    use_effect_with((), move |()| {
        let (sized, dyed) = (again.clone(), again);
        let sized = Closure::<dyn Fn()>::new(move || sized.force_update());
        let dyed = Closure::<dyn Fn()>::new(move || dyed.force_update());
        let observer = ResizeObserver::new(sized.as_ref().unchecked_ref()).ok();
        if let Some((observer, canvas)) = observer.as_ref().zip(place.cast::<HtmlCanvasElement>()) {
            observer.observe(&canvas);
        }
        let dark =
            super::element::window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?);
        if let Some(dark) = &dark {
            dark.set_onchange(Some(dyed.as_ref().unchecked_ref()));
        }
        move || {
            observer.iter().for_each(ResizeObserver::disconnect);
            dark.iter().for_each(|dark| dark.set_onchange(None));
            drop((sized, dyed));
        }
    });
}

/// What stands in the cells.
fn legend() -> Html {
    let entry = |(mark, class, text): (u8, &'static str, &'static str)| {
        html! { <span class={classes!("glyph", class)}><b>{ glyph(mark) }</b>{ text }</span> }
    };
    let all = [
        (b'O', "open", "open"),
        (b'%', "partial", "some ports"),
        (b'>', "one-way", "one-way"),
        (b'?', "undefined", "unknown"),
        (b'.', "closed", "closed"),
    ];
    html! { <div class="legends" role="group" aria-label="What the cells mean">{ for all.into_iter().map(entry) }</div> }
}

fn tell(analysis: &Analysis, from: usize, to: usize) -> Option<String> {
    let (source, target) = (analysis.endpoints.get(from)?, analysis.endpoints.get(to)?);
    if from == to {
        return Some(format!("{} itself", source.id));
    }
    Some(format!("{} → {}: {}", source.id, target.id, word(analysis.verdict(from, to))))
}
