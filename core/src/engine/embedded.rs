//! The engine that is always there: rten, in pure Rust.

use std::sync::{Arc, OnceLock};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensorView;

use super::{EngineInfo, Net, Plan, Runtime, Seat, failed, unusable};
use crate::error::Result;
use crate::model::Onnx;
use crate::options::Engine;

const NAME: &str = "the embedded engine";

/// The version in Cargo.toml; rten does not tell its own.
const VERSION: &str = "rten 0.27";

pub(super) struct Embedded {
    threads: usize,
    fallback_reason: Option<String>,
}

struct EmbeddedPlan {
    graph: Arc<Graph>,
    threads: usize,
}

/// The weights, shared by all workers.
struct Graph {
    model: Model,
    outputs: Vec<NodeId>,
    side: usize,
}

struct EmbeddedNet {
    graph: Arc<Graph>,
    threads: Arc<ThreadPool>,
}

/// The threads of one worker: rten's global pool would take every core for one network.
#[derive(Default)]
pub(super) struct Threads(OnceLock<Arc<ThreadPool>>);

impl Threads {
    fn pool(&self, threads: usize) -> Arc<ThreadPool> {
        Arc::clone(self.0.get_or_init(|| Arc::new(ThreadPool::with_num_threads(threads))))
    }
}

impl Embedded {
    pub(super) fn new(threads: usize, fallback_reason: Option<String>) -> Self {
        Embedded { threads, fallback_reason }
    }
}

impl Runtime for Embedded {
    fn prepare(&self, onnx: &Onnx, side: usize) -> Result<Arc<dyn Plan>> {
        let mut options = ModelOptions::with_all_ops();
        // It finds nothing to improve in our networks, but would run parts of them in rten's global pool: as many
        // threads as cores, which a child of `fork` would wait for in vain.
        options.enable_optimization(false);
        let model = match onnx {
            Onnx::Borrowed(bytes) => options.load_static_slice(bytes),
            Onnx::Owned(bytes) => options.load(bytes.clone()),
        };
        let model = model.map_err(|error| unusable(NAME, error))?;
        let outputs = model.output_ids().to_vec();
        let graph = Arc::new(Graph { model, outputs, side });
        Ok(Arc::new(EmbeddedPlan { graph, threads: self.threads }))
    }

    fn info(&self) -> EngineInfo {
        EngineInfo {
            engine: Engine::Embedded,
            version: VERSION.into(),
            library: None,
            fallback_reason: self.fallback_reason.clone(),
        }
    }
}

impl Plan for EmbeddedPlan {
    fn instantiate(&self, seat: &Seat) -> Result<Box<dyn Net>> {
        let threads = seat.threads.pool(self.threads);
        Ok(Box::new(EmbeddedNet { graph: Arc::clone(&self.graph), threads }))
    }
}

impl Net for EmbeddedNet {
    fn run(&mut self, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        let Graph { model, outputs, side } = &*self.graph;
        let view = NdTensorView::from_data([1, 3, *side, *side], input);
        let &[input_id] = model.input_ids() else { return Err(unusable(NAME, "it needs exactly one input")) };
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let results = model
            .run(vec![(input_id, ValueOrView::from(view))], outputs, Some(options))
            .map_err(|error| failed(NAME, error))?;
        results
            .into_iter()
            .map(|value| {
                let tensor: rten_tensor::Tensor<f32> =
                    value.try_into().map_err(|error| failed(NAME, error))?;
                Ok(tensor.into_data())
            })
            .collect()
    }
}
