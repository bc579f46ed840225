//! The engine that is always available: rten, in pure Rust.

use std::io;
use std::sync::{Arc, OnceLock};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensorView;

use super::{
    Dimension, EngineInfo, Network, Runtime, Session, WorkerThreads, failed, no_output, shapes, unusable,
};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::memory;
use crate::model::Onnx;
use crate::options::Engine;

const NAME: &str = "the embedded engine";

/// The version in Cargo.toml; rten does not report its own.
const VERSION: &str = "rten 0.27";

/// Peak memory of a run, per pixel of the input. An estimate, with a margin, from the limits on the address space at which
/// runs failed; not a proven bound.
const BYTES_PER_PIXEL: usize = 400;

/// Memory that it takes for any input, mainly the stacks of its threads; found in the same way.
const FIXED_BYTES: usize = 32 << 20;

fn no_thread(error: &io::Error) -> Error {
    Error::new(ErrorKind::OutOfMemory, format!("{NAME} cannot start a thread: {error}"))
}

pub(super) struct Embedded {
    fallback_reason: Option<String>,
}

/// The weights, shared by all workers.
struct EmbeddedNetwork {
    model: Arc<Model>,
}

struct EmbeddedSession {
    model: Arc<Model>,
    outputs: Vec<NodeId>,
    dimensions: Vec<Dimension>,
    threads: Arc<ThreadPool>,
}

/// The one thread of a worker: rten's global pool would take every core for one network.
#[derive(Default)]
pub(super) struct Threads(OnceLock<Arc<ThreadPool>>);

impl Threads {
    fn pool(&self) -> Result<Arc<ThreadPool>> {
        if self.0.get().is_none() {
            // Without its thread the engine would start others, and panic if these cannot be started either. A thread
            // that has no memory when it starts aborts the process.
            memory::check(memory::HEADROOM)?;
            host::check_thread().map_err(|error| no_thread(&error))?;
        }
        Ok(Arc::clone(self.0.get_or_init(|| Arc::new(ThreadPool::with_num_threads(1)))))
    }
}

impl Embedded {
    pub(super) fn new(fallback_reason: Option<String>) -> Self {
        Embedded { fallback_reason }
    }
}

impl Runtime for Embedded {
    fn prepare(&self, onnx: &Onnx) -> Result<Arc<dyn Network>> {
        let mut options = ModelOptions::with_all_ops();
        // It cannot improve our networks, but would run parts of them in rten's global pool: one thread per core, for which
        // a child of `fork` would wait forever.
        options.enable_optimization(false);
        memory::check(memory::HEADROOM)?;
        let model = match onnx {
            Onnx::Borrowed(bytes) => options.load_static_slice(bytes),
            Onnx::Owned(bytes) => options.load(bytes.clone()),
        };
        let model = model.map_err(|error| unusable(NAME, error))?;
        Ok(Arc::new(EmbeddedNetwork { model: Arc::new(model) }))
    }

    fn info(&self) -> EngineInfo {
        EngineInfo {
            engine: Engine::Embedded,
            version: VERSION.into(),
            library: None,
            fallback_reason: self.fallback_reason.clone(),
            warning: None,
        }
    }
}

impl Network for EmbeddedNetwork {
    fn session(
        &self,
        dimensions: &[Dimension],
        outputs: &[String],
        threads: &WorkerThreads,
    ) -> Result<Box<dyn Session>> {
        let (model, threads) = (Arc::clone(&self.model), threads.embedded.pool()?);
        let outputs = match outputs {
            [] => model.output_ids().to_vec(),
            names => names.iter().map(|name| output(&model, name)).collect::<Result<_>>()?,
        };
        Ok(Box::new(EmbeddedSession { model, outputs, dimensions: dimensions.to_vec(), threads }))
    }
}

fn output(model: &Model, wanted: &str) -> Result<NodeId> {
    let name = |id: &NodeId| model.node_info(*id).and_then(|node| node.name()).unwrap_or_default();
    let known = model.output_ids();
    known.iter().copied().find(|id| name(id) == wanted).ok_or_else(|| {
        let known: Vec<&str> = known.iter().map(name).collect();
        no_output(NAME, wanted, &known)
    })
}

impl Session for EmbeddedSession {
    fn run(&mut self, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>> {
        let EmbeddedSession { model, outputs, .. } = self;
        let values: usize = inputs.iter().map(|input| input.len()).sum();
        memory::check(BYTES_PER_PIXEL * values / 3 + FIXED_BYTES)?;
        if model.input_ids().len() != inputs.len() {
            return Err(unusable(NAME, format!("it needs {} inputs", model.input_ids().len())));
        }
        let view = |(shape, input)| ValueOrView::from(NdTensorView::from_data(shape, input));
        let views = shapes(NAME, inputs, &self.dimensions)?.into_iter().zip(inputs.iter().copied()).map(view);
        let inputs = model.input_ids().iter().copied().zip(views).collect();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let results = model.run(inputs, outputs, Some(options)).map_err(|error| failed(NAME, error))?;
        results
            .into_iter()
            .map(|value| {
                let tensor: rten_tensor::Tensor<f32> =
                    value.try_into().map_err(|error| unusable(NAME, error))?;
                Ok(tensor.into_data())
            })
            .collect()
    }
}
