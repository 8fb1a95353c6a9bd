//! Sentences of the engine: what stands between backticks is code.

use yew::prelude::*;

/// A sentence with its code in the font for code.
pub(super) fn worded(text: &str) -> Html {
    let piece = |(index, piece): (usize, &str)| match index % 2 {
        0 => html! { piece },
        _ => html! { <code>{ piece }</code> },
    };
    // Of an odd backtick nobody knows what it encloses.
    match text.matches('`').count() % 2 {
        0 => html! { <>{ for text.split('`').enumerate().map(piece) }</> },
        _ => html! { text },
    }
}
