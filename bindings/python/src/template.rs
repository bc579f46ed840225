//! `visavis.Template`.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView, PyType};
use visavis::Template as Core;

use crate::failure::raised;

/// The numbers that represent a face, comparable with others of the same model.
///
/// It is biometric data: store and send it as carefully as the photo it was made from. Nothing prints its values.
///
/// >>> import pickle, visavis
/// >>> template = visavis.extract("astronaut.jpg").template
/// >>> template
/// Template(192 dimensions)
/// >>> visavis.Template.from_bytes(template.to_bytes()) == template
/// True
/// >>> pickle.loads(pickle.dumps(template)) == template
/// True
#[pyclass(frozen, module = "visavis")]
pub(crate) struct Template(pub(crate) Core);

#[pymethods]
impl Template {
    /// Read what `to_bytes` wrote, in any language; anything else is TEMPLATE_MALFORMED.
    #[classmethod]
    fn from_bytes(class: &Bound<'_, PyType>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        // Databases return a memoryview or a bytearray.
        let bytes = PyMemoryView::from(data)?.call_method0("tobytes")?.cast_into::<PyBytes>()?;
        Core::from_bytes(bytes.as_bytes()).map(Template).map_err(|error| raised(class.py(), &error))
    }

    /// The record of a failure to extract: it can be stored like any other template, but not compared.
    #[staticmethod]
    fn failed() -> Self {
        Template(Core::failed())
    }

    /// A self-contained form for storage: versioned, with the model's identity and a checksum.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.to_bytes(py)
    }

    /// Whether this is the record of a failure to extract.
    #[getter]
    fn is_failed(&self) -> bool {
        self.0.is_failed()
    }

    /// How many dimensions it has; 0 for the record of a failure to extract.
    #[getter]
    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    /// Identifies the model: equal for templates that can be compared.
    #[getter]
    fn model(&self) -> String {
        self.0.model().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_bytes().hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py),)))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}
