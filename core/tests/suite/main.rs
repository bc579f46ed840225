//! The whole pipeline over real files, with both engines.
//!
//! One program for all tests, because every program links the networks and both engines again.

mod calls;
mod camera;
mod decode;
mod enroll;
mod golden;
mod model_files;
mod model_sets;
mod negatives;
mod quality;
mod rank;
mod search;
mod threads;
mod verifiers;

// Watched through /proc and strace.
#[cfg(target_os = "linux")]
mod bombs;
#[cfg(target_os = "linux")]
mod hermetic;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod resident;
