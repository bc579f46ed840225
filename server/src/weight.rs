//! What a request will cost, by the pixels that the headers of its photos declare: known before anything is decoded.

use imagesize::{ImageError, blob_size, image_type};

use crate::base64_text;
use crate::contract::Body;

/// What a request with the smallest photos weighs: finding and comparing two faces takes about as long as decoding a PNG
/// of so many pixels.
const LEAST: u64 = 1_500_000;

/// How much of a photo is searched for its size; nearly always the first is enough.
const SEARCHED_BYTES: [usize; 2] = [3 << 10, 192 << 10];

/// The weight of a request's body, in pixels; a photo has `max_pixels` at most.
pub fn weigh(body: &[u8], max_pixels: u64) -> u64 {
    let Ok(body) = Body::parse(body) else { return LEAST };
    let weight = |text: Option<&str>| text.map_or(0, |text| declared(text, max_pixels));
    LEAST + weight(body.probe.as_deref()) + weight(body.reference.as_deref())
}

/// The pixels that a photo declares. One that hides them behind too much else, or where only the core can read them, counts
/// as the largest; what is no photo, or larger than the core takes, is refused at once and weighs nothing.
fn declared(text: &str, max_pixels: u64) -> u64 {
    for most in SEARCHED_BYTES {
        let start = base64_text::start(text, most);
        match blob_size(&start) {
            Ok(size) => {
                let pixels = (size.width as u64).saturating_mul(size.height as u64);
                return if pixels > max_pixels { 0 } else { pixels };
            }
            Err(ImageError::IoError(_)) if start.len() == most => {}
            Err(_) if image_type(&start).is_err() => return 0,
            Err(_) => break,
        }
    }
    max_pixels
}

#[cfg(test)]
mod tests {
    use testkit::files::photo;
    use testkit::wire::verify_body;

    use super::*;

    fn of(probe: &[u8], reference: &[u8]) -> u64 {
        weigh(&verify_body("s", probe, reference), 50_000_000) - LEAST
    }

    #[test]
    fn photos_weigh_the_pixels_of_their_headers() {
        let (probe, reference) = (photo("astronaut.jpg"), photo("hopper.jpg"));
        assert_eq!(of(&probe, &reference), 512 * 512 + 512 * 600);
        assert_eq!(of(&probe[..500], b""), 512 * 512, "no more than the header is read");
        assert_eq!((of(b"no photo", b""), weigh(b"no JSON", 1)), (0, LEAST));
        let mut huge = photo("hopper-128.png");
        huge[16..24].copy_from_slice(&[0, 0, 0x1b, 0x58, 0, 0, 0x1b, 0x58]);
        assert_eq!(of(&huge, &huge), 2 * 7000 * 7000);
        huge[16] = 0x7f;
        assert_eq!(of(&huge, &huge), 0, "it is refused by its header");
    }

    #[test]
    fn a_photo_that_hides_its_size_counts_as_the_largest() {
        // Comments of a JPEG in front of its frame.
        let comment = [&[0xff, 0xfe, 0xff, 0xff][..], &vec![b' '; 0xfffd]].concat();
        let good = photo("astronaut.jpg");
        for (comments, pixels) in [(1, 512 * 512), (4, 50_000_000)] {
            let hidden = [&good[..2], &comment.repeat(comments), &good[2..]].concat();
            assert_eq!(of(&hidden, b""), pixels, "{comments} comments");
        }
        // A marker may be filled up, which not every reader expects.
        let filled = [&good[..2], b"\xff", &good[2..]].concat();
        assert_eq!(of(&filled, b""), 50_000_000);
    }
}
