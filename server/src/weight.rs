//! The expected cost of a request, from the pixels that the headers of its photos declare, before anything is decoded.

use imagesize::{ImageType, blob_size, image_type};

use crate::base64_text;
use crate::contract::Body;

/// The weight of a request with the smallest photos: finding and comparing two faces takes about as long as decoding a PNG
/// with this number of pixels.
const LEAST: u64 = 1_500_000;

/// How much of a photo is searched for its size. The first is nearly always enough.
const SEARCHED_BYTES: [usize; 2] = [3 << 10, 192 << 10];

/// The weight of a request's body, in pixels; each photo adds at most `max_pixels`.
pub fn weigh(body: &[u8], max_pixels: u64) -> u64 {
    let Ok(body) = Body::parse(body) else { return LEAST };
    let weight = |text: Option<&str>| text.map_or(0, |text| declared(text, max_pixels));
    LEAST + weight(body.probe.as_deref()) + weight(body.reference.as_deref())
}

/// The pixels that a photo declares. If they do not appear near its start, it counts as the largest. What is not a photo,
/// or is larger than the core accepts, is refused at once and weighs nothing.
///
/// The core reads the size: another reader could be tricked into a size that differs from the decoded one. Only formats
/// with their size at a fixed position have a second reader, since the core may need more of them than their start.
fn declared(text: &str, max_pixels: u64) -> u64 {
    let allowed = |pixels: u64| if pixels > max_pixels { 0 } else { pixels };
    for most in SEARCHED_BYTES {
        let start = base64_text::start(text, most);
        match visavis::declared_size(&start) {
            Ok((width, height)) => return allowed(u64::from(width) * u64::from(height)),
            Err(_) if start.len() < most => return 0,
            Err(_) => {}
        }
        if let Ok(ImageType::Png | ImageType::Webp | ImageType::Gif | ImageType::Bmp) = image_type(&start)
            && let Ok(size) = blob_size(&start)
        {
            return allowed((size.width as u64).saturating_mul(size.height as u64));
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
        assert_eq!(of(&probe[..2000], b""), 512 * 512, "no more than the header is read");
        assert_eq!(of(&probe[..500], b""), 0, "half a header is refused at once");
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
        // A marker may be preceded by fill bytes, which not every reader expects.
        let filled = [&good[..2], b"\xff", &good[2..]].concat();
        assert_eq!(of(&filled, b""), 512 * 512);
    }

    #[test]
    fn bytes_between_segments_do_not_change_what_a_photo_weighs() {
        // Found by the fuzzer: the core skips them; another reader took them for a frame, here a huge and a tiny one.
        let good = photo("astronaut.jpg");
        let end = 4 + usize::from(good[5]);
        for side in [0x7f, 0] {
            let frame = [0, 0, 0xc0, 0, 17, 8, side, side | 1, side, side | 1, 3];
            let hidden = [&good[..end], &frame, &good[end..]].concat();
            assert_eq!(of(&hidden, b""), 512 * 512, "{side}");
        }
    }

    #[test]
    fn a_photo_whose_header_ends_with_the_file_is_read_to_its_end() {
        assert_eq!(of(&photo("astronaut.tif"), b""), 112 * 134);
    }
}
