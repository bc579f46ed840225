//! Converts JavaScript's photos to the core's.

use visavis::{Error, ErrorKind, Photo, PixelFormat, Pixels, Result, Side, Template, Verifier};
use wasm_bindgen::prelude::wasm_bindgen;

/// One photo or, for a verification, a template.
#[wasm_bindgen]
pub struct Source(Content);

enum Content {
    Photo(Photo<'static>),
    Template(Vec<u8>),
}

#[wasm_bindgen]
impl Source {
    /// The bytes of an image file.
    pub fn encoded(bytes: Vec<u8>) -> Source {
        Source(Content::Photo(bytes.into()))
    }

    /// Raw pixels without gaps between the rows. Invalid pixels are reported in their turn, not here.
    pub fn pixels(bytes: Vec<u8>, width: f64, height: f64, channels: f64, bgr: bool) -> Source {
        Source(Content::Photo(pixels(bytes, [width, height, channels], bgr).into()))
    }

    /// The template that `extract` returned.
    pub fn template(bytes: Vec<u8>) -> Source {
        Source(Content::Template(bytes))
    }
}

impl Source {
    pub(crate) fn photo(self, quality: bool) -> Photo<'static> {
        let photo = match self.0 {
            Content::Photo(photo) => photo,
            Content::Template(_) => {
                let error = Error::new(ErrorKind::InvalidArgument, "a template is not a photo");
                Photo::from(Result::<Pixels<'static>>::Err(error))
            }
        };
        if quality { photo.with_quality() } else { photo }
    }

    pub(crate) fn is_photo(&self) -> bool {
        matches!(self.0, Content::Photo(_))
    }

    /// The template that was passed, or the photo's template with its sample.
    pub(crate) fn extract(
        self,
        verifier: &Verifier,
        side: Side,
        quality: bool,
    ) -> Result<(Template, Option<visavis::Sample>)> {
        let extracted = match self.0 {
            Content::Template(bytes) => Template::from_bytes(&bytes).map(|template| (template, None)),
            Content::Photo(_) => {
                verifier.extract(self.photo(quality)).map(|found| (found.template, Some(found.sample)))
            }
        };
        extracted.map_err(|error| error.at_side(side))
    }
}

fn pixels(data: Vec<u8>, size: [f64; 3], bgr: bool) -> Result<Pixels<'static>> {
    let [width, height, channels] = size.map(|number| {
        let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        whole.then_some(number as u32)
    });
    let format = match (channels, bgr) {
        (Some(1), _) => PixelFormat::Gray8,
        (Some(3), false) => PixelFormat::Rgb8,
        (Some(3), true) => PixelFormat::Bgr8,
        (Some(4), false) => PixelFormat::Rgba8,
        (Some(4), true) => PixelFormat::Bgra8,
        _ => {
            return invalid(format!("{} channels: there must be 1 (gray), 3 (RGB) or 4 (RGBA)", size[2]));
        }
    };
    let (Some(width), Some(height)) = (width, height) else {
        return invalid(format!("an image cannot be {}x{}", size[0], size[1]));
    };
    Ok(Pixels::new(data, width, height, format))
}

fn invalid(message: String) -> Result<Pixels<'static>> {
    Err(Error::new(ErrorKind::InvalidPixels, message))
}
