//! The browser front end. The playground is built on this crate.
