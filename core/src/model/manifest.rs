//! The text of a manifest, and whether its content can be used. Reads no files.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Family, Input, Levels, arcface_landmarks, invalid};
use crate::error::Error;
use crate::geometry::{Point, SimilarityTransform};
use crate::score::ScoreTable;

/// The layout of manifests that this version understands.
const FORMAT: i64 = 3;

/// The maximum number of extractors in a set; with [`MAX_DIMENSIONS`] each, a template's dimensions fit 16 bits.
const MAX_EXTRACTORS: usize = 8;
const MAX_DIMENSIONS: usize = 4096;

/// What a manifest says, as far as it can be read.
#[derive(Default)]
pub(super) struct Manifest {
    pub(super) detector: Option<DetectorEntry>,
    pub(super) extractors: Vec<ExtractorEntry>,
    pub(super) calibration: Option<ScoreTable>,
    /// It has no `[calibration]`, not even one that cannot be read.
    pub(super) uncalibrated: bool,
}

// Read part by part, so that a mistake in one does not hide mistakes in another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    format: i64,
    detector: Option<toml::Value>,
    #[serde(default)]
    extractors: Vec<toml::Value>,
    calibration: Option<toml::Value>,
}

/// The one member that all formats have, and that determines the others.
#[derive(Deserialize)]
struct Format {
    format: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectorEntry {
    pub(super) id: String,
    pub(super) family: Family,
    channels: Channels,
    mean: [f32; 3],
    scale: f32,
    input_sizes: Vec<usize>,
    look: Option<usize>,
    pub(super) net: NetEntry,
    pub(super) fine: Option<FineEntry>,
    outputs: Option<Vec<String>>,
    belief: Option<BeliefEntry>,
    pub(super) licence: Option<String>,
    // For readers of the file.
    #[serde(default, rename = "source")]
    _source: IgnoredAny,
    #[serde(default, rename = "source_sha256")]
    _source_sha256: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetEntry {
    pub(super) file: String,
    pub(super) sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FineEntry {
    pub(super) file: String,
    pub(super) sha256: String,
    pub(super) strides: Vec<usize>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct BeliefEntry {
    hint: f32,
    first: f32,
    retry: f32,
    closer: f32,
    sure: f32,
    spread: Option<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtractorEntry {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) sha256: String,
    channels: Channels,
    mean: [f32; 3],
    scale: f32,
    pub(super) input_size: usize,
    pub(super) dimensions: usize,
    landmarks: Option<[[f32; 2]; 5]>,
    pub(super) output: Option<String>,
    #[serde(default)]
    pub(super) flip: bool,
    weight: Option<f32>,
    pub(super) licence: Option<String>,
    // For readers of the file.
    #[serde(default, rename = "source")]
    _source: IgnoredAny,
    #[serde(default, rename = "source_sha256")]
    _source_sha256: IgnoredAny,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Channels {
    Rgb,
    Bgr,
}

impl Manifest {
    /// Reads a manifest, and adds what is wrong with it to `problems`.
    pub(super) fn read(text: &str, problems: &mut Vec<Error>) -> Manifest {
        let mut manifest = Manifest::default();
        let parts = match toml::from_str::<Parts>(text) {
            Ok(parts) if parts.format == FORMAT => parts,
            Ok(Parts { format, .. }) => {
                problems.push(wrong_format(format));
                return manifest;
            }
            Err(error) => {
                // Other formats have other parts, so the format matters more than the first unknown part.
                problems.push(match toml::from_str(text) {
                    Ok(Format { format }) if format != FORMAT => wrong_format(format),
                    _ => invalid(format!("the manifest cannot be read: {error}")),
                });
                return manifest;
            }
        };
        match parts.detector {
            Some(entry) => manifest.detector = part("[detector]", entry, DetectorEntry::check, problems),
            None => problems.push(invalid("the manifest has no [detector]".into())),
        }
        if !(1..=MAX_EXTRACTORS).contains(&parts.extractors.len()) {
            let count = parts.extractors.len();
            problems.push(invalid(format!("a set has 1 to {MAX_EXTRACTORS} [[extractors]], not {count}")));
        }
        for (number, entry) in parts.extractors.into_iter().enumerate() {
            let name = format!("[[extractors]] number {}", number + 1);
            manifest.extractors.extend(part(&name, entry, ExtractorEntry::check, problems));
        }
        manifest.uncalibrated = parts.calibration.is_none();
        if let Some(table) = parts.calibration {
            manifest.calibration = part("[calibration]", table, |_, _| (), problems);
            problems.extend(manifest.calibration.as_ref().and_then(|table| table.validate().err()));
        }
        manifest
    }
}

/// One part of a manifest, if it can be read. Adds what cannot be used to `problems`.
fn part<T: DeserializeOwned>(
    name: &str,
    value: toml::Value,
    check: impl Fn(&T, &mut Vec<String>),
    problems: &mut Vec<Error>,
) -> Option<T> {
    let mut found = Vec::new();
    // The error's own text has several lines.
    let entry = value.try_into().map_err(|error| found.push(error.message().to_owned())).ok();
    if let Some(entry) = &entry {
        check(entry, &mut found);
    }
    problems.extend(found.into_iter().map(|what| invalid(format!("{name} of the manifest: {what}"))));
    entry
}

fn wrong_format(format: i64) -> Error {
    invalid(format!("the manifest has format {format}; this version reads {FORMAT}"))
}

impl DetectorEntry {
    fn check(&self, problems: &mut Vec<String>) {
        let unusable = |size: &usize| !size.is_multiple_of(32) || !(32..=4096).contains(size);
        if self.input_sizes.is_empty() || self.input_sizes.iter().any(unusable) {
            problems.push("input_sizes must be multiples of 32 up to 4096".into());
        } else if self.look.is_some_and(|look| !self.input_sizes.contains(&look)) {
            problems.push("look must be one of the input_sizes".into());
        }
        if let Some(fine) = &self.fine {
            if self.family != Family::RetinaFace {
                problems.push(format!("a {} has no part [detector.fine]", self.family.name()));
            }
            let strides = &fine.strides;
            if strides.is_empty() || strides.iter().any(|stride| ![8, 16, 32].contains(stride)) {
                problems.push("strides of [detector.fine] must be 8, 16 or 32 pixels".into());
            }
        }
        if let Some(names) = &self.outputs {
            let count = self.family.output_count();
            if self.fine.is_some() {
                problems.push("outputs cannot be named for a detector in two parts".into());
            } else if names.len() != count {
                let family = self.family.name();
                problems.push(format!("outputs of a {family} must be {count} names, not {}", names.len()));
            }
        }
        if let Some(belief) = &self.belief {
            let levels = belief.confidences();
            let rising = levels.windows(2).all(|pair| pair[0] < pair[1]);
            let unusable = belief.spread.is_some_and(|spread| spread <= 0.0 || !spread.is_finite());
            if !rising || levels[0] <= 0.0 || levels[4] >= 1.0 || unusable {
                problems.push(
                    "belief must rise from hint to sure, between 0 and 1, and have a spread over 0".into(),
                );
            }
        }
        check_input(self.mean, self.scale, problems);
    }

    /// The sides of its square inputs, smallest first.
    pub(super) fn input_sizes(&self) -> Vec<usize> {
        let mut sizes = self.input_sizes.clone();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The side of an ordinary look's input.
    pub(super) fn look(&self) -> usize {
        self.look.or_else(|| self.input_sizes.iter().min().copied()).unwrap_or(0)
    }

    pub(super) fn input(&self) -> Input {
        input(self.channels, self.mean, self.scale)
    }

    /// The outputs requested from the network, in this order; if empty, all that it has.
    pub(super) fn outputs(&self) -> Vec<String> {
        self.outputs.clone().unwrap_or_else(|| self.family.outputs())
    }

    pub(super) fn levels(&self) -> Option<Levels> {
        self.belief.map(BeliefEntry::levels).or(self.family.levels())
    }
}

impl BeliefEntry {
    fn confidences(self) -> [f32; 5] {
        [self.hint, self.first, self.retry, self.closer, self.sure]
    }

    fn levels(self) -> Levels {
        Levels { confidences: self.confidences(), spread: self.spread }
    }
}

impl ExtractorEntry {
    fn check(&self, problems: &mut Vec<String>) {
        if !(16..=1024).contains(&self.input_size) {
            problems.push("input_size must be in 16..=1024".into());
        }
        if !(1..=MAX_DIMENSIONS).contains(&self.dimensions) {
            problems.push(format!("dimensions must be in 1..={MAX_DIMENSIONS}"));
        }
        if self.weight() <= 0.0 || !self.weight().is_finite() {
            problems.push("weight must be over 0".into());
        }
        // No transform can be fitted to points that coincide or are not finite.
        let landmarks = self.landmarks();
        if SimilarityTransform::fit(&landmarks, &landmarks).is_none() {
            problems.push("landmarks must be five points that do not coincide".into());
        }
        check_input(self.mean, self.scale, problems);
    }

    pub(super) fn input(&self) -> Input {
        input(self.channels, self.mean, self.scale)
    }

    /// Where the landmarks of a face belong in its input, in pixels.
    pub(super) fn landmarks(&self) -> [Point; 5] {
        match self.landmarks {
            Some(points) => points.map(|[x, y]| Point { x, y }),
            None => arcface_landmarks(self.input_size),
        }
    }

    pub(super) fn weight(&self) -> f32 {
        self.weight.unwrap_or(1.0)
    }
}

fn check_input(mean: [f32; 3], scale: f32, problems: &mut Vec<String>) {
    if !mean.iter().chain([&scale]).all(|value| value.is_finite()) || scale == 0.0 {
        problems.push("mean and scale must be finite, and scale not 0".into());
    }
}

fn input(channels: Channels, mean: [f32; 3], scale: f32) -> Input {
    let order = match channels {
        Channels::Rgb => [0, 1, 2],
        Channels::Bgr => [2, 1, 0],
    };
    Input { order, mean, scale }
}
