//! Placeholder while the core is written.
fn main() {}
