//! What holds for every format: limits, parts, scales, orientations and truncation.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};

use super::*;

const PROGRESSIVE: &str = "astronaut-progressive.jpg";
const JPEGS: [&str; 5] =
    ["exif-6.jpg", PROGRESSIVE, "astronaut-restart.jpg", "astronaut-gray.jpg", "astronaut-cmyk.jpg"];

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/images"));
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Source<'a>> {
    Source::open(bytes, limits, Deadline::default())
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Image<'static>> {
    open(bytes, limits)?.decode()
}

/// A photo at the coarsest scale.
fn decode_small(bytes: &[u8]) -> Result<Scaled<'static>> {
    open(bytes, &Limits::default())?.decode_at_least(1)
}

#[test]
fn transparent_pixels_become_white() {
    let mut picture = image::RgbaImage::from_pixel(2, 1, image::Rgba([10, 20, 30, 0]));
    picture.put_pixel(1, 0, image::Rgba([10, 20, 30, 255]));
    let image = decode(&png(&picture.into()), &Limits::default()).unwrap();
    assert_eq!(image.rgb(), [255, 255, 255, 10, 20, 30]);
}

#[test]
fn sixteen_bits_are_scaled_not_truncated() {
    let picture = image::ImageBuffer::from_pixel(1, 1, image::Luma([0x00ff_u16]));
    let image = decode(&png(&picture.into()), &Limits::default()).unwrap();
    assert_eq!(image.rgb(), [1; 3]);
}

#[test]
fn a_photo_over_a_limit_is_too_large() {
    let bytes = png(&DynamicImage::new_rgb8(40, 30));
    let kind = |limits: &Limits| decode(&bytes, limits).unwrap_err().kind();
    assert_eq!(kind(&Limits { max_bytes: 10, ..Limits::default() }), ErrorKind::ImageTooLarge);
    assert_eq!(kind(&Limits { max_pixels: 1199, ..Limits::default() }), ErrorKind::ImageTooLarge);
    assert!(decode(&bytes, &Limits { max_pixels: 1200, ..Limits::default() }).is_ok());
    let long = png(&DynamicImage::new_luma8(1001, 1));
    assert_eq!(decode(&long, &Limits::default()).unwrap_err().kind(), ErrorKind::ImageTooLarge);
}

#[test]
fn a_size_that_overflows_is_too_large_and_not_an_unknown_kind() {
    let claims = b"P6 4294967295 4294967295 65535\n";
    assert_eq!(decode(claims, &Limits::default()).unwrap_err().kind(), ErrorKind::ImageTooLarge);
}

#[test]
fn a_photo_that_takes_too_much_memory_is_decoded_smaller_or_refused_with_the_figure() {
    let bytes = png(&DynamicImage::new_rgb8(1000, 600));
    let limits = Limits { max_decode_bytes: 500_000, ..Limits::default() };
    let error = decode(&bytes, &limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImageTooLarge);
    assert!(error.message().contains("1824000 bytes") && error.message().contains("500000"), "{error}");
    let seen = open(&bytes, &limits).unwrap().decode_at_least(1000).unwrap();
    assert_eq!((seen.image.width(), seen.image.height(), seen.denominator), (500, 300, 2.0));
    let error = open(&bytes, &Limits { max_decode_bytes: 5000, ..limits }).unwrap().decode_at_least(10);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ImageTooLarge);
}

#[test]
fn the_pixels_of_a_jpeg_are_those_of_libjpeg_turbo() {
    // CRC-32 of the RGB pixels that Pillow 13.0 decodes, with libjpeg-turbo 3.2.
    for (name, sum) in [
        ("astronaut.jpg", 0x9f45_05b9),
        ("astronaut-q10.jpg", 0x43de_c354),
        (PROGRESSIVE, 0xe83f_4889),
        ("astronaut-restart.jpg", 0xe83f_4889),
        ("astronaut-gray.jpg", 0x18cd_0f31),
        ("hopper.jpg", 0xda88_73a4),
    ] {
        let image = decode(&golden(name), &Limits::default()).unwrap();
        assert_eq!(crc32fast::hash(image.rgb()), sum, "{name}");
    }
}

#[test]
fn every_scale_shows_the_same_picture() {
    for name in JPEGS.iter().chain(&["astronaut-oriented.tif", "exif-5.png", "exif-7.webp", "astronaut.bmp"])
    {
        let bytes = golden(name);
        let full = decode(&bytes, &Limits::default()).unwrap();
        for denominator in [2, 4, 8] {
            let mut source = open(&bytes, &Limits::default()).unwrap();
            let whole = Area::whole(full.width(), full.height());
            let seen = source.decode_area(&whole, denominator as f32).unwrap();
            assert_eq!(seen.image.width(), full.width().div_ceil(denominator), "{name}");
            assert_eq!(seen.image.height(), full.height().div_ceil(denominator), "{name}");
            let difference = difference_of_means(&full, &seen);
            assert!(difference < 2.5, "{name} at 1/{denominator}: {difference} levels");
        }
    }
}

/// Mean difference between pixels and the means of the squares that they stand for in the full image, without its edge.
fn difference_of_means(full: &Image<'_>, seen: &Scaled<'_>) -> f32 {
    let side = seen.denominator as usize;
    let (width, height) = (seen.image.width() as usize, seen.image.height() as usize);
    let (mut sum, mut count) = (0.0, 0.0);
    for (y, x) in (1..height - 1).flat_map(|y| (1..width - 1).map(move |x| (y, x))) {
        let left = (seen.origin.x + x as f32 * seen.denominator) as usize;
        let top = (seen.origin.y + y as f32 * seen.denominator) as usize;
        for channel in 0..3 {
            let value =
                |x: usize, y: usize| f32::from(full.rgb()[3 * (y * full.width() as usize + x) + channel]);
            let square = (0..side * side).map(|at| value(left + at % side, top + at / side));
            let mean = square.sum::<f32>() / (side * side) as f32;
            sum += (mean - f32::from(seen.image.rgb()[3 * (y * width + x) + channel])).abs();
            count += 1.0;
        }
    }
    sum / count
}

#[test]
fn a_part_equals_the_same_region_of_the_whole() {
    for name in JPEGS.iter().chain(&["exif-5.png", "astronaut-oriented.tif", "astronaut-interlaced.png"]) {
        agreement::parts_agree(&golden(name), &Limits::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn a_complete_jpeg_is_read_even_without_an_end_marker() {
    for name in JPEGS {
        let photo = golden(name);
        for whole in [&photo[..photo.len() - 2], &[&photo, b"behind the end".as_slice()].concat()] {
            decode_small(whole).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn every_truncated_jpeg_is_rejected_even_with_an_end_marker_appended() {
    for name in JPEGS {
        let photo = golden(name);
        // The last byte may hold only padding; in these pictures, the one before it does not.
        let ends = (3..photo.len() - 4).step_by(41).chain(photo.len() - 40..photo.len() - 4);
        for end in ends {
            for cut in [&photo[..end], &[&photo[..end], &[0xff, 0xd9]].concat()] {
                let error = decode_small(cut).map(|_| ()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::CorruptImage, "{name} cut at {end} of {}", photo.len());
            }
        }
    }
}

#[test]
fn every_truncated_png_and_tiff_is_rejected() {
    // The pixels are followed by an end marker in PNG and by a colour profile in TIFF.
    for (name, after_pixels) in
        [("astronaut.png", 12), ("astronaut-interlaced.png", 12), ("astronaut.tif", 3300)]
    {
        let photo = golden(name);
        for end in (9..photo.len() - after_pixels - 1).step_by(photo.len() / 60) {
            assert!(
                decode(&photo[..end], &Limits::default()).is_err(),
                "{name} cut at {end} of {}",
                photo.len()
            );
        }
    }
}

#[test]
fn damage_never_panics() {
    for name in JPEGS {
        let photo = golden(name);
        for at in (0..photo.len()).step_by(61) {
            let mut damaged = photo.clone();
            damaged[at] = damaged[at].wrapping_add(0x55);
            let _ = decode_small(&damaged);
        }
    }
}

#[test]
fn tiles_in_separate_planes_are_read_or_refused() {
    // The tiff crate panics: it asserts another length of their buffer.
    let entries: [(u16, u16, u32, u32); 13] = [
        (256, 3, 1, 16),
        (257, 3, 1, 16),
        (258, 3, 3, 174),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
        (284, 3, 1, 2),
        (322, 3, 1, 16),
        (323, 3, 1, 16),
        (324, 4, 3, 180),
        (325, 4, 3, 192),
        (339, 3, 3, 204),
        (274, 3, 1, 1),
    ];
    let mut bytes = [b"II\x2a\0\x08\0\0\0".as_slice(), &13_u16.to_le_bytes()].concat();
    for (tag, kind, count, value) in entries {
        bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        bytes.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend([0; 8]);
    bytes.extend([8_u16; 3].iter().flat_map(|value| value.to_le_bytes()));
    bytes.extend([210_u32, 210 + 256, 210 + 512].iter().flat_map(|value| value.to_le_bytes()));
    bytes.extend([256_u32; 3].iter().flat_map(|value| value.to_le_bytes()));
    bytes.extend([1_u16; 3].iter().flat_map(|value| value.to_le_bytes()));
    bytes.extend([77; 3 * 256]);
    match decode(&bytes, &Limits::default()) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::CorruptImage, "{error}"),
        // A later release of the codec may read it.
        Ok(image) => assert_eq!(image.rgb(), [77; 3 * 256]),
    }
}

#[test]
fn a_deadline_that_has_passed_is_reported() {
    let late = Deadline::after(Some(Duration::from_nanos(1)));
    for name in
        ["astronaut.jpg", PROGRESSIVE, "astronaut.png", "astronaut.tif", "astronaut.bmp", "animated.gif"]
    {
        let bytes = golden(name);
        let error = Source::open(&bytes, &Limits::default(), late).and_then(|mut source| source.decode());
        assert_eq!(error.map(|_| ()).unwrap_err().kind(), ErrorKind::DeadlineExceeded, "{name}");
    }
}
