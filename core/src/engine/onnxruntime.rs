//! The fast engine: Microsoft's ONNX Runtime, loaded at run time through `ort`.
//!
//! Its rules, which this file follows: nothing of `ort` may be called before a library is loaded (it would panic); one
//! environment per process, created once and never dropped; what is loaded stays loaded, but a failure is not
//! remembered.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libloading::Library;
use once_cell::sync::OnceCell;
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session as OrtSession, SessionInputValue};
use ort::sys::OrtApiBase;
use ort::value::{DynValue, TensorRef};

use super::{
    Dimension, EngineInfo, Network, Runtime, Session, WorkerThreads, elf, failed, locate, no_output, process,
    shapes, telemetry, unusable,
};
use crate::error::{Error, ErrorKind, Result};
use crate::floating_point::FloatingPoint;
use crate::memory;
use crate::model::Onnx;
use crate::options::{Engine, Options};

const NAME: &str = "ONNX Runtime";

/// The oldest minor version with the API level that Cargo.toml requests from `ort`.
const OLDEST: &str = "1.22";

/// The memory that it needs in addition to its file, for its environment and the networks of one worker. With less, it
/// ends the process as often as it reports an error. From the limits on the address space under which 1.28.0 worked:
/// 75 MiB more than the process had, including the file's 23.
const BYTES: usize = 48 << 20;

struct Loaded {
    environment: Environment,
    library: PathBuf,
    version: String,
    warning: Option<String>,
}

static LOADED: OnceCell<Loaded> = OnceCell::new();

pub(super) struct OnnxRuntime {
    loaded: &'static Loaded,
}

struct OnnxRuntimeNetwork {
    loaded: &'static Loaded,
    onnx: Onnx,
}

struct OnnxRuntimeSession {
    session: OrtSession,
    outputs: Vec<String>,
    dimensions: Vec<Dimension>,
}

impl OnnxRuntime {
    pub(super) fn load(options: &Options) -> Result<Self> {
        if process::is_static() {
            let message = "ONNX Runtime cannot be loaded: this program is linked statically";
            return Err(Error::new(ErrorKind::EngineUnavailable, message));
        }
        let loaded = LOADED.get_or_try_init(|| load_first(&locate::candidates(options)))?;
        if let Some(path) = options.onnxruntime.as_ref().filter(|path| !same_file(path, &loaded.library)) {
            let message = format!(
                "{} cannot be loaded: this process already uses ONNX Runtime from {}",
                path.display(),
                loaded.library.display()
            );
            return Err(Error::new(ErrorKind::EngineUnavailable, message));
        }
        Ok(OnnxRuntime { loaded })
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The first library that works. If none does, reports the first failure of a library that could be opened, else the
/// first.
fn load_first(candidates: &[PathBuf]) -> Result<Loaded> {
    telemetry::forbid_telemetry();
    let mut failure: Option<Error> = None;
    for path in candidates {
        match catch_unwind(AssertUnwindSafe(|| load_one(path))).unwrap_or_else(|_| Err(broken(path))) {
            Ok(loaded) => return Ok(loaded),
            Err(error) => {
                let better = failure.as_ref().is_none_or(|first| {
                    first.kind() == ErrorKind::EngineUnavailable
                        && error.kind() != ErrorKind::EngineUnavailable
                });
                if better {
                    failure = Some(error);
                }
            }
        }
    }
    Err(failure
        .unwrap_or_else(|| Error::new(ErrorKind::EngineUnavailable, "no place to look for ONNX Runtime")))
}

fn load_one(path: &Path) -> Result<Loaded> {
    if elf::is_cut_short(path) {
        let message = format!("{} is not complete", path.display());
        return Err(Error::new(ErrorKind::EngineIncompatible, message));
    }
    let file = path.metadata().map_or(0, |about| about.len() as usize);
    memory::check(BYTES.saturating_add(file)).map_err(|error| {
        Error::new(error.kind(), format!("ONNX Runtime cannot be loaded: {}", error.message()))
    })?;
    let builder = ort::init_from(path).map_err(|error| match error {
        ort::LoadDynamicError::BadVersion { version_str, .. } => Error::new(
            ErrorKind::EngineIncompatible,
            format!("{} is ONNX Runtime {version_str}; at least {OLDEST} is needed", path.display()),
        ),
        ort::LoadDynamicError::Dlopen { error, .. } => {
            let why =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            Error::new(ErrorKind::EngineUnavailable, format!("ONNX Runtime cannot be loaded: {why}"))
        }
        _ => broken(path),
    })?;
    // Without a logger, it writes errors to the host's stderr; they are returned as errors anyway.
    let silent = Arc::new(|_, _: &str, _: &str, _: &str, _: &str| {});
    let builder = builder.with_name("visavis").with_telemetry(false).with_logger(silent);
    let environment = builder.build().map_err(|error| {
        Error::new(ErrorKind::EngineIncompatible, format!("ONNX Runtime does not start: {error}"))
    })?;
    let (version, warning) = about(path).unwrap_or_default();
    Ok(Loaded { environment, library: path.to_owned(), version, warning })
}

fn broken(path: &Path) -> Error {
    let message = format!("{} is not an ONNX Runtime library", path.display());
    Error::new(ErrorKind::EngineIncompatible, message)
}

/// The version that the library reports, since `ort` passes on only its build information; and what the program should
/// know about it.
#[allow(unsafe_code)]
fn about(path: &Path) -> Option<(String, Option<String>)> {
    // SAFETY: the library is loaded already, and stays so: this finds it again, and runs none of its code.
    let library = unsafe { Library::new(path) }.ok()?;
    // SAFETY: the one function that every ONNX Runtime exports under this name and with this type.
    let function = unsafe { library.get::<extern "C" fn() -> *const OrtApiBase>(c"OrtGetApiBase") }.ok()?;
    // SAFETY: the result is NULL or constant data of the library.
    let base = unsafe { function().as_ref()? };
    // SAFETY: the result is a C string in the library's constant data.
    let version = unsafe { CStr::from_ptr((base.GetVersionString)()) }.to_string_lossy().into_owned();
    let warning = telemetry::warning(&version, *function as *const c_void);
    Some((version, warning))
}

impl Runtime for OnnxRuntime {
    fn prepare(&self, onnx: &Onnx) -> Result<Arc<dyn Network>> {
        Ok(Arc::new(OnnxRuntimeNetwork { loaded: self.loaded, onnx: onnx.clone() }))
    }

    fn info(&self) -> EngineInfo {
        EngineInfo {
            engine: Engine::OnnxRuntime,
            version: self.loaded.version.clone(),
            library: Some(self.loaded.library.clone()),
            fallback_reason: None,
            warning: self.loaded.warning.clone(),
        }
    }
}

impl OnnxRuntimeNetwork {
    fn start(&self, dimensions: &[Dimension]) -> ort::Result<OrtSession> {
        let mut builder = OrtSession::builder(&self.loaded.environment)?;
        for side in dimensions {
            // With a variable size the engine is slower and needs more memory.
            builder = builder.with_dimension_override(&side.name, side.pixels as i64)?;
        }
        builder
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?
            .commit_from_memory(&self.onnx)
    }
}

impl Network for OnnxRuntimeNetwork {
    fn session(
        &self,
        dimensions: &[Dimension],
        outputs: &[String],
        _: &WorkerThreads,
    ) -> Result<Box<dyn Session>> {
        memory::check(memory::HEADROOM)?;
        let session = self.start(dimensions).map_err(|error| unusable(NAME, error))?;
        let known: Vec<&str> = session.outputs().iter().map(ort::value::Outlet::name).collect();
        if let Some(wanted) = outputs.iter().find(|name| !known.contains(&&***name)) {
            return Err(no_output(NAME, wanted, &known));
        }
        Ok(Box::new(OnnxRuntimeSession {
            session,
            outputs: outputs.to_vec(),
            dimensions: dimensions.to_vec(),
        }))
    }
}

impl Session for OnnxRuntimeSession {
    fn run(&mut self, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>> {
        // Not the session's own option, which sets it permanently in the thread that creates the session, and only
        // there.
        let _restored = FloatingPoint::without_subnormals();
        let tensors = shapes(NAME, inputs, &self.dimensions)?
            .into_iter()
            .zip(inputs)
            .map(|(shape, input)| TensorRef::from_array_view((shape, *input)).map(SessionInputValue::from));
        let tensors: Vec<_> = tensors.collect::<ort::Result<_>>().map_err(|error| failed(NAME, error))?;
        let found = self.session.run(&tensors[..]).map_err(|error| failed(NAME, error))?;
        let numbers = |value: &DynValue| {
            let (_, data) = value.try_extract_tensor::<f32>().map_err(|error| unusable(NAME, error))?;
            let mut copy = memory::room_for(data.len())?;
            copy.extend_from_slice(data);
            Ok(copy)
        };
        let named = |name: &String| found.get(name).ok_or_else(|| no_output(NAME, name, &[]));
        let copied: Result<_> = if self.outputs.is_empty() {
            found.values().map(|value| numbers(&value)).collect()
        } else {
            self.outputs.iter().map(|name| numbers(named(name)?)).collect()
        };
        // Its memory grows during a run, and some must be left for what follows.
        memory::check(memory::HEADROOM)?;
        copied
    }
}
