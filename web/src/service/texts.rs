//! The texts of an input as an editor counts them.

use crate::offsets::Offsets;
use crate::protocol::{Edit, Place};
use ringfence_engine::diagnostic::Fix;
use ringfence_engine::source::{self, Sources};

/// The texts, looked through once.
pub(super) struct Texts<'s> {
    sources: &'s Sources,
    offsets: Vec<Offsets<'s>>,
}

impl<'s> Texts<'s> {
    /// These texts.
    pub(super) fn of(sources: &'s Sources) -> Self {
        Self { sources, offsets: sources.iter().map(|(_, source)| Offsets::new(source.text())).collect() }
    }

    /// File and line of a place.
    pub(super) fn line(&self, place: source::Place) -> Option<Place> {
        line(self.sources, place)
    }

    /// The units of a place.
    pub(super) fn units(&self, place: source::Place) -> Option<(usize, usize)> {
        let offsets = self.offsets.get(usize::try_from(place.source.0).ok()?)?;
        Some((offsets.unit(place.span.start), offsets.unit(place.span.end)))
    }

    /// An edit as editors take it.
    pub(super) fn edit(&self, fix: &Fix) -> Option<Edit> {
        let (from, to) = self.units(fix.place)?;
        let file = usize::try_from(fix.place.source.0).ok()?;
        Some(Edit { file, from, to, insert: fix.replacement.clone() })
    }
}

/// File and line of a place.
pub(super) fn line(sources: &Sources, place: source::Place) -> Option<Place> {
    let (_, position) = sources.locate(place)?;
    Some(Place { file: usize::try_from(place.source.0).ok()?, line: position.line })
}
