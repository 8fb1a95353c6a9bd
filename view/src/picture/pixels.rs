//! Lengths as a document has them: to a tenth of a pixel.

use std::fmt;

/// A length, written with one digit behind the point, or none where that is zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pixels(pub(super) f32);

impl fmt::Display for Pixels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole numbers, for the sake of browsers: what writes any float exactly is larger than the layout.
        let tenths = (self.0 * 10.0).round() as i32;
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, part) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        match part {
            0 => write!(out, "{sign}{whole}"),
            part => write!(out, "{sign}{whole}.{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pixels;

    #[test]
    fn a_tenth_is_enough() {
        let written = [0.0, -0.04, 1.25, 12.0, -3.96, 1_000.549].map(|length| Pixels(length).to_string());
        assert_eq!(written, ["0", "0", "1.3", "12", "-4", "1000.5"]);
    }
}
