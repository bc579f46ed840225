//! `vav_template`: what is stored of a face.

use std::mem::MaybeUninit;
use std::ptr;

use face::Template;

use crate::boundary::{bytes, guard, guard_or, hand_out, invalid, non_null};
use crate::error::vav_error;
use crate::status::vav_status;

/// The numbers that represent a face; comparable with templates of the same model. A template is biometric data.
pub struct vav_template {
    pub(crate) template: Template,
}

/// Creates the record of a failure to extract, for systems in which every photo must yield a template. It can be stored
/// like any other; comparing it gives VAV_TEMPLATE_FAILED.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_template_new_failed() -> Option<Box<vav_template>> {
    guard_or(None, || Some(Box::new(vav_template { template: Template::failed() })))
}

/// 1 for the record of a failure to extract, else 0; 0 for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_template_is_failed(templ: Option<&vav_template>) -> i32 {
    guard_or(0, || templ.map_or(0, |template| i32::from(template.template.is_failed())))
}

/// The unit vector from which the similarity is computed, and its number of dimensions; NULL and 0 for a failure to
/// extract, or for NULL. `dimensions` may be NULL. Lives as long as the template.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_template_vector(
    templ: Option<&vav_template>,
    dimensions: Option<&mut MaybeUninit<usize>>,
) -> *const f32 {
    guard_or(ptr::null(), || {
        let vector = templ.map_or(&[][..], |template| template.template.vector());
        if let Some(dimensions) = dimensions {
            dimensions.write(vector.len());
        }
        if vector.is_empty() { ptr::null() } else { vector.as_ptr() }
    })
}

/// How many bytes vav_template_to_bytes writes; 0 for NULL. The same for all templates of a model, fewer for records of
/// a failure to extract.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_template_size(templ: Option<&vav_template>) -> usize {
    guard_or(0, || templ.map_or(0, |template| template.template.to_bytes().len()))
}

/// Writes the template for storage: self-contained, versioned, with the identity of the model and a checksum, the same
/// on every machine. `capacity` is the size of `buffer`, at least vav_template_size.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_template_to_bytes(
    templ: Option<&vav_template>,
    buffer: *mut u8,
    capacity: usize,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        let bytes = non_null(templ, "templ")?.template.to_bytes();
        if buffer.is_null() || capacity < bytes.len() {
            return Err(invalid(format!("a buffer of {} bytes is needed", bytes.len())));
        }
        // SAFETY: C passes `capacity` writable bytes, which is enough, and `bytes` is ours.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len()) };
        Ok(())
    })
}

/// Reads what vav_template_to_bytes wrote. Anything else, truncated or damaged, is VAV_TEMPLATE_MALFORMED. Whether the
/// template fits the model of a verifier is checked when it is compared.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_template_from_bytes(
    data: *const u8,
    len: usize,
    templ: Option<&mut MaybeUninit<Option<Box<vav_template>>>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(templ, "templ", || {
            // SAFETY: C passes `len` readable bytes.
            let bytes = unsafe { bytes(data, len, "data") }?;
            Ok(vav_template { template: Template::from_bytes(bytes)? })
        })
    })
}

/// Frees a template.
#[unsafe(no_mangle)]
pub extern "C" fn vav_template_free(templ: Option<Box<vav_template>>) {
    guard_or((), || drop(templ));
}
