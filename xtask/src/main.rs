//! Set-up, play and test.

fn main() {}
