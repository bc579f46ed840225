//! `vav_enroll`: makes one template of several photos of one person.

use std::mem::MaybeUninit;

use face::{Enrolled, Enrollment};

use crate::boundary::{guard, hand_out, invalid, non_null, places, pointers};
use crate::error::vav_error;
use crate::faces::vav_sample;
use crate::photo::{read, vav_photo};
use crate::status::vav_status;
use crate::template::vav_template;
use crate::verifier::vav_verifier;

/// The largest number of photos in a call of vav_enroll.
pub const VAV_MAX_ENROLLED: usize = 16;
const _: () = assert!(VAV_MAX_ENROLLED == Enrollment::MAX_PHOTOS);

/// For vav_enrolled.flags: there are other photos, and this one was compared with them.
pub const VAV_COMPARED: u32 = 1;

/// One of the enrolled photos.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_enrolled {
    /// What was found in it.
    pub sample: vav_sample,
    /// Cosine of the angle to the template of the other photos, -1..1.
    pub similarity: f32,
    /// Comparison score with that template, 0..100, as in vav_result.
    pub score: f32,
    /// 1 if the score reaches the verifier's threshold, else 0: then the photo probably shows somebody else.
    pub is_match: i32,
    /// VAV_COMPARED, or 0; then the three members before are 0. Bits may be added later.
    pub flags: u32,
    /// 0; room for later members.
    pub reserved: [u32; 4],
}

impl From<&Enrolled> for vav_enrolled {
    fn from(photo: &Enrolled) -> Self {
        let (others, sample) = (photo.others, (&photo.sample).into());
        vav_enrolled {
            sample,
            similarity: others.map_or(0.0, |others| others.similarity),
            score: others.map_or(0.0, |others| others.score),
            is_match: others.map_or(0, |others| i32::from(others.is_match)),
            flags: others.map_or(0, |_| VAV_COMPARED),
            reserved: [0; 4],
        }
    }
}

/// Makes one template of `count` photos of one person, 1..VAV_MAX_ENROLLED, with which probes are compared as with any
/// other. `photos` points to `count` pointers. `enrolled` is NULL or has `count` places, which receive what was found in
/// each photo, and how similar it is to the others. The first photo that cannot be used is the error, and
/// vav_error_index returns its index. A photo of somebody else is not an error, but lets that person match: check
/// `is_match` of each photo.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_enroll(
    verifier: Option<&vav_verifier>,
    photos: *const *const vav_photo,
    count: usize,
    templ: Option<&mut MaybeUninit<Option<Box<vav_template>>>>,
    enrolled: *mut vav_enrolled,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(templ, "templ", || {
            if count > VAV_MAX_ENROLLED {
                return Err(invalid(format!("{count} photos are more than {VAV_MAX_ENROLLED}")));
            }
            let seen = if enrolled.is_null() { 0 } else { count };
            // SAFETY: C passes `count` pointers that can be read, and as many places that can be written, or NULL.
            let (photos, places) =
                unsafe { (pointers(photos, count, "photos")?, places(enrolled, seen, "enrolled")?) };
            // SAFETY: C passes structs that begin with their size, and as many bytes of photos as they say.
            let photos = photos.iter().map(|&photo| unsafe { read(photo, "photo") });
            let enrollment = non_null(verifier, "verifier")?.verifier.enroll(photos)?;
            for (place, photo) in places.iter_mut().zip(&enrollment.photos) {
                place.write(photo.into());
            }
            Ok(vav_template { template: enrollment.template })
        })
    })
}
