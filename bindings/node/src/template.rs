//! The handle that the JavaScript class `Template` keeps.

use napi::bindgen_prelude::{Buffer, Either, FromNapiValue};
use napi::sys;
use napi_derive::napi;
use visavis::Template;

use crate::failure::Failure;

/// A template, which the class `Template` wraps.
#[napi]
pub struct NativeTemplate {
    pub(crate) template: Template,
}

/// A template taken from its handle, for handles in the fields of an object.
pub struct Handle(pub(crate) Template);

/// Reads the result of `toBytes`.
#[napi(catch_unwind)]
pub fn read_template(bytes: &[u8]) -> Either<NativeTemplate, Failure> {
    match Template::from_bytes(bytes) {
        Ok(template) => Either::A(template.into()),
        Err(error) => Either::B(error.into()),
    }
}

#[napi]
impl NativeTemplate {
    /// A self-contained form for storage.
    #[napi(catch_unwind)]
    pub fn to_bytes(&self) -> Buffer {
        self.template.to_bytes().into()
    }

    /// How many dimensions it has; 0 for the record of a failure to extract.
    #[napi(catch_unwind)]
    pub fn dimensions(&self) -> u32 {
        self.template.dimensions() as u32
    }

    /// Identifies the model: equal for templates that can be compared.
    #[napi(catch_unwind)]
    pub fn model(&self) -> Buffer {
        self.template.model().to_vec().into()
    }
}

impl From<Template> for NativeTemplate {
    fn from(template: Template) -> Self {
        NativeTemplate { template }
    }
}

impl FromNapiValue for Handle {
    #[allow(unsafe_code)]
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        // SAFETY: both come from the caller, which received them from Node.
        let handle = unsafe { <&NativeTemplate>::from_napi_value(env, value) }?;
        Ok(Handle(handle.template.clone()))
    }
}
