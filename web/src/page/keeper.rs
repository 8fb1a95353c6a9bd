//! When the work is kept: not at every key, for a text of some size takes longer to store than a key may take, but once the
//! writer rests, and before the page is gone.

use super::element::window;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// How long the writer rests before the work is kept, in milliseconds.
const REST: i32 = 1_000;

/// Puts the keeping off.
pub(super) struct Keeper {
    timer: Option<i32>,
    keep: Closure<dyn Fn()>,
}

impl Keeper {
    /// With whom to tell that the time has come.
    pub(super) fn new(keep: Callback<()>) -> Self {
        let keep = Closure::<dyn Fn()>::new(move || keep.emit(()));
        if let Some(window) = window() {
            // A browser without the event keeps what rested long enough.
            let _ = window.add_event_listener_with_callback("pagehide", keep.as_ref().unchecked_ref());
        }
        Self { timer: None, keep }
    }

    /// Something changed: it is to be kept after a rest from now on.
    pub(super) fn rest(&mut self) {
        self.wake();
        let timer = window().and_then(|window| {
            let keep = self.keep.as_ref().unchecked_ref();
            window.set_timeout_with_callback_and_timeout_and_arguments_0(keep, REST).ok()
        });
        self.timer = timer;
    }

    /// Ends the rest; whether there was one.
    pub(super) fn wake(&mut self) -> bool {
        let Some(timer) = self.timer.take() else { return false };
        if let Some(window) = window() {
            window.clear_timeout_with_handle(timer);
        }
        true
    }
}
