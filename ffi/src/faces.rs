//! `vav_faces`: what a detection found.

use std::mem::{MaybeUninit, size_of};

use face::{Detection, Face, Result};

use crate::boundary::{SizedOut, given, guard, guard_or, invalid};
use crate::error::vav_error;
use crate::status::vav_status;

/// The faces of one photo, most confident first.
pub struct vav_faces {
    detection: Detection,
}

/// A point in pixels from the upright image's top left corner.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A face in a photo. All lengths are pixels of the upright image; the box may reach beyond it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_face {
    /// Set by VAV_FACE_INIT.
    pub struct_size: usize,
    /// Left edge of the box.
    pub x: f32,
    /// Top edge of the box.
    pub y: f32,
    /// Extent of the box to the right.
    pub width: f32,
    /// Extent of the box downwards.
    pub height: f32,
    /// Right eye, left eye, tip of the nose, right and left corner of the mouth, of the person: so in an upright,
    /// unmirrored photo the first eye is the one on the image's left.
    pub landmarks: [vav_point; 5],
    /// How sure the detector is, 0..1.
    pub confidence: f32,
    /// 0; bits may be given a meaning later.
    pub flags: u32,
}

/// What `vav_face` measured in 0.1.0, which had it first: smaller ones were never initialised.
pub(crate) const FIRST_FACE_SIZE: usize = size_of::<usize>() + 16 * size_of::<f32>();
const _: () = assert!(size_of::<vav_face>() >= FIRST_FACE_SIZE);

impl vav_faces {
    pub(crate) fn new(detection: Detection) -> Self {
        vav_faces { detection }
    }

    pub(crate) fn at(&self, index: usize) -> Result<&Face> {
        let faces = &self.detection.faces;
        let outside = || invalid(format!("there is no face {index}: {} were found", faces.len()));
        faces.get(index).ok_or_else(outside)
    }
}

impl From<&Face> for vav_face {
    fn from(face: &Face) -> Self {
        vav_face {
            struct_size: size_of::<vav_face>(),
            x: face.bounds.x,
            y: face.bounds.y,
            width: face.bounds.width,
            height: face.bounds.height,
            landmarks: face.landmarks.map(|point| vav_point { x: point.x, y: point.y }),
            confidence: face.confidence,
            flags: 0,
        }
    }
}

/// How many faces were found; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_count(faces: Option<&vav_faces>) -> usize {
    guard_or(0, || faces.map_or(0, |faces| faces.detection.faces.len()))
}

/// One of the faces, by its index from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_faces_get(
    faces: Option<&vav_faces>,
    index: usize,
    face: *mut vav_face,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        // SAFETY: C passes a struct that begins with its size.
        let out = unsafe { SizedOut::new(face, FIRST_FACE_SIZE, "face") }?;
        out.write(given(faces, "faces")?.at(index)?.into());
        Ok(())
    })
}

/// The index of the face that counts by the policy of the verifier. VAV_NO_FACE, VAV_SEVERAL_FACES or
/// VAV_FACE_TOO_SMALL where none does.
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_chosen(
    faces: Option<&vav_faces>,
    index: Option<&mut usize>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        *given(index, "index")? = given(faces, "faces")?.detection.chosen.clone()?;
        Ok(())
    })
}

/// The size of the upright image in pixels: what the coordinates of the faces refer to.
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_image_size(
    faces: Option<&vav_faces>,
    width: Option<&mut u32>,
    height: Option<&mut u32>,
) -> vav_status {
    guard(None, || {
        let detection = &given(faces, "faces")?.detection;
        *given(width, "width")? = detection.width;
        *given(height, "height")? = detection.height;
        Ok(())
    })
}

/// Frees the faces.
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_free(faces: Option<Box<vav_faces>>) {
    guard_or((), || drop(faces));
}
