//! The matrix on its canvas.

use super::lens::{Lens, room, seen, short};
use crate::page::element::window;
use crate::protocol::{Analysis, Changes};
use crate::raster::Raster;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A cell is at least this large with a glyph in it.
const GLYPH: f64 = 11.0;

/// The colours of the theme, as the style sheet has them.
struct Paint {
    tones: [(u8, String); 5],
    text: String,
    faint: String,
    accent: String,
}

impl Paint {
    fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let style = window()?.get_computed_style(canvas).ok()??;
        let colour = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
        Some(Self {
            tones: [(b'O', "--open"), (b'%', "--partial"), (b'>', "--lost"), (b'.', "--cell"), (b'?', "--doubt")]
                .map(|(mark, name)| (mark, colour(name))),
            text: colour("--text"),
            faint: colour("--faint"),
            accent: colour("--accent"),
        })
    }

    fn tone(&self, mark: u8) -> &str {
        self.tones.iter().find(|(of, _)| *of == mark).map_or("transparent", |(_, colour)| colour)
    }
}

/// What stands in a cell beside its colour.
pub(super) fn glyph(mark: u8) -> &'static str {
    match mark {
        b'O' => "●",
        b'%' => "◐",
        b'>' => "✕",
        b'?' => "?",
        _ => "",
    }
}

/// What is painted, and where.
pub(super) struct Sheet<'a> {
    /// The canvas.
    pub(super) canvas: &'a HtmlCanvasElement,
    /// What is told of whom.
    pub(super) analysis: &'a Analysis,
    /// What is different from what was pinned.
    pub(super) changes: Option<&'a Changes>,
    /// The part that is seen.
    pub(super) lens: Lens,
    /// Row and column under the pointer.
    pub(super) cursor: (usize, usize),
    /// The pair that is explained, by endpoint.
    pub(super) pair: Option<(usize, usize)>,
}

/// Paints it; nothing where a browser paints nothing.
pub(super) fn paint(sheet: &Sheet<'_>) -> Option<()> {
    let (width, height) = room(sheet.canvas);
    let ratio = window().map_or(1.0, |window| window.device_pixel_ratio()).max(1.0);
    let pixels = |length: f64| (length * ratio).round() as u32;
    if sheet.canvas.width() != pixels(width) || sheet.canvas.height() != pixels(height) {
        sheet.canvas.set_width(pixels(width));
        sheet.canvas.set_height(pixels(height));
    }
    let context = sheet.canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    let brush = Brush { context, paint: Paint::of(sheet.canvas)?, room: (width, height), sheet };
    brush.tiles();
    brush.glyphs()?;
    brush.changes()?;
    brush.names()?;
    brush.crosshair();
    brush.chosen();
    Some(())
}

/// What paints.
struct Brush<'a> {
    context: CanvasRenderingContext2d,
    paint: Paint,
    room: (f64, f64),
    sheet: &'a Sheet<'a>,
}

impl Brush<'_> {
    /// Between two cells.
    fn gap(&self) -> f64 {
        if self.sheet.lens.cell >= 5.0 { 1.0 } else { 0.0 }
    }

    /// The upper left corner of a cell.
    fn corner(&self, row: usize, column: usize) -> (f64, f64) {
        let lens = self.sheet.lens;
        let at = |index: usize, first: usize| lens.margin() + (index as f64 - first as f64) * lens.cell;
        (at(column, lens.column), at(row, lens.row))
    }

    /// The cells that are seen, with who asks and who answers.
    fn cells(&self) -> impl Iterator<Item = ((f64, f64), usize, usize)> {
        let (lens, order) = (self.sheet.lens, &self.sheet.analysis.order);
        let (rows, columns) = seen(self.sheet.canvas, lens);
        let some = |first: usize, count: usize| order.iter().copied().enumerate().skip(first).take(count);
        some(lens.row, rows).flat_map(move |(row, from)| {
            some(lens.column, columns).map(move |(column, to)| (self.corner(row, column), from, to))
        })
    }

    fn tiles(&self) {
        let (lens, gap, edge) = (self.sheet.lens, self.gap(), self.sheet.lens.margin());
        let room = (self.room.0 - edge, self.room.1 - edge);
        let raster = Raster::of(self.sheet.analysis, (lens.row, lens.column), lens.cell, room);
        // One colour after the other: changing it is what costs.
        for (mark, tone) in &self.paint.tones {
            self.context.set_fill_style_str(tone);
            self.context.set_global_alpha(if *mark == b'.' || lens.cell < GLYPH { 1.0 } else { 0.28 });
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
                            self.context.fill_rect(x, y, count as f64 * raster.side - gap, raster.side - gap);
                            run = same.then_some((column, column));
                        }
                        (None, false) => {}
                    }
                }
            }
        }
        self.context.set_global_alpha(1.0);
    }

    fn glyphs(&self) -> Option<()> {
        let (cell, middle) = (self.sheet.lens.cell, (self.sheet.lens.cell - self.gap()) / 2.0);
        self.context.set_text_align("center");
        self.context.set_text_baseline("middle");
        self.context.set_font(&format!("{}px system-ui, sans-serif", (cell * 0.62).round()));
        if cell < GLYPH {
            return Some(());
        }
        for ((x, y), from, to) in self.cells() {
            let mark = self.sheet.analysis.verdict(from, to);
            if !glyph(mark).is_empty() {
                self.context.set_fill_style_str(self.paint.tone(mark));
                self.context.fill_text(glyph(mark), x + middle, y + middle + 0.5).ok()?;
            }
        }
        Some(())
    }

    /// Pairs that are not as they were when the state was pinned: framed; small ones filled.
    fn changes(&self) -> Option<()> {
        let pairs = self.sheet.changes.iter().flat_map(|changes| &changes.pairs);
        let signs: HashMap<(usize, usize), char> = pairs.map(|(from, to, sign)| ((*from, *to), *sign)).collect();
        if signs.is_empty() {
            return Some(());
        }
        let (cell, side) = (self.sheet.lens.cell, self.sheet.lens.cell - self.gap());
        self.context.set_stroke_style_str(&self.paint.accent);
        self.context.set_line_width(2.0);
        for ((x, y), from, to) in self.cells() {
            let Some(sign) = signs.get(&(from, to)) else { continue };
            if cell < GLYPH {
                self.context.set_fill_style_str(&self.paint.accent);
                self.context.fill_rect(x, y, side.max(1.0), side.max(1.0));
                continue;
            }
            self.context.stroke_rect(x + 1.0, y + 1.0, side - 2.0, side - 2.0);
            self.context.set_fill_style_str(&self.paint.text);
            let sign = if *sign == '-' { "−".to_owned() } else { sign.to_string() };
            // Where there is a glyph the sign stands in the corner.
            let (part, across, down) = match glyph(self.sheet.analysis.verdict(from, to)) {
                "" => (0.62, 0.5, 0.5),
                _ => (0.5, 0.82, 0.24),
            };
            self.context.set_font(&format!("bold {}px system-ui, sans-serif", (cell * part).round()));
            self.context.fill_text(&sign, x + side * across, y + side * down).ok()?;
        }
        Some(())
    }

    fn names(&self) -> Option<()> {
        let (lens, analysis) = (self.sheet.lens, self.sheet.analysis);
        if lens.margin() == 0.0 {
            return Some(());
        }
        let (rows, columns) = seen(self.sheet.canvas, lens);
        let name = |index: usize| Some(short(&analysis.endpoints.get(*analysis.order.get(index)?)?.id));
        self.context.set_fill_style_str(&self.paint.text);
        self.context.set_font("12px system-ui, sans-serif");
        self.context.set_text_align("right");
        for row in lens.row..lens.row + rows {
            let Some(name) = name(row) else { break };
            let (_, y) = self.corner(row, lens.column);
            self.context.fill_text(&name, lens.names - 8.0, y + lens.cell / 2.0).ok()?;
        }
        self.context.set_text_align("left");
        for column in lens.column..lens.column + columns {
            let Some(name) = name(column) else { break };
            let (x, _) = self.corner(lens.row, column);
            self.context.save();
            self.context.translate(x + lens.cell / 2.0, lens.names - 8.0).ok()?;
            self.context.rotate(-std::f64::consts::FRAC_PI_2).ok()?;
            self.context.fill_text(&name, 0.0, 0.0).ok()?;
            self.context.restore();
        }
        self.context.set_text_align("right");
        self.context.set_fill_style_str(&self.paint.faint);
        self.context.fill_text("asks ↓  answers →", lens.names - 8.0, lens.names - 14.0).ok()
    }

    /// The row and the column of the cursor.
    fn crosshair(&self) {
        let lens = self.sheet.lens;
        let (edge, cell) = (lens.margin(), lens.cell);
        let (x, y) = self.corner(self.sheet.cursor.0, self.sheet.cursor.1);
        let size = self.sheet.analysis.order.len();
        self.context.set_stroke_style_str(&self.paint.accent);
        self.context.set_line_width(1.5);
        let side = |first: usize, room: f64| (size.saturating_sub(first) as f64 * cell).min(room - edge);
        if y >= edge {
            self.context.stroke_rect(edge, y - 0.5, side(lens.column, self.room.0), cell.max(1.0));
        }
        if x >= edge {
            self.context.stroke_rect(x - 0.5, edge, cell.max(1.0), side(lens.row, self.room.1));
        }
    }

    /// The pair that is explained.
    fn chosen(&self) {
        let at = |endpoint: usize| self.sheet.analysis.order.iter().position(|known| *known == endpoint);
        let place = self.sheet.pair.and_then(|(from, to)| at(from).zip(at(to)));
        let Some((row, column)) = place else { return };
        let ((x, y), side) = (self.corner(row, column), (self.sheet.lens.cell - self.gap()).max(1.0));
        self.context.set_line_width(2.5);
        self.context.set_stroke_style_str(&self.paint.text);
        self.context.stroke_rect(x, y, side, side);
    }
}
