//! The verifier that `visavis.Verifier` is made over.

use std::path::PathBuf;

use pyo3::prelude::*;
use visavis::{Options, Result, Verifier as Core};

use crate::answers;
use crate::failure::{detached, raised};
use crate::photo::{Photo, Source};
use crate::template::Template;

#[pyclass(frozen, module = "visavis._visavis")]
pub(crate) struct Verifier(Core);

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
        probe: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, verifier) = (probe.py(), &self.0);
        let (probe, reference) = (Photo::new(probe)?, Photo::new(reference)?);
        let (probe, reference) = (probe.source()?, reference.source()?);
        let verdict = detached(py, || verifier.verify(probe, reference))?;
        answers::verdict(py, &verdict)
    }

    fn detect<'py>(&self, photo: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let found = self.one(photo, |verifier, photo| verifier.detect(photo))?;
        answers::detection(photo.py(), &found)
    }

    fn extract(&self, photo: &Bound<'_, PyAny>) -> PyResult<Template> {
        let made = self.one(photo, |verifier, photo| verifier.extract(photo))?;
        Ok(Template(made.template))
    }

    fn extract_face(&self, photo: &Bound<'_, PyAny>, face: &Bound<'_, PyAny>) -> PyResult<Template> {
        let face = answers::face_from(face)?;
        let template = self.one(photo, |verifier, photo| verifier.extract_face(photo, &face))?;
        Ok(Template(template))
    }

    fn compare<'py>(
        &self,
        py: Python<'py>,
        probe: &Template,
        reference: &Template,
    ) -> PyResult<Bound<'py, PyAny>> {
        let comparison = detached(py, || self.0.compare(&probe.0, &reference.0))?;
        answers::comparison(py, &comparison)
    }

    fn warm_up(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.0.warm_up())
    }

    #[getter]
    fn engine<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
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
    fn one<T: Send>(
        &self,
        photo: &Bound<'_, PyAny>,
        work: impl FnOnce(&Core, Source<'_>) -> Result<T> + Send,
    ) -> PyResult<T> {
        let (py, verifier) = (photo.py(), &self.0);
        let photo = Photo::new(photo)?;
        let source = photo.source()?;
        detached(py, || work(verifier, source))
    }
}
