//! For people: from values to text. Decides nothing, opens nothing.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod csv;
pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod dot;
pub(crate) mod explain;
pub(crate) mod github;
pub(crate) mod glyph;
pub(crate) mod ignored;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod page;
pub(crate) mod paper;
pub(crate) mod place;
pub(crate) mod plan;
pub(crate) mod probe;
pub(crate) mod remark;
pub(crate) mod repair;
pub(crate) mod sarif;
pub(crate) mod statement;
pub(crate) mod summary;
pub(crate) mod wide;

use anstyle::{AnsiColor, Style};
pub(crate) use ringfence_view::line::{Line, count};

/// What is wrong.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// What goes well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What needs a second look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is never certain.
pub(crate) const DOUBT: Style = AnsiColor::Magenta.on_default().bold();
/// What comes first.
pub(crate) const STRONG: Style = Style::new().bold();
/// What may be passed over.
pub(crate) const FAINT: Style = Style::new().dimmed();
