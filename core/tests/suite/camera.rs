//! Pixels in the layouts of cameras give the result of the photo.

use testkit::files;
use visavis::{Image, Photo, PixelFormat, Pixels, Verifier};

use crate::verifiers;

const CAMERAS: [PixelFormat; 4] =
    [PixelFormat::Nv12, PixelFormat::Nv21, PixelFormat::I420, PixelFormat::Yuyv];

/// Y, Cb and Cr of a colour by ITU-R BT.601, in full range as in JPEG.
fn ycc([red, green, blue]: [f64; 3], full_range: bool) -> [f64; 3] {
    let y = 0.299 * red + 0.587 * green + 0.114 * blue;
    let (cb, cr) = ((blue - y) / 1.772, (red - y) / 1.402);
    if full_range {
        [y, cb + 128.0, cr + 128.0]
    } else {
        [y * 219.0 / 255.0 + 16.0, cb * 224.0 / 255.0 + 128.0, cr * 224.0 / 255.0 + 128.0]
    }
}

/// A picture in the layout of a camera. Colours are means; beyond the picture its edge is repeated.
fn laid_out(picture: &Image<'_>, format: PixelFormat, full_range: bool) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let at = |x: usize, y: usize| {
        let start = 3 * (y.min(height - 1) * width + x.min(width - 1));
        [0, 1, 2].map(|channel| f64::from(picture.rgb()[start + channel]))
    };
    let byte = |value: f64| value.round() as u8;
    let bright = |x: usize, y: usize| byte(ycc(at(x, y), full_range)[0]);
    let colour = |x: usize, y: usize, rows: usize| {
        let square = (0..2 * rows).map(|place| at(x + place % 2, y + place / 2));
        let sum = square.fold([0.0; 3], |sum, rgb| [0, 1, 2].map(|channel| sum[channel] + rgb[channel]));
        let [_, cb, cr] = ycc(sum.map(|sum| sum / (2 * rows) as f64), full_range);
        [byte(cb), byte(cr)]
    };
    if format == PixelFormat::Yuyv {
        let pairs = (0..height).flat_map(|y| (0..width).step_by(2).map(move |x| (x, y)));
        let bytes = pairs.flat_map(|(x, y)| {
            let [cb, cr] = colour(x, y, 1);
            [bright(x, y), cb, bright(x + 1, y), cr]
        });
        return bytes.collect();
    }
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let mut bytes: Vec<u8> = pixels.map(|(x, y)| bright(x, y)).collect();
    let squares = (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| (x, y)));
    let colours: Vec<[u8; 2]> = squares.map(|(x, y)| colour(x, y, 2)).collect();
    match format {
        PixelFormat::Nv12 => bytes.extend(colours.iter().flatten()),
        PixelFormat::Nv21 => bytes.extend(colours.iter().flat_map(|[cb, cr]| [cr, cb])),
        _ => [0, 1].iter().for_each(|plane| bytes.extend(colours.iter().map(|colour| colour[*plane]))),
    }
    bytes
}

fn opened(verifier: &Verifier, name: &str) -> Image<'static> {
    verifier.decode(Photo::file(files::golden(name))).unwrap()
}

#[test]
fn a_photo_from_a_camera_matches_itself_in_every_format() {
    let verifier = verifiers::fastest();
    for name in ["astronaut.jpg", "hopper.jpg"] {
        let picture = opened(&verifier, name);
        let expected = verifier.extract(&picture).unwrap().template;
        for (format, full_range) in CAMERAS.into_iter().flat_map(|format| [(format, false), (format, true)]) {
            let pixels = Pixels::new(
                laid_out(&picture, format, full_range),
                picture.width(),
                picture.height(),
                format,
            );
            let pixels = if full_range { pixels.with_full_range() } else { pixels };
            let template = verifier.extract(&pixels).unwrap().template;
            let similarity = verifier.compare(&template, &expected).unwrap().similarity;
            assert!(similarity > 0.98, "{name} in {format:?}, full range {full_range}: {similarity}");
        }
    }
}

#[test]
fn a_plain_picture_in_the_layout_of_a_camera_is_converted_back_to_itself() {
    let verifier = verifiers::fastest();
    // One colour, odd sides: nothing is lost except by rounding.
    for colour in [[0, 0, 0], [255, 255, 255], [200, 30, 40], [10, 220, 130], [5, 60, 250]] {
        let rgb = colour.repeat(33 * 21);
        let picture = verifier.decode(Pixels::new(&rgb, 33, 21, PixelFormat::Rgb8)).unwrap();
        for (format, full_range) in CAMERAS.into_iter().flat_map(|format| [(format, false), (format, true)]) {
            let pixels = Pixels::new(laid_out(&picture, format, full_range), 33, 21, format);
            let pixels = if full_range { pixels.with_full_range() } else { pixels };
            let made = verifier.decode(&pixels).unwrap();
            let worst = made.rgb().iter().zip(&rgb).map(|(made, rgb)| made.abs_diff(*rgb)).max();
            assert!(worst <= Some(2), "{colour:?} in {format:?}, full range {full_range}: {worst:?}");
        }
    }
}

/// A JPEG without its EXIF data.
fn as_stored(jpeg: &[u8]) -> Vec<u8> {
    let start = jpeg.windows(6).position(|bytes| bytes == b"Exif\0\0").unwrap() - 4;
    let length = 2 + usize::from(u16::from_be_bytes([jpeg[start + 2], jpeg[start + 3]]));
    [&jpeg[..start], &jpeg[start + length..]].concat()
}

#[test]
fn a_rotation_gives_the_same_picture_as_the_orientation_of_exif() {
    let verifier = verifiers::fastest();
    for (name, degrees) in [("exif-1.jpg", 0), ("exif-6.jpg", 90), ("exif-3.jpg", 180), ("exif-8.jpg", 270)] {
        let jpeg = std::fs::read(files::golden(name)).unwrap();
        let (upright, stored) = (verifier.decode(&jpeg).unwrap(), verifier.decode(as_stored(&jpeg)).unwrap());
        let pixels = Pixels::new(stored.rgb(), stored.width(), stored.height(), PixelFormat::Rgb8);
        let turned = verifier.decode(pixels.with_rotation(degrees)).unwrap();
        assert_eq!((turned.width(), turned.height()), (upright.width(), upright.height()), "{name}");
        assert!(turned.rgb() == upright.rgb(), "{name}");
    }
}

#[test]
fn converting_observes_the_memory_limit_of_decoding() {
    let mut options = visavis::Options::default();
    options.engine = visavis::Engine::Embedded;
    options.limits.max_decode_bytes = 100_000;
    let verifier = Verifier::new(options).unwrap();
    let pixels = Pixels::new(vec![128; 3 * 400 * 400 / 2], 400, 400, PixelFormat::Nv12);
    assert_eq!(verifier.decode(&pixels).unwrap_err().kind(), visavis::ErrorKind::ImageTooLarge);
    // It is searched at a smaller scale, as a file of this size would be.
    assert_eq!(verifier.detect(&pixels).unwrap().width, 400);
}
