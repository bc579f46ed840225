//! Plain settings, validated once when a verifier is made.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// Which inference engine computes the networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// ONNX Runtime when it can be loaded, else the embedded engine. A library that was named, by
    /// [`Options::onnxruntime`] or by the environment's `ORT_DYLIB_PATH`, is used or is an error.
    #[default]
    Auto,
    /// ONNX Runtime, or an error.
    OnnxRuntime,
    /// The engine compiled into this library: slower, always there.
    Embedded,
}

/// Which face counts when a photo shows several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FacePolicy {
    /// Large and near the middle: area minus twice the squared distance of its centre from the image's centre.
    #[default]
    Prominent,
    /// The largest area.
    Largest,
    /// The only one; several faces are an error.
    Single,
}

/// How hard a face is looked for. The cost of a search is counted in looks: one is the detector on a photo shown at
/// 320 pixels, which is enough for most photos. The budget bounds it for every photo, whatever it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Search {
    /// The whole picture, in two sizes and turned, and hardly more: 12 looks at most. For photos that are known to show a
    /// large face.
    Quick,
    /// Also closer at what might be a face, at any angle, and at the parts of a large picture: 120 looks at most. A face
    /// with 24 pixels between the eyes is found in 12 megapixels.
    #[default]
    Normal,
    /// The same with 600 looks at most: finer parts of larger pictures.
    Thorough,
}

impl Search {
    /// The most looks that a search costs.
    pub const fn budget(self) -> u32 {
        match self {
            Search::Quick => 12,
            Search::Normal => 120,
            Search::Thorough => 600,
        }
    }
}

/// Bounds on untrusted images, checked before anything of their size is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest encoded image in bytes (default 64 MiB).
    pub max_bytes: usize,
    /// Largest width times height in pixels, of raw pixels too (default 50,000,000).
    pub max_pixels: u64,
    /// Most memory that decoding one image may take, in bytes (default 160 MiB). What an image needs is computed before
    /// it is decoded; one that can be read smaller is, and any other is refused.
    pub max_decode_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_bytes: 64 << 20, max_pixels: 50_000_000, max_decode_bytes: 160 << 20 }
    }
}

/// Settings of a [`Verifier`](crate::Verifier). Start from the default and change what you need:
///
/// ```
/// let mut options = visavis::Options::default();
/// options.engine = visavis::Engine::Embedded;
/// options.set("face", "single")?;
/// # Ok::<(), visavis::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which engine computes the networks (default: `auto`).
    pub engine: Engine,
    /// Where ONNX Runtime's library lies; found by itself when absent (see [`Engine`]).
    pub onnxruntime: Option<PathBuf>,
    /// A copy of ONNX Runtime's library that a binding found for its user, in a package of its language: used where
    /// none lies beside us, before the system's, and passed over when it does not work.
    pub onnxruntime_hint: Option<PathBuf>,
    /// Folder with a `manifest.toml` and other models; the embedded ones when absent.
    pub models: Option<PathBuf>,
    /// How many photos are processed at once (default: one per core). More calls wait for a free worker.
    pub workers: usize,
    /// Which face counts (default: prominent).
    pub face: FacePolicy,
    /// Smallest face that is accepted, as the shorter side of its box in pixels (default 0: any that is found).
    pub min_face: u32,
    /// How hard a face is looked for (default: normal).
    pub search: Search,
    /// Comparison score from which the verdict is "same person" (default 27: a false match rate of 0.2 %).
    pub threshold: f32,
    /// Bounds on untrusted images.
    pub limits: Limits,
    /// How long one call may take, waiting for a worker included (default: as long as it takes). It is checked between
    /// steps of a few milliseconds; a call that takes longer fails with `DEADLINE_EXCEEDED`.
    pub deadline: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            engine: Engine::default(),
            onnxruntime: None,
            onnxruntime_hint: None,
            models: None,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            face: FacePolicy::default(),
            min_face: 0,
            search: Search::default(),
            threshold: Self::DEFAULT_THRESHOLD,
            limits: Limits::default(),
            deadline: None,
        }
    }
}

impl Options {
    /// The comparison score from which two photos count as one person: a false match rate of 0.2 %.
    pub const DEFAULT_THRESHOLD: f32 = 27.0;

    /// Sets one option by name, for command lines, configuration files and bindings.
    ///
    /// Names: `engine` (auto, onnxruntime, embedded), `onnxruntime` (path), `models` (path), `workers`,
    /// `face` (prominent, largest, single), `min_face`, `search` (quick, normal,
    /// thorough), `threshold`, `max_bytes`, `max_pixels`, `max_decode_bytes`, `deadline` (seconds).
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "engine" => self.engine = value.parse()?,
            "onnxruntime" => self.onnxruntime = Some(value.into()),
            "models" => self.models = Some(value.into()),
            "workers" => self.workers = number(name, value)?,
            "face" => self.face = value.parse()?,
            "min_face" => self.min_face = number(name, value)?,
            "search" => self.search = value.parse()?,
            "threshold" => self.threshold = number(name, value)?,
            "max_bytes" => self.limits.max_bytes = number(name, value)?,
            "max_pixels" => self.limits.max_pixels = number(name, value)?,
            "max_decode_bytes" => self.limits.max_decode_bytes = number(name, value)?,
            "deadline" => self.deadline = Some(seconds(name, value)?),
            _ => return Err(invalid(format!("there is no option named {name:?}"))),
        }
        Ok(())
    }

    /// Whether every setting is in its range; [`Verifier::new`](crate::Verifier::new) asks the same.
    pub fn validate(&self) -> Result<()> {
        let within = |name: &str, value: u64, low: u64, high: u64| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(invalid(format!("{name} must be in {low}..={high}, not {value}")))
            }
        };
        within("workers", self.workers as u64, 1, 1024)?;
        within("max_bytes", self.limits.max_bytes as u64, 1, 1 << 30)?;
        within("max_pixels", self.limits.max_pixels, 1, 1 << 30)?;
        within("max_decode_bytes", self.limits.max_decode_bytes, 1, 1 << 40)?;
        if self.deadline.is_some_and(|deadline| deadline.is_zero()) {
            return Err(invalid("deadline must be longer than no time".to_owned()));
        }
        if !(0.0..=100.0).contains(&self.threshold) {
            return Err(invalid(format!("threshold must be in 0..=100, not {}", self.threshold)));
        }
        Ok(())
    }
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| invalid(format!("{name} cannot be {value:?}: a number in its range is needed")))
}

fn seconds(name: &str, value: &str) -> Result<Duration> {
    Duration::try_from_secs_f64(number(name, value)?)
        .map_err(|_| invalid(format!("{name} cannot be {value:?}: a number of seconds is needed")))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// Gives an enum its names, in one list for parsing and for printing.
macro_rules! names {
    ($type:ty, $what:literal, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// The name that [`Options::set`] takes.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl FromStr for $type {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(invalid(format!(
                        concat!($what, " cannot be {:?}: it is one of {}"),
                        text,
                        [$($name),+].join(", ")
                    ))),
                }
            }
        }
    };
}

names!(Engine, "engine", Auto = "auto", OnnxRuntime = "onnxruntime", Embedded = "embedded");
names!(Search, "search", Quick = "quick", Normal = "normal", Thorough = "thorough");
names!(FacePolicy, "face", Prominent = "prominent", Largest = "largest", Single = "single");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for engine in [Engine::Auto, Engine::OnnxRuntime, Engine::Embedded] {
            assert_eq!(engine.name().parse::<Engine>().unwrap(), engine);
        }
        for face in [FacePolicy::Prominent, FacePolicy::Largest, FacePolicy::Single] {
            assert_eq!(face.name().parse::<FacePolicy>().unwrap(), face);
        }
    }

    #[test]
    fn nonsense_is_an_invalid_argument() {
        let mut options = Options::default();
        for (name, value) in [
            ("engine", "gpu"),
            ("face", ""),
            ("search", "hard"),
            ("workers", "-1"),
            ("min_face", "4294967296"),
            ("threshold", "high"),
            ("colour", "red"),
            ("deadline", "-1"),
            ("deadline", "1e30"),
        ] {
            assert_eq!(
                options.set(name, value).unwrap_err().kind(),
                ErrorKind::InvalidArgument,
                "{name}={value}"
            );
        }
        for (name, value) in [
            ("workers", "0"),
            ("threshold", "NaN"),
            ("threshold", "101"),
            ("max_bytes", "0"),
            ("max_pixels", "0"),
            ("max_decode_bytes", "0"),
            ("deadline", "0"),
        ] {
            let mut options = Options::default();
            options.set(name, value).unwrap();
            assert_eq!(options.validate().unwrap_err().kind(), ErrorKind::InvalidArgument, "{name}={value}");
        }
    }
}
