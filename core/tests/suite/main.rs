//! The whole pipeline over real files, with both engines.
//!
//! One program for all of it, because every program links the networks and both engines once more.

#[path = "../support/aloud.rs"]
mod aloud;
#[path = "../support/cases.rs"]
mod cases;
#[cfg(target_os = "linux")]
#[path = "../support/example.rs"]
mod example;
#[path = "../support/photos.rs"]
mod photos;

mod decode;
mod golden;
mod negatives;
mod quality;
mod shared;
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
