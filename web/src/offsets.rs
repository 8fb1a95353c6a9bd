//! Bytes of a text as UTF-16 units, which is how browsers count.

/// A text's bytes and units. ASCII costs nothing.
#[derive(Debug, Clone)]
pub struct Offsets<'t> {
    text: &'t str,
    /// The letters that are more than one byte.
    wide: Vec<Wide>,
}

#[derive(Debug, Clone, Copy)]
struct Wide {
    /// Its first byte, and the first one after it.
    bytes: (usize, usize),
    /// Its first unit, and the first one after it.
    units: (usize, usize),
}

impl<'t> Offsets<'t> {
    /// Of this text.
    pub fn new(text: &'t str) -> Self {
        let mut wide = Vec::new();
        if !text.is_ascii() {
            let mut last = Wide { bytes: (0, 0), units: (0, 0) };
            for (at, letter) in text.char_indices().filter(|(_, letter)| !letter.is_ascii()) {
                let unit = last.units.1 + (at - last.bytes.1);
                last = Wide { bytes: (at, at + letter.len_utf8()), units: (unit, unit + letter.len_utf16()) };
                wide.push(last);
            }
        }
        Self { text, wide }
    }

    /// The unit at which a byte's character begins; past the end, the end.
    pub fn unit(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        match self.before(|wide| wide.bytes.0 < byte) {
            Some(wide) => wide.units.1 + byte.saturating_sub(wide.bytes.1),
            None => byte,
        }
    }

    /// The byte at which a unit's character begins; past the end, the end.
    pub fn byte(&self, unit: usize) -> usize {
        let byte = match self.before(|wide| wide.units.0 < unit) {
            Some(wide) => wide.bytes.1 + unit.saturating_sub(wide.units.1),
            None => unit,
        };
        byte.min(self.text.len())
    }

    fn before(&self, is_before: impl Fn(&Wide) -> bool) -> Option<&Wide> {
        self.wide.partition_point(is_before).checked_sub(1).and_then(|at| self.wide.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let text = "a\u{e4}\u{1f600}b";
        let offsets = Offsets::new(text);
        assert_eq!([0, 1, 3, 7, 8].map(|byte| offsets.unit(byte)), [0, 1, 2, 4, 5]);
        assert_eq!([0, 1, 2, 4, 5, 99].map(|unit| offsets.byte(unit)), [0, 1, 3, 7, 8, 8]);
        assert_eq!(Offsets::new("abc").unit(9), 3);
    }
}
