//! `vav_photo`: a photo as a program has it, encoded or decoded.

use std::ffi::c_void;
use std::mem::size_of;

use face::{Photo, PixelFormat, Pixels, Result};

use crate::boundary::{bytes, enumerator, invalid, non_null, path, sized_in};

/// The form of a vav_photo's data.
#[repr(C)]
pub enum vav_format {
    /// A whole file in memory: JPEG, PNG, WebP, BMP, GIF, TIFF or PNM.
    VAV_FORMAT_ENCODED = 0,
    /// The path of such a file, which is read during the call. Pipes and devices are refused.
    VAV_FORMAT_FILE = 1,
    /// Pixels of three bytes: red, green, blue.
    VAV_FORMAT_RGB8 = 16,
    /// Pixels of three bytes: blue, green, red (the order of OpenCV).
    VAV_FORMAT_BGR8 = 17,
    /// Pixels of four bytes: red, green, blue, alpha; blended over white.
    VAV_FORMAT_RGBA8 = 18,
    /// Pixels of four bytes: blue, green, red, alpha; blended over white.
    VAV_FORMAT_BGRA8 = 19,
    /// Pixels of one byte: brightness.
    VAV_FORMAT_GRAY8 = 20,
    /// From cameras: a plane of brightness Y, then rows of Cb, Cr for two by two pixels.
    VAV_FORMAT_NV12 = 21,
    /// The same with Cr before Cb (Android).
    VAV_FORMAT_NV21 = 22,
    /// A plane of Y, one of Cb and one of Cr; the latter two have a byte for two by two pixels.
    VAV_FORMAT_I420 = 23,
    /// Y, Cb, Y, Cr for two pixels of a row (YUY2).
    VAV_FORMAT_YUYV = 24,
}

/// For vav_photo.flags: measure the capture quality of the faces. It costs nothing if it is not requested.
pub const VAV_MEASURE_QUALITY: u32 = 1;

/// For vav_photo.flags: Y, Cb and Cr of NV12, NV21, I420 and YUYV range from 0 to 255, as from Android's cameras, instead
/// of from 16 to 235 (Y) and 240.
pub const VAV_FULL_RANGE: u32 = 2;

/// A photo. Initialise it with VAV_PHOTO_ENCODED, VAV_PHOTO_FILE or VAV_PHOTO_PIXELS.
///
/// Rows of pixels start at the top. Upright RGB8 without gaps between rows is used in place; other pixels are converted by
/// a worker, which takes 3 * width * height bytes during the call. If vav_config_set_max_decode_bytes allows less, the
/// picture is reduced, as that of a file is.
///
/// The formats of cameras are converted by the matrix of ITU-R BT.601-7, section 2.5, whatever the size; pixels that share
/// a Cb and Cr get the same colour. If the width or height is odd, the last column or row has a Cb and Cr of its own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_photo {
    /// Set by the initialisers.
    pub struct_size: usize,
    /// The bytes of the file, its path as a string that ends with 0, or the first row of pixels. Borrowed for the call.
    pub data: *const c_void,
    /// Length of `data` in bytes; 0 for a path. The last row of pixels may end after its last pixel.
    pub len: usize,
    /// For pixels: bytes from the start of one row to the start of the next. 0 means that there are no gaps between
    /// rows; `len` must be exactly the length of all rows then, unless colour_offset is set. Rows of colour have the same
    /// distance in NV12 and NV21 (an odd number counts as the next even one), and half of it in I420.
    pub stride: usize,
    /// For pixels: 1..65535.
    pub width: u32,
    /// For pixels: 1..65535.
    pub height: u32,
    /// A vav_format.
    pub format: i32,
    /// Bits: VAV_MEASURE_QUALITY, VAV_FULL_RANGE.
    pub flags: u32,
    /// For NV12, NV21 and I420: bytes from `data` to the first colour plane; 0 means that it follows `height` rows of Y.
    pub colour_offset: usize,
    /// For pixels: the clockwise rotation that makes the picture upright, as cameras report it: 0, 90, 180 or 270 degrees.
    /// Must be 0 for files, which contain theirs.
    pub rotation: u32,
    /// 0.
    pub reserved: u32,
}

/// Size of `vav_photo` in 0.2.0, the first release with it: a smaller one was never initialised.
const FIRST_PHOTO_SIZE: usize = 5 * size_of::<usize>() + 6 * size_of::<u32>();
const _: () = assert!(size_of::<vav_photo>() >= FIRST_PHOTO_SIZE);

#[derive(Clone, Copy)]
enum Format {
    Encoded,
    File,
    Pixels(PixelFormat),
}

const FORMATS: &[(i32, Format)] = &[
    (vav_format::VAV_FORMAT_ENCODED as i32, Format::Encoded),
    (vav_format::VAV_FORMAT_FILE as i32, Format::File),
    (vav_format::VAV_FORMAT_RGB8 as i32, Format::Pixels(PixelFormat::Rgb8)),
    (vav_format::VAV_FORMAT_BGR8 as i32, Format::Pixels(PixelFormat::Bgr8)),
    (vav_format::VAV_FORMAT_RGBA8 as i32, Format::Pixels(PixelFormat::Rgba8)),
    (vav_format::VAV_FORMAT_BGRA8 as i32, Format::Pixels(PixelFormat::Bgra8)),
    (vav_format::VAV_FORMAT_GRAY8 as i32, Format::Pixels(PixelFormat::Gray8)),
    (vav_format::VAV_FORMAT_NV12 as i32, Format::Pixels(PixelFormat::Nv12)),
    (vav_format::VAV_FORMAT_NV21 as i32, Format::Pixels(PixelFormat::Nv21)),
    (vav_format::VAV_FORMAT_I420 as i32, Format::Pixels(PixelFormat::I420)),
    (vav_format::VAV_FORMAT_YUYV as i32, Format::Pixels(PixelFormat::Yuyv)),
];

/// Converts the photo for the core. Pixels whose sizes do not fit together are reported when the core opens it, in the
/// order of [`face::Verifier::verify`].
///
/// # Safety
///
/// `photo` is NULL or points to a struct that begins with its size, whose `data` is NULL, a string that ends with 0, or
/// points to `len` bytes that can be read for as long as the result is used.
pub(crate) unsafe fn read<'a>(photo: *const vav_photo, name: &str) -> Result<Photo<'a>> {
    // SAFETY: the caller vouches for it; a `vav_photo` holds plain numbers and a pointer, which may be NULL.
    let photo = unsafe { sized_in(photo, FIRST_PHOTO_SIZE, name) }?;
    let format = enumerator(photo.format, FORMATS, "format")?;
    if photo.flags & !(VAV_MEASURE_QUALITY | VAV_FULL_RANGE) != 0 || photo.reserved != 0 {
        return Err(invalid(format!(
            "{name}->flags is {:#x} and reserved {}: something unknown is set",
            photo.flags, photo.reserved
        )));
    }
    if !matches!(format, Format::Pixels(_)) && (photo.rotation != 0 || photo.colour_offset != 0) {
        return Err(invalid(format!("{name} is a file, and only pixels have a rotation or a colour_offset")));
    }
    // SAFETY: the caller vouches for data and length.
    let data = || unsafe { bytes(photo.data.cast(), photo.len, name) };
    let made = match format {
        Format::Encoded => data()?.into(),
        Format::Pixels(format) => pixels(&photo, data()?, format).into(),
        // SAFETY: the caller vouches for the string.
        Format::File => Photo::file(non_null(unsafe { path(photo.data.cast()) }, name)?),
    };
    Ok(if photo.flags & VAV_MEASURE_QUALITY != 0 { made.with_quality() } else { made })
}

fn pixels<'a>(photo: &vav_photo, data: &'a [u8], format: PixelFormat) -> Pixels<'a> {
    let pixels = Pixels::new(data, photo.width, photo.height, format).with_rotation(photo.rotation);
    let pixels = if photo.stride == 0 { pixels } else { pixels.with_stride(photo.stride) };
    let pixels = if photo.colour_offset == 0 { pixels } else { pixels.with_colour_at(photo.colour_offset) };
    if photo.flags & VAV_FULL_RANGE == 0 { pixels } else { pixels.with_full_range() }
}
