//! Claims of a page that are not judged, as nobody can say what they are about.

use super::block::{Block, Kind, Text};
use ringfence_engine::source::Position;

/// Where such claims stand, and why they are not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stray {
    /// The line of the page that opens them.
    pub(crate) position: Position,
    /// What it says.
    pub(crate) line: String,
    /// What is wrong.
    pub(crate) message: &'static str,
    /// What to write instead.
    pub(crate) help: &'static str,
}

impl Stray {
    /// Of a block that belongs to no example.
    pub(super) fn of(text: &Text<'_>, block: &Block) -> Self {
        let (message, help) = match block.kind {
            Kind::Misnamed => ("these claims are not called `expect`: they are not judged", "write `expect`"),
            Kind::Expect | Kind::Yaml => (
                "these claims stand before the first example of the page: they are about nothing, and are not judged",
                "write them behind the block that they are about",
            ),
        };
        let position = text.position(block.start);
        let line = text.page.lines().nth(position.line - 1).unwrap_or_default().to_owned();
        Self { position: Position { column: 1, ..position }, line, message, help }
    }
}
