//! Small things of the browser: the window, files to save, texts to copy.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, Document, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlSelectElement, Url, Window,
};

/// The window.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// The root element, on which the state of the page can be read.
pub(super) fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// Says in the document what the page is doing: `busy`, then `shown` while lints are looked for, then `ready`.
pub(super) fn tell_state(state: &str) {
    if let Some(root) = root() {
        // Nobody is told where there is no attribute to tell by.
        let _ = root.set_attribute("data-ringfence", state);
    }
}

/// The text of an input element.
pub(super) fn text_of(event: &impl AsRef<web_sys::Event>) -> String {
    let Some(target) = event.as_ref().target() else { return String::new() };
    match target.dyn_into::<HtmlInputElement>() {
        Ok(input) => input.value(),
        Err(other) => other.dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default(),
    }
}

/// Whether a box is ticked.
pub(super) fn ticked(event: &impl AsRef<web_sys::Event>) -> bool {
    let target = event.as_ref().target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.is_some_and(|input| input.checked())
}

/// Hands a text over as a file.
pub(super) fn download(name: &str, text: &str) -> Option<()> {
    let kind = match name.rsplit('.').next() {
        Some("svg") => "image/svg+xml",
        Some("sh") => "text/x-shellscript",
        _ => "text/yaml",
    };
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&address).ok()
}

/// Puts a text on the clipboard, where the browser gives this page one: it does not over plain HTTP.
pub(super) fn copy(text: &str) -> bool {
    let Some(clipboard) = window().map(|window| window.navigator().clipboard()).filter(|found| !found.is_undefined())
    else {
        return false;
    };
    let written = clipboard.write_text(text);
    // The browser may refuse; the text stays where it can be marked.
    wasm_bindgen_futures::spawn_local(async move { drop(wasm_bindgen_futures::JsFuture::from(written).await) });
    true
}

/// Whether another page has this one in a frame, and so an address bar of its own.
pub(super) fn is_framed() -> bool {
    let outer = |window: Window| Some(!js_sys::Object::is(window.parent().ok()??.as_ref(), window.as_ref()));
    window().and_then(outer).unwrap_or(false)
}

/// The address of this page without its fragment.
pub(super) fn address() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Whether the address holds a state.
pub(super) fn has_link() -> bool {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    matches!(crate::share::Link::read(&hash), Ok(Some(_)))
}

/// Takes the state out of the address: it is no longer what is on the page.
pub(super) fn forget_link() {
    let history = window().filter(|_| has_link()).and_then(|window| window.history().ok());
    if let Some(history) = history {
        // An address that cannot be changed is only an address.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address()));
    }
}
