//! What the browser keeps between visits: the texts, those that others took the place of, and how the page looks. Nothing else, and nowhere else.

use super::element::window;
use crate::session::{Session, Theme, View};
use crate::share::Link;
use web_sys::Storage;

const WORK: &str = "ringfence.work";
const ASIDE: &str = "ringfence.aside";
const THEME: &str = "ringfence.theme";
const VIEW: &str = "ringfence.view";

/// Keeps the session: as it is, for that is done at every key, and compressed where there is no room for that. Where there
/// is none for that either, the last one stays.
pub(super) fn keep(session: &Session) {
    drop(put(WORK, session));
}

/// Keeps how the page looks.
pub(super) fn keep_look(session: &Session) {
    let Some(storage) = storage() else { return };
    let _ = storage.set_item(THEME, session.theme.name());
    if let Some(view) = session.chosen() {
        let _ = storage.set_item(VIEW, view.name());
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
    Link::read(&item(key)?).ok()?
}

/// The colours that were kept.
pub(super) fn theme() -> Theme {
    Theme::named(&item(THEME).unwrap_or_default())
}

/// The view that was kept.
pub(super) fn view() -> Option<View> {
    View::named(&item(VIEW)?)
}

fn item(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}
