//! The page: draws the session, and turns what people do into actions.

mod app;
mod claims;
mod copy;
mod editor;
mod element;
mod files;
mod findings;
mod form;
mod graph;
mod intent;
mod keeper;
mod lesson;
mod matrix;
mod notice;
mod outside;
mod pinned;
mod rows;
mod staff;
mod storage;
mod table;
mod toolbar;
mod why;
mod words;

/// Opens the page in this window.
pub fn open() {
    yew::Renderer::<app::App>::new().render();
}
