//! Properties that must hold for any bytes. Fuzzed by `cargo xtask fuzz`, and tested briefly by tests/walk.rs.

mod head;
mod operator;

use std::sync::LazyLock;

use visavis::{Options, PixelFormat, Pixels, Template, Verifier};
use visavis_server::contract::{self, Body, Code, Envelope, MAX_SESSION_ID};
use visavis_server::weight::weigh;

pub use head::head;
pub use operator::{manifest, settings};

/// The most pixels that an image may have here: enough for the seeds, and a limit that changed inputs reach easily.
const MAX_PIXELS: u64 = 1 << 18;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let mut options = Options::default();
    options.limits.max_pixels = MAX_PIXELS;
    options.engine = "embedded".parse().expect("an engine");
    Verifier::new(options).expect("the embedded engine")
});

/// The body of a request: a session that was read is returned unchanged in every reply.
pub fn request(data: &[u8]) {
    weigh(data, MAX_PIXELS);
    let session_id = contract::session_id(data);
    if let Ok(body) = Body::parse(data) {
        for photo in [&body.probe, &body.reference].into_iter().flatten() {
            assert!(photo.len() <= data.len(), "a photo is longer than its body");
            base64(photo.as_bytes());
        }
        assert_eq!(body.session_id, session_id, "an error has a different session from a verdict");
    }
    let Some(id) = session_id else { return };
    assert!(id.chars().count() <= MAX_SESSION_ID);
    let reply = serde_json::to_string(&Envelope::failure(Some(&id), Code::InternalError));
    let reply = reply.expect("a reply is JSON");
    let again = Body::parse(reply.as_bytes()).expect("a reply's session is a request's");
    assert_eq!(again.session_id.as_deref(), Some(id.as_str()));
}

/// The Base64 text of a photo: the bytes are never longer than the text allows, and are read again from the usual spellings.
pub fn base64(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(bytes) = visavis::from_base64(text, usize::MAX) else { return };
    assert!(bytes.len() <= text.len() / 4 * 3 + 3);
    for label in ["", "data:image/jpeg;base64,", " \r\n"] {
        let usual = format!("{label}{}", encode(&bytes));
        assert_eq!(visavis::from_base64(&usual, bytes.len()).expect("a usual spelling"), bytes);
    }
}

/// A file that should be a photo: either its pixels are complete, no more than allowed and no more than the weight of a
/// request with it, and its parts at every scale agree with the whole, or there is an error about the file.
pub fn image(data: &[u8]) {
    match VERIFIER.decode(data) {
        Ok(image) => {
            let pixels = u64::from(image.width()) * u64::from(image.height());
            assert!((1..=MAX_PIXELS).contains(&pixels));
            assert_eq!(image.rgb().len() as u64, 3 * pixels);
            let body = format!(r#"{{"probe":{{"imageBase64":"{}"}}}}"#, encode(data));
            let weight = weigh(body.as_bytes(), MAX_PIXELS) - weigh(b"{}", MAX_PIXELS);
            assert!(weight >= pixels, "{pixels} pixels weigh {weight}");
            #[cfg(fuzzing)]
            visavis::parts_agree(data, &VERIFIER.options().limits)
                .expect("what decodes also decodes in parts");
        }
        Err(error) => assert!((20..=39).contains(&error.kind().number()), "{error}"),
    }
}

/// Raw pixels, after 13 bytes for width, height, stride and format: an image has three bytes for each of its pixels, and
/// there is none if the bytes are too few.
pub fn pixels(data: &[u8]) {
    let Some((head, bytes)) = data.split_first_chunk::<13>() else { return };
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    // Small unless the top bit of the format is set, so that some fit.
    let side = |at| if head[12] & 0x80 == 0 { number(at) % 64 } else { number(at) };
    let stride = if head[12] & 0x80 == 0 { number(8) % 300 } else { number(8) } as usize;
    let (width, height) = (side(0), side(4));
    let formats = [
        PixelFormat::Rgb8,
        PixelFormat::Bgr8,
        PixelFormat::Rgba8,
        PixelFormat::Bgra8,
        PixelFormat::Gray8,
        PixelFormat::Nv12,
        PixelFormat::Nv21,
        PixelFormat::I420,
        PixelFormat::Yuyv,
    ];
    let format = formats[usize::from(head[12] & 0x7f) % formats.len()];
    let rotation = 90 * u32::from(head[11] % 4);
    let pixels = Pixels::new(bytes, width, height, format).with_stride(stride).with_rotation(rotation);
    let Ok(image) = VERIFIER.decode(pixels) else { return };
    let count = u64::from(width) * u64::from(height);
    let upright = if rotation % 180 == 0 { (width, height) } else { (height, width) };
    assert_eq!((image.width(), image.height()), upright);
    assert_eq!(image.rgb().len() as u64, 3 * count);
    assert!(count <= bytes.len() as u64);
}

/// The bytes of a stored template, unchanged and with a correct checksum, without which nothing but the checksum would be
/// tested.
pub fn template(data: &[u8]) {
    let right = [data, &checksum(data).to_le_bytes()].concat();
    for bytes in [data, &right] {
        let Ok(template) = Template::from_bytes(bytes) else { continue };
        assert_eq!(template.to_bytes(), bytes);
        let compared = VERIFIER.compare(&template, &template);
        assert!(compared.is_err() || compared.is_ok_and(|comparison| comparison.score.is_finite()));
    }
}

/// Base64 in the standard alphabet, implemented here so that the reader is not tested with its own tables.
fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            (0..3).fold(0, |bits, place| bits << 8 | u32::from(chunk.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// CRC-32 (ISO-HDLC), bit by bit.
fn checksum(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}
