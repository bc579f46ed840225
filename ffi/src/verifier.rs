//! `vav_verifier`: compares faces.

use std::ffi::{CString, c_char};
use std::mem::{MaybeUninit, size_of};
use std::path::PathBuf;

use face::{Comparison, Engine, Options, Side, Verdict, Verifier};

use crate::boundary::{SizedOut, guard, guard_or, hand_out, invalid, non_null};
use crate::config::{deadline, vav_config, vav_engine};
use crate::error::vav_error;
use crate::faces::{vav_faces, vav_sample};
use crate::photo::{read, vav_photo};
use crate::status::{c_string, vav_status};
use crate::template::vav_template;

/// Compares faces. Create one, keep it, and use it from all threads: it processes as many photos at once as it has
/// workers; further calls wait.
pub struct vav_verifier {
    pub(crate) verifier: Verifier,
    pub(crate) onnxruntime: CString,
    pub(crate) models: CString,
    engine_version: CString,
    fallback_reason: CString,
    engine_warning: CString,
    detector_id: CString,
    extractor_id: CString,
}

/// How similar two faces are.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_result {
    /// Set by VAV_RESULT_INIT.
    pub struct_size: usize,
    /// Cosine of the angle between the templates, -1..1.
    pub similarity: f32,
    /// Comparison score, 0..100: -10 log10 of the false match rate at this similarity. 30 means that one pair of
    /// different people in a thousand is as similar, 40 one in ten thousand.
    pub score: f32,
    /// 1 if the score reaches the verifier's threshold, else 0.
    pub is_match: i32,
    /// 0. Bits may be added later.
    pub flags: u32,
    /// What vav_verify found in the probe; all 0 after vav_compare.
    pub probe: vav_sample,
    /// What vav_verify found in the reference; all 0 after vav_compare.
    pub reference: vav_sample,
}

/// Size of `vav_result` in 0.2.0, the first release with it: a smaller one was never initialised.
const FIRST_RESULT_SIZE: usize = size_of::<usize>() + 4 * size_of::<f32>() + 2 * size_of::<vav_sample>();
const _: () = assert!(size_of::<vav_result>() >= FIRST_RESULT_SIZE);

impl From<Comparison> for vav_result {
    fn from(comparison: Comparison) -> Self {
        vav_result {
            struct_size: size_of::<vav_result>(),
            similarity: comparison.similarity,
            score: comparison.score,
            is_match: i32::from(comparison.is_match),
            flags: 0,
            probe: vav_sample::default(),
            reference: vav_sample::default(),
        }
    }
}

impl From<Verdict> for vav_result {
    fn from(verdict: Verdict) -> Self {
        let (probe, reference) = ((&verdict.probe).into(), (&verdict.reference).into());
        vav_result { probe, reference, ..verdict.comparison.into() }
    }
}

impl vav_verifier {
    fn new(verifier: Verifier) -> Self {
        let engine = verifier.engine();
        let path = |path: Option<&PathBuf>| {
            path.map_or_else(CString::default, |path| c_string(&path.to_string_lossy()))
        };
        vav_verifier {
            onnxruntime: path(engine.library.as_ref()),
            models: path(verifier.options().models.as_ref()),
            engine_version: c_string(&engine.version),
            fallback_reason: c_string(engine.fallback_reason.as_deref().unwrap_or_default()),
            engine_warning: c_string(engine.warning.as_deref().unwrap_or_default()),
            detector_id: c_string(verifier.detector_id()),
            extractor_id: c_string(verifier.extractor_id()),
            verifier,
        }
    }
}

/// Loads the models and starts the engine; `config` may be NULL for all defaults. This takes a while.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_new(
    config: Option<&vav_config>,
    verifier: Option<&mut MaybeUninit<Option<Box<vav_verifier>>>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        let options = || config.map_or_else(Options::default, vav_config::options);
        hand_out(verifier, "verifier", || Verifier::new(options()).map(vav_verifier::new))
    })
}

/// For vav_verifier_with_deadline: calls that find no free worker fail immediately instead of waiting.
pub const VAV_DO_NOT_WAIT: u32 = 1;

/// A verifier with the same models and workers, whose calls take at most this many milliseconds (0: no limit), including
/// the wait for a worker, and can be cancelled; a call that takes longer fails with VAV_DEADLINE_EXCEEDED. `flags` is 0 or
/// VAV_DO_NOT_WAIT. Creating one takes microseconds: create one for each call that may have to end early, and free it
/// after that call. `verifier` may be freed first.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_with_deadline(
    verifier: Option<&vav_verifier>,
    milliseconds: u32,
    flags: u32,
    limited: Option<&mut MaybeUninit<Option<Box<vav_verifier>>>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(limited, "limited", || {
            let verifier = &non_null(verifier, "verifier")?.verifier;
            if flags & !VAV_DO_NOT_WAIT != 0 {
                return Err(invalid(format!("flags is {flags:#x}: it has an unknown bit")));
            }
            let limited = verifier.with_deadline(deadline(milliseconds));
            Ok(vav_verifier::new(if flags == 0 { limited } else { limited.without_waiting() }))
        })
    })
}

/// Ends the calls of other threads on this verifier within milliseconds, and all later ones: they fail with
/// VAV_DEADLINE_EXCEEDED. Verifiers that share its workers are not affected. Not for use in signal handlers.
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_cancel(verifier: Option<&vav_verifier>) {
    guard_or((), || {
        if let Some(verifier) = verifier {
            verifier.verifier.cancel();
        }
    });
}

/// The engine in use: VAV_ENGINE_ONNXRUNTIME or VAV_ENGINE_EMBEDDED; -1 for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_engine(verifier: Option<&vav_verifier>) -> i32 {
    guard_or(-1, || match verifier.map(|verifier| verifier.verifier.engine().engine) {
        None => -1,
        Some(Engine::Auto) => vav_engine::VAV_ENGINE_AUTO as i32,
        Some(Engine::OnnxRuntime) => vav_engine::VAV_ENGINE_ONNXRUNTIME as i32,
        Some(Engine::Embedded) => vav_engine::VAV_ENGINE_EMBEDDED as i32,
    })
}

/// The version of the engine, for example "1.28.0"; "" for NULL. Lives as long as the verifier.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_engine_version(verifier: Option<&vav_verifier>) -> *const c_char {
    guard_or(c"".as_ptr(), || text(verifier, |verifier| &verifier.engine_version))
}

/// Why VAV_ENGINE_AUTO chose the embedded engine; "" if it did not, or for NULL. Lives as long as the verifier.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_fallback_reason(verifier: Option<&vav_verifier>) -> *const c_char {
    guard_or(c"".as_ptr(), || text(verifier, |verifier| &verifier.fallback_reason))
}

/// A warning about the engine: before the first verifier was created, the program had loaded an ONNX Runtime of 1.29 or
/// later, whose telemetry can no longer be turned off. "" if there is none, or for NULL. Lives as long as the verifier.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_engine_warning(verifier: Option<&vav_verifier>) -> *const c_char {
    guard_or(c"".as_ptr(), || text(verifier, |verifier| &verifier.engine_warning))
}

/// The name of the model that makes templates, for example "mobilefacenet-192"; "" for NULL. Lives as long as the
/// verifier.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_extractor_id(verifier: Option<&vav_verifier>) -> *const c_char {
    guard_or(c"".as_ptr(), || text(verifier, |verifier| &verifier.extractor_id))
}

/// The name of the model that finds faces; "" for NULL. Lives as long as the verifier.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_detector_id(verifier: Option<&vav_verifier>) -> *const c_char {
    guard_or(c"".as_ptr(), || text(verifier, |verifier| &verifier.detector_id))
}

/// The comparison score for a similarity, -1..1, computed elsewhere from the vectors of two templates.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_score_from_similarity(
    verifier: Option<&vav_verifier>,
    similarity: f32,
    score: Option<&mut MaybeUninit<f32>>,
) -> vav_status {
    guard(None, || {
        let (score, verifier) = (non_null(score, "score")?, non_null(verifier, "verifier")?);
        if !(-1.0..=1.0).contains(&similarity) {
            return Err(invalid(format!("a similarity is in -1..1, not {similarity}")));
        }
        score.write(verifier.verifier.calibration().score(similarity));
        Ok(())
    })
}

/// Do these two photos show the same person? If several things are wrong, the first of these is reported: probe
/// unreadable, reference unreadable, no usable face in the probe, none in the reference.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_verify(
    verifier: Option<&vav_verifier>,
    probe: *const vav_photo,
    reference: *const vav_photo,
    result: *mut vav_result,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        // SAFETY: C passes structs that begin with their size, and as many bytes of photos as they say.
        let (out, probe, reference) = unsafe {
            (
                SizedOut::new(result, FIRST_RESULT_SIZE, "result")?,
                read(probe, "probe").map_err(|error| error.at_side(Side::Probe))?,
                read(reference, "reference").map_err(|error| error.at_side(Side::Reference))?,
            )
        };
        out.write(non_null(verifier, "verifier")?.verifier.verify(probe, reference)?.into());
        Ok(())
    })
}

/// Finds all faces in a photo. Finding none is not an error here.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_detect(
    verifier: Option<&vav_verifier>,
    photo: *const vav_photo,
    faces: Option<&mut MaybeUninit<Option<Box<vav_faces>>>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(faces, "faces", || {
            // SAFETY: C passes a struct that begins with its size, and as many bytes of a photo as it says.
            let photo = unsafe { read(photo, "photo") }?;
            non_null(verifier, "verifier")?.verifier.detect(photo).map(vav_faces::new)
        })
    })
}

/// Makes a template of the chosen face in a photo. `sample` may be NULL; otherwise it receives what was found.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_extract(
    verifier: Option<&vav_verifier>,
    photo: *const vav_photo,
    templ: Option<&mut MaybeUninit<Option<Box<vav_template>>>>,
    sample: Option<&mut MaybeUninit<vav_sample>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(templ, "templ", || {
            // SAFETY: C passes a struct that begins with its size, and as many bytes of a photo as it says.
            let photo = unsafe { read(photo, "photo") }?;
            let extraction = non_null(verifier, "verifier")?.verifier.extract(photo)?;
            if let Some(out) = sample {
                out.write((&extraction.sample).into());
            }
            Ok(vav_template { template: extraction.template })
        })
    })
}

/// Makes a template of any face in a photo: the one with this index among those that vav_detect found in the same photo.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_extract_face(
    verifier: Option<&vav_verifier>,
    photo: *const vav_photo,
    faces: Option<&vav_faces>,
    index: usize,
    templ: Option<&mut MaybeUninit<Option<Box<vav_template>>>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        hand_out(templ, "templ", || {
            // SAFETY: C passes a struct that begins with its size, and as many bytes of a photo as it says.
            let photo = unsafe { read(photo, "photo") }?;
            let face = non_null(faces, "faces")?.at(index)?;
            let template = non_null(verifier, "verifier")?.verifier.extract_face(photo, face)?;
            Ok(vav_template { template })
        })
    })
}

/// Compares two templates made by this verifier's model. VAV_TEMPLATE_MISMATCH for templates of another model,
/// VAV_TEMPLATE_FAILED if one records a failure to extract: then there is no score.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_compare(
    verifier: Option<&vav_verifier>,
    probe: Option<&vav_template>,
    reference: Option<&vav_template>,
    result: *mut vav_result,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        // SAFETY: C passes a struct that begins with its size.
        let out = unsafe { SizedOut::new(result, FIRST_RESULT_SIZE, "result") }?;
        let probe = &non_null(probe, "probe")?.template;
        let reference = &non_null(reference, "reference")?.template;
        out.write(non_null(verifier, "verifier")?.verifier.compare(probe, reference)?.into());
        Ok(())
    })
}

/// Frees a verifier. No other thread may be using it.
#[unsafe(no_mangle)]
pub extern "C" fn vav_verifier_free(verifier: Option<Box<vav_verifier>>) {
    guard_or((), || drop(verifier));
}

fn text(verifier: Option<&vav_verifier>, of: fn(&vav_verifier) -> &CString) -> *const c_char {
    verifier.map_or(c"".as_ptr(), |verifier| of(verifier).as_ptr())
}
