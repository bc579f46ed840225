//! `vav_error`: why something failed.

use std::ffi::{CString, c_char};

use face::{Error, Side, Stage};

use crate::advice::advice_bits;
use crate::panics::guard_or;
use crate::status::{c_string, vav_status};

/// Why a call failed. Never holds pixels or templates, so it may be logged.
pub struct vav_error {
    error: Error,
    text: CString,
}

/// The photo that an error is about.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "only C uses the last")]
pub enum vav_side {
    /// Neither, or unknown.
    VAV_SIDE_NONE = 0,
    /// The live or current photo, whose identity is to be verified.
    VAV_SIDE_PROBE = 1,
    /// The stored photo that the probe is compared with.
    VAV_SIDE_REFERENCE = 2,
    /// Never returned; as VAV_STATUS_MAX.
    VAV_SIDE_MAX = 0x7fff_ffff,
}

/// The step in which an error occurred.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "only C uses the last")]
pub enum vav_stage {
    /// None of the following: an argument was wrong.
    VAV_STAGE_NONE = 0,
    /// Loading models and engine.
    VAV_STAGE_SETUP = 1,
    /// From bytes to pixels.
    VAV_STAGE_DECODE = 2,
    /// From pixels to faces.
    VAV_STAGE_DETECT = 3,
    /// From faces to the chosen face.
    VAV_STAGE_CHOOSE = 4,
    /// From the face to a template.
    VAV_STAGE_EXTRACT = 5,
    /// From two templates to a comparison score.
    VAV_STAGE_COMPARE = 6,
    /// Never returned; as VAV_STATUS_MAX.
    VAV_STAGE_MAX = 0x7fff_ffff,
}

impl vav_error {
    pub(crate) fn new(error: Error) -> Self {
        let text = c_string(&error.to_string());
        vav_error { error, text }
    }
}

/// The status that the failed call returned; VAV_OK for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_status(error: Option<&vav_error>) -> vav_status {
    guard_or(vav_status::VAV_PANIC, || error.map_or(vav_status::VAV_OK, |error| error.error.kind().into()))
}

/// Which photo the error is about; VAV_SIDE_NONE for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_side(error: Option<&vav_error>) -> vav_side {
    guard_or(vav_side::VAV_SIDE_NONE, || match error.and_then(|error| error.error.side()) {
        None => vav_side::VAV_SIDE_NONE,
        Some(Side::Probe) => vav_side::VAV_SIDE_PROBE,
        Some(Side::Reference) => vav_side::VAV_SIDE_REFERENCE,
    })
}

/// Which step the error comes from; VAV_STAGE_NONE for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_stage(error: Option<&vav_error>) -> vav_stage {
    guard_or(vav_stage::VAV_STAGE_NONE, || match error.and_then(|error| error.error.stage()) {
        None => vav_stage::VAV_STAGE_NONE,
        Some(Stage::Setup) => vav_stage::VAV_STAGE_SETUP,
        Some(Stage::Decode) => vav_stage::VAV_STAGE_DECODE,
        Some(Stage::Detect) => vav_stage::VAV_STAGE_DETECT,
        Some(Stage::Choose) => vav_stage::VAV_STAGE_CHOOSE,
        Some(Stage::Extract) => vav_stage::VAV_STAGE_EXTRACT,
        Some(Stage::Compare) => vav_stage::VAV_STAGE_COMPARE,
    })
}

/// Which of several photos or templates the error is about, from 0; -1 if it is not about one of many, or for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_index(error: Option<&vav_error>) -> i64 {
    guard_or(-1, || {
        let index = error.and_then(|error| error.error.index());
        index.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1)
    })
}

/// What the photographer can improve: bits of vav_advice; 0 if nothing is known, or for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_advice(error: Option<&vav_error>) -> u32 {
    guard_or(0, || error.map_or(0, |error| advice_bits(error.error.advice())))
}

/// A readable line: "probe: no face was found (NO_FACE)". "" for NULL. UTF-8; lives as long as the error.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_message(error: Option<&vav_error>) -> *const c_char {
    guard_or(c"".as_ptr(), || error.map_or(c"", |error| error.text.as_c_str()).as_ptr())
}

/// Frees an error.
#[unsafe(no_mangle)]
pub extern "C" fn vav_error_free(error: Option<Box<vav_error>>) {
    guard_or((), || drop(error));
}
