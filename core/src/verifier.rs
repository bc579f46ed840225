//! The order of the rooms. Imports all of them and is imported by none.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::align::align;
use crate::choose::choose;
use crate::compare::similarity;
use crate::decode::{check_pixels, decode};
use crate::detect::{Face, detect};
use crate::engine::{self, EngineInfo, Lazy, Net, Plan, Seat};
use crate::error::{Error, ErrorKind, Result, Side, Stage, Stamp};
use crate::extract::{Template, extract};
use crate::image::Image;
use crate::model::Models;
use crate::options::Options;
use crate::pool::Pool;
use crate::score::ScoreTable;

/// Compares faces. Make one, keep it, and share it between threads.
///
/// Every method may be called from any number of threads at once; up to [`Options::workers`] photos are processed at
/// the same time and further calls wait. Only making a verifier touches the disk, and only for models or an engine
/// that lie there.
pub struct Verifier {
    options: Options,
    models: Models,
    engine: EngineInfo,
    pool: Pool<Worker>,
}

/// The networks of one worker.
struct Worker {
    detectors: Vec<Box<dyn Net>>,
    extractor: Box<dyn Net>,
}

/// How alike two templates are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// Comparison score, 0..=100: `-10 log10` of the false match rate at this similarity.
    pub score: f32,
    /// Cosine of the angle between the templates, -1..=1.
    pub similarity: f32,
    /// Whether the score reaches the threshold.
    pub is_match: bool,
}

/// The answer to "do these two photos show the same person?"
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// How alike the two faces are.
    pub comparison: Comparison,
    /// What was seen on the probe.
    pub probe: Sample,
    /// What was seen on the reference.
    pub reference: Sample,
}

/// What was seen on one photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The face that counts, in pixels of the upright image.
    pub face: Face,
    /// How many faces were found.
    pub face_count: usize,
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// What it cost.
    pub timings: Timings,
}

/// Wall-clock time of the steps for one photo.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Timings {
    /// From bytes to pixels; zero for raw pixels.
    pub decode: Duration,
    /// From pixels to faces.
    pub detect: Duration,
    /// From the face to the template, alignment included.
    pub extract: Duration,
}

/// A template and what it was made from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extraction {
    /// What to keep and compare.
    pub template: Template,
    /// What was seen on the photo.
    pub sample: Sample,
}

/// All faces of one photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Detection {
    /// The faces, most confident first; empty when there is none.
    pub faces: Vec<Face>,
    /// Index of the face that counts, or why there is none.
    pub chosen: Result<usize>,
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// What it cost; `extract` is zero.
    pub timings: Timings,
}

/// A photo, as it comes.
#[derive(Clone, Copy)]
enum Source<'a> {
    Encoded(&'a [u8]),
    Pixels(&'a Image<'a>),
}

/// A photo, decoded.
enum Decoded<'a> {
    Own(Image<'static>),
    Borrowed(&'a Image<'a>),
}

impl Comparison {
    /// The score as an integer, rounded down: it reaches an integer threshold exactly when the score does.
    pub fn integer_score(&self) -> u8 {
        self.score.floor() as u8
    }

    /// The false match rate that the score stands for.
    pub fn false_match_rate(&self) -> f64 {
        ScoreTable::false_match_rate(self.score)
    }
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
        let detectors: Vec<Arc<dyn Plan>> = models
            .detector
            .nets
            .iter()
            .map(|(side, onnx)| runtime.prepare(onnx, *side))
            .collect::<Result<_>>()?;
        let extractor = runtime.prepare(&models.extractor.net, models.extractor.side)?;
        let pool = Pool::new(options.workers, move || {
            let seat = Seat::default();
            let (first, finer) =
                detectors.split_first().expect("a manifest without detector nets is refused");
            let finer =
                finer.iter().map(|plan| Box::new(Lazy::new(Arc::clone(plan), seat.clone())) as Box<dyn Net>);
            let detectors = [first.instantiate(&seat)?].into_iter().chain(finer).collect();
            Ok(Worker { detectors, extractor: extractor.instantiate(&seat)? })
        });
        // Models that do not run are told now, not at the first photo.
        drop(pool.take()?);
        Ok(Verifier { engine: runtime.info(), options, models, pool })
    }

    /// Do these two encoded photos show the same person?
    ///
    /// Errors are reported in a fixed order, whichever photo is slower: probe unreadable, reference unreadable, no
    /// face on the probe, no face on the reference.
    pub fn verify(&self, probe: &[u8], reference: &[u8]) -> Result<Verdict> {
        self.verify_sources(Source::Encoded(probe), Source::Encoded(reference))
    }

    /// [`verify`](Self::verify) for photos that are decoded already.
    pub fn verify_images(&self, probe: &Image<'_>, reference: &Image<'_>) -> Result<Verdict> {
        self.verify_sources(Source::Pixels(probe), Source::Pixels(reference))
    }

    /// Finds all faces of an encoded photo. A photo without a face is no error here.
    pub fn detect(&self, photo: &[u8]) -> Result<Detection> {
        self.detect_source(Source::Encoded(photo))
    }

    /// [`detect`](Self::detect) for a photo that is decoded already.
    pub fn detect_image(&self, photo: &Image<'_>) -> Result<Detection> {
        self.detect_source(Source::Pixels(photo))
    }

    /// Makes a template of the face that counts on an encoded photo.
    pub fn extract(&self, photo: &[u8]) -> Result<Extraction> {
        self.extract_source(&mut *self.pool.take()?, Source::Encoded(photo))
    }

    /// [`extract`](Self::extract) for a photo that is decoded already.
    pub fn extract_image(&self, photo: &Image<'_>) -> Result<Extraction> {
        self.extract_source(&mut *self.pool.take()?, Source::Pixels(photo))
    }

    /// Makes a template of one face of an encoded photo, whichever face counts there.
    ///
    /// `face` is one that [`detect`](Self::detect) found on the same photo.
    pub fn extract_face(&self, photo: &[u8], face: &Face) -> Result<Template> {
        self.extract_face_source(Source::Encoded(photo), face)
    }

    /// [`extract_face`](Self::extract_face) for a photo that is decoded already.
    pub fn extract_face_image(&self, photo: &Image<'_>, face: &Face) -> Result<Template> {
        self.extract_face_source(Source::Pixels(photo), face)
    }

    /// Compares two templates of this verifier's model. One that records a failure to extract gives
    /// `TEMPLATE_FAILED` instead of a score.
    pub fn compare(&self, probe: &Template, reference: &Template) -> Result<Comparison> {
        self.compare_templates(probe, reference).stage(Stage::Compare)
    }

    /// Decodes a photo as [`verify`](Self::verify) does, within the limits of the options.
    pub fn decode(&self, photo: &[u8]) -> Result<Image<'static>> {
        decode(photo, &self.options.limits).stage(Stage::Decode)
    }

    /// Runs both networks once on a blank input: what they cost alone, and what makes the first photo as fast as the
    /// next. Affects one worker.
    pub fn warm_up(&self) -> Result<()> {
        let mut worker = self.pool.take()?;
        let inputs = [self.models.detector.nets[0].0, self.models.extractor.side]
            .map(|side| vec![0.0; 3 * side * side]);
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

    fn verify_sources(&self, probe: Source<'_>, reference: Source<'_>) -> Result<Verdict> {
        let (probe, reference) = self.extract_both(probe, reference)?;
        let comparison = self.compare(&probe.template, &reference.template)?;
        Ok(Verdict { comparison, probe: probe.sample, reference: reference.sample })
    }

    /// Side by side when a second worker is free, one after the other when not.
    fn extract_both(&self, probe: Source<'_>, reference: Source<'_>) -> Result<(Extraction, Extraction)> {
        let mut worker = self.pool.take()?;
        let second = self.pool.try_take().and_then(Result::ok);
        let (probe, reference) = if let Some(mut second) = second {
            thread::scope(|scope| {
                let other = move || self.extract_source(&mut second, reference);
                let other = thread::Builder::new().name("visavis".into()).spawn_scoped(scope, other);
                let probe = self.extract_source(&mut worker, probe);
                let reference = match other {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                    // The system has no thread to give.
                    Err(_) => self.extract_source(&mut worker, reference),
                };
                (probe, reference)
            })
        } else {
            let probe = self.extract_source(&mut worker, probe);
            (probe, self.extract_source(&mut worker, reference))
        };
        let probe = probe.map_err(|error| error.at_side(Side::Probe));
        let reference = reference.map_err(|error| error.at_side(Side::Reference));
        match (probe, reference) {
            (Ok(probe), Ok(reference)) => Ok((probe, reference)),
            // An unreadable image is told before a missing face.
            (Err(error), Err(other)) => {
                let unreadable = |error: &Error| error.stage() == Some(Stage::Decode);
                Err(if unreadable(&other) && !unreadable(&error) { other } else { error })
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn extract_source(&self, worker: &mut Worker, source: Source<'_>) -> Result<Extraction> {
        let mut timings = Timings::default();
        let image = timed(&mut timings.decode, || self.open(source)).stage(Stage::Decode)?;
        let image = image.get();
        let faces = timed(&mut timings.detect, || self.find(worker, image)).stage(Stage::Detect)?;
        let chosen = choose(&faces, image, &self.options).stage(Stage::Choose)?;
        let face = faces[chosen];
        let template = timed(&mut timings.extract, || self.template(worker, image, &face));
        let sample =
            Sample { face, face_count: faces.len(), width: image.width(), height: image.height(), timings };
        Ok(Extraction { template: template.stage(Stage::Extract)?, sample })
    }

    fn extract_face_source(&self, source: Source<'_>, face: &Face) -> Result<Template> {
        let mut worker = self.pool.take()?;
        let image = self.open(source).stage(Stage::Decode)?;
        self.template(&mut worker, image.get(), face).stage(Stage::Extract)
    }

    fn template(&self, worker: &mut Worker, image: &Image<'_>, face: &Face) -> Result<Template> {
        let extractor = &*self.models.extractor;
        let chip = align(image, &face.landmarks, extractor.side, &extractor.input)?;
        extract(&chip, &mut *worker.extractor, extractor)
    }

    fn detect_source(&self, source: Source<'_>) -> Result<Detection> {
        let mut worker = self.pool.take()?;
        let mut timings = Timings::default();
        let image = timed(&mut timings.decode, || self.open(source)).stage(Stage::Decode)?;
        let image = image.get();
        let faces = timed(&mut timings.detect, || self.find(&mut worker, image)).stage(Stage::Detect)?;
        let chosen = choose(&faces, image, &self.options).stage(Stage::Choose);
        Ok(Detection { faces, chosen, width: image.width(), height: image.height(), timings })
    }

    fn open<'a>(&self, source: Source<'a>) -> Result<Decoded<'a>> {
        match source {
            Source::Encoded(bytes) => decode(bytes, &self.options.limits).map(Decoded::Own),
            Source::Pixels(image) => {
                check_pixels(image.width().into(), image.height().into(), &self.options.limits)?;
                Ok(Decoded::Borrowed(image))
            }
        }
    }

    fn find(&self, worker: &mut Worker, image: &Image<'_>) -> Result<Vec<Face>> {
        let detector = &*self.models.detector;
        let sides: Vec<usize> = detector.nets.iter().map(|(side, _)| *side).collect();
        detect(image, &mut worker.detectors, &sides, &detector.input)
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
        let similarity = similarity(probe, reference)?;
        let score = self.models.scores.score(similarity);
        Ok(Comparison { score, similarity, is_match: score >= self.options.threshold })
    }
}

impl Decoded<'_> {
    fn get(&self) -> &Image<'_> {
        match self {
            Decoded::Own(image) => image,
            Decoded::Borrowed(image) => image,
        }
    }
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
