//! Where the picture is looked at from.

/// A place, or a way, in units of the picture.
pub(super) type Point = (f64, f64);

/// How much of the picture is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lens {
    /// How much larger it is than where all is seen.
    pub(super) scale: f64,
    x: f64,
    y: f64,
}

impl Default for Lens {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Lens {
    /// Larger or smaller; what is under the pointer stays there. The pointer is told from the middle of the screen, in units
    /// of a picture that is seen whole.
    pub(super) fn zoomed(self, by: f64, pointer: Point) -> Self {
        let scale = (self.scale * by).clamp(0.2, 6.0);
        let shift = 1.0 / self.scale - 1.0 / scale;
        Self { scale, x: self.x + pointer.0 * shift, y: self.y + pointer.1 * shift }
    }

    /// Somewhere else.
    pub(super) fn moved(self, x: f64, y: f64) -> Self {
        Self { x: self.x + x, y: self.y + y, ..self }
    }

    /// The part that is seen of a picture of this size, as SVG has it.
    pub(super) fn view_box(self, width: f64, height: f64) -> String {
        let (across, down) = (width / self.scale, height / self.scale);
        format!("{} {} {across} {down}", self.x + (width - across) / 2.0, self.y + (height - down) / 2.0)
    }
}
