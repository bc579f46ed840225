//! The order of the rooms. Imports all of them and is imported by none.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::align::align;
use crate::choose::choose;
use crate::decode::{check_pixels, decode};
use crate::detect::Detector;
use crate::engine::{self, EngineInfo, LazySession, Network, Session, WorkerThreads};
use crate::error::{Error, ErrorKind, Result, Side, Stage, Stamp};
use crate::extract::extract;
use crate::image::Image;
use crate::memory;
use crate::model::Models;
use crate::options::Options;
use crate::photo::{Loaded, Photo};
use crate::pool::{Loan, Pool};
use crate::quality::{Quality, without_face};
use crate::score::ScoreTable;
use crate::search::{Found, search};
use crate::template::Template;
use crate::verdict::{Comparison, Detection, Extraction, Face, Sample, Timings, Verdict};

/// Compares faces. Make one, keep it, and share it between threads.
///
/// Every method may be called from any number of threads at once; up to [`Options::workers`] photos are processed at
/// the same time, decoding included, and further calls wait. Only making a verifier and [`Photo::file`] touch the disk.
pub struct Verifier {
    options: Options,
    models: Models,
    engine: EngineInfo,
    pool: Pool<Worker>,
}

/// The networks of one worker.
struct Worker {
    detectors: Vec<Box<dyn Session>>,
    extractor: Box<dyn Session>,
}

impl Verifier {
    /// Loads the models and starts the engine.
    pub fn new(options: Options) -> Result<Self> {
        Self::start(options).stage(Stage::Setup)
    }

    fn start(options: Options) -> Result<Self> {
        options.validate()?;
        let models = match &options.models {
            None => Models::embedded()?,
            Some(folder) => Models::from_folder(folder)?,
        };
        let runtime = engine::start(&options)?;
        let detectors: Vec<Arc<dyn Network>> = models
            .detector
            .networks
            .iter()
            .map(|(input_size, onnx)| runtime.prepare(onnx, *input_size))
            .collect::<Result<_>>()?;
        let extractor = runtime.prepare(&models.extractor.net, models.extractor.input_size)?;
        let pool = Pool::new(options.workers, move || {
            let threads = WorkerThreads::default();
            let (first, finer) =
                detectors.split_first().expect("a manifest without detector networks is refused");
            let lazy = |network: &Arc<dyn Network>| LazySession::new(Arc::clone(network), threads.clone());
            let finer = finer.iter().map(|network| Box::new(lazy(network)) as Box<dyn Session>);
            let detectors = [first.session(&threads)?].into_iter().chain(finer).collect();
            Ok(Worker { detectors, extractor: extractor.session(&threads)? })
        });
        // Models that do not run are reported now, not at the first photo.
        drop(pool.take()?);
        Ok(Verifier { engine: runtime.info(), options, models, pool })
    }

    /// Do these two photos show the same person?
    ///
    /// Errors are reported in a fixed order, whichever photo is slower: probe unreadable, reference unreadable, no
    /// face on the probe, no face on the reference.
    pub fn verify<'a>(
        &self,
        probe: impl Into<Photo<'a>>,
        reference: impl Into<Photo<'a>>,
    ) -> Result<Verdict> {
        let (probe, reference) = self.extract_both(&probe.into(), &reference.into())?;
        let comparison = self.compare(&probe.template, &reference.template)?;
        Ok(Verdict { comparison, probe: probe.sample, reference: reference.sample })
    }

    /// Finds all faces of a photo. A photo without a face is no error here.
    pub fn detect<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Detection> {
        let photo = photo.into();
        let mut worker = self.pool.take()?;
        let mut timings = Timings::default();
        let (image, found) = self.find(&mut worker, &photo, &mut timings)?;
        let chosen = self.choose(&image, &found);
        let Found { mut faces, looks, .. } = found;
        if photo.wants_quality() {
            for face in &mut faces {
                measure(&image, face);
            }
        }
        let (width, height) = (image.width(), image.height());
        Ok(Detection { faces, chosen, width, height, looks, timings })
    }

    /// Makes a template of the face that counts on a photo.
    pub fn extract<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Extraction> {
        self.extract_with(&mut *self.pool.take()?, &photo.into())
    }

    /// Makes a template of one face of a photo, whichever face counts there.
    ///
    /// `face` is one that [`detect`](Self::detect) found on the same photo.
    pub fn extract_face<'a>(&self, photo: impl Into<Photo<'a>>, face: &Face) -> Result<Template> {
        let photo = photo.into();
        let mut worker = self.pool.take()?;
        let image = self.open(&photo).stage(Stage::Decode)?;
        self.template(&mut worker, &image, face).stage(Stage::Extract)
    }

    /// Compares two templates of this verifier's model. One that records a failure to extract gives
    /// `TEMPLATE_FAILED` instead of a score.
    pub fn compare(&self, probe: &Template, reference: &Template) -> Result<Comparison> {
        self.compare_templates(probe, reference).stage(Stage::Compare)
    }

    /// Decodes a photo as [`verify`](Self::verify) does, within the limits of the options.
    pub fn decode<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Image<'static>> {
        // The worker is not used, but bounds how many photos are in memory.
        let _worker = self.pool.take()?;
        self.open(&photo.into()).map(Image::into_owned).stage(Stage::Decode)
    }

    /// Runs both networks once on a blank input: what they cost alone, and what makes the first photo as fast as the
    /// next. Affects one worker.
    pub fn warm_up(&self) -> Result<()> {
        let mut worker = self.pool.take()?;
        let inputs = [self.models.detector.networks[0].0, self.models.extractor.input_size]
            .map(|size| vec![0.0; 3 * size * size]);
        worker.detectors[0].run(&inputs[0]).stage(Stage::Detect)?;
        worker.extractor.run(&inputs[1]).stage(Stage::Extract)?;
        Ok(())
    }

    /// The engine that computes.
    pub fn engine(&self) -> &EngineInfo {
        &self.engine
    }

    /// The settings it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The name of the extractor model, for example `mobilefacenet-192`.
    pub fn extractor_id(&self) -> &str {
        &self.models.extractor.id
    }

    /// The name of the detector model.
    pub fn detector_id(&self) -> &str {
        &self.models.detector.id
    }

    /// How similarities become scores.
    pub fn calibration(&self) -> &ScoreTable {
        &self.models.scores
    }

    /// Side by side when a second worker is free, one after the other when not.
    fn extract_both(&self, probe: &Photo<'_>, reference: &Photo<'_>) -> Result<(Extraction, Extraction)> {
        let mut worker = self.pool.take()?;
        let second = self.pool.try_take().and_then(Result::ok);
        let (probe, reference) = match second {
            Some(second) => self.extract_side_by_side((&mut worker, probe), (second, reference)),
            None => (self.extract_with(&mut worker, probe), self.extract_with(&mut worker, reference)),
        };
        let probe = probe.map_err(|error| error.at_side(Side::Probe));
        let reference = reference.map_err(|error| error.at_side(Side::Reference));
        match (probe, reference) {
            (Ok(probe), Ok(reference)) => Ok((probe, reference)),
            // An unreadable image is reported before a missing face.
            (Err(error), Err(other)) => {
                let unreadable = |error: &Error| error.stage() == Some(Stage::Decode);
                Err(if unreadable(&other) && !unreadable(&error) { other } else { error })
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn extract_side_by_side(
        &self,
        (worker, probe): (&mut Worker, &Photo<'_>),
        (mut second, reference): (Loan<'_, Worker>, &Photo<'_>),
    ) -> (Result<Extraction>, Result<Extraction>) {
        thread::scope(|scope| {
            let other = move || self.extract_with(&mut second, reference);
            let other = thread::Builder::new().name("visavis".into()).spawn_scoped(scope, other);
            let probe = self.extract_with(worker, probe);
            let reference = match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // The system has no thread to give.
                Err(_) => self.extract_with(worker, reference),
            };
            (probe, reference)
        })
    }

    fn extract_with(&self, worker: &mut Worker, photo: &Photo<'_>) -> Result<Extraction> {
        let mut timings = Timings::default();
        let (image, found) = self.find(worker, photo, &mut timings)?;
        let mut face = found.faces[self.choose(&image, &found)?];
        let template = timed(&mut timings.extract, || self.template(worker, &image, &face));
        if photo.wants_quality() {
            measure(&image, &mut face);
        }
        let sample = Sample {
            face,
            face_count: found.faces.len(),
            width: image.width(),
            height: image.height(),
            looks: found.looks,
            timings,
        };
        Ok(Extraction { template: template.stage(Stage::Extract)?, sample })
    }

    fn find<'p>(
        &self,
        worker: &mut Worker,
        photo: &'p Photo<'_>,
        timings: &mut Timings,
    ) -> Result<(Image<'p>, Found)> {
        let image = timed(&mut timings.decode, || self.open(photo)).stage(Stage::Decode)?;
        let model = &*self.models.detector;
        let input_sizes: Vec<usize> = model.networks.iter().map(|(input_size, _)| *input_size).collect();
        let detector =
            Detector { sessions: &mut worker.detectors, input_sizes: &input_sizes, input: &model.input };
        let found = timed(&mut timings.detect, || search(&image, detector, self.options.search))
            .stage(Stage::Detect)?;
        Ok((image, found))
    }

    /// The index of the face that counts; an error says what the photo's taker can do.
    fn choose(&self, image: &Image<'_>, found: &Found) -> Result<usize> {
        let chosen = choose(&found.faces, (image.width(), image.height()), &self.options);
        chosen.stage(Stage::Choose).map_err(|error| match error.kind() {
            ErrorKind::NoFace => error.with_advice(without_face(image, found.hinted)),
            _ => error,
        })
    }

    fn open<'p>(&self, photo: &'p Photo<'_>) -> Result<Image<'p>> {
        let limits = &self.options.limits;
        memory::check(memory::HEADROOM)?;
        match photo.load(limits.max_bytes)? {
            Loaded::Encoded(bytes) => decode(&bytes, limits),
            Loaded::Pixels(image) => {
                check_pixels(image.width().into(), image.height().into(), limits)?;
                Ok(image.borrowed())
            }
        }
    }

    fn template(&self, worker: &mut Worker, image: &Image<'_>, face: &Face) -> Result<Template> {
        let extractor = &*self.models.extractor;
        let chip = align(image, &face.landmarks, extractor.input_size, &extractor.input)?;
        extract(&chip, &mut *worker.extractor, extractor)
    }

    fn compare_templates(&self, probe: &Template, reference: &Template) -> Result<Comparison> {
        for (side, template) in [(Side::Probe, probe), (Side::Reference, reference)] {
            if template.is_failed() {
                let message = "the template records a failure to extract: there is no score";
                return Err(Error::new(ErrorKind::TemplateFailed, message).at_side(side));
            }
        }
        if *probe.model() != self.models.extractor.fingerprint {
            let message = "the templates were made by another model than this verifier's; extract them again";
            return Err(Error::new(ErrorKind::TemplateMismatch, message));
        }
        let similarity = probe.similarity(reference)?;
        let score = self.models.scores.score(similarity);
        Ok(Comparison { score, similarity, is_match: score >= self.options.threshold })
    }
}

fn measure(image: &Image<'_>, face: &mut Face) {
    face.quality = Some(Quality::measure(image, &face.bounds, &face.landmarks));
}

fn timed<T>(duration: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *duration = start.elapsed();
    result
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("engine", &self.engine)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
