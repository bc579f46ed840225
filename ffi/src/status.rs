//! Status codes: the core's numbers, which a test compares one by one.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use face::ErrorKind;

use crate::boundary::guard_or;

/// The result of a function. Its band says who can fix the problem: 1-19 the caller, 20-39 the supplier of the image file,
/// 40-59 the photographer, 60-79 the installer of the library, 98-99 the makers of the library. New statuses may be added to
/// every band.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "only C uses the last")]
pub enum vav_status {
    /// Success.
    VAV_OK = 0,
    /// An argument or a setting is outside its documented range.
    VAV_INVALID_ARGUMENT = 1,
    /// Raw pixels whose length, stride or size do not fit together.
    VAV_INVALID_PIXELS = 2,
    /// The bytes are not a template, or were damaged.
    VAV_TEMPLATE_MALFORMED = 3,
    /// Templates of different models cannot be compared.
    VAV_TEMPLATE_MISMATCH = 4,
    /// A template that records a failure to extract has no comparison score with any other.
    VAV_TEMPLATE_FAILED = 5,
    /// A file cannot be read, or is not a regular file.
    VAV_FILE_UNREADABLE = 6,
    /// The call took longer than it may, or was cancelled.
    VAV_DEADLINE_EXCEEDED = 7,
    /// The image has no bytes.
    VAV_EMPTY_IMAGE = 20,
    /// The bytes are not in a supported image format.
    VAV_UNSUPPORTED_FORMAT = 21,
    /// The format was recognised, but the file is broken or cut short.
    VAV_CORRUPT_IMAGE = 22,
    /// More bytes, more pixels or a more extreme shape than the limits allow.
    VAV_IMAGE_TOO_LARGE = 23,
    /// No face was found.
    VAV_NO_FACE = 40,
    /// Several faces were found and the policy allows only one.
    VAV_SEVERAL_FACES = 41,
    /// The face is smaller than the minimum that was set.
    VAV_FACE_TOO_SMALL = 42,
    /// A model file or its manifest cannot be read.
    VAV_MODEL_NOT_FOUND = 60,
    /// This version cannot use the manifest or the model.
    VAV_MODEL_INVALID = 61,
    /// A model file's SHA-256 is not the one in the manifest.
    VAV_MODEL_HASH_MISMATCH = 62,
    /// The requested inference engine cannot be loaded.
    VAV_ENGINE_UNAVAILABLE = 63,
    /// The inference engine was found, but is too old or fails to start.
    VAV_ENGINE_INCOMPATIBLE = 64,
    /// There is not enough memory for the photo or the inference engine.
    VAV_OUT_OF_MEMORY = 65,
    /// A defect of the library, or of the inference engine while it ran.
    VAV_INTERNAL = 98,
    /// A panic that was caught at the boundary of the library.
    VAV_PANIC = 99,
    /// Never returned: makes the type as wide as an int for compilers that would choose a shorter one.
    VAV_STATUS_MAX = 0x7fff_ffff,
}

impl From<ErrorKind> for vav_status {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidArgument => vav_status::VAV_INVALID_ARGUMENT,
            ErrorKind::InvalidPixels => vav_status::VAV_INVALID_PIXELS,
            ErrorKind::TemplateMalformed => vav_status::VAV_TEMPLATE_MALFORMED,
            ErrorKind::TemplateMismatch => vav_status::VAV_TEMPLATE_MISMATCH,
            ErrorKind::TemplateFailed => vav_status::VAV_TEMPLATE_FAILED,
            ErrorKind::FileUnreadable => vav_status::VAV_FILE_UNREADABLE,
            ErrorKind::DeadlineExceeded => vav_status::VAV_DEADLINE_EXCEEDED,
            ErrorKind::EmptyImage => vav_status::VAV_EMPTY_IMAGE,
            ErrorKind::UnsupportedFormat => vav_status::VAV_UNSUPPORTED_FORMAT,
            ErrorKind::CorruptImage => vav_status::VAV_CORRUPT_IMAGE,
            ErrorKind::ImageTooLarge => vav_status::VAV_IMAGE_TOO_LARGE,
            ErrorKind::NoFace => vav_status::VAV_NO_FACE,
            ErrorKind::SeveralFaces => vav_status::VAV_SEVERAL_FACES,
            ErrorKind::FaceTooSmall => vav_status::VAV_FACE_TOO_SMALL,
            ErrorKind::ModelNotFound => vav_status::VAV_MODEL_NOT_FOUND,
            ErrorKind::ModelInvalid => vav_status::VAV_MODEL_INVALID,
            ErrorKind::ModelHashMismatch => vav_status::VAV_MODEL_HASH_MISMATCH,
            ErrorKind::EngineUnavailable => vav_status::VAV_ENGINE_UNAVAILABLE,
            ErrorKind::EngineIncompatible => vav_status::VAV_ENGINE_INCOMPATIBLE,
            ErrorKind::OutOfMemory => vav_status::VAV_OUT_OF_MEMORY,
            ErrorKind::Panic => vav_status::VAV_PANIC,
            // `Internal`; the test below fails when the core has a kind that this list lacks.
            _ => vav_status::VAV_INTERNAL,
        }
    }
}

/// Names with a terminating 0, made on first use.
static NAMES: OnceLock<Vec<(i32, CString)>> = OnceLock::new();

/// The name of a status without its prefix, for logs and messages: "OK", "NO_FACE"; "UNKNOWN" for a number that this
/// version of the library does not know.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_status_name(status: i32) -> *const c_char {
    guard_or(c"UNKNOWN".as_ptr(), || {
        let names = NAMES.get_or_init(|| {
            let kinds = ErrorKind::ALL.iter().map(|kind| (i32::from(kind.number()), kind.name()));
            [(0, "OK")].into_iter().chain(kinds).map(|(number, name)| (number, c_string(name))).collect()
        });
        let name = names.iter().find(|(number, _)| *number == status);
        name.map_or(c"UNKNOWN", |(_, name)| name).as_ptr()
    })
}

/// A string for C. A 0 inside would end it early, so it becomes a space.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', " ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn statuses_are_the_kinds_of_the_core() {
        for kind in ErrorKind::ALL {
            let status = vav_status::from(*kind);
            assert_eq!(status as i32, i32::from(kind.number()));
            assert_eq!(format!("{status:?}"), format!("VAV_{}", kind.name()));
            // SAFETY: names live as long as the program.
            let name = unsafe { CStr::from_ptr(vav_status_name(status as i32)) };
            assert_eq!(name.to_str().unwrap(), kind.name());
        }
        // SAFETY: as above.
        let [ok, unknown] = [0, -1].map(|number| unsafe { CStr::from_ptr(vav_status_name(number)) });
        assert_eq!((ok, unknown), (c"OK", c"UNKNOWN"));
    }

    #[test]
    fn a_zero_within_a_text_does_not_end_it() {
        assert_eq!(c_string("a\0b").as_c_str(), c"a b");
    }
}
