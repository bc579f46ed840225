//! A photo as callers pass it, and what they request.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::image::Image;
use crate::pixels::Pixels;

/// A photo to process: the bytes of an image file, the file itself, raw pixels, or an image.
///
/// Bytes, pixels and images convert into it, so callers pass `&bytes` or `&image`. A `Result` converts too: its error is
/// reported when the photo's turn comes, so that errors keep their documented order.
#[derive(Clone)]
pub struct Photo<'a> {
    content: Content<'a>,
    quality: bool,
}

#[derive(Clone)]
enum Content<'a> {
    Encoded(Cow<'a, [u8]>),
    Pixels(Pixels<'a>),
    Image(Image<'a>),
    File(PathBuf),
    Invalid(Error),
}

/// A photo whose bytes are in memory.
pub(crate) enum Loaded<'p> {
    Encoded(Cow<'p, [u8]>),
    Pixels(&'p Pixels<'p>),
    Image(&'p Image<'p>),
}

/// The longest path that an error quotes: a longer one may be a photo in Base64.
const MAX_QUOTED_PATH: usize = 255;

impl Photo<'_> {
    /// The photo in a file. It is read when the photo is used, up to the limit on its bytes; pipes, devices and folders are
    /// refused. Fails with `FILE_UNREADABLE` or `OUT_OF_MEMORY`, whose source is the [`io::Error`]. A URL instead of a path
    /// is not fetched: `INVALID_ARGUMENT`.
    pub fn file(path: impl Into<PathBuf>) -> Photo<'static> {
        Content::File(path.into()).into()
    }

    /// Requests the capture quality: of the chosen face, or of all faces in a detection. Without it nothing is measured.
    #[must_use]
    pub fn with_quality(self) -> Self {
        Photo { quality: true, ..self }
    }

    pub(crate) fn wants_quality(&self) -> bool {
        self.quality
    }

    /// Reads a file, up to one byte more than `max_bytes`, which is enough to refuse it; other photos are in memory already.
    pub(crate) fn load(&self, max_bytes: usize) -> Result<Loaded<'_>> {
        match &self.content {
            Content::Encoded(bytes) => Ok(Loaded::Encoded(Cow::Borrowed(bytes))),
            Content::Pixels(pixels) => Ok(Loaded::Pixels(pixels)),
            Content::Image(image) => Ok(Loaded::Image(image)),
            Content::File(path) => {
                refuse_url(path)?;
                let read = read(path, max_bytes).map_err(|error| unreadable(path, error))?;
                Ok(Loaded::Encoded(read.into()))
            }
            Content::Invalid(error) => Err(error.clone()),
        }
    }
}

/// The error does not quote the URL: it may contain a password, or be the photo itself.
fn refuse_url(path: &Path) -> Result<()> {
    let text = path.as_os_str().as_encoded_bytes();
    let (scheme, rest) = text.split_at(text.iter().position(|byte| *byte == b':').unwrap_or(0));
    let why = if scheme.eq_ignore_ascii_case(b"data") {
        "a data: URL is not a path: decode its Base64 and pass the bytes"
    } else if scheme.len() > 1 && scheme.iter().all(u8::is_ascii_alphanumeric) && rest.starts_with(b"://") {
        "a URL is not fetched: nothing here uses a network. Pass a path or bytes"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::InvalidArgument, why))
}

fn read(path: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    // Checked before it is opened: a pipe without a writer would block, and opening a device may have an effect.
    let about = path.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !about.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file; read it and pass its bytes",
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take((max_bytes as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let message = match path.as_os_str().len() {
        0..=MAX_QUOTED_PATH => format!("{} cannot be read: {error}", path.display()),
        length => format!("a file whose path has {length} bytes cannot be read: {error}"),
    };
    let kind = match error.kind() {
        io::ErrorKind::OutOfMemory => ErrorKind::OutOfMemory,
        _ => ErrorKind::FileUnreadable,
    };
    Error::new(kind, message).with_source(error)
}

impl<'a> From<Content<'a>> for Photo<'a> {
    fn from(content: Content<'a>) -> Self {
        Photo { content, quality: false }
    }
}

impl<'a> From<Cow<'a, [u8]>> for Photo<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        Content::Encoded(bytes).into()
    }
}

impl<'a> From<&'a [u8]> for Photo<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Cow::Borrowed(bytes).into()
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Photo<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<'a> From<&'a Vec<u8>> for Photo<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Vec<u8>> for Photo<'static> {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Encoded(bytes.into()).into()
    }
}

impl<'a> From<Pixels<'a>> for Photo<'a> {
    fn from(pixels: Pixels<'a>) -> Self {
        Content::Pixels(pixels).into()
    }
}

impl<'a> From<&'a Pixels<'_>> for Photo<'a> {
    fn from(pixels: &'a Pixels<'_>) -> Self {
        pixels.borrowed().into()
    }
}

impl<'a> From<Image<'a>> for Photo<'a> {
    fn from(image: Image<'a>) -> Self {
        Content::Image(image).into()
    }
}

impl<'a> From<&'a Image<'_>> for Photo<'a> {
    fn from(image: &'a Image<'_>) -> Self {
        image.borrowed().into()
    }
}

impl<'a> From<&Photo<'a>> for Photo<'a> {
    fn from(photo: &Photo<'a>) -> Self {
        photo.clone()
    }
}

impl<'a, T: Into<Photo<'a>>> From<Result<T>> for Photo<'a> {
    fn from(photo: Result<T>) -> Self {
        photo.map_or_else(|error| Content::Invalid(error).into(), Into::into)
    }
}

/// Prints only kind and size: content stays out of logs.
impl std::fmt::Debug for Photo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.content {
            Content::Encoded(bytes) => write!(f, "Photo({} bytes)", bytes.len()),
            Content::Pixels(pixels) => write!(f, "Photo({pixels:?})"),
            Content::Image(image) => write!(f, "Photo({image:?})"),
            Content::File(_) => f.write_str("Photo(file)"),
            Content::Invalid(error) => write!(f, "Photo({})", error.kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(photo: &Photo<'_>) -> ErrorKind {
        photo.load(100).err().unwrap().kind()
    }

    #[test]
    fn files_are_read_up_to_the_limit_and_one_byte_more() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, [7; 50]).unwrap();
        let photo = Photo::file(file.path());
        let length = |max| match photo.load(max).unwrap() {
            Loaded::Encoded(bytes) => bytes.len(),
            _ => unreachable!("a file has bytes"),
        };
        assert_eq!([length(100), length(50), length(49), length(10)], [50, 50, 50, 11]);
    }

    #[test]
    fn what_is_not_a_file_is_refused_without_waiting_and_keeps_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(kind(&Photo::file(folder.path())), ErrorKind::FileUnreadable);
        assert_eq!(kind(&Photo::file("/dev/zero")), ErrorKind::FileUnreadable);
        let error = Photo::file(folder.path().join("missing.jpg")).load(100).err().unwrap();
        let cause = std::error::Error::source(&error).unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
        assert!(error.message().contains("missing.jpg"));
    }

    #[test]
    fn a_long_path_is_not_quoted() {
        let error = Photo::file("A".repeat(300)).load(100).err().unwrap();
        assert!(!error.to_string().contains("AAA"), "{error}");
    }

    #[test]
    fn a_url_is_neither_fetched_nor_quoted() {
        for (url, hint) in [
            ("https://ann:secret@example.org/a.jpg", "a URL is not fetched"),
            ("s3://secret/a.jpg", "a URL is not fetched"),
            ("file:///secret.jpg", "a URL is not fetched"),
            ("data:image/jpeg;base64,secret", "decode its Base64"),
            ("DATA:,secret", "decode its Base64"),
        ] {
            let error = Photo::file(url).load(100).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{url}");
            assert!(error.message().contains(hint) && !error.to_string().contains("secret"), "{error}");
        }
        for path in ["c://a.jpg", "a b://c.jpg", "://a.jpg", "folder/http://a.jpg", "a:b.jpg", ":", ""] {
            assert_eq!(kind(&Photo::file(path)), ErrorKind::FileUnreadable, "{path}");
        }
    }

    #[test]
    fn an_error_is_reported_when_the_photo_is_loaded() {
        let invalid: Result<Image<'_>> = Err(Error::new(ErrorKind::InvalidPixels, "no"));
        assert_eq!(kind(&invalid.into()), ErrorKind::InvalidPixels);
    }

    #[test]
    fn debug_output_holds_no_content() {
        assert_eq!(
            format!("{:?} {:?}", Photo::from(b"secret"), Photo::file("x")),
            "Photo(6 bytes) Photo(file)"
        );
    }
}
