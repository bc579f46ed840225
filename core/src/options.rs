//! Plain settings, validated once when a verifier is created.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// The inference engine that runs the networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// ONNX Runtime if it can be loaded, else the embedded engine. A library named by [`Options::onnxruntime`] or by the
    /// environment variable `ORT_DYLIB_PATH` that does not work is an error.
    #[default]
    Auto,
    /// ONNX Runtime, or an error.
    OnnxRuntime,
    /// The engine compiled into this library: slower, always available.
    Embedded,
}

/// How the face is chosen when a photo shows several.
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

/// How thoroughly faces are searched for. The cost of a search is counted in looks: one is the detector on a photo shown
/// at 320 pixels, which is enough for most photos. The budget limits the cost for every photo, whatever it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Search {
    /// Little more than the whole photo, at two sizes and rotated: at most 12 looks. For photos that are known to show a
    /// large face.
    Quick,
    /// Also close looks at what might be a face, at any angle, and at parts of a large photo: at most 120 looks. A face
    /// with 24 pixels between the eyes is found in 12 megapixels.
    #[default]
    Normal,
    /// The same with at most 600 looks: finer parts of larger photos.
    Thorough,
}

impl Search {
    /// The maximum number of looks of a search.
    pub const fn budget(self) -> u32 {
        match self {
            Search::Quick => 12,
            Search::Normal => 120,
            Search::Thorough => 600,
        }
    }
}

/// Limits for untrusted images, checked before anything of their size is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest encoded image in bytes (default 64 MiB).
    pub max_bytes: usize,
    /// Largest width times height in pixels, also for raw pixels (default 50,000,000).
    pub max_pixels: u64,
    /// Most memory that decoding one image may take, in bytes (default 160 MiB). The need of an image is computed before it
    /// is decoded; if it is too large, the image is decoded at a smaller scale if its format allows, else refused.
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
    /// The engine that runs the networks (default: `auto`).
    pub engine: Engine,
    /// The path of ONNX Runtime's library; if absent, it is searched for (see [`Engine`]).
    pub onnxruntime: Option<PathBuf>,
    /// A copy of ONNX Runtime's library that a binding found in a package of its language: used if there is none next
    /// to this library, before the system's, and skipped if it does not work.
    pub onnxruntime_hint: Option<PathBuf>,
    /// Folder with a `manifest.toml` and other models; if absent, the embedded ones.
    pub models: Option<PathBuf>,
    /// How many photos are processed at once (default: one per core). Further calls wait for a free worker.
    pub workers: usize,
    /// How the face is chosen (default: prominent).
    pub face: FacePolicy,
    /// Smallest accepted face, as the shorter side of its box in pixels (default 0: any face that is found).
    pub min_face: u32,
    /// How thoroughly faces are searched for (default: normal).
    pub search: Search,
    /// Lowest comparison score of the verdict "same person" (default 27: a false match rate of 0.2 %).
    pub threshold: f32,
    /// Limits for untrusted images.
    pub limits: Limits,
    /// How long one call may take, including the wait for a worker (default: no limit). It is checked between steps of a few
    /// milliseconds; a call that takes longer fails with `DEADLINE_EXCEEDED`.
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
    /// The lowest comparison score at which two photos count as one person: a false match rate of 0.2 %.
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

    /// Checks that every setting is in its range, as [`Verifier::new`](crate::Verifier::new) does.
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
            return Err(invalid("deadline must be longer than zero".to_owned()));
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

/// Defines the names of an enum once, for parsing and printing.
macro_rules! names {
    ($type:ty, $what:literal, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// The name that [`Options::set`] accepts.
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
