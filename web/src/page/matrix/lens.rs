//! What part of the matrix is seen, and how large.

use crate::protocol::Analysis;
use ringfence_view::line::shortened;
use web_sys::{HtmlCanvasElement, MouseEvent, WheelEvent};

/// The largest cell.
pub(super) const LARGEST: f64 = 34.0;
/// The smallest one that shows a single pair; where all are to be seen, many share a pixel.
const LEAST: f64 = 2.0;
/// The most room for names, where names fit.
const NAMES: f64 = 150.0;
/// How wide a letter of a name may be.
const LETTER: f64 = 7.5;
/// Names fit cells of this size.
const NAMED: f64 = 12.0;

/// So few that one can scroll through them.
const FEW: usize = 40;

/// What part of the matrix is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lens {
    pub(super) cell: f64,
    pub(super) row: usize,
    pub(super) column: usize,
    /// Room for names, where names fit.
    pub(super) names: f64,
}

impl Lens {
    /// What is taken from the left and from the top.
    pub(super) fn margin(self) -> f64 {
        if self.cell >= NAMED { self.names } else { 0.0 }
    }
}

/// The canvas in CSS pixels.
pub(super) fn room(canvas: &HtmlCanvasElement) -> (f64, f64) {
    (f64::from(canvas.client_width()).max(1.0), f64::from(canvas.client_height()).max(1.0))
}

/// The room that the longest name takes.
pub(super) fn room_for_names(analysis: &Analysis) -> f64 {
    let longest = analysis.endpoints.iter().map(|end| short(&end.id).chars().count());
    (longest.max().unwrap_or(0) as f64 * LETTER + 16.0).min(NAMES)
}

/// The name of an endpoint as far as there is room for it.
pub(super) fn short(id: &str) -> String {
    shortened(id.strip_prefix("default/").unwrap_or(id), 20)
}

/// The smallest cell: then all are seen.
pub(super) fn least(canvas: &HtmlCanvasElement, size: usize) -> f64 {
    let (width, height) = room(canvas);
    (width.min(height) / size.max(1) as f64).min(LEAST)
}

/// A lens that shows all of it.
pub(super) fn fitting(canvas: &HtmlCanvasElement, (size, names): (usize, f64)) -> Lens {
    let (width, height) = room(canvas);
    let side = width.min(height);
    let count = size.max(1) as f64;
    let with_names = ((side - names) / count).floor();
    let whole = (side / count).floor().min(NAMED - 1.0);
    // A few names are worth more than that all is seen at once.
    let cell = match with_names >= NAMED {
        true => with_names,
        false if size <= FEW => NAMED,
        false => whole,
    };
    Lens { cell: if cell < LEAST { side / count } else { cell.min(LARGEST) }, row: 0, column: 0, names }
}

/// How many cells are seen, down and across.
pub(super) fn seen(canvas: &HtmlCanvasElement, lens: Lens) -> (usize, usize) {
    let (width, height) = room(canvas);
    let count = |pixels: f64| ((pixels - lens.margin()) / lens.cell).ceil().max(1.0) as usize;
    (count(height), count(width))
}

pub(super) fn hit(lens: Lens, event: &MouseEvent, size: usize) -> Option<(usize, usize)> {
    let at = |pixels: i32| (f64::from(pixels) - lens.margin()) / lens.cell;
    let (x, y) = (at(event.offset_x()), at(event.offset_y()));
    if x < 0.0 || y < 0.0 {
        return None;
    }
    let cell = (lens.row + y as usize, lens.column + x as usize);
    (cell.0 < size && cell.1 < size).then_some(cell)
}

pub(super) fn scrolled(lens: Lens, canvas: &HtmlCanvasElement, event: &WheelEvent, size: usize) -> Lens {
    if event.ctrl_key() || event.meta_key() {
        let cell = (lens.cell * (-event.delta_y() / 300.0).exp()).clamp(least(canvas, size), LARGEST);
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
pub(super) fn following(lens: Lens, canvas: &HtmlCanvasElement, (row, column): (usize, usize)) -> Lens {
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
