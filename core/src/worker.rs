//! The networks of one worker, ready to run.

use std::sync::Arc;

use crate::belief;
use crate::detect::{Decoder, Detector, InputSessions, Scale};
use crate::engine::{Dimension, LazySession, Network, Runtime, Session, WorkerThreads};
use crate::error::{Result, Stage, Stamp};
use crate::extract;
use crate::model::{DetectorModel, Extractor, Models};

/// What all workers share.
pub(crate) struct Networks {
    detector: DetectorNetworks,
    extractors: Vec<Arc<dyn Network>>,
    models: Models,
}

/// What all workers share of the detector.
pub(crate) struct DetectorNetworks {
    net: Arc<dyn Network>,
    fine: Option<Arc<dyn Network>>,
}

pub(crate) struct Worker {
    pub(crate) sessions: DetectorSessions,
    pub(crate) extractors: Vec<Box<dyn Session>>,
}

/// A detector's networks for all its input sizes, and how their outputs are read.
pub(crate) struct DetectorSessions {
    sessions: Vec<InputSessions>,
    decoder: Decoder,
}

impl Networks {
    pub(crate) fn prepare(runtime: &dyn Runtime, models: &Models) -> Result<Networks> {
        let extractors = models.extractors.iter();
        Ok(Networks {
            detector: DetectorNetworks::prepare(runtime, &models.detector)?,
            extractors: extractors.map(|extractor| runtime.prepare(&extractor.net)).collect::<Result<_>>()?,
            models: models.clone(),
        })
    }

    pub(crate) fn worker(&self) -> Result<Worker> {
        let threads = WorkerThreads::default();
        let sessions = self.detector.sessions(&self.models.detector, &threads)?;
        let extractors = self.extractors.iter().zip(&*self.models.extractors);
        let extractors = extractors.map(|(network, model)| extractor(&**network, model, &threads));
        Ok(Worker { sessions, extractors: extractors.collect::<Result<_>>()? })
    }
}

impl DetectorNetworks {
    pub(crate) fn prepare(runtime: &dyn Runtime, model: &DetectorModel) -> Result<DetectorNetworks> {
        let fine = model.fine.as_ref();
        Ok(DetectorNetworks {
            net: runtime.prepare(&model.net)?,
            fine: fine.map(|fine| runtime.prepare(&fine.net)).transpose()?,
        })
    }

    pub(crate) fn sessions(
        &self,
        model: &DetectorModel,
        threads: &WorkerThreads,
    ) -> Result<DetectorSessions> {
        let sessions = |&side: &usize| -> Result<InputSessions> {
            // The session for the first look at a large photo is created now; most photos need no other.
            let net: Box<dyn Session> = if side == model.look {
                self.net.session(&square(side), &model.outputs, threads)?
            } else {
                Box::new(LazySession::new(&self.net, square(side), &model.outputs, threads))
            };
            let fine = model.fine.as_ref().zip(self.fine.as_ref()).map(|(fine, network)| {
                let feature = |stride| Dimension { name: format!("side_{stride}"), pixels: side / stride };
                let features = fine.strides.iter().copied().map(feature).collect();
                Box::new(LazySession::new(network, features, &[], threads)) as Box<dyn Session>
            });
            Ok(InputSessions { input_size: side, net, fine })
        };
        let scale = model.levels.map(|levels| {
            let spread = levels.spread.map_or(1.0, |spread| belief::SURE_SPREAD / spread);
            Scale::new(&levels.confidences, &belief::LEVELS, spread)
        });
        let decoder = Decoder { family: model.family, scale: scale.unwrap_or_default() };
        Ok(DetectorSessions {
            sessions: model.input_sizes.iter().map(sessions).collect::<Result<_>>()?,
            decoder,
        })
    }
}

impl DetectorSessions {
    pub(crate) fn detector<'w>(&'w mut self, model: &'w DetectorModel) -> Detector<'w> {
        Detector {
            sessions: &mut self.sessions,
            input_size: model.look,
            input: &model.input,
            decoder: &self.decoder,
        }
    }
}

impl Worker {
    /// Runs every network that an ordinary photo needs on a blank input.
    pub(crate) fn warm_up(&mut self, models: &Models) -> Result<()> {
        self.sessions.detector(&models.detector).warm_up(models.detector.look).stage(Stage::Detect)?;
        for (session, extractor) in self.extractors.iter_mut().zip(&*models.extractors) {
            let blank = vec![0.0; 3 * extractor.input_size.pow(2)];
            extract::vector(blank, &mut **session, extractor).stage(Stage::Extract)?;
        }
        Ok(())
    }
}

/// A session of an extractor's network.
pub(crate) fn extractor(
    network: &dyn Network,
    model: &Extractor,
    threads: &WorkerThreads,
) -> Result<Box<dyn Session>> {
    network.session(&square(model.input_size), model.output.as_slice(), threads)
}

fn square(pixels: usize) -> Vec<Dimension> {
    vec![Dimension { name: "side".into(), pixels }]
}
