//! Whether a folder of models can be used: all its problems at once, and the cost of its networks.

use std::path::Path;
use std::time::Duration;

use crate::clock::Instant;
use crate::engine::{self, EngineInfo, Runtime, WorkerThreads};
use crate::error::{Error, Result, Stage, Stamp};
use crate::extract;
use crate::model::{DetectorModel, Extractor, Loaded, not_calibrated};
use crate::options::Options;
use crate::score::ScoreTable;
use crate::worker::{self, DetectorNetworks};

/// How many runs of a network are timed.
const RUNS: usize = 7;

/// The result of checking a folder of models.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ModelCheck {
    /// Everything that is wrong; a set without problems is ready for use. The networks of a set that lacks only its
    /// calibration are listed, too.
    pub problems: Vec<Error>,
    /// The networks that run, the detector first.
    pub networks: Vec<NetworkCheck>,
    /// The score table, if the manifest has one that can be read.
    pub calibration: Option<ScoreTable>,
    /// The engine that ran the networks; `None` if no network could be loaded.
    pub engine: Option<EngineInfo>,
}

/// The result of checking one network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NetworkCheck {
    /// Its name in the manifest.
    pub id: String,
    /// The family of a detector, or `extractor`.
    pub kind: &'static str,
    /// Its licence as stated in the manifest.
    pub licence: Option<String>,
    /// The size of its files.
    pub bytes: usize,
    /// The side of its square input in pixels; for a detector, that of an ordinary look.
    pub input_size: usize,
    /// The time of a run on a blank input: one look of a detector, or one face of an extractor, with its mirror image
    /// if the extractor uses it. The median of seven runs.
    pub run: Duration,
}

/// Checks a folder of models: the manifest, the files, and each network by running it. Problems of the folder are part
/// of the result.
///
/// # Errors
///
/// If the options are invalid or the engine cannot be started.
pub fn check_models(folder: &Path, options: &Options) -> Result<ModelCheck> {
    check(folder, options).stage(Stage::Setup)
}

fn check(folder: &Path, options: &Options) -> Result<ModelCheck> {
    options.validate()?;
    let Loaded { detector, extractors, problems, calibration, uncalibrated, .. } =
        match Loaded::from_folder(folder) {
            Ok(loaded) => loaded,
            Err(problem) => return Ok(ModelCheck { problems: vec![problem], ..ModelCheck::default() }),
        };
    let mut found = ModelCheck { problems, calibration, ..ModelCheck::default() };
    if uncalibrated {
        found.problems.push(not_calibrated());
    }
    if detector.is_some() || !extractors.is_empty() {
        let runtime = engine::start(options)?;
        found.engine = Some(runtime.info());
        found.networks(&*runtime, detector.as_ref(), &extractors);
    }
    Ok(found)
}

impl ModelCheck {
    fn networks(
        &mut self,
        runtime: &dyn Runtime,
        detector: Option<&DetectorModel>,
        extractors: &[Extractor],
    ) {
        if let Some(model) = detector {
            self.add(self::detector(runtime, model));
        }
        for model in extractors {
            self.add(extractor(runtime, model));
        }
    }

    fn add(&mut self, network: Result<NetworkCheck>) {
        match network {
            Ok(network) => self.networks.push(network),
            Err(problem) => self.problems.push(problem),
        }
    }
}

fn detector(runtime: &dyn Runtime, model: &DetectorModel) -> Result<NetworkCheck> {
    let mut sessions =
        DetectorNetworks::prepare(runtime, model)?.sessions(model, &WorkerThreads::default())?;
    for side in &model.input_sizes {
        sessions.detector(model).run_all(*side)?;
    }
    Ok(NetworkCheck {
        id: model.id.clone(),
        kind: model.family.name(),
        licence: model.licence.clone(),
        bytes: model.net.len() + model.fine.as_ref().map_or(0, |fine| fine.net.len()),
        input_size: model.look,
        run: median(|| sessions.detector(model).run_all(model.look))?,
    })
}

fn extractor(runtime: &dyn Runtime, model: &Extractor) -> Result<NetworkCheck> {
    let network = runtime.prepare(&model.net)?;
    let mut session = worker::extractor(&*network, model, &WorkerThreads::default())?;
    let blank = vec![0.0; 3 * model.input_size.pow(2)];
    let mut run = || extract::vector(blank.clone(), &mut *session, model).map(drop);
    run()?;
    Ok(NetworkCheck {
        id: model.id.clone(),
        kind: "extractor",
        licence: model.licence.clone(),
        bytes: model.net.len(),
        input_size: model.input_size,
        run: median(run)?,
    })
}

fn median(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut times = [Duration::ZERO; RUNS];
    for time in &mut times {
        let start = Instant::now();
        run()?;
        *time = start.elapsed();
    }
    times.sort_unstable();
    Ok(times[RUNS / 2])
}
