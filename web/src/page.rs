//! page
/// Opens.
pub fn open() {}
