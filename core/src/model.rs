//! The networks and their descriptions. Reads files only if the caller named a folder of models.

mod family;
mod fingerprint;
mod manifest;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Point;
use crate::score::ScoreTable;
pub(crate) use family::{Family, Levels};
use fingerprint::fingerprint;
use manifest::{DetectorEntry, ExtractorEntry, Manifest};

/// Our models are far smaller; a larger file is a mistake or an attack.
const MAX_MODEL_BYTES: u64 = 512 << 20;

/// Ours has 3 kB.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// The name of the manifest in its folder.
const MANIFEST: &str = "manifest.toml";

const EMBEDDED_MANIFEST: &str = include_str!("../models/manifest.toml");
const EMBEDDED_FILES: &[(&str, &[u8])] = &[
    ("retinaface-mnet025.onnx", include_bytes!("../models/retinaface-mnet025.onnx")),
    ("retinaface-mnet025-fine.onnx", include_bytes!("../models/retinaface-mnet025-fine.onnx")),
    ("mobilefacenet.onnx", include_bytes!("../models/mobilefacenet.onnx")),
];

/// An ONNX file in memory.
pub(crate) type Onnx = Cow<'static, [u8]>;

/// Everything that a verifier needs to know about its models.
#[derive(Clone)]
pub(crate) struct Models {
    pub(crate) detector: Arc<DetectorModel>,
    pub(crate) extractors: Arc<[Extractor]>,
    /// The names of the extractors, with `+` between them.
    pub(crate) extractor_id: String,
    /// Templates can be compared if this is the same for both.
    pub(crate) fingerprint: [u8; 16],
    /// A placeholder if none has been measured yet.
    pub(crate) scores: Arc<ScoreTable>,
}

/// What could be read of a set, and what is wrong with the rest.
pub(crate) struct Loaded {
    pub(crate) detector: Option<DetectorModel>,
    pub(crate) extractors: Vec<Extractor>,
    /// Empty for a set that can be used.
    pub(crate) problems: Vec<Error>,
    fingerprint: [u8; 16],
    pub(crate) calibration: Option<ScoreTable>,
    /// The manifest can be read and has no calibration, which is enough for a set that is to be calibrated.
    pub(crate) uncalibrated: bool,
}

pub(crate) struct DetectorModel {
    pub(crate) id: String,
    pub(crate) licence: Option<String>,
    pub(crate) family: Family,
    pub(crate) input: Input,
    /// The sides of its square inputs, smallest first.
    pub(crate) input_sizes: Vec<usize>,
    /// The side of an ordinary look's input; smaller ones are for photos that fit into them.
    pub(crate) look: usize,
    pub(crate) net: Onnx,
    /// The outputs requested from the network; if empty, all that it has.
    pub(crate) outputs: Vec<String>,
    /// The second part of a RetinaFace in two parts.
    pub(crate) fine: Option<Fine>,
    /// `None` if its confidences are those with which the thresholds were measured.
    pub(crate) levels: Option<Levels>,
}

/// The part of a detector that detects the smallest faces, from features that the other part has computed.
pub(crate) struct Fine {
    pub(crate) net: Onnx,
    /// For each of the feature maps that it starts from, in their order: pixels of the input per cell.
    pub(crate) strides: Vec<usize>,
}

/// A network for aligned faces.
pub(crate) struct Extractor {
    pub(crate) id: String,
    pub(crate) licence: Option<String>,
    pub(crate) input: Input,
    pub(crate) input_size: usize,
    /// Where a face's landmarks belong in its input, in pixels.
    pub(crate) landmarks: [Point; 5],
    pub(crate) dimensions: usize,
    pub(crate) net: Onnx,
    /// The output requested from the network; `None` for its first.
    pub(crate) output: Option<String>,
    /// Whether a face's mirror image is used, too.
    pub(crate) flip: bool,
    /// Its weight in a comparison; those of a set add up to one.
    pub(crate) weight: f32,
}

/// How a network takes a channel value `v`: `(v - mean) * scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Input {
    /// Which of red, green, blue each plane holds.
    pub(crate) order: [usize; 3],
    pub(crate) mean: [f32; 3],
    pub(crate) scale: f32,
}

/// The positions of the landmarks on a chip of 112x112 pixels: the reference landmarks of ArcFace and similar networks
/// (InsightFace, `arcface_dst`; first published with SphereFace, Liu et al. 2017, for 96x112 pixels).
const ARCFACE_LANDMARKS: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// The same on a chip of any size.
pub(crate) fn arcface_landmarks(size: usize) -> [Point; 5] {
    let zoom = size as f32 / 112.0;
    ARCFACE_LANDMARKS.map(|point| Point { x: point.x * zoom, y: point.y * zoom })
}

impl Models {
    /// The networks compiled into this library.
    pub(crate) fn embedded() -> Result<Models> {
        let load = |name: &str| {
            let found = EMBEDDED_FILES.iter().find(|(file, _)| *file == name);
            found.map(|(_, bytes)| Onnx::Borrowed(bytes)).ok_or_else(|| {
                Error::new(ErrorKind::ModelNotFound, format!("{name} cannot be read: it is not embedded"))
            })
        };
        Loaded::new(EMBEDDED_MANIFEST, load).models()
    }

    /// The networks of the embedded manifest, from files that the caller provides.
    pub(crate) fn from_files(file: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Models> {
        Loaded::new(EMBEDDED_MANIFEST, |name| file(name).map(Onnx::Owned)).models()
    }

    /// The networks of a folder that holds a `manifest.toml`.
    pub(crate) fn from_folder(folder: &Path) -> Result<Models> {
        Loaded::from_folder(folder)?.models()
    }

    /// The same, if its score table was measured.
    pub(crate) fn measured(self) -> Result<Models> {
        if self.scores.is_measured() { Ok(self) } else { Err(not_calibrated()) }
    }
}

impl Loaded {
    /// What a folder holds. Fails if its manifest cannot be read.
    pub(crate) fn from_folder(folder: &Path) -> Result<Loaded> {
        let manifest = String::from_utf8(read(&folder.join(MANIFEST), MAX_MANIFEST_BYTES)?)
            .map_err(|_| invalid("the manifest cannot be read: it is not text in UTF-8".into()))?;
        let load = |name: &str| {
            // A manifest may name only files in its own folder.
            if Path::new(name).file_name() != Some(name.as_ref()) {
                return Err(invalid(format!("{name:?} is not a plain file name")));
            }
            read(&folder.join(name), MAX_MODEL_BYTES).map(Onnx::Owned)
        };
        Ok(Self::new(&manifest, load))
    }

    fn new(manifest: &str, file: impl Fn(&str) -> Result<Onnx>) -> Loaded {
        let mut problems = Vec::new();
        let Manifest { detector, extractors, calibration, uncalibrated } =
            Manifest::read(manifest, &mut problems);
        let mut verified = |name: &str, sha256: &str| {
            verify(name, sha256, &file).map_err(|problem| problems.push(problem)).ok()
        };
        let detector = detector.and_then(|entry| detector_model(entry, &mut verified));
        let total: f32 = extractors.iter().map(ExtractorEntry::weight).sum();
        let extractors = extractors.into_iter().filter_map(|entry| extractor(entry, total, &mut verified));
        let extractors: Vec<(Extractor, [u8; 32])> = extractors.collect();
        let fingerprint = fingerprint(&extractors);
        let extractors = extractors.into_iter().map(|(extractor, _)| extractor).collect();
        Loaded { detector, extractors, problems, fingerprint, calibration, uncalibrated }
    }

    /// The set, or its first problem.
    fn models(self) -> Result<Models> {
        if let Some(problem) = self.problems.into_iter().next() {
            return Err(problem);
        }
        let missing = || Error::new(ErrorKind::Internal, "a detector without a problem is missing");
        let ids: Vec<&str> = self.extractors.iter().map(|extractor| &*extractor.id).collect();
        Ok(Models {
            detector: Arc::new(self.detector.ok_or_else(missing)?),
            extractor_id: ids.join("+"),
            extractors: self.extractors.into(),
            fingerprint: self.fingerprint,
            scores: Arc::new(self.calibration.unwrap_or_else(ScoreTable::unmeasured)),
        })
    }
}

/// Reads a file that the manifest names, given its SHA-256; `None`, with the problem recorded, if it does not fit.
type Verified<'v> = &'v mut dyn FnMut(&str, &str) -> Option<(Onnx, [u8; 32])>;

fn detector_model(entry: DetectorEntry, verified: Verified<'_>) -> Option<DetectorModel> {
    let net = verified(&entry.net.file, &entry.net.sha256);
    let fine = entry.fine.as_ref().map(|fine| verified(&fine.file, &fine.sha256));
    let fine = match (&entry.fine, fine) {
        (Some(entry), Some(net)) => Some(Fine { net: net?.0, strides: entry.strides.clone() }),
        _ => None,
    };
    Some(DetectorModel {
        input: entry.input(),
        input_sizes: entry.input_sizes(),
        look: entry.look(),
        net: net?.0,
        outputs: entry.outputs(),
        levels: entry.levels(),
        family: entry.family,
        fine,
        licence: entry.licence,
        id: entry.id,
    })
}

/// An extractor and the SHA-256 of its file.
fn extractor(
    entry: ExtractorEntry,
    total_weight: f32,
    verified: Verified<'_>,
) -> Option<(Extractor, [u8; 32])> {
    let (net, digest) = verified(&entry.file, &entry.sha256)?;
    let extractor = Extractor {
        input: entry.input(),
        input_size: entry.input_size,
        landmarks: entry.landmarks(),
        dimensions: entry.dimensions,
        net,
        flip: entry.flip,
        weight: entry.weight() / total_weight,
        output: entry.output,
        licence: entry.licence,
        id: entry.id,
    };
    Some((extractor, digest))
}

/// Reads a file and checks that it has the SHA-256 that the manifest states.
fn verify(name: &str, sha256: &str, file: impl Fn(&str) -> Result<Onnx>) -> Result<(Onnx, [u8; 32])> {
    let bytes = file(name)?;
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    if hex(&digest) != sha256.to_ascii_lowercase() {
        let message = format!("{name} has SHA-256 {}, but the manifest says {sha256:?}", hex(&digest));
        return Err(Error::new(ErrorKind::ModelHashMismatch, message));
    }
    Ok((bytes, digest))
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let fail = |error: io::Error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Error::new(ErrorKind::ModelNotFound, message).with_source(error)
    };
    let size = fs::metadata(path).map_err(fail)?.len();
    if size > most {
        return Err(invalid(format!("{} has {size} bytes, which is too many", path.display())));
    }
    fs::read(path).map_err(fail)
}

impl Input {
    /// The colour (red, green, blue) that becomes all zeros in the network's input.
    pub(crate) fn neutral(&self) -> [f32; 3] {
        let mut colour = [0.0; 3];
        for (plane, channel) in self.order.into_iter().enumerate() {
            colour[channel] = self.mean[plane];
        }
        colour
    }

    /// The input of a network for a colour (red, green, blue), plane by plane.
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

pub(crate) fn not_calibrated() -> Error {
    invalid("the manifest has no [calibration]: `visavis calibrate` measures one".into())
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ModelInvalid, message)
}
