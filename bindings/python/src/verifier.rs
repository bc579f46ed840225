//! The verifier that `visavis.Verifier` is made over.

use std::path::PathBuf;

use pyo3::prelude::*;
use visavis::{Error, Image, Options, Result, Side, Verifier as Core};

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
        let verdict = detached(py, || {
            if let (Source::Encoded(probe), Source::Encoded(reference)) = (probe, reference) {
                return verifier.verify(probe, reference);
            }
            let probe = probe.open(verifier).map_err(at(Side::Probe))?;
            verifier.verify_images(&probe, &reference.open(verifier).map_err(at(Side::Reference))?)
        })?;
        answers::verdict(py, &verdict)
    }

    fn detect<'py>(&self, photo: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let found = self.one(photo, Core::detect, Core::detect_image)?;
        answers::detection(photo.py(), &found)
    }

    fn extract(&self, photo: &Bound<'_, PyAny>) -> PyResult<Template> {
        let made = self.one(photo, Core::extract, Core::extract_image)?;
        Ok(Template(made.template))
    }

    fn extract_face(&self, photo: &Bound<'_, PyAny>, face: &Bound<'_, PyAny>) -> PyResult<Template> {
        let face = answers::face_from(face)?;
        let encoded = |verifier: &Core, bytes: &[u8]| verifier.extract_face(bytes, &face);
        let template =
            self.one(photo, encoded, |verifier, image| verifier.extract_face_image(image, &face))?;
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
    /// Work on one photo, with the core's function for its form.
    fn one<T: Send>(
        &self,
        photo: &Bound<'_, PyAny>,
        encoded: impl FnOnce(&Core, &[u8]) -> Result<T> + Send,
        pixels: impl FnOnce(&Core, &Image<'_>) -> Result<T> + Send,
    ) -> PyResult<T> {
        let (py, verifier) = (photo.py(), &self.0);
        let photo = Photo::new(photo)?;
        let source = photo.source()?;
        detached(py, || match source {
            Source::Encoded(bytes) => encoded(verifier, bytes),
            source => pixels(verifier, &source.open(verifier)?),
        })
    }
}

fn at(side: Side) -> impl Fn(Error) -> Error {
    move |error| error.at_side(side)
}
