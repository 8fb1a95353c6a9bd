//! The page of a code: what is said of it in the manual, and by `check --explain`.

use super::Code;
use alloc::format;
use alloc::string::String;

/// What there is to say of a code that no single input shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// A finding, as it is told.
    pub says: &'static str,
    /// What it means for the answer.
    pub follows: &'static str,
    /// The next step.
    pub advice: &'static str,
}

/// Two inputs that show a code. The lines by which the corpus asks about them stay: places count them.
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
        match (example, self.lesson()) {
            (Some(Example { wrong, said, mended }), _) => format!(
                "{head}\n## Wrong\n\n```yaml\n{wrong}```\n\n```text\n{said}```\n\n## Mended\n\n```yaml\n{mended}```\n"
            ),
            (None, Some(Lesson { says, follows, advice })) => format!(
                "{head}\n## For example\n\n```text\n{says}\n```\n\n## What follows\n\n{follows}\n\n## What to do\n\n{advice}\n"
            ),
            (None, None) => head,
        }
    }

    /// The first clause of its summary.
    fn title(self) -> &'static str {
        let summary = self.summary();
        let end = summary.find([':', ';', '.']).unwrap_or(summary.len());
        summary.get(..end).unwrap_or(summary)
    }
}
