//! What the tests of several crates share.

pub mod cases;
pub mod enrolment;
pub mod example;
pub mod files;
pub mod networks;
pub mod process;
pub mod report;
pub mod watch;
pub mod wire;
