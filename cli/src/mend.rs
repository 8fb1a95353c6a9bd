//! `check --fix`: the files that hold what was fixed.

use crate::console::Console;
use crate::files;
use ringfence_engine::diagnostic::{Code, Fix};
use ringfence_engine::source::{Position, Sources};
use ringfence_view::line::Line;
use ringfence_view::loaded::Loaded;
use ringfence_view::mend::{Left, Made};
use std::io;

/// Writes every file that has changed, or says which it could not write; whether all of them were.
pub(crate) fn write(old: &Loaded, new: &Loaded, console: &mut Console) -> bool {
    let mut all = true;
    for ((_, old), (_, new)) in old.sources.iter().zip(new.sources.iter()) {
        if old.text() == new.text() {
            continue;
        }
        if let Err(why) = files::replace(old.name(), old.text(), new.text()) {
            console.complain(&format!("`{}` is left as it is: {why}", old.name()));
            all = false;
        }
    }
    all
}

/// Tells what was fixed in these texts.
pub(crate) fn tell(out: &mut dyn io::Write, sources: &Sources, fixed: &[Made], done: &str) -> io::Result<()> {
    fixed.iter().try_for_each(|(code, fix)| writeln!(out, "{done} {}", one(sources, *code, fix)))
}

/// Tells what was not, and why.
pub(crate) fn excuse(out: &mut dyn io::Write, sources: &Sources, left: &[Left]) -> io::Result<()> {
    let mut each = left.iter();
    each.try_for_each(|(code, fix, why)| writeln!(out, "not fixed {}: {}", one(sources, *code, fix), Line(why)))
}

fn one(sources: &Sources, code: Code, fix: &Fix) -> String {
    let (name, position) = sources.locate(fix.place).unwrap_or(("?", Position { line: 0, column: 0 }));
    let old = sources.get(fix.place.source).and_then(|source| source.text().get(fix.place.span.range()));
    let (line, column, code) = (position.line, position.column, code.name());
    let what = match (old.unwrap_or_default(), fix.replacement.as_str()) {
        ("", new) => format!("`{}` comes in", Line(new)),
        (old, "") => format!("`{}` goes", Line(old)),
        (old, new) => format!("`{}` becomes `{}`", Line(old), Line(new)),
    };
    format!("{}:{line}:{column} {code}: {what}", Line(name))
}
