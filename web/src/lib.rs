//! The playground, and the engine for JavaScript.
//!
//! One module runs twice: on the page it draws and listens (`page`), in a worker it answers (`service`). Between them
//! go the plain values of `protocol`. What the page knows is `session`: a state that actions change, without a browser.
//!
//! ```text
//! event → session (reduce) → effects → protocol → service → engine
//!            └→ page (draw)                └→ answers → session
//! ```

pub mod form;
pub mod gallery;
pub mod offsets;
pub mod page;
pub mod protocol;
pub mod service;
pub mod session;
pub mod share;
pub mod vocabulary;
pub mod worker;

/// Starts whatever belongs here: the page in a window, the service in a worker.
pub fn start() {
    if worker::is_worker() {
        worker::serve();
    } else {
        page::open();
    }
}
