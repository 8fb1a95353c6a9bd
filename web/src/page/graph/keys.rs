//! What keys do in the picture.

use super::Msg;
use web_sys::KeyboardEvent;

/// How far a key moves a box, in units of the picture.
const STEP: f64 = 16.0;
/// How far it moves the view.
const STRIDE: f64 = 48.0;

/// What a key means, on a box or elsewhere in the picture; then the browser has nothing to do with it any more.
pub(super) fn meant(node: Option<usize>, event: &KeyboardEvent) -> Option<Msg> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let key = event.key();
    let meant = arrow(&key, node.filter(|_| event.shift_key())).or_else(|| plain(&key, node))?;
    event.prevent_default();
    event.stop_propagation();
    Some(meant)
}

/// An arrow moves a box, or the view.
fn arrow(key: &str, node: Option<usize>) -> Option<Msg> {
    let (x, y) = match key {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return None,
    };
    Some(match node {
        Some(node) => Msg::Move(node, (STEP * x, STEP * y)),
        None => Msg::Pan((STRIDE * x, STRIDE * y)),
    })
}

fn plain(key: &str, node: Option<usize>) -> Option<Msg> {
    match key {
        "Enter" | " " => node.map(Msg::Choose),
        "u" | "U" => node.map(Msg::Unfold),
        "+" | "=" => Some(Msg::Zoom(1.25)),
        "-" => Some(Msg::Zoom(0.8)),
        "0" => Some(Msg::Reset),
        "Escape" => Some(Msg::Cancel),
        _ => None,
    }
}
