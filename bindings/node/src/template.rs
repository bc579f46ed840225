//! What the JavaScript class `Template` asks about the bytes that it keeps.

use napi::bindgen_prelude::{Buffer, Either};
use napi_derive::napi;
use visavis::Template;

use crate::failure::Failure;

/// What may be told about a template.
#[napi(object, object_from_js = false)]
pub struct TemplateInfo {
    /// How many dimensions it has; 0 for the record of a failure to extract.
    pub dimensions: u32,
    /// Equal for templates that can be compared: the start of the SHA-256 of the network that made it.
    pub model: Buffer,
}

/// Whether the bytes are a template, and which.
#[napi(catch_unwind)]
pub fn template_info(bytes: &[u8]) -> Either<TemplateInfo, Failure> {
    match Template::from_bytes(bytes) {
        Ok(template) => {
            let (dimensions, model) = (template.dimensions() as u32, template.model().to_vec().into());
            Either::A(TemplateInfo { dimensions, model })
        }
        Err(error) => Either::B(error.into()),
    }
}
