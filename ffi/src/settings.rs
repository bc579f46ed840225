//! `vav_settings`: the settings that a verifier was created with.

use std::ffi::c_char;
use std::mem::{MaybeUninit, size_of};

use crate::boundary::{SizedOut, guard, non_null, number};
use crate::config::{ENGINES, FACE_POLICIES, SEARCHES};
use crate::error::vav_error;
use crate::status::vav_status;
use crate::verifier::vav_verifier;

/// The settings of a verifier, including defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_settings {
    /// Set by VAV_SETTINGS_INIT.
    pub struct_size: usize,
    /// The library of ONNX Runtime that is used; "" with the embedded engine. Lives as long as the verifier.
    pub onnxruntime: *const c_char,
    /// The folder of the models; "" for those in this library. Lives as long as the verifier.
    pub models: *const c_char,
    /// How many photos are processed at once.
    pub workers: usize,
    /// The largest encoded photo in bytes.
    pub max_bytes: usize,
    /// The largest photo in pixels.
    pub max_pixels: u64,
    /// The most memory that decoding one photo may take, in bytes.
    pub max_decode_bytes: u64,
    /// The vav_engine that was requested; vav_verifier_engine returns the one in use.
    pub engine: i32,
    /// A vav_face_policy.
    pub face_policy: i32,
    /// A vav_search.
    pub search: i32,
    /// The smallest face that is accepted, in pixels.
    pub min_face: u32,
    /// The lowest comparison score at which two photos count as the same person.
    pub threshold: f32,
    /// Milliseconds that one call may take; 0 for no limit.
    pub deadline: u32,
}

/// Size of `vav_settings` in 0.2.0, the first release with it: a smaller one was never initialised.
const FIRST_SETTINGS_SIZE: usize = 5 * size_of::<usize>() + 2 * size_of::<u64>() + 6 * size_of::<u32>();
const _: () = assert!(size_of::<vav_settings>() >= FIRST_SETTINGS_SIZE);

/// The settings of the verifier.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_verifier_settings(
    verifier: Option<&vav_verifier>,
    settings: *mut vav_settings,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        // SAFETY: C passes a struct that begins with its size.
        let out = unsafe { SizedOut::new(settings, FIRST_SETTINGS_SIZE, "settings") }?;
        let verifier = non_null(verifier, "verifier")?;
        let options = verifier.verifier.options();
        out.write(vav_settings {
            struct_size: size_of::<vav_settings>(),
            onnxruntime: verifier.onnxruntime.as_ptr(),
            models: verifier.models.as_ptr(),
            workers: options.workers,
            max_bytes: options.limits.max_bytes,
            max_pixels: options.limits.max_pixels,
            max_decode_bytes: options.limits.max_decode_bytes,
            engine: number(options.engine, ENGINES),
            face_policy: number(options.face, FACE_POLICIES),
            search: number(options.search, SEARCHES),
            min_face: options.min_face,
            threshold: options.threshold,
            deadline: options.deadline.map_or(0, |time| time.as_millis() as u32),
        });
        Ok(())
    })
}
