//! The playground, and the engine for JavaScript.
//!
//! Two programs come of it: one draws and listens (`page`), the other answers in a worker (`service`). Between them go the
//! plain values of `protocol`. What the page knows is `session`: a state that actions change, without a browser.
//!
//! ```text
//! event → session (reduce) → effects → protocol → service → engine
//!            └→ page (draw)                └→ answers → session
//! ```

#[cfg(feature = "api")]
pub mod api;
#[cfg(feature = "page")]
pub mod document;
#[cfg(feature = "page")]
pub mod drift;
#[cfg(feature = "page")]
pub mod form;
#[cfg(feature = "page")]
pub mod gallery;
#[cfg(feature = "page")]
pub mod offsets;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "page")]
pub mod protocol;
#[cfg(feature = "page")]
pub mod raster;
#[cfg(feature = "page")]
pub mod service;
#[cfg(feature = "page")]
pub mod session;
#[cfg(feature = "page")]
pub mod share;
#[cfg(feature = "page")]
pub mod vocabulary;
#[cfg(feature = "page")]
pub mod worker;
