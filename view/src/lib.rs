//! What the front ends share: an input that is loaded, what is said of it in words, and the JSON that is promised.
//!
//! The command line and the page give the same answer to the same input because both ask here. This crate decides
//! nothing: it asks the engine, and it opens nothing: texts come in, values go out.
//!
//! ```text
//! texts → loaded → report, rows, story, difference → words, wire
//! ```

pub mod canonical;
pub mod cover;
pub mod difference;
pub mod ends;
pub mod line;
pub mod loaded;
pub mod matrix;
pub mod memo;
pub mod mend;
pub mod names;
pub mod nbctl;
pub mod pair;
pub mod patch;
pub mod picture;
pub mod report;
pub mod rows;
pub mod story;
pub mod uphold;
pub mod walk;
pub mod wire;
pub mod words;
