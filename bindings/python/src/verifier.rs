//! The native verifier behind `visavis.Verifier`.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use visavis::{Error, Options, Verifier as Core};

use crate::answers::{self, Answer};
use crate::exit::Call;
use crate::failure::{self, about, detached, raised};
use crate::photo::Photo;
use crate::template::Template;

#[pyclass(frozen, module = "visavis._visavis")]
pub(crate) struct Verifier(Core);

#[allow(clippy::needless_pass_by_value, reason = "pyo3 passes converted arguments by value")]
#[pymethods]
impl Verifier {
    #[new]
    fn new(
        py: Python<'_>,
        settings: Vec<(String, String)>,
        onnxruntime: Option<PathBuf>,
        onnxruntime_hint: Option<PathBuf>,
        models: Option<PathBuf>,
    ) -> PyResult<Self> {
        let _call = Call::begin(py)?;
        let mut options = Options::default();
        for (name, value) in settings {
            options.set(&name, &value).map_err(|error| raised(py, &error))?;
        }
        options.onnxruntime = onnxruntime;
        options.onnxruntime_hint = onnxruntime_hint;
        options.models = models;
        detached(py, || Core::new(options)).map(Verifier)
    }

    fn verify<'py>(
        &self,
        py: Python<'py>,
        probe: Bound<'py, PyAny>,
        reference: Bound<'py, PyAny>,
        threshold: Option<f32>,
        quality: bool,
    ) -> Answer<'py> {
        let _call = Call::begin(py)?;
        let (probe, reference) = (Photo::of(&probe)?, Photo::of(&reference)?);
        let threshold = self.threshold_or(py, threshold)?;
        let (from, to) = (probe.source(quality)?, reference.source(quality)?);
        let verdict = about(py, &[&probe, &reference], || self.0.verify(from, to))?;
        answers::verdict(py, &verdict, threshold)
    }

    fn detect<'py>(&self, py: Python<'py>, photo: Bound<'py, PyAny>, quality: bool) -> Answer<'py> {
        let _call = Call::begin(py)?;
        let photo = Photo::of(&photo)?;
        let source = photo.source(quality)?;
        answers::detection(py, &about(py, &[&photo], || self.0.detect(source))?)
    }

    fn extract<'py>(
        &self,
        py: Python<'py>,
        photo: Bound<'py, PyAny>,
        quality: bool,
        side: Option<&str>,
    ) -> Answer<'py> {
        let _call = Call::begin(py)?;
        let photo = Photo::of(&photo)?;
        let (source, side) = (photo.source(quality)?, failure::side(side));
        let extraction = about(py, &[&photo, &photo], || {
            let stamp = |error: Error| side.into_iter().fold(error, Error::at_side);
            self.0.extract(source).map_err(stamp)
        })?;
        answers::extraction(py, extraction)
    }

    fn enroll<'py>(
        &self,
        py: Python<'py>,
        photos: Vec<Bound<'py, PyAny>>,
        threshold: Option<f32>,
        quality: bool,
    ) -> Answer<'py> {
        let _call = Call::begin(py)?;
        let photos = photos.iter().map(Photo::of).collect::<PyResult<Vec<_>>>()?;
        let threshold = self.threshold_or(py, threshold)?;
        let sources = photos.iter().map(|photo| photo.source(quality)).collect::<PyResult<Vec<_>>>()?;
        let enrollment = about(py, &photos.iter().collect::<Vec<_>>(), || self.0.enroll(sources))?;
        answers::enrollment(py, enrollment, threshold)
    }

    fn extract_face(
        &self,
        py: Python<'_>,
        photo: Bound<'_, PyAny>,
        face: &Bound<'_, PyAny>,
    ) -> PyResult<Template> {
        let _call = Call::begin(py)?;
        let photo = Photo::of(&photo)?;
        let (face, source) = (answers::face_from(face)?, photo.source(false)?);
        about(py, &[&photo], || self.0.extract_face(source, &face)).map(Template)
    }

    fn compare<'py>(
        &self,
        py: Python<'py>,
        probe: &Template,
        reference: &Template,
        threshold: Option<f32>,
    ) -> Answer<'py> {
        let _call = Call::begin(py)?;
        let threshold = self.threshold_or(py, threshold)?;
        let comparison = detached(py, || self.0.compare(&probe.0, &reference.0))?;
        answers::comparison(py, &comparison, threshold)
    }

    fn rank<'py>(
        &self,
        py: Python<'py>,
        probe: &Template,
        references: Vec<Bound<'py, Template>>,
        threshold: Option<f32>,
        top: Option<usize>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let _call = Call::begin(py)?;
        let threshold = self.threshold_or(py, threshold)?;
        let references: Vec<_> = references.iter().map(Bound::get).collect();
        let templates = references.iter().map(|reference| &reference.0);
        let ranked = detached(py, || self.0.rank(&probe.0, templates, top))?;
        ranked.iter().map(|ranked| answers::ranked(py, ranked, threshold)).collect()
    }

    fn draw<'py>(
        &self,
        py: Python<'py>,
        photo: Bound<'py, PyAny>,
        faces: Vec<Bound<'py, PyAny>>,
        chosen: Option<usize>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let _call = Call::begin(py)?;
        let photo = Photo::of(&photo)?;
        let faces: Vec<_> = faces.iter().map(answers::face_from).collect::<PyResult<_>>()?;
        let source = photo.source(false)?;
        let png =
            about(py, &[&photo], || Ok(visavis_cli::draw::marked(&self.0.decode(source)?, &faces, chosen)))?;
        Ok(PyBytes::new(py, &png))
    }

    fn crop<'py>(
        &self,
        py: Python<'py>,
        photo: Bound<'py, PyAny>,
        face: &Bound<'py, PyAny>,
        margin: f32,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let _call = Call::begin(py)?;
        let photo = Photo::of(&photo)?;
        let (face, source) = (answers::face_from(face)?, photo.source(false)?);
        let png = about(py, &[&photo], || {
            let image = self.0.decode(source)?;
            visavis_cli::draw::cropped(&image, &face.bounds, margin)
        })?;
        Ok(PyBytes::new(py, &png))
    }

    fn warm_up(&self, py: Python<'_>) -> PyResult<()> {
        let _call = Call::begin(py)?;
        detached(py, || self.0.warm_up())
    }

    #[getter]
    fn engine<'py>(&self, py: Python<'py>) -> Answer<'py> {
        let _call = Call::begin(py)?;
        answers::engine(py, self.0.engine())
    }

    #[getter]
    fn threshold(&self) -> f64 {
        answers::number(self.0.options().threshold)
    }

    #[getter]
    fn workers(&self) -> usize {
        self.0.options().workers
    }

    #[getter]
    fn max_bytes(&self) -> usize {
        self.0.options().limits.max_bytes
    }

    #[getter]
    fn max_pixels(&self) -> u64 {
        self.0.options().limits.max_pixels
    }
}

impl Verifier {
    /// The threshold of a call, validated like a verifier's.
    fn threshold_or(&self, py: Python<'_>, given: Option<f32>) -> PyResult<f32> {
        let mut options = self.0.options().clone();
        options.threshold = given.unwrap_or(options.threshold);
        options.validate().map_err(|error| raised(py, &error))?;
        Ok(options.threshold)
    }
}
