//! `check` of pages: each example is a world of its own, and fixes go into the page.

use super::{Arguments, Format, ROUNDS, status};
use crate::console::Console;
use crate::files::{self, Files};
use crate::input::{Paged, worlds};
use crate::mend;
use crate::page::byte;
use crate::status::Status;
use ringfence_engine::diagnostic::Fix;
use ringfence_engine::source::Sources;
use ringfence_view::mend::{Trust, mend};
use ringfence_view::patch;
use ringfence_view::report::{Joined, found};
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A part of a page, and what comes into its place.
type Edit = (Range<usize>, String);

impl Arguments {
    /// Looks at all pages; one document tells of all of them, where the format has documents.
    pub(super) fn look(&self, console: &mut Console) -> io::Result<Status> {
        let (mut joined, mut status) = (Joined::default(), Status::Fine);
        let mut checked = false;
        let (beside, settings) = (self.input.beside_pages(), self.input.settings());
        for path in self.all_pages() {
            let Some((name, page)) = read(&path) else {
                console.complain(&format!("cannot read `{}`", path.display()));
                return Ok(Status::InputError);
            };
            let worlds = worlds(&name, &page, &beside, &settings);
            checked |= !worlds.is_empty();
            if worlds.is_empty() && self.pages.len() > 1 && self.pages.contains(&path) {
                console.report(|err| writeln!(err, "`{name}` has no block with an object in it"));
            }
            for Paged { world, loaded, .. } in worlds {
                if self.output == Format::Text {
                    console.print(|out| writeln!(out, "{name}:{}:", world.line))?;
                    status = status.max(self.one(&loaded, console)?);
                    continue;
                }
                let (findings, judgements) = found(&loaded, &mut loaded.reach(), &self.input.namespace);
                status = status.max(super::status(&findings, &judgements));
                joined.add(&loaded, findings, judgements);
            }
        }
        if self.output != Format::Text {
            self.tell(&joined.report(), console)?;
        }
        if checked {
            return Ok(status);
        }
        let names: Vec<_> = self.pages.iter().map(|path| format!("`{}`", path.display())).collect();
        let has = if names.len() == 1 { "has" } else { "have" };
        let is_manifest = self.pages.iter().any(|path| files::is_manifest(path));
        let hint = if is_manifest { "; a manifest goes behind `-f`" } else { "" };
        console
            .complain(&format!("{} {has} no block with an object in it: nothing was checked{hint}", names.join(", ")));
        Ok(Status::InputError)
    }

    /// The pages that are named, and those below folders that are.
    fn all_pages(&self) -> Vec<PathBuf> {
        self.pages.iter().flat_map(|path| files::pages(path)).collect()
    }

    /// Makes the fixes of all pages, and looks at what is left.
    pub(super) fn mend_pages(&self, trust: Trust, console: &mut Console) -> io::Result<Status> {
        let mut all = Status::Fine;
        let beside = self.input.beside_pages();
        for path in self.all_pages() {
            let Some((name, old)) = read(&path) else {
                console.complain(&format!("cannot read `{}`", path.display()));
                return Ok(Status::InputError);
            };
            let (mut new, mut told) = (old.clone(), Vec::new());
            for _ in 0..ROUNDS {
                let edits = self.edits((&name, &new, &beside), trust, &mut told, console);
                if edits.is_empty() {
                    break;
                }
                new = edited(&new, edits);
            }
            let mut kept = BTreeSet::new();
            if !self.dry_run
                && old != new
                && let Err(why) = files::replace(&name, &old, &new)
            {
                console.complain(&format!("`{name}` is left as it is: {why}"));
                kept.insert(name.clone());
                all = Status::InputError;
            }
            let done = if self.dry_run { "would fix" } else { "fixed" };
            console.report(|err| mend::tell(err, &told, &kept, done));
            if self.dry_run {
                all = all.max(self.dry((&name, &beside), &old, &new, console)?);
            }
        }
        if self.dry_run { Ok(all) } else { Ok(all.max(self.look(console)?)) }
    }

    /// The lines that would go and come; the status is that of the page as it is.
    fn dry(&self, (name, beside): (&str, &Files), old: &str, new: &str, console: &mut Console) -> io::Result<Status> {
        let of = |text: &str| {
            let mut sources = Sources::new();
            sources.add(name, text);
            sources
        };
        console.print(|out| out.write_all(patch::lines(&of(old), &of(new)).as_bytes()))?;
        let judged = worlds(name, old, beside, &self.input.settings()).into_iter().map(|Paged { loaded, .. }| {
            let (findings, judgements) = found(&loaded, &mut loaded.reach(), &self.input.namespace);
            status(&findings, &judgements)
        });
        Ok(judged.max().unwrap_or(Status::Fine))
    }

    /// What is to be edited in a page, and what is to be told of it once it is written.
    fn edits(
        &self,
        (name, page, beside): (&str, &str, &Files),
        trust: Trust,
        told: &mut Vec<(String, String)>,
        console: &mut Console,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for Paged { world, loaded, source } in worlds(name, page, beside, &self.input.settings()) {
            let place = |fix: &Fix| (fix.place.source == source).then(|| world.place(page, fix.place.span)).flatten();
            let fixed = files::writable(name).err().map(|why| format!("the page stays as it is: {why}"));
            let barred = |fix: &Fix| match place(fix) {
                _ if fixed.is_some() => fixed.clone(),
                None if fix.place.source != source => Some("it is not in the page".to_owned()),
                None => Some("the page writes it in other letters".to_owned()),
                Some(_) if fix.replacement.contains('\n') && !world.indents.is_empty() => {
                    Some("its lines have lost their indentation: run it again".to_owned())
                }
                Some(_) => None,
            };
            let mended = mend(&loaded, &self.input.settings(), &self.input.namespace, trust, barred);
            let html = name.to_ascii_lowercase().contains(".htm");
            edits.extend(
                mended.fixed.iter().filter_map(|(_, fix)| Some((place(fix)?, written(&fix.replacement, html)))),
            );
            told.extend(mend::told(&loaded.sources, &mended.fixed));
            let excuses = mend::excuses(&loaded.sources, &mended.left);
            console.report(|err| excuses.iter().try_for_each(|line| writeln!(err, "{line}")));
            // It is read as if it had its indentation: with it, it means the same.
            let indent = |(position, columns): &(_, usize)| {
                let at = byte(page, *position)?;
                Some((at..at, " ".repeat(*columns)))
            };
            edits.extend(world.indents.iter().filter_map(indent));
            if !world.indents.is_empty() {
                let line = format!("{name}:{} RF028: its lines get their indentation", world.line);
                told.push((name.to_owned(), line));
            }
        }
        edits
    }
}

fn read(path: &Path) -> Option<(String, String)> {
    let read = Files::read(&[path.to_path_buf()]).sources;
    let (_, source) = read.iter().next()?;
    source.fault().is_none().then(|| (source.name().to_owned(), source.text().to_owned()))
}

/// As the page writes it.
fn written(text: &str, html: bool) -> String {
    if html { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { text.to_owned() }
}

/// The page with these edits; of two that touch one another the first.
fn edited(page: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut new, mut at) = (String::with_capacity(page.len()), 0);
    for (range, words) in edits {
        if let Some(kept) = page.get(at..range.start) {
            new.push_str(kept);
            new.push_str(&words);
            at = range.end;
        }
    }
    new.push_str(page.get(at..).unwrap_or_default());
    new
}
