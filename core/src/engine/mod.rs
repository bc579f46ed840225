//! Runs networks. This file chooses; `onnxruntime.rs` and `embedded.rs` are the only ones that name a runtime.

#[cfg(feature = "onnxruntime")]
mod elf;
mod embedded;
#[cfg(feature = "onnxruntime")]
mod locate;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;
#[cfg(feature = "onnxruntime")]
mod process;
#[cfg(feature = "onnxruntime")]
mod telemetry;

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::memory;
use crate::model::Onnx;
use crate::options::{Engine, Options};

#[cfg(feature = "onnxruntime")]
pub use telemetry::forbid_telemetry;

/// Turns off ONNX Runtime's telemetry. Has no effect: this build never loads ONNX Runtime.
#[cfg(not(feature = "onnxruntime"))]
pub fn forbid_telemetry() {}

/// One network with fixed inputs, owned by one worker at a time.
pub(crate) trait Session: Send {
    /// Takes the inputs in the order of the graph, each a number of square planes, and returns the requested outputs in
    /// the order of the request.
    fn run(&mut self, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>>;
}

/// A network that is ready for workers.
pub(crate) trait Network: Send + Sync {
    /// A session for inputs whose square planes have these sizes and outputs of these names, for the worker that has these
    /// threads. Without names, all outputs in the order of the graph.
    fn session(
        &self,
        dimensions: &[Dimension],
        outputs: &[String],
        threads: &WorkerThreads,
    ) -> Result<Box<dyn Session>>;
}

/// What the sessions of one worker share, since they run one after the other.
#[derive(Clone, Default)]
pub(crate) struct WorkerThreads {
    embedded: Arc<embedded::Threads>,
}

/// A session that is made when it first runs: most photos never need the large detector.
pub(crate) struct LazySession {
    network: Arc<dyn Network>,
    dimensions: Vec<Dimension>,
    outputs: Vec<String>,
    threads: WorkerThreads,
    session: Option<Box<dyn Session>>,
}

impl LazySession {
    pub(crate) fn new(
        network: &Arc<dyn Network>,
        dimensions: Vec<Dimension>,
        outputs: &[String],
        threads: &WorkerThreads,
    ) -> Self {
        let (network, threads) = (Arc::clone(network), threads.clone());
        LazySession { network, dimensions, outputs: outputs.to_vec(), threads, session: None }
    }
}

impl Session for LazySession {
    fn run(&mut self, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>> {
        match &mut self.session {
            Some(session) => session.run(inputs),
            empty => {
                let session = self.network.session(&self.dimensions, &self.outputs, &self.threads)?;
                empty.insert(session).run(inputs)
            }
        }
    }
}

/// The side of an input's square planes: its pixels, and its name in a graph that leaves the size open.
#[derive(Clone)]
pub(crate) struct Dimension {
    pub(crate) name: String,
    pub(crate) pixels: usize,
}

/// Prepares networks.
pub(crate) trait Runtime: Send + Sync {
    /// Takes an ONNX graph.
    fn prepare(&self, onnx: &Onnx) -> Result<Arc<dyn Network>>;

    /// Which engine this is.
    fn info(&self) -> EngineInfo;
}

/// The engine in use and, if it is not the faster one, why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineInfo {
    /// [`Engine::OnnxRuntime`] or [`Engine::Embedded`], never `Auto`.
    pub engine: Engine,
    /// The engine's version, for example `1.28.0`.
    pub version: String,
    /// The library that was loaded, for ONNX Runtime.
    pub library: Option<PathBuf>,
    /// With [`Engine::Auto`] and the embedded engine: why ONNX Runtime could not be used.
    pub fallback_reason: Option<String>,
    /// What the program should know about the engine: it had loaded an ONNX Runtime with telemetry before this library,
    /// which can no longer turn that off. Known on Linux only.
    pub warning: Option<String>,
}

/// The engine that the options select.
pub(crate) fn start(options: &Options) -> Result<Box<dyn Runtime>> {
    memory::check(memory::HEADROOM)?;
    match options.engine {
        Engine::Embedded => Ok(Box::new(embedded::Embedded::new(None))),
        Engine::OnnxRuntime => onnxruntime(options),
        Engine::Auto => onnxruntime(options).or_else(|error| {
            // A named library that cannot be used is a mistake to report, not to work around; too little memory is not
            // one.
            if is_named(options) && error.kind() != ErrorKind::OutOfMemory {
                return Err(error);
            }
            let reason = Some(error.message().to_owned());
            Ok(Box::new(embedded::Embedded::new(reason)))
        }),
    }
}

#[cfg(feature = "onnxruntime")]
fn onnxruntime(options: &Options) -> Result<Box<dyn Runtime>> {
    Ok(Box::new(onnxruntime::OnnxRuntime::load(options)?))
}

#[cfg(feature = "onnxruntime")]
fn is_named(options: &Options) -> bool {
    locate::named(options).is_some()
}

#[cfg(not(feature = "onnxruntime"))]
fn is_named(options: &Options) -> bool {
    options.onnxruntime.is_some()
}

#[cfg(not(feature = "onnxruntime"))]
fn onnxruntime(_: &Options) -> Result<Box<dyn Runtime>> {
    let message = "this build of the library has no support for ONNX Runtime";
    Err(Error::new(ErrorKind::EngineUnavailable, message))
}

/// The shapes of the inputs: batch, planes, rows, columns.
fn shapes(engine: &str, inputs: &[&[f32]], dimensions: &[Dimension]) -> Result<Vec<[usize; 4]>> {
    let shape = |(input, Dimension { name, pixels }): (&&[f32], &Dimension)| {
        if input.is_empty() || input.len() % (pixels * pixels) != 0 {
            return Err(unusable(engine, format!("an input has no planes with {name} = {pixels}")));
        }
        Ok([1, input.len() / (pixels * pixels), *pixels, *pixels])
    };
    if inputs.len() != dimensions.len() {
        let message = format!("it is given {} inputs and takes {}", inputs.len(), dimensions.len());
        return Err(unusable(engine, message));
    }
    inputs.iter().zip(dimensions).map(shape).collect()
}

/// The error for an output that a graph does not have.
fn no_output(engine: &str, wanted: &str, known: &[&str]) -> Error {
    unusable(engine, format!("it has no output named {wanted:?}, but {known:?}"))
}

/// The error of an engine that fails during a run.
fn failed(engine: &str, error: impl std::fmt::Display) -> Error {
    Error::new(kind_of(&error, ErrorKind::Internal), format!("{engine} failed: {error}"))
}

/// ONNX Runtime reports lack of memory like any other failure, in its own words and those of the C++ library.
fn kind_of(error: &impl std::fmt::Display, other: ErrorKind) -> ErrorKind {
    let text = error.to_string();
    let no_memory = ["bad_alloc", "bad allocation", "Failed to allocate memory"];
    if no_memory.iter().any(|words| text.contains(words)) { ErrorKind::OutOfMemory } else { other }
}

/// The error of an engine that cannot run a graph.
fn unusable(engine: &str, error: impl std::fmt::Display) -> Error {
    Error::new(kind_of(&error, ErrorKind::ModelInvalid), format!("{engine} cannot use the model: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_do_not_fit_are_an_invalid_model_and_not_a_panic() {
        let dimensions = [Dimension { name: "side".into(), pixels: 2 }];
        assert_eq!(shapes("it", &[&[0.0; 12]], &dimensions).unwrap(), [[1, 3, 2, 2]]);
        let wrong: [&[&[f32]]; 4] = [&[], &[&[]], &[&[0.0; 13]], &[&[0.0; 12], &[0.0; 12]]];
        for inputs in wrong {
            assert_eq!(shapes("it", inputs, &dimensions).unwrap_err().kind(), ErrorKind::ModelInvalid);
        }
    }
}
