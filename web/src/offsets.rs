//! Bytes of a text as UTF-16 units, which is how browsers count.

/// A text's bytes and units. ASCII costs nothing.
#[derive(Debug, Clone)]
pub struct Offsets<'t> {
    text: &'t str,
    ascii: bool,
}

impl<'t> Offsets<'t> {
    /// Of this text.
    pub fn new(text: &'t str) -> Self {
        Self { text, ascii: text.is_ascii() }
    }

    /// The unit at which a byte's character begins; past the end, the end.
    pub fn unit(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if self.ascii {
            return byte;
        }
        self.text.char_indices().take_while(|(at, _)| *at < byte).map(|(_, letter)| letter.len_utf16()).sum()
    }

    /// The byte at which a unit's character begins; past the end, the end.
    pub fn byte(&self, unit: usize) -> usize {
        if self.ascii {
            return unit.min(self.text.len());
        }
        let mut units = 0;
        for (at, letter) in self.text.char_indices() {
            if units >= unit {
                return at;
            }
            units += letter.len_utf16();
        }
        self.text.len()
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
