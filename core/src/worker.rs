//! The networks, ready to run, of one of the workers that take photos in turn.

use std::sync::Arc;

use crate::detect::{Detector, Eye};
use crate::engine::{LazySession, Network, Runtime, Session, Side, WorkerThreads};
use crate::error::Result;
use crate::model::{DetectorModel, Models};

/// What all workers share.
pub(crate) struct Networks {
    net: Arc<dyn Network>,
    fine: Arc<dyn Network>,
    extractor: Arc<dyn Network>,
    models: Models,
}

pub(crate) struct Worker {
    eyes: Vec<Eye>,
    pub(crate) extractor: Box<dyn Session>,
}

impl Networks {
    pub(crate) fn prepare(runtime: &dyn Runtime, models: &Models) -> Result<Networks> {
        Ok(Networks {
            net: runtime.prepare(&models.detector.net)?,
            fine: runtime.prepare(&models.detector.fine.net)?,
            extractor: runtime.prepare(&models.extractor.net)?,
            models: models.clone(),
        })
    }

    pub(crate) fn worker(&self) -> Result<Worker> {
        let (detector, threads) = (&*self.models.detector, WorkerThreads::default());
        let whole = |pixels| vec![Side { name: "side".into(), pixels }];
        let eye = |&side: &usize| -> Result<Eye> {
            // The first look at a large photo is made ready; most photos need no other.
            let net: Box<dyn Session> = if side == detector.look {
                self.net.session(&whole(side), &threads)?
            } else {
                Box::new(LazySession::new(&self.net, whole(side), &threads))
            };
            let strides = detector.fine.strides.iter();
            let features =
                strides.map(|stride| Side { name: format!("side_{stride}"), pixels: side / stride });
            let fine = Box::new(LazySession::new(&self.fine, features.collect(), &threads));
            Ok(Eye { side, net, fine })
        };
        let eyes = detector.input_sizes.iter().map(eye).collect::<Result<_>>()?;
        let extractor = self.extractor.session(&whole(self.models.extractor.input_size), &threads)?;
        Ok(Worker { eyes, extractor })
    }
}

impl Worker {
    pub(crate) fn detector<'w>(&'w mut self, model: &'w DetectorModel) -> Detector<'w> {
        Detector { eyes: &mut self.eyes, side: model.look, input: &model.input }
    }
}
