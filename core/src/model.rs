//! The networks and what is known of them. Reads files only where a folder of models was named.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::score::ScoreTable;

/// The layout of manifests that this version understands.
const FORMAT: u32 = 2;

/// No model of ours comes near; a larger file is a mistake or an attack.
const MAX_MODEL_BYTES: u64 = 512 << 20;

const EMBEDDED_MANIFEST: &str = include_str!("../models/manifest.toml");
const EMBEDDED_FILES: &[(&str, &[u8])] = &[
    ("retinaface-mnet025.onnx", include_bytes!("../models/retinaface-mnet025.onnx")),
    ("retinaface-mnet025-fine.onnx", include_bytes!("../models/retinaface-mnet025-fine.onnx")),
    ("mobilefacenet.onnx", include_bytes!("../models/mobilefacenet.onnx")),
];

/// An ONNX file in memory.
pub(crate) type Onnx = Cow<'static, [u8]>;

/// Everything a verifier needs to know of its models.
#[derive(Clone)]
pub(crate) struct Models {
    pub(crate) detector: Arc<DetectorModel>,
    pub(crate) extractor: Arc<Extractor>,
    pub(crate) scores: Arc<ScoreTable>,
}

/// A RetinaFace.
pub(crate) struct DetectorModel {
    pub(crate) id: String,
    pub(crate) input: Input,
    /// The sides of its square inputs, smallest first.
    pub(crate) input_sizes: Vec<usize>,
    /// That of an ordinary look; smaller ones are for photos that fit into them.
    pub(crate) look: usize,
    pub(crate) net: Onnx,
    pub(crate) fine: Fine,
}

/// The part of a detector that looks for the smallest faces, in what the other part has computed.
pub(crate) struct Fine {
    pub(crate) net: Onnx,
    /// Pixels of the image to one of the features that it begins with, in their order.
    pub(crate) strides: Vec<usize>,
}

/// An ArcFace-style network for aligned faces.
pub(crate) struct Extractor {
    pub(crate) id: String,
    pub(crate) input: Input,
    pub(crate) input_size: usize,
    pub(crate) dimensions: usize,
    pub(crate) net: Onnx,
    /// The first half of the file's SHA-256: what makes two templates comparable.
    pub(crate) fingerprint: [u8; 16],
}

/// How a network wants a channel value `v`: `(v - mean) * scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Input {
    /// Which of red, green, blue each plane holds.
    pub(crate) order: [usize; 3],
    pub(crate) mean: [f32; 3],
    pub(crate) scale: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    detector: DetectorEntry,
    extractor: ExtractorEntry,
    calibration: ScoreTable,
}

// Licence, source and other members that a manifest has for people are passed over.
#[derive(Deserialize)]
struct DetectorEntry {
    id: String,
    channels: Channels,
    mean: [f32; 3],
    scale: f32,
    input_sizes: Vec<usize>,
    look: usize,
    net: NetEntry,
    fine: FineEntry,
}

#[derive(Deserialize)]
struct NetEntry {
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
struct FineEntry {
    file: String,
    sha256: String,
    strides: Vec<usize>,
}

#[derive(Deserialize)]
struct ExtractorEntry {
    id: String,
    channels: Channels,
    mean: [f32; 3],
    scale: f32,
    input_size: usize,
    dimensions: usize,
    file: String,
    sha256: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Channels {
    Rgb,
    Bgr,
}

impl Models {
    /// The networks compiled into this library.
    pub(crate) fn embedded() -> Result<Models> {
        Self::load(EMBEDDED_MANIFEST, |name| {
            let found = EMBEDDED_FILES.iter().find(|(file, _)| *file == name);
            found.map(|(_, bytes)| Onnx::Borrowed(bytes)).ok_or_else(|| {
                Error::new(ErrorKind::ModelNotFound, format!("{name} cannot be read: it is not embedded"))
            })
        })
    }

    /// The networks compiled into this library, out of files that it does not have.
    pub(crate) fn from_files(file: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Models> {
        Self::load(EMBEDDED_MANIFEST, |name| file(name).map(Onnx::Owned))
    }

    /// The networks of a folder that holds a `manifest.toml`.
    pub(crate) fn from_folder(folder: &Path) -> Result<Models> {
        let path = folder.join("manifest.toml");
        let manifest = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        Self::load(&manifest, |name| {
            // A manifest names files beside itself and nothing else.
            if Path::new(name).file_name() != Some(name.as_ref()) {
                return Err(invalid(format!("{name:?} is not a plain file name")));
            }
            let path = folder.join(name);
            let fail = |error| unreadable(&path, error);
            let size = fs::metadata(&path).map_err(fail)?.len();
            if size > MAX_MODEL_BYTES {
                return Err(invalid(format!("{} has {size} bytes; no model does", path.display())));
            }
            Ok(Onnx::Owned(fs::read(&path).map_err(fail)?))
        })
    }

    fn load(manifest: &str, file: impl Fn(&str) -> Result<Onnx>) -> Result<Models> {
        let manifest: Manifest = toml::from_str(manifest)
            .map_err(|error| invalid(format!("the manifest cannot be read: {error}")))?;
        if manifest.format != FORMAT {
            return Err(invalid(format!(
                "the manifest has format {}; this version reads {FORMAT}",
                manifest.format
            )));
        }
        manifest.calibration.validate()?;
        let verified = |name: &str, sha256: &str| -> Result<(Onnx, [u8; 32])> {
            let bytes = file(name)?;
            let digest: [u8; 32] = Sha256::digest(&bytes).into();
            if hex(&digest) != sha256.to_ascii_lowercase() {
                let message = format!("{name} has SHA-256 {}, but the manifest says {sha256}", hex(&digest));
                return Err(Error::new(ErrorKind::ModelHashMismatch, message));
            }
            Ok((bytes, digest))
        };
        let entry = &manifest.detector;
        let mut input_sizes = entry.input_sizes.clone();
        input_sizes.sort_unstable();
        let unusable = |size: &usize| !size.is_multiple_of(32) || !(32..=4096).contains(size);
        if !input_sizes.contains(&entry.look) || input_sizes.iter().any(unusable) {
            return Err(invalid(
                "a detector's input sizes must be multiples of 32 up to 4096, and that of a look one of them"
                    .into(),
            ));
        }
        let strides = entry.fine.strides.clone();
        if strides.is_empty() || strides.iter().any(|stride| ![8, 16, 32].contains(stride)) {
            return Err(invalid("a detector's features must have strides of 8, 16 or 32 pixels".into()));
        }
        let detector = DetectorModel {
            id: entry.id.clone(),
            input: Input::new(entry.channels, entry.mean, entry.scale)?,
            input_sizes,
            look: entry.look,
            net: verified(&entry.net.file, &entry.net.sha256)?.0,
            fine: Fine { net: verified(&entry.fine.file, &entry.fine.sha256)?.0, strides },
        };
        let entry = manifest.extractor;
        if !(16..=1024).contains(&entry.input_size) || !(1..=4096).contains(&entry.dimensions) {
            return Err(invalid(
                "an extractor's input size must be in 16..=1024 and its dimensions in 1..=4096".into(),
            ));
        }
        let (net, digest) = verified(&entry.file, &entry.sha256)?;
        let extractor = Extractor {
            id: entry.id,
            input: Input::new(entry.channels, entry.mean, entry.scale)?,
            input_size: entry.input_size,
            dimensions: entry.dimensions,
            net,
            fingerprint: *digest.first_chunk().expect("16 is less than 32"),
        };
        Ok(Models {
            detector: Arc::new(detector),
            extractor: Arc::new(extractor),
            scores: Arc::new(manifest.calibration),
        })
    }
}

impl Input {
    fn new(channels: Channels, mean: [f32; 3], scale: f32) -> Result<Input> {
        if !mean.iter().chain([&scale]).all(|value| value.is_finite()) {
            return Err(invalid("mean and scale must be finite".into()));
        }
        let order = match channels {
            Channels::Rgb => [0, 1, 2],
            Channels::Bgr => [2, 1, 0],
        };
        Ok(Input { order, mean, scale })
    }

    /// The colour (red, green, blue) that is all zeros to the network.
    pub(crate) fn neutral(&self) -> [f32; 3] {
        let mut colour = [0.0; 3];
        for (plane, channel) in self.order.into_iter().enumerate() {
            colour[channel] = self.mean[plane];
        }
        colour
    }

    /// What a network is given for a colour (red, green, blue), plane by plane.
    pub(crate) fn planes(&self, colour: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|plane| (colour[self.order[plane]] - self.mean[plane]) * self.scale)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let message = format!("{} cannot be read: {error}", path.display());
    Error::new(ErrorKind::ModelNotFound, message).with_source(error)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ModelInvalid, message)
}
