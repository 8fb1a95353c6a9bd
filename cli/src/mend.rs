//! `check --fix`: the files that hold what was fixed.

use crate::console::Console;
use crate::files;
use ringfence_engine::diagnostic::{Code, Fix};
use ringfence_engine::source::{Position, Sources};
use ringfence_view::line::Line;
use ringfence_view::loaded::Loaded;
use ringfence_view::mend::{Left, Made as Fixed};
use ringfence_view::uphold::{Made, Upheld};
use std::collections::BTreeSet;
use std::io;

/// Writes every file that has changed, and says which it could not write; their names.
pub(crate) fn write(old: &Loaded, new: &Loaded, console: &mut Console) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    for (old, new) in old.sources.changed(&new.sources) {
        if let Err(why) = files::replace(old.name(), old.text(), new.text()) {
            console.complain(&format!("`{}` is left as it is: {why}", old.name()));
            kept.insert(old.name().to_owned());
        }
    }
    kept
}

/// What was fixed in these texts: of each the file, and a line about it.
pub(crate) fn told(sources: &Sources, fixed: &[Fixed]) -> Vec<(String, String)> {
    let file = |fix: &Fix| sources.get(fix.place.source).map(|source| source.name().to_owned()).unwrap_or_default();
    fixed.iter().map(|(code, fix)| (file(fix), one(sources, *code, fix))).collect()
}

/// Tells what was fixed in files that were not kept as they were.
pub(crate) fn tell(
    out: &mut dyn io::Write,
    told: &[(String, String)],
    kept: &BTreeSet<String>,
    done: &str,
) -> io::Result<()> {
    let mut written = told.iter().filter(|(file, _)| !kept.contains(file));
    written.try_for_each(|(_, line)| writeln!(out, "{done} {line}"))
}

/// What was not fixed in these texts, and why: a line each.
pub(crate) fn excuses(sources: &Sources, left: &[Left]) -> Vec<String> {
    let line = |(code, fix, why): &Left| format!("not fixed {}: {}", one(sources, *code, fix), Line(why));
    left.iter().map(line).collect()
}

/// Tells what was done for claims, and why nothing was.
pub(crate) fn tell_claims(
    out: &mut dyn io::Write,
    upheld: &Upheld,
    kept: &BTreeSet<String>,
    done: &str,
) -> io::Result<()> {
    for Made { claim, what, files } in
        upheld.made.iter().filter(|made| !made.files.iter().any(|file| kept.contains(file)))
    {
        writeln!(out, "{done} {}: for the claim `{}`: {}", Line(&files.join(", ")), Line(claim), Line(what))?;
    }
    let mut left = upheld.left.iter();
    left.try_for_each(|(claim, why)| writeln!(out, "nothing was done for the claim `{}`: {}", Line(claim), Line(why)))
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
