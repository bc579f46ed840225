//! `vav_config`: the settings of a verifier.

use std::ffi::c_char;
use std::time::Duration;

use face::{Engine, FacePolicy, Options, Result, Search};

use crate::boundary::{enumerator, guard, guard_or, non_null, path};
use crate::status::vav_status;

/// Settings of a verifier. Settings that are not changed keep their defaults. A number outside its range is reported when
/// the verifier is created. One config can be used for any number of verifiers.
pub struct vav_config {
    options: Options,
}

/// Inference engines.
#[repr(C)]
pub enum vav_engine {
    /// ONNX Runtime when it can be loaded, else the embedded engine (default).
    VAV_ENGINE_AUTO = 0,
    /// ONNX Runtime, or VAV_ENGINE_UNAVAILABLE.
    VAV_ENGINE_ONNXRUNTIME = 1,
    /// The engine inside this library: slower, always available.
    VAV_ENGINE_EMBEDDED = 2,
}

/// How the face is chosen when a photo shows several.
#[repr(C)]
pub enum vav_face_policy {
    /// Large and near the middle of the photo (default).
    VAV_FACE_PROMINENT = 0,
    /// The largest.
    VAV_FACE_LARGEST = 1,
    /// The only one; several faces are VAV_SEVERAL_FACES.
    VAV_FACE_SINGLE = 2,
}

/// How thoroughly faces are searched for. The cost is counted in looks at 320 pixels; one is enough for most photos.
#[repr(C)]
pub enum vav_search {
    /// Little more than the whole photo: at most 12 looks.
    VAV_SEARCH_QUICK = 0,
    /// Also close looks, at any angle, and parts of a large photo: at most 120 looks (default).
    VAV_SEARCH_NORMAL = 1,
    /// The same with at most 600 looks.
    VAV_SEARCH_THOROUGH = 2,
}

pub(crate) const ENGINES: &[(i32, Engine)] = &[
    (vav_engine::VAV_ENGINE_AUTO as i32, Engine::Auto),
    (vav_engine::VAV_ENGINE_ONNXRUNTIME as i32, Engine::OnnxRuntime),
    (vav_engine::VAV_ENGINE_EMBEDDED as i32, Engine::Embedded),
];

pub(crate) const FACE_POLICIES: &[(i32, FacePolicy)] = &[
    (vav_face_policy::VAV_FACE_PROMINENT as i32, FacePolicy::Prominent),
    (vav_face_policy::VAV_FACE_LARGEST as i32, FacePolicy::Largest),
    (vav_face_policy::VAV_FACE_SINGLE as i32, FacePolicy::Single),
];

pub(crate) const SEARCHES: &[(i32, Search)] = &[
    (vav_search::VAV_SEARCH_QUICK as i32, Search::Quick),
    (vav_search::VAV_SEARCH_NORMAL as i32, Search::Normal),
    (vav_search::VAV_SEARCH_THOROUGH as i32, Search::Thorough),
];

impl vav_config {
    pub(crate) fn options(&self) -> Options {
        self.options.clone()
    }
}

fn set(config: Option<&mut vav_config>, change: impl FnOnce(&mut Options)) -> Result<()> {
    change(&mut non_null(config, "config")?.options);
    Ok(())
}

/// Creates a config with all defaults.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_new() -> Option<Box<vav_config>> {
    guard_or(None, || Some(Box::new(vav_config { options: Options::default() })))
}

/// Frees a config. Verifiers created with it no longer need it.
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_free(config: Option<Box<vav_config>>) {
    guard_or((), || drop(config));
}

/// Which engine computes: a vav_engine.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_engine(config: Option<&mut vav_config>, engine: i32) -> vav_status {
    guard(None, || {
        let engine = enumerator(engine, ENGINES, "engine")?;
        set(config, |options| options.engine = engine)
    })
}

/// The path of ONNX Runtime's library. NULL (default): the environment variable ORT_DYLIB_PATH or, without it, next to this
/// library, next to the program, then where the system's loader looks. A named library that does not work is an error,
/// with VAV_ENGINE_AUTO too. A process uses a single file: the first that was loaded.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_config_set_onnxruntime(
    config: Option<&mut vav_config>,
    library: *const c_char,
) -> vav_status {
    guard(None, || {
        // SAFETY: C strings end with 0.
        let library = unsafe { path(library) };
        set(config, |options| options.onnxruntime = library)
    })
}

/// A folder with a manifest.toml and the models that it lists. NULL (default): the models in this library.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_config_set_models(
    config: Option<&mut vav_config>,
    folder: *const c_char,
) -> vav_status {
    guard(None, || {
        // SAFETY: C strings end with 0.
        let folder = unsafe { path(folder) };
        set(config, |options| options.models = folder)
    })
}

/// How many photos are processed at once, 1..1024 (default: one per core). Further calls wait.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_workers(config: Option<&mut vav_config>, workers: usize) -> vav_status {
    guard(None, || set(config, |options| options.workers = workers))
}

/// How the face is chosen when a photo shows several: a vav_face_policy.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_face_policy(config: Option<&mut vav_config>, policy: i32) -> vav_status {
    guard(None, || {
        let policy = enumerator(policy, FACE_POLICIES, "face policy")?;
        set(config, |options| options.face = policy)
    })
}

/// How thoroughly faces are searched for: a vav_search.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_search(config: Option<&mut vav_config>, search: i32) -> vav_status {
    guard(None, || {
        let search = enumerator(search, SEARCHES, "search")?;
        set(config, |options| options.search = search)
    })
}

/// The smallest accepted face, as the shorter side of its bounds in pixels (default 0: any face that is found).
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_min_face(config: Option<&mut vav_config>, pixels: u32) -> vav_status {
    guard(None, || set(config, |options| options.min_face = pixels))
}

/// The lowest comparison score at which two photos count as the same person, 0..100 (default 27: a false match rate of
/// 0.2 %).
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_threshold(config: Option<&mut vav_config>, score: f32) -> vav_status {
    guard(None, || set(config, |options| options.threshold = score))
}

/// The largest encoded photo in bytes, 1..2^30 (default 2^26).
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_max_bytes(config: Option<&mut vav_config>, bytes: usize) -> vav_status {
    guard(None, || set(config, |options| options.limits.max_bytes = bytes))
}

/// The largest photo in pixels, raw pixels included, 1..2^30 (default 50,000,000).
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_max_pixels(config: Option<&mut vav_config>, pixels: u64) -> vav_status {
    guard(None, || set(config, |options| options.limits.max_pixels = pixels))
}

/// The most memory that decoding one photo may take, in bytes, 1..2^40 (default 160 MiB).
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_max_decode_bytes(config: Option<&mut vav_config>, bytes: u64) -> vav_status {
    guard(None, || set(config, |options| options.limits.max_decode_bytes = bytes))
}

/// Milliseconds after which a call fails with VAV_DEADLINE_EXCEEDED; 0 (default) for no limit.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_config_set_deadline(config: Option<&mut vav_config>, milliseconds: u32) -> vav_status {
    guard(None, || set(config, |options| options.deadline = deadline(milliseconds)))
}

/// `None` for 0, which means no limit.
pub(crate) fn deadline(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}
