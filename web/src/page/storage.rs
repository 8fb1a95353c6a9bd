//! What the browser keeps between visits: the texts, those that others took the place of, and the colours. Nothing else, and nowhere else.

use super::element::window;
use crate::session::{Session, Theme};
use crate::share::Link;
use web_sys::Storage;

const WORK: &str = "ringfence.work";
const ASIDE: &str = "ringfence.aside";
const THEME: &str = "ringfence.theme";

/// Keeps the session: as it is, for that is done at every key, and compressed where there is no room for that. Where there
/// is none for that either, the last one stays.
pub(super) fn keep(session: &Session) {
    if let Some(storage) = put(WORK, session) {
        let _ = storage.set_item(THEME, session.theme.name());
    }
}

/// Keeps what something else took the place of; nothing where nothing did.
pub(super) fn set_aside(session: Option<&Session>) {
    match session {
        Some(session) => drop(put(ASIDE, session)),
        None => drop(storage().map(|storage| storage.remove_item(ASIDE))),
    }
}

/// What was kept.
pub(super) fn kept() -> Option<Link> {
    get(WORK)
}

/// What was set aside.
pub(super) fn aside() -> Option<Link> {
    get(ASIDE)
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn put(key: &str, session: &Session) -> Option<Storage> {
    let (storage, link) = (storage()?, Link::of(session));
    storage.set_item(key, &link.plain()).or_else(|_| storage.set_item(key, &link.fragment())).ok()?;
    Some(storage)
}

fn get(key: &str) -> Option<Link> {
    Link::read(&storage()?.get_item(key).ok()??).ok()?
}

/// The colours that were kept.
pub(super) fn theme() -> Theme {
    let name = storage().and_then(|storage| storage.get_item(THEME).ok().flatten());
    Theme::named(&name.unwrap_or_default())
}
