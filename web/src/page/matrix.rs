//! Rows ask, columns answer: a canvas, so that thousands fit.

use super::table::word;
use crate::protocol::Analysis;
use crate::raster::Raster;
use crate::session::{Action, Session};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, KeyboardEvent, MouseEvent, WheelEvent};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The state.
    pub(super) session: Rc<Session>,
    /// Where actions go.
    pub(super) send: Callback<Action>,
}

/// A cell is at least this large with a glyph in it.
const GLYPH: f64 = 11.0;
/// The largest cell.
const MOST: f64 = 26.0;
/// The smallest one that shows a single pair; where all are to be seen, many share a pixel.
const LEAST: f64 = 2.0;
/// The most room for names, where names fit.
const NAMES: f64 = 150.0;
/// How wide a letter of a name may be.
const LETTER: f64 = 7.5;
/// Names fit cells of this size.
const NAMED: f64 = 12.0;

/// What part of the matrix is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lens {
    cell: f64,
    row: usize,
    column: usize,
    /// Room for names, where names fit.
    names: f64,
}

impl Lens {
    /// What is taken from the left and from the top.
    fn margin(self) -> f64 {
        if self.cell >= NAMED { self.names } else { 0.0 }
    }
}

/// The matrix.
#[component]
pub(super) fn Matrix(props: &Props) -> Html {
    let Props { session, send } = props;
    let place = use_node_ref();
    let cursor = use_state(|| (0_usize, 1_usize));
    let lens = use_state(|| None::<Lens>);
    let size = session.analysis.as_ref().map_or(0, |analysis| analysis.endpoints.len());
    let names = (size, room_for_names(session.analysis.as_deref()));
    {
        let (place, session, cursor, lens) = (place.clone(), Rc::clone(session), *cursor, *lens);
        use_effect(move || {
            if let Some((canvas, analysis)) = place.cast::<HtmlCanvasElement>().zip(session.analysis.as_ref()) {
                // A browser that draws nothing leaves the table.
                let _ = draw(&canvas, analysis, &session, cursor, lens.unwrap_or_else(|| fitting(&canvas, names)));
            }
        });
    }
    let Some(analysis) = session.analysis.clone() else { return html! {} };
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
            let cell = current().and_then(|(lens, canvas)| hit(&canvas, lens, &event, size));
            if let Some(cell) = cell.filter(|cell| *cursor != *cell) {
                cursor.set(cell);
            }
        })
    };
    let click = {
        let (send, analysis, current) = (send.clone(), Rc::clone(&analysis), current.clone());
        Callback::from(move |event: MouseEvent| {
            let found = current().and_then(|(lens, canvas)| pair(&analysis, hit(&canvas, lens, &event, size)?));
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
            (cursor.clone(), lens.clone(), send.clone(), Rc::clone(&analysis), current.clone());
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
                let next = Lens { cell: (now.cell * by).clamp(least(&canvas, size), MOST), ..now };
                lens.set(Some(following(next, &canvas, cursor)));
            }
        }
    };
    let fit = {
        let lens = lens.clone();
        move |_: MouseEvent| lens.set(None)
    };
    let told = pair(&analysis, *cursor).and_then(|(from, to)| tell(&analysis, from, to)).unwrap_or_default();
    html! {
        <div class="matrix">
            <div class="tools">
                <span>{ format!("{size} endpoints in {} groups of alike", analysis.groups) }</span>
                <span class="space"></span>
                <button onclick={zoom(1.4)} aria-label="larger">{ "+" }</button>
                <button onclick={zoom(0.7)} aria-label="smaller">{ "−" }</button>
                <button onclick={fit}>{ "Fit" }</button>
            </div>
            <p class="hint" id="cell" aria-live="polite">{ told }</p>
            <canvas id="matrix" ref={place} tabindex="0" role="img" aria-label="Matrix: rows ask, columns answer. Arrow keys move, Enter explains; the table tells the same."
                onmousemove={hover} onclick={click} onwheel={wheel} onkeydown={key}></canvas>
        </div>
    }
}

fn tell(analysis: &Analysis, from: usize, to: usize) -> Option<String> {
    let (source, target) = (analysis.endpoints.get(from)?, analysis.endpoints.get(to)?);
    if from == to {
        return Some(format!("{} itself", source.id));
    }
    Some(format!("{} → {}: {}", source.id, target.id, word(analysis.verdict(from, to))))
}

/// The canvas in CSS pixels.
fn room(canvas: &HtmlCanvasElement) -> (f64, f64) {
    (f64::from(canvas.client_width()).max(1.0), f64::from(canvas.client_height()).max(1.0))
}

/// The room that the longest name takes.
fn room_for_names(analysis: Option<&Analysis>) -> f64 {
    let longest = analysis.iter().flat_map(|analysis| &analysis.endpoints).map(|end| short(&end.id).chars().count());
    (longest.max().unwrap_or(0) as f64 * LETTER + 16.0).min(NAMES)
}

/// The name of an endpoint as far as there is room for it.
fn short(id: &str) -> String {
    let short = id.strip_prefix("default/").unwrap_or(id);
    if short.chars().count() > 20 { short.chars().take(19).chain(['…']).collect() } else { short.to_owned() }
}

/// The smallest cell: then all are seen.
fn least(canvas: &HtmlCanvasElement, size: usize) -> f64 {
    let (width, height) = room(canvas);
    (width.min(height) / size.max(1) as f64).min(LEAST)
}

/// A lens that shows all of it.
fn fitting(canvas: &HtmlCanvasElement, (size, names): (usize, f64)) -> Lens {
    let (width, height) = room(canvas);
    let side = width.min(height);
    let count = size.max(1) as f64;
    let with_names = ((side - names) / count).floor();
    let whole = (side / count).floor().min(NAMED - 1.0);
    let cell = if with_names >= NAMED { with_names } else { whole };
    Lens { cell: if cell < LEAST { side / count } else { cell.min(MOST) }, row: 0, column: 0, names }
}

/// How many cells are seen, down and across.
fn seen(canvas: &HtmlCanvasElement, lens: Lens) -> (usize, usize) {
    let (width, height) = room(canvas);
    let count = |pixels: f64| ((pixels - lens.margin()) / lens.cell).ceil().max(1.0) as usize;
    (count(height), count(width))
}

fn hit(canvas: &HtmlCanvasElement, lens: Lens, event: &MouseEvent, size: usize) -> Option<(usize, usize)> {
    let at = |pixels: i32| (f64::from(pixels) - lens.margin()) / lens.cell;
    let (x, y) = (at(event.offset_x()), at(event.offset_y()));
    if x < 0.0 || y < 0.0 {
        return None;
    }
    let _ = canvas;
    let cell = (lens.row + y as usize, lens.column + x as usize);
    (cell.0 < size && cell.1 < size).then_some(cell)
}

fn scrolled(lens: Lens, canvas: &HtmlCanvasElement, event: &WheelEvent, size: usize) -> Lens {
    if event.ctrl_key() || event.meta_key() {
        let cell = (lens.cell * (-event.delta_y() / 300.0).exp()).clamp(least(canvas, size), MOST);
        let larger = Lens { cell, ..lens };
        // What is under the pointer stays there.
        let stays = |first: usize, pixels: i32| {
            let pointed = first as f64 + (f64::from(pixels) - lens.margin()).max(0.0) / lens.cell;
            (pointed - (f64::from(pixels) - larger.margin()).max(0.0) / cell).max(0.0) as usize
        };
        let (row, column) = (stays(lens.row, event.offset_y()), stays(lens.column, event.offset_x()));
        return Lens { row, column, ..larger };
    }
    let (rows, columns) = seen(canvas, lens);
    let by = |delta: f64| (delta / lens.cell).round() as isize;
    let moved =
        |from: usize, delta: isize, seen: usize| from.saturating_add_signed(delta).min((size + 1).saturating_sub(seen));
    let (across, down) = if event.shift_key() { (event.delta_y(), 0.0) } else { (event.delta_x(), event.delta_y()) };
    Lens { row: moved(lens.row, by(down), rows), column: moved(lens.column, by(across), columns), ..lens }
}

/// The lens moved so that a cell is seen.
fn following(lens: Lens, canvas: &HtmlCanvasElement, (row, column): (usize, usize)) -> Lens {
    let (rows, columns) = seen(canvas, lens);
    let within = |first: usize, count: usize, at: usize| {
        let last = first + count.saturating_sub(2);
        if at < first {
            at
        } else if at > last {
            at + 2 - count.min(at + 2)
        } else {
            first
        }
    };
    Lens { row: within(lens.row, rows, row), column: within(lens.column, columns, column), ..lens }
}

/// The colours of the theme, as the style sheet has them.
struct Paint {
    tones: [(u8, String); 5],
    text: String,
    line: String,
    accent: String,
}

impl Paint {
    fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let style = super::element::window()?.get_computed_style(canvas).ok()??;
        let colour = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
        Some(Self {
            tones: [(b'O', "--open"), (b'%', "--partial"), (b'>', "--lost"), (b'.', "--cell"), (b'?', "--doubt")]
                .map(|(mark, name)| (mark, colour(name))),
            text: colour("--text"),
            line: colour("--line"),
            accent: colour("--accent"),
        })
    }

    fn tone(&self, mark: u8) -> &str {
        self.tones.iter().find(|(of, _)| *of == mark).map_or("transparent", |(_, colour)| colour)
    }
}

fn glyph(mark: u8) -> &'static str {
    match mark {
        b'O' => "●",
        b'%' => "◐",
        b'>' => "✕",
        b'?' => "?",
        _ => "",
    }
}

fn draw(
    canvas: &HtmlCanvasElement,
    analysis: &Analysis,
    session: &Session,
    cursor: (usize, usize),
    lens: Lens,
) -> Option<()> {
    let (width, height) = room(canvas);
    let ratio = super::element::window().map_or(1.0, |window| window.device_pixel_ratio()).max(1.0);
    let pixels = |length: f64| (length * ratio).round() as u32;
    if canvas.width() != pixels(width) || canvas.height() != pixels(height) {
        canvas.set_width(pixels(width));
        canvas.set_height(pixels(height));
    }
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    let paint = Paint::of(canvas)?;
    let (rows, columns) = seen(canvas, lens);
    let size = analysis.order.len();
    let (cell, edge) = (lens.cell, lens.margin());
    let gap = if cell >= 5.0 { 1.0 } else { 0.0 };
    let last = |first: usize, count: usize| (first + count).min(size);
    let changed: std::collections::HashMap<(usize, usize), char> = analysis
        .changes
        .iter()
        .flat_map(|changes| &changes.pairs)
        .map(|(from, to, sign)| ((*from, *to), *sign))
        .collect();
    context.set_text_align("center");
    context.set_text_baseline("middle");
    context.set_font(&format!("{}px system-ui, sans-serif", (cell * 0.62).round()));
    let raster = Raster::of(analysis, (lens.row, lens.column), cell, (width - edge, height - edge));
    // One colour after the other: changing it is what costs.
    for (mark, _) in &paint.tones {
        context.set_fill_style_str(paint.tone(*mark));
        context.set_global_alpha(if *mark == b'.' || cell < GLYPH { 1.0 } else { 0.28 });
        for row in 0..raster.rows {
            let y = edge + row as f64 * raster.side;
            let mut run: Option<(usize, usize)> = None;
            for column in 0..=raster.columns {
                let same = raster.mark(row, column) == *mark;
                match (run, same) {
                    (None, true) => run = Some((column, column)),
                    (Some((start, _)), true) if gap == 0.0 => run = Some((start, column)),
                    (Some((start, end)), _) => {
                        let (x, count) = (edge + start as f64 * raster.side, end + 1 - start);
                        context.fill_rect(x, y, count as f64 * raster.side - gap, raster.side - gap);
                        run = same.then_some((column, column));
                    }
                    (None, false) => {}
                }
            }
        }
    }
    context.set_global_alpha(1.0);
    if cell >= GLYPH {
        for row in lens.row..last(lens.row, rows) {
            for column in lens.column..last(lens.column, columns) {
                let Some((from, to)) = analysis.order.get(row).copied().zip(analysis.order.get(column).copied()) else {
                    continue;
                };
                let mark = analysis.verdict(from, to);
                let (x, y) = (edge + (column - lens.column) as f64 * cell, edge + (row - lens.row) as f64 * cell);
                context.set_fill_style_str(paint.tone(if mark == b'.' { b' ' } else { mark }));
                context.fill_text(glyph(mark), x + (cell - gap) / 2.0, y + (cell - gap) / 2.0 + 0.5).ok()?;
                if let Some(sign) = changed.get(&(from, to)) {
                    context.set_stroke_style_str(&paint.accent);
                    context.set_line_width(2.0);
                    context.stroke_rect(x + 1.0, y + 1.0, cell - gap - 2.0, cell - gap - 2.0);
                    context.set_fill_style_str(&paint.text);
                    if mark == b'.' {
                        context.fill_text(&sign.to_string(), x + cell / 2.0, y + cell / 2.0).ok()?;
                    }
                }
            }
        }
    }
    names(&context, analysis, &paint, lens, (rows, columns))?;
    // The row and the column of the cursor.
    let (x, y) =
        (edge + (cursor.1 as f64 - lens.column as f64) * cell, edge + (cursor.0 as f64 - lens.row as f64) * cell);
    context.set_stroke_style_str(&paint.accent);
    context.set_line_width(1.5);
    let side = |first: usize, room: f64| ((size - first.min(size)) as f64 * cell).min(room - edge);
    if y >= edge {
        context.stroke_rect(edge, y - 0.5, side(lens.column, width), cell.max(1.0));
    }
    if x >= edge {
        context.stroke_rect(x - 0.5, edge, cell.max(1.0), side(lens.row, height));
    }
    if let Some((from, to)) = session.pair() {
        let at = |endpoint: usize| analysis.order.iter().position(|known| *known == endpoint);
        if let (Some(row), Some(column)) = (at(from), at(to)) {
            context.set_line_width(2.5);
            context.set_stroke_style_str(&paint.text);
            context.stroke_rect(
                edge + (column as f64 - lens.column as f64) * cell,
                edge + (row as f64 - lens.row as f64) * cell,
                (cell - gap).max(1.0),
                (cell - gap).max(1.0),
            );
        }
    }
    context.set_stroke_style_str(&paint.line);
    Some(())
}

fn names(
    context: &CanvasRenderingContext2d,
    analysis: &Analysis,
    paint: &Paint,
    lens: Lens,
    (rows, columns): (usize, usize),
) -> Option<()> {
    if lens.margin() == 0.0 {
        return Some(());
    }
    let name = |index: usize| Some(short(&analysis.endpoints.get(*analysis.order.get(index)?)?.id));
    context.set_fill_style_str(&paint.text);
    context.set_font("12px system-ui, sans-serif");
    context.set_text_align("right");
    for row in lens.row..lens.row + rows {
        let Some(name) = name(row) else { break };
        context
            .fill_text(&name, lens.names - 8.0, lens.names + (row - lens.row) as f64 * lens.cell + lens.cell / 2.0)
            .ok()?;
    }
    context.set_text_align("left");
    for column in lens.column..lens.column + columns {
        let Some(name) = name(column) else { break };
        context.save();
        context
            .translate(lens.names + (column - lens.column) as f64 * lens.cell + lens.cell / 2.0, lens.names - 8.0)
            .ok()?;
        context.rotate(-std::f64::consts::FRAC_PI_2).ok()?;
        context.fill_text(&name, 0.0, 0.0).ok()?;
        context.restore();
    }
    Some(())
}
