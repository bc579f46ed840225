//! Settings: a file, over it the environment, over it the command line. Secrets come by file or environment only.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;
use visavis::Options;

/// A duration written as a number of seconds, for example `10` or `0.5`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Seconds(Duration);

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Declares each setting once: its place in the file, its variable, its option, its default and its explanation.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr, $variable:literal;)+) => {
        /// One source of settings; what it does not name is absent.
        #[derive(Clone, Debug, Default, clap::Args, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Layer {
            $($(#[doc = $doc])+ #[arg(long, env = $variable, value_name = "VALUE")] pub $name: Option<$type>,)+
        }

        /// All settings, complete.
        #[derive(Clone, Debug, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub struct Config {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Layer {
            /// What this layer does not name, from the one beneath it.
            #[must_use]
            pub fn over(self, beneath: Layer) -> Layer {
                Layer { $($name: self.$name.or(beneath.$name),)+ }
            }

            /// Fills in the defaults and checks the ranges.
            pub fn complete(self) -> Result<Config, String> {
                let config = Config { $($name: self.$name.unwrap_or_else(|| $default),)+ };
                config.validate()?;
                Ok(config)
            }
        }

    };
}

settings! {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)), "VISAVIS_LISTEN";
    /// File of `name:hash` lines, read again on SIGHUP; or set `VISAVIS_USERNAME` and `VISAVIS_PASSWORD` [default: none]
    credentials_file: PathBuf = PathBuf::new(), "VISAVIS_CREDENTIALS_FILE";
    /// Certificate chain in PEM, read again on SIGHUP; without it the server speaks plain HTTP [default: none]
    tls_certificate: PathBuf = PathBuf::new(), "VISAVIS_TLS_CERTIFICATE";
    /// The certificate's private key in PEM [default: none]
    tls_key: PathBuf = PathBuf::new(), "VISAVIS_TLS_KEY";
    /// Wrong passwords a minute and address, after which it is refused; 0 for any number [default: 20]
    auth_failures: u32 = 20, "VISAVIS_AUTH_FAILURES";
    /// Verifications at once [default: one per core]
    workers: usize = std::thread::available_parallelism().map_or(1, usize::from), "VISAVIS_WORKERS";
    /// Requests that may wait for a worker; more are answered OVERLOADED [default: 32]
    queue_length: usize = 32, "VISAVIS_QUEUE_LENGTH";
    /// Largest request body in bytes [default: 12582912]
    max_body_bytes: usize = 12 << 20, "VISAVIS_MAX_BODY_BYTES";
    /// Bytes that all request bodies in memory may take together [default: 268435456]
    max_memory_bytes: usize = 256 << 20, "VISAVIS_MAX_MEMORY_BYTES";
    /// Largest photo in pixels [default: 50000000]
    max_pixels: u64 = 50_000_000, "VISAVIS_MAX_PIXELS";
    /// Open connections; more wait to be accepted [default: 4096]
    max_connections: usize = 4096, "VISAVIS_MAX_CONNECTIONS";
    /// Seconds for the head of a request, and for a connection to be idle [default: 10]
    header_timeout: Seconds = Seconds::new(10), "VISAVIS_HEADER_TIMEOUT";
    /// Seconds for the body of a request [default: 30]
    body_timeout: Seconds = Seconds::new(30), "VISAVIS_BODY_TIMEOUT";
    /// Seconds for a whole request [default: 60]
    request_timeout: Seconds = Seconds::new(60), "VISAVIS_REQUEST_TIMEOUT";
    /// Seconds after a signal to stop in which requests are still taken while /ready says no [default: 1]
    shutdown_delay: Seconds = Seconds::new(1), "VISAVIS_SHUTDOWN_DELAY";
    /// Seconds after that for running requests to finish [default: 30]
    shutdown_timeout: Seconds = Seconds::new(30), "VISAVIS_SHUTDOWN_TIMEOUT";
    /// Form of the log: text or json [default: text]
    log_format: LogFormat = LogFormat::Text, "VISAVIS_LOG_FORMAT";
    /// What is logged: off, error, warn, info, debug or trace [default: info]
    log_level: String = "info".into(), "VISAVIS_LOG_LEVEL";
    /// Inference engine: auto, onnxruntime or embedded [default: auto]
    engine: String = "auto".into(), "VISAVIS_ENGINE";
    /// ONNX Runtime's library [default: searched for]
    onnxruntime: PathBuf = PathBuf::new(), "VISAVIS_ONNXRUNTIME";
    /// Folder with other models and their manifest [default: the embedded ones]
    models: PathBuf = PathBuf::new(), "VISAVIS_MODELS";
    /// Which of several faces counts: prominent, largest or single [default: prominent]
    face: String = "prominent".into(), "VISAVIS_FACE";
    /// Score from which on two photos count as the same person, 0 to 100 [default: 27]
    threshold: f32 = Options::DEFAULT_THRESHOLD, "VISAVIS_THRESHOLD";
    /// Smallest face in pixels [default: 0]
    min_face: u32 = 0, "VISAVIS_MIN_FACE";
}

impl Layer {
    /// Reads a TOML file. Names are those of the options on the command line, without the dashes in front.
    pub fn from_file(path: &Path) -> Result<Layer, String> {
        let fail = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
        toml::from_str(&text).map_err(|error| fail(&error))
    }
}

impl fmt::Display for Config {
    /// In the form of the file. There are no secrets among the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&toml::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Config {
    /// The core's part of the settings.
    pub fn core_options(&self) -> visavis::Result<Options> {
        let mut options = Options::default();
        options.workers = self.workers;
        options.engine = self.engine.parse()?;
        options.face = self.face.parse()?;
        options.threshold = self.threshold;
        options.min_face = self.min_face;
        options.limits.max_pixels = self.max_pixels;
        options.onnxruntime = named(&self.onnxruntime).map(Path::to_owned);
        options.models = named(&self.models).map(Path::to_owned);
        Ok(options)
    }

    /// Certificate and key, where both are named.
    pub fn tls_files(&self) -> Option<(&Path, &Path)> {
        named(&self.tls_certificate).zip(named(&self.tls_key))
    }

    /// The level of the log.
    pub fn level(&self) -> Result<LevelFilter, String> {
        self.log_level.parse().map_err(|_| format!("log-level cannot be {:?}", self.log_level))
    }

    fn validate(&self) -> Result<(), String> {
        let within = |name: &str, value: usize, low: usize, high: usize| {
            let message = || format!("{name} must be in {low}..={high}, not {value}");
            (low..=high).contains(&value).then_some(()).ok_or_else(message)
        };
        within("workers", self.workers, 1, 1024)?;
        within("queue-length", self.queue_length, 0, 1 << 20)?;
        within("max-body-bytes", self.max_body_bytes, 1 << 10, 1 << 30)?;
        within("max-memory-bytes", self.max_memory_bytes, self.max_body_bytes, 1 << 40)?;
        within("max-connections", self.max_connections, 1, 1 << 20)?;
        if named(&self.tls_certificate).is_some() != named(&self.tls_key).is_some() {
            return Err("tls-certificate and tls-key belong together".to_owned());
        }
        self.level()?;
        let timeouts = [
            ("header-timeout", self.header_timeout),
            ("body-timeout", self.body_timeout),
            ("request-timeout", self.request_timeout),
        ];
        match timeouts.iter().find(|(_, time)| time.get().is_zero()) {
            Some((name, _)) => Err(format!("{name} must be more than 0")),
            None => {
                self.core_options().and_then(|options| options.validate()).map_err(|error| error.to_string())
            }
        }
    }
}

/// A path that was set.
pub fn named(path: &Path) -> Option<&Path> {
    Some(path).filter(|path| !path.as_os_str().is_empty())
}

impl Seconds {
    /// So many of them.
    pub const fn new(seconds: u64) -> Self {
        Seconds(Duration::from_secs(seconds))
    }

    /// As a duration.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        const MOST: f64 = 86_400.0;
        let message = || format!("a number of seconds in 0..={MOST} is needed, not {seconds}");
        (0.0..=MOST).contains(&seconds).then(|| Seconds(Duration::from_secs_f64(seconds))).ok_or_else(message)
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<f64>().map_err(|error| error.to_string())?.try_into()
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> f64 {
        seconds.0.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Layer, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_upper_layer_wins() {
        let beneath = file("workers = 3\nqueue-length = 5\nheader-timeout = 0.5").unwrap();
        let above = Layer { workers: Some(4), ..Layer::default() };
        let config = above.over(beneath).complete().unwrap();
        assert_eq!((config.workers, config.queue_length, config.max_body_bytes), (4, 5, 12 << 20));
        assert_eq!(config.header_timeout.get(), Duration::from_millis(500));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "colour = 1",
            "workers = -1",
            "workers = 'two'",
            "body-timeout = -1",
            "body-timeout = nan",
            "log-format = 'xml'",
        ] {
            assert!(file(text).is_err(), "{text}");
        }
        for text in [
            "workers = 0",
            "max-body-bytes = 10",
            "max-memory-bytes = 2048",
            "body-timeout = 0",
            "engine = 'gpu'",
            "face = 'mine'",
            "threshold = 100.5",
            "threshold = nan",
            "log-level = 'loud'",
            "tls-key = 'key.pem'",
        ] {
            assert!(file(text).unwrap().complete().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let config = Layer::default().complete().unwrap();
        let again = file(&config.to_string()).unwrap().complete().unwrap();
        assert_eq!(again.to_string(), config.to_string());
    }
}
