//! The page of a code: what is said of it in the manual, and by `check --explain`.

use super::Code;
use alloc::format;
use alloc::string::String;

/// Two inputs that show a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example<'a> {
    /// Of this input it is told, …
    pub wrong: &'a str,
    /// … in these words, …
    pub said: &'a str,
    /// … and of this one it is not.
    pub mended: &'a str,
}

impl Code {
    /// Its page in Markdown.
    pub fn page(self, example: Option<Example<'_>>) -> String {
        let (name, severity) = (self.name(), self.severity().name());
        let title = self.title();
        let releases = match self.name().as_bytes() {
            [b'R', b'F', b'0', ..] => "Reading and joining of objects, for every profile.",
            [b'R', b'F', b'1', ..] => {
                "OVN's match language, as OVN 23.03 and main parse it; a profile chooses between them."
            }
            [b'R', b'F', b'2', ..] => "The rows of the profile in force, as OVN asks them.",
            _ => "Expectations, under the profile in force.",
        };
        let head = format!(
            "# {name}: {title}\n\n{}\n\nSeverity: {severity}, unless a finding says otherwise.\nApplies to: {releases}\n",
            self.summary()
        );
        match example {
            None => head,
            Some(Example { wrong, said, mended }) => format!(
                "{head}\n## Wrong\n\n```yaml\n{}```\n\n```text\n{}```\n\n## Mended\n\n```yaml\n{}```\n",
                bare(wrong),
                said,
                bare(mended)
            ),
        }
    }

    /// The first clause of its summary.
    fn title(self) -> &'static str {
        let summary = self.summary();
        let end = summary.find([':', ';', '.']).unwrap_or(summary.len());
        summary.get(..end).unwrap_or(summary)
    }
}

/// An input without the comment lines that say how the corpus asks about it.
fn bare(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("# $ ")).map(|line| format!("{line}\n")).collect()
}
