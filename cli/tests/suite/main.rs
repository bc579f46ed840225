//! The built program, run as people and scripts run it.

#[path = "../../../core/tests/support/aloud.rs"]
mod aloud;
mod calibrate;
#[path = "../../../core/tests/support/cases.rs"]
#[allow(dead_code, reason = "shared with the core's tests, which also write the table")]
mod cases;
mod detect;
mod eval;
mod eval_report;
mod eval_tables;
mod files;
mod golden;
mod lfw;
#[path = "../../../core/tests/support/photos.rs"]
mod photos;
mod portraits;
mod program;
mod setup;
#[path = "../../../core/tests/suite/shared.rs"]
mod shared;
mod streams;
mod templates;
mod verify;
