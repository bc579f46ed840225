//! The built program, run as people and scripts run it.

mod calibrate;
mod conditions;
mod detect;
mod enroll;
mod eval;
mod eval_report;
mod eval_tables;
mod files;
mod golden;
mod groups;
mod lfw;
mod library;
mod models;
mod portraits;
mod program;
mod setup;
mod streams;
mod templates;
mod verify;
