//! `vav_faces`: the result of a detection; and the structs in which faces are reported.

use std::mem::MaybeUninit;

use face::{Detection, Face, Quality, Result, Sample};

use crate::advice::advice_bits;
use crate::boundary::{guard, guard_or, invalid, non_null};
use crate::error::vav_error;
use crate::status::vav_status;

/// The faces of one photo, most confident first.
pub struct vav_faces {
    detection: Detection,
}

/// A point in pixels from the top left corner of the upright image.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct vav_point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A rectangle in pixels of the upright image.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct vav_rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Extent to the right.
    pub width: f32,
    /// Extent downwards.
    pub height: f32,
}

/// Capture quality of one face. Names and formulas are those of ISO/IEC 29794-5:2025 where it has the measure.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct vav_quality {
    /// Distance between the eyes in pixels. Below about 30 the template suffers.
    pub inter_eye_distance: f32,
    /// How much fine detail the face shows, 0 (blurred) to 1 (sharp).
    pub sharpness: f32,
    /// Luminance mean of the face, in linear light, 0..1.
    pub brightness: f32,
    /// Standard deviation of the luminance, 0..0.5.
    pub contrast: f32,
    /// Fraction of the face with a luminance up to 25/255, 0..1.
    pub under_exposure: f32,
    /// Fraction of the face with a luminance of at least 247/255, 0..1.
    pub over_exposure: f32,
    /// Entropy of the luminances of the face in bits, 0..8.
    pub dynamic_range: f32,
    /// How similar the light on both cheeks is, 0 (one in the dark) to 1 (the same).
    pub illumination_uniformity: f32,
    /// Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees.
    pub yaw: f32,
    /// Degrees by which the head is raised; an estimate, accurate to about 15 degrees.
    pub pitch: f32,
    /// Degrees by which the head is tilted towards its own left shoulder.
    pub roll: f32,
    /// What the photographer can improve, by these measures: bits of vav_advice.
    pub advice: u32,
    /// 0; room for later measures.
    pub reserved: [f32; 4],
}

/// For vav_face.flags: the quality was measured.
pub const VAV_QUALITY_MEASURED: u32 = 1;

/// A face in a photo. All lengths are pixels of the upright image.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct vav_face {
    /// Where the face is. May reach beyond the image.
    pub bounds: vav_rect,
    /// Right eye, left eye, tip of the nose, right and left corner of the mouth, as seen by the person: in an upright,
    /// unmirrored photo the first eye is on the left of the image.
    pub landmarks: [vav_point; 5],
    /// Confidence of the detector, 0..1.
    pub confidence: f32,
    /// VAV_QUALITY_MEASURED or 0. Bits may be added later.
    pub flags: u32,
    /// All 0 unless it was requested by VAV_MEASURE_QUALITY.
    pub quality: vav_quality,
}

/// What was found in one photo.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct vav_sample {
    /// The chosen face.
    pub face: vav_face,
    /// How many faces were found.
    pub face_count: u32,
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// Milliseconds from bytes to pixels; 0 for pixels.
    pub decode_ms: f32,
    /// Milliseconds from pixels to faces.
    pub detect_ms: f32,
    /// Milliseconds from the face to the template.
    pub extract_ms: f32,
    /// What a better photo needs: bits of vav_advice. VAV_ADVICE_TOO_SMALL and VAV_ADVICE_SEVERAL_FACES are reported in
    /// any case, the others only with VAV_MEASURE_QUALITY.
    pub advice: u32,
    /// 0; room for later members.
    pub reserved: [u32; 1],
}

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
        let bounds = &face.bounds;
        vav_face {
            bounds: vav_rect { x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height },
            landmarks: face.landmarks.map(|point| vav_point { x: point.x, y: point.y }),
            confidence: face.confidence,
            flags: if face.quality.is_some() { VAV_QUALITY_MEASURED } else { 0 },
            quality: face.quality.as_ref().map(vav_quality::from).unwrap_or_default(),
        }
    }
}

impl From<&Quality> for vav_quality {
    fn from(quality: &Quality) -> Self {
        vav_quality {
            inter_eye_distance: quality.inter_eye_distance,
            sharpness: quality.sharpness,
            brightness: quality.brightness,
            contrast: quality.contrast,
            under_exposure: quality.under_exposure,
            over_exposure: quality.over_exposure,
            dynamic_range: quality.dynamic_range,
            illumination_uniformity: quality.illumination_uniformity,
            yaw: quality.yaw,
            pitch: quality.pitch,
            roll: quality.roll,
            advice: advice_bits(&quality.advice()),
            reserved: [0.0; 4],
        }
    }
}

impl From<&Sample> for vav_sample {
    fn from(sample: &Sample) -> Self {
        let times = &sample.timings;
        let [decode_ms, detect_ms, extract_ms] =
            [times.decode, times.detect, times.extract].map(|time| time.as_secs_f32() * 1e3);
        vav_sample {
            face: (&sample.face).into(),
            face_count: u32::try_from(sample.face_count).unwrap_or(u32::MAX),
            width: sample.width,
            height: sample.height,
            decode_ms,
            detect_ms,
            extract_ms,
            advice: advice_bits(&sample.advice()),
            reserved: [0; 1],
        }
    }
}

/// How many faces were found; 0 for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_count(faces: Option<&vav_faces>) -> usize {
    guard_or(0, || faces.map_or(0, |faces| faces.detection.faces.len()))
}

/// One of the faces, by its index from 0.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_get(
    faces: Option<&vav_faces>,
    index: usize,
    face: Option<&mut MaybeUninit<vav_face>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        non_null(face, "face")?.write(non_null(faces, "faces")?.at(index)?.into());
        Ok(())
    })
}

/// The index of the face chosen by the verifier's policy. VAV_NO_FACE, VAV_SEVERAL_FACES or VAV_FACE_TOO_SMALL if none
/// is.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_chosen(
    faces: Option<&vav_faces>,
    index: Option<&mut MaybeUninit<usize>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        non_null(index, "index")?.write(non_null(faces, "faces")?.detection.chosen.clone()?);
        Ok(())
    })
}

/// The size of the upright image in pixels, to which the coordinates of the faces refer.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_image_size(
    faces: Option<&vav_faces>,
    width: Option<&mut MaybeUninit<u32>>,
    height: Option<&mut MaybeUninit<u32>>,
) -> vav_status {
    guard(None, || {
        let detection = &non_null(faces, "faces")?.detection;
        non_null(width, "width")?.write(detection.width);
        non_null(height, "height")?.write(detection.height);
        Ok(())
    })
}

/// Frees the faces.
#[unsafe(no_mangle)]
pub extern "C" fn vav_faces_free(faces: Option<Box<vav_faces>>) {
    guard_or((), || drop(faces));
}
