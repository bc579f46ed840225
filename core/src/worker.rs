//! The networks, ready to run, of one of the workers that take photos in turn.

use std::sync::Arc;

use crate::detect::{Detector, Eye};
use crate::engine::{LazySession, Network, Runtime, Session, Side, WorkerThreads};
use crate::error::Result;
use crate::model::{DetectorModel, Models, Onnx};

/// What all workers share.
pub(crate) struct Networks {
    eyes: Vec<PreparedEye>,
    extractor: Arc<dyn Network>,
    /// The input size of an ordinary look.
    look: usize,
}

/// The detector's two parts for one input size.
struct PreparedEye {
    side: usize,
    net: Arc<dyn Network>,
    fine: Arc<dyn Network>,
}

pub(crate) struct Worker {
    eyes: Vec<Eye>,
    pub(crate) extractor: Box<dyn Session>,
}

impl Networks {
    pub(crate) fn prepare(runtime: &dyn Runtime, models: &Models) -> Result<Networks> {
        let detector = &*models.detector;
        let whole = |onnx: &Onnx, pixels| runtime.prepare(onnx, vec![Side { name: "side".into(), pixels }]);
        let eye = |side: &usize| -> Result<PreparedEye> {
            let strides = detector.fine.strides.iter();
            let sides = strides.map(|stride| Side { name: format!("side_{stride}"), pixels: side / stride });
            let fine = runtime.prepare(&detector.fine.net, sides.collect())?;
            Ok(PreparedEye { side: *side, net: whole(&detector.net, *side)?, fine })
        };
        Ok(Networks {
            eyes: detector.input_sizes.iter().map(eye).collect::<Result<_>>()?,
            extractor: whole(&models.extractor.net, models.extractor.input_size)?,
            look: detector.look,
        })
    }

    pub(crate) fn worker(&self) -> Result<Worker> {
        let threads = WorkerThreads::default();
        let lazy =
            |network: &Arc<dyn Network>| Box::new(LazySession::new(Arc::clone(network), threads.clone()));
        let eye = |prepared: &PreparedEye| -> Result<Eye> {
            // The first look at a large photo is made ready; most photos need no other.
            let ready = prepared.side == self.look;
            let net: Box<dyn Session> =
                if ready { prepared.net.session(&threads)? } else { lazy(&prepared.net) };
            Ok(Eye { side: prepared.side, net, fine: lazy(&prepared.fine) })
        };
        let eyes = self.eyes.iter().map(eye).collect::<Result<_>>()?;
        Ok(Worker { eyes, extractor: self.extractor.session(&threads)? })
    }
}

impl Worker {
    pub(crate) fn detector<'w>(&'w mut self, model: &'w DetectorModel) -> Detector<'w> {
        Detector { eyes: &mut self.eyes, side: model.look, input: &model.input }
    }
}
