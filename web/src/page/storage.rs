//! What the browser keeps between visits: the texts and the colours. Nothing else, and nowhere else.

use super::element::window;
use crate::session::{Session, Theme};
use crate::share::Link;

const WORK: &str = "ringfence.work";
const THEME: &str = "ringfence.theme";

/// Keeps the session: as it is, for that is done at every key, and compressed where there is no room for that. Where there
/// is none for that either, the last one stays.
pub(super) fn keep(session: &Session) {
    let Some(storage) = window().and_then(|window| window.local_storage().ok().flatten()) else { return };
    let link = Link::of(session);
    let kept = storage.set_item(WORK, &link.plain()).or_else(|_| storage.set_item(WORK, &link.fragment()));
    if kept.is_err() {
        return;
    }
    let _ = storage.set_item(THEME, session.theme.name());
}

/// What was kept.
pub(super) fn kept() -> Option<Link> {
    let storage = window()?.local_storage().ok()??;
    Link::read(&storage.get_item(WORK).ok()??).ok()?
}

/// The colours that were kept.
pub(super) fn theme() -> Theme {
    let storage = window().and_then(|window| window.local_storage().ok().flatten());
    let name = storage.and_then(|storage| storage.get_item(THEME).ok().flatten());
    Theme::named(&name.unwrap_or_default())
}
