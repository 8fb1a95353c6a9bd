//! What lints find, one part after the other.

use super::analysis::finding;
use super::reach;
use super::texts::Texts;
use crate::protocol::Reply;
use ringfence_engine::answers::check::{Part, sort};
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_view::loaded::Loaded;
use ringfence_view::report::is_news;

/// Goes on with one part, where those before it are known; after the last one, all findings.
pub(super) fn lints(loaded: &Loaded, part: usize, known: &mut Vec<Diagnostic>) -> Reply {
    if part == 0 {
        known.clear();
    }
    if let Some(wanted) = Part::ALL.get(part) {
        let compiled = &loaded.compiled;
        let found = wanted.check(&compiled.network, &compiled.endpoints, &mut reach(loaded), known);
        known.extend(found);
    }
    let next = part.checked_add(1).filter(|next| *next < Part::ALL.len());
    if next.is_some() {
        return Reply::Lints { findings: Vec::new(), next };
    }
    sort(known);
    let texts = Texts::of(&loaded.sources);
    let findings = known.iter().filter(|found| is_news(found)).map(|found| finding(&texts, found)).collect();
    Reply::Lints { findings, next }
}
