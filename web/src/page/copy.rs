//! A button that puts a text on the clipboard, and says whether it did.

use super::element::copy;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The text.
    pub(super) text: String,
}

/// The button.
#[component]
pub(super) fn Copy(props: &Props) -> Html {
    let copied = use_state(|| None::<(String, bool)>);
    let words = match copied.as_ref().filter(|(text, _)| *text == props.text) {
        None => "Copy",
        Some((_, true)) => "Copied",
        Some((_, false)) => "Not copied: this browser gives the page no clipboard",
    };
    let text = props.text.clone();
    let press = move |_| copied.set(Some((text.clone(), copy(&text))));
    html! { <button onclick={press} aria-live="polite">{ words }</button> }
}
