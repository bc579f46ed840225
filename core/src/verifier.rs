//! The order of the steps.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::align::need;
use crate::choose::{choose, is_settled};
use crate::clock::timed;
use crate::deadline::Deadline;
use crate::engine::{self, EngineInfo};
use crate::error::{Error, ErrorKind, Result, Stage, Stamp};
use crate::extract::extract;
use crate::geometry::Area;
use crate::image::Image;
use crate::measure::measure;
use crate::memory;
use crate::model::Models;
use crate::options::Options;
use crate::photo::{Loaded, Photo};
use crate::pool::{Loan, Pool};
use crate::quality::without_face;
use crate::score::ScoreTable;
use crate::search::{Found, Settles, search};
use crate::sight::Sight;
use crate::template::Template;
use crate::verdict::{Detection, Extraction, Face, Sample, Timings, Verdict};
use crate::worker::{Networks, Worker};

/// Compares faces. Create one, keep it, and share it between threads.
///
/// Every method may be called from any number of threads at once; up to [`Options::workers`] photos are processed at
/// the same time, decoding included, and further calls wait. Only creating a verifier and [`Photo::file`] read from disk.
pub struct Verifier {
    pub(crate) options: Options,
    pub(crate) models: Arc<Models>,
    pub(crate) engine: Arc<EngineInfo>,
    pub(crate) pool: Arc<Pool<Worker>>,
    /// Whether a call waits for a worker if none is free.
    pub(crate) waits: bool,
    pub(crate) cancelled: AtomicBool,
}

impl Verifier {
    /// Loads the models and starts the engine.
    pub fn new(options: Options) -> Result<Self> {
        let models = |options: &Options| Self::models(options)?.measured();
        Self::start(options, models).stage(Stage::Setup)
    }

    /// The same for models whose manifest has no `[calibration]` yet, to measure one: similarities are valid, while scores
    /// and verdicts mean nothing if the manifest has no table.
    pub fn to_calibrate(options: Options) -> Result<Self> {
        Self::start(options, Self::models).stage(Stage::Setup)
    }

    /// The same with the model files that this library was built with, by name: for programs that do not contain them, such
    /// as a web page. Each must have the expected SHA-256. A program that calls this and never [`new`](Self::new) does not
    /// contain the models.
    pub fn with_model_files(options: Options, file: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Self> {
        Self::start(options, |_| Models::from_files(file)).stage(Stage::Setup)
    }

    fn models(options: &Options) -> Result<Models> {
        options.models.as_ref().map_or_else(Models::embedded, |folder| Models::from_folder(folder))
    }

    fn start(options: Options, models: impl FnOnce(&Options) -> Result<Models>) -> Result<Self> {
        options.validate()?;
        let models = models(&options)?;
        let runtime = engine::start(&options)?;
        let networks = Networks::prepare(&*runtime, &models)?;
        let pool = Pool::new(options.workers, move || networks.worker());
        // Models that do not run are reported now, not at the first photo.
        drop(pool.take(Deadline::default())?);
        let (models, engine, pool) = (Arc::new(models), Arc::new(runtime.info()), Arc::new(pool));
        Ok(Verifier { options, models, engine, pool, waits: true, cancelled: AtomicBool::new(false) })
    }

    /// Compares two photos: do they show the same person?
    ///
    /// Errors are reported in a fixed order, whichever photo is slower: probe unreadable, reference unreadable, no
    /// face in the probe, no face in the reference.
    pub fn verify<'a>(
        &self,
        probe: impl Into<Photo<'a>>,
        reference: impl Into<Photo<'a>>,
    ) -> Result<Verdict> {
        self.verdict(&probe.into(), &reference.into(), true)
    }

    /// The same on a single worker, the probe first, which leaves the other workers to other calls.
    pub fn verify_in_turn<'a>(
        &self,
        probe: impl Into<Photo<'a>>,
        reference: impl Into<Photo<'a>>,
    ) -> Result<Verdict> {
        self.verdict(&probe.into(), &reference.into(), false)
    }

    fn verdict(&self, probe: &Photo<'_>, reference: &Photo<'_>, side_by_side: bool) -> Result<Verdict> {
        let [probe, reference] = self.extract_both([probe, reference], side_by_side)?;
        let comparison = self.compare(&probe.template, &reference.template)?;
        Ok(Verdict { comparison, probe: probe.sample, reference: reference.sample })
    }

    /// Finds all faces in a photo. A photo without a face is not an error here.
    pub fn detect<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Detection> {
        let (photo, deadline) = (photo.into(), self.deadline());
        let mut worker = self.take(deadline)?;
        let mut timings = Timings::default();
        let loaded = timed(&mut timings.decode, || photo.load(self.options.limits.max_bytes));
        let loaded = loaded.stage(Stage::Decode)?;
        let (mut sight, found) = self.find(&mut worker, &loaded, true, deadline, &mut timings)?;
        let chosen = self.choose(&mut sight, &found);
        let Found { mut faces, looks, .. } = found;
        if photo.wants_quality() {
            faces.iter_mut().try_for_each(|face| measure(&mut sight, face)).stage(Stage::Detect)?;
        }
        let (width, height) = sight.size();
        Ok(Detection { faces, chosen, width, height, looks, timings })
    }

    /// Makes a template of the chosen face in a photo.
    pub fn extract<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Extraction> {
        let deadline = self.deadline();
        self.extract_with(&mut *self.take(deadline)?, &photo.into(), deadline)
    }

    /// Makes a template of any face in a photo.
    ///
    /// `face` is one that [`detect`](Self::detect) found in the same photo.
    pub fn extract_face<'a>(&self, photo: impl Into<Photo<'a>>, face: &Face) -> Result<Template> {
        let (photo, deadline) = (photo.into(), self.deadline());
        let mut worker = self.take(deadline)?;
        let loaded = photo.load(self.options.limits.max_bytes).stage(Stage::Decode)?;
        // As for a search, so that the template is identical to that of `extract`.
        let mut sight = self.look(&loaded, deadline).stage(Stage::Decode)?;
        self.template(&mut worker, &mut sight, face, deadline)
    }

    /// Decodes a photo as [`verify`](Self::verify) does, within the limits of the options.
    pub fn decode<'a>(&self, photo: impl Into<Photo<'a>>) -> Result<Image<'static>> {
        let (photo, deadline) = (photo.into(), self.deadline());
        // The worker is not used; holding it limits the number of photos in memory.
        let _worker = self.take(deadline)?;
        let loaded = photo.load(self.options.limits.max_bytes).stage(Stage::Decode)?;
        self.open(&loaded, deadline).and_then(Sight::in_full).stage(Stage::Decode)
    }

    /// Runs the networks once on a blank input, so that the first photo is as fast as the next, and to measure the
    /// networks alone. Affects one worker.
    pub fn warm_up(&self) -> Result<()> {
        self.take(self.deadline())?.warm_up(&self.models)
    }

    /// The engine in use.
    pub fn engine(&self) -> &EngineInfo {
        &self.engine
    }

    /// Its settings.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The name of the extractor model, for example `mobilefacenet-192`; of several, their names with `+` between them.
    pub fn extractor_id(&self) -> &str {
        &self.models.extractor_id
    }

    /// The name of the detector model.
    pub fn detector_id(&self) -> &str {
        &self.models.detector.id
    }

    /// How similarities become scores.
    pub fn calibration(&self) -> &ScoreTable {
        &self.models.scores
    }

    pub(crate) fn extract_with(
        &self,
        worker: &mut Worker,
        photo: &Photo<'_>,
        deadline: Deadline<'_>,
    ) -> Result<Extraction> {
        let mut timings = Timings::default();
        let loaded = timed(&mut timings.decode, || photo.load(self.options.limits.max_bytes));
        let loaded = loaded.stage(Stage::Decode)?;
        let (mut sight, mut found) =
            self.find(worker, &loaded, photo.wants_quality(), deadline, &mut timings)?;
        let size = sight.size();
        let mut face = found.faces.remove(self.choose(&mut sight, &found)?);
        let template = timed(&mut timings.extract, || self.template(worker, &mut sight, &face, deadline))?;
        if photo.wants_quality() {
            measure(&mut sight, &mut face).stage(Stage::Extract)?;
        }
        let sample = Sample::new(face, &found.faces, size, found.looks, timings);
        Ok(Extraction { template, sample })
    }

    /// A worker for a call.
    pub(crate) fn take(&self, deadline: Deadline<'_>) -> Result<Loan<'_, Worker>> {
        if self.waits {
            return self.pool.take(deadline);
        }
        deadline.check()?;
        self.pool
            .try_take()
            .unwrap_or_else(|| Err(Error::new(ErrorKind::DeadlineExceeded, "no worker is free")))
    }

    /// When a call that begins now gives up.
    pub(crate) fn deadline(&self) -> Deadline<'_> {
        Deadline::after(self.options.deadline).or(&self.cancelled)
    }

    /// Opens a photo and decodes it at a scale that shows the detector as much as the full photo would.
    pub(crate) fn look<'p>(&self, photo: &'p Loaded<'p>, deadline: Deadline<'p>) -> Result<Sight<'p>> {
        let mut sight = self.open(photo, deadline)?;
        sight.look(self.models.detector.input_sizes.last().copied().unwrap_or(0))?;
        Ok(sight)
    }

    /// Finds every face in a photo, or only those large enough to matter for the choice.
    fn find<'p>(
        &self,
        worker: &mut Worker,
        photo: &'p Loaded<'p>,
        every: bool,
        deadline: Deadline<'p>,
        timings: &mut Timings,
    ) -> Result<(Sight<'p>, Found)> {
        let look = || self.look(photo, deadline);
        let mut sight = timed(&mut timings.decode, look).stage(Stage::Decode)?;
        let (size, policy) = (sight.size(), self.options.face);
        let settles = |faces: &[Face], area: f32| is_settled(faces, area, size, policy);
        let settles = (!every).then_some(&settles as Settles<'_>);
        let detector = worker.sessions.detector(&self.models.detector);
        let look = || search(&mut sight, detector, settles, self.options.search, deadline);
        let found = timed(&mut timings.detect, look).stage(Stage::Detect)?;
        Ok((sight, found))
    }

    /// The index of the chosen face; an error says what the photographer can improve.
    fn choose(&self, sight: &mut Sight<'_>, found: &Found) -> Result<usize> {
        let (width, height) = sight.size();
        let chosen = choose(&found.faces, (width, height), &self.options);
        chosen.stage(Stage::Choose).map_err(|error| match error.kind() {
            ErrorKind::NoFace => match sight.seen(&Area::whole(width, height), f32::INFINITY) {
                Ok(seen) => error.with_advice(without_face(&seen.image, (width, height), found.hinted)),
                Err(_) => error,
            },
            _ => error,
        })
    }

    fn open<'p>(&self, photo: &'p Loaded<'p>, deadline: Deadline<'p>) -> Result<Sight<'p>> {
        deadline.check()?;
        memory::check(memory::HEADROOM)?;
        Sight::open(photo, &self.options.limits, deadline)
    }

    /// Uses the photo at the scale that the chip needs: two pixels for each pixel of the chip, or as many as there are.
    fn template(
        &self,
        worker: &mut Worker,
        sight: &mut Sight<'_>,
        face: &Face,
        deadline: Deadline<'_>,
    ) -> Result<Template> {
        let (width, height) = sight.size();
        let need = need(&face.landmarks, &self.models.extractors, (width, height));
        let (area, pixels) = need.unwrap_or((Area::whole(width, height), f32::INFINITY));
        let seen = sight.seen(&area, pixels).stage(Stage::Decode)?;
        let landmarks = face.landmarks.map(|point| seen.of_photo(point));
        let template = extract(&seen.image, &landmarks, &mut worker.extractors, &self.models, deadline);
        template.stage(Stage::Extract)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("engine", &self.engine)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
