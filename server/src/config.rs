//! Settings: the command line overrides the environment, which overrides a file. Secrets come from files or the
//! environment only.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;
use visavis::Options;

use crate::cors::Origins;
use crate::proxies::Proxies;
pub use crate::values::{LogFormat, Seconds};
use crate::{endpoint, environment};

/// Declares each setting once: its name (in the file, as a variable and as an option), its default and its explanation.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr;)+) => {
        /// One source of settings; those that it does not name are absent.
        #[derive(Clone, Debug, Default, clap::Args, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Layer {
            $($(#[doc = $doc])+ #[arg(long, global = true, value_name = "VALUE")] pub $name: Option<$type>,)+
        }

        /// All settings, complete.
        #[derive(Clone, Debug, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub struct Config {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Layer {
            /// Fills in what this layer does not name from the one beneath it.
            #[must_use]
            pub fn over(self, beneath: Layer) -> Layer {
                Layer { $($name: self.$name.or(beneath.$name),)+ }
            }

            /// Reads variables: `VISAVIS_` and the name of a setting. One that is empty counts as absent.
            pub fn from_environment() -> Result<Layer, String> {
                environment::check(&[$(stringify!($name)),+])?;
                Ok(Layer { $($name: environment::value(stringify!($name))?,)+ })
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
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
    /// Additional address and port for /health, /ready and /metrics, over plain HTTP and outside the limits of the main one
    /// [default: none]
    admin_listen: String = String::new();
    /// File of `name:hash` lines, read again on SIGHUP; or set `VISAVIS_USERNAME` and `VISAVIS_PASSWORD` [default: none]
    credentials_file: PathBuf = PathBuf::new();
    /// Certificate chain in PEM, read again on SIGHUP; without it the server speaks plain HTTP [default: none]
    tls_certificate: PathBuf = PathBuf::new();
    /// The certificate's private key in PEM [default: none]
    tls_key: PathBuf = PathBuf::new();
    /// Certificates in PEM of the authorities that issue client certificates, read again on SIGHUP; clients without a
    /// certificate are accepted too [default: none]
    tls_client_issuers: PathBuf = PathBuf::new();
    /// Revocation lists in PEM, one from each of those issuers, read again on SIGHUP [default: none]
    tls_client_crl: PathBuf = PathBuf::new();
    /// Addresses and networks of proxies that are trusted to name their clients' addresses, separated by commas
    /// [default: none]
    trusted_proxies: String = String::new();
    /// Origins whose pages may call the API, such as `https://example.org`, separated by commas [default: none]
    cors_origins: String = String::new();
    /// Wrong passwords per minute, user and address before logins are refused; 0 for no limit [default: 20]
    auth_failures: u32 = 20;
    /// Verifications that run at once [default: one per core, at least two]
    workers: usize = usual_workers(std::thread::available_parallelism().map_or(1, usize::from));
    /// Requests that may wait for a worker; more are answered OVERLOADED [default: 32]
    queue_length: usize = 32;
    /// Largest request body in bytes [default: 12582912]
    max_body_bytes: usize = 12 << 20;
    /// Bytes that all request bodies in memory may take together [default: 268435456]
    max_memory_bytes: usize = 256 << 20;
    /// Largest photo in pixels [default: 50000000]
    max_pixels: u64 = 50_000_000;
    /// Most memory that decoding one photo may take, in bytes [default: 167772160]
    max_decode_bytes: u64 = 160 << 20;
    /// How thoroughly faces are searched for: quick, normal or thorough [default: normal]
    search: String = "normal".into();
    /// Seconds that one verification may take; longer ones are answered OVERLOADED [default: 20]
    deadline: Seconds = Seconds::new(20);
    /// Open connections; more wait to be accepted [default: 4096]
    max_connections: usize = 4096;
    /// Open connections from one address; more are closed [default: 1024]
    max_connections_per_address: usize = 1024;
    /// Seconds that a connection may be idle; should exceed those of a load balancer in front [default: 75]
    idle_timeout: Seconds = Seconds::new(75);
    /// Seconds after which a connection without a login is closed [default: 60]
    anonymous_timeout: Seconds = Seconds::new(60);
    /// Seconds for the head of a request [default: 10]
    header_timeout: Seconds = Seconds::new(10);
    /// Seconds for the body of a request [default: 30]
    body_timeout: Seconds = Seconds::new(30);
    /// Minimum bytes per second of a body, after 5 seconds [default: 4096]
    body_rate: usize = 4096;
    /// Seconds for a whole request [default: 60]
    request_timeout: Seconds = Seconds::new(60);
    /// Seconds after a signal to stop during which requests are still accepted while /ready answers 503 [default: 1]
    shutdown_delay: Seconds = Seconds::new(1);
    /// Seconds after that for running requests to finish [default: 30]
    shutdown_timeout: Seconds = Seconds::new(30);
    /// Format of the log: text or json [default: text]
    log_format: LogFormat = LogFormat::Text;
    /// Collector to which traces are sent by OTLP over HTTP, such as `http://127.0.0.1:4318` [default: none]
    otlp_endpoint: String = String::new();
    /// Level of the log: off, error, warn, info, debug or trace [default: info]
    log_level: String = "info".into();
    /// Inference engine: auto, onnxruntime or embedded [default: auto]
    engine: String = "auto".into();
    /// ONNX Runtime's library [default: searched for]
    onnxruntime: PathBuf = PathBuf::new();
    /// Folder with other models and their manifest [default: the embedded ones]
    models: PathBuf = PathBuf::new();
    /// Folder with visavis for browsers, as `cargo xtask web --release` makes it, so that the page can compare on the
    /// device [default: none]
    web: PathBuf = PathBuf::new();
    /// How the face is chosen among several: prominent, largest or single [default: prominent]
    face: String = "prominent".into();
    /// Lowest score at which two photos count as the same person, 0 to 100 [default: 27]
    threshold: f32 = Options::DEFAULT_THRESHOLD;
    /// Smallest accepted face in pixels [default: 0]
    min_face: u32 = 0;
}

/// The PEM files of a certificate and what belongs to it.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The certificates of the authorities that issue client certificates.
    pub client_issuers: Option<PathBuf>,
    /// The authorities' lists of revoked client certificates.
    pub client_crl: Option<PathBuf>,
}

impl Layer {
    /// Reads a TOML file. Names are those of the options on the command line, without the dashes in front.
    pub fn from_file(path: &Path) -> Result<Layer, String> {
        let fail = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
        Self::parse(&text).map_err(|error| fail(&error))
    }

    /// Parses the text of a settings file. A mistake is reported without its value.
    pub fn parse(text: &str) -> Result<Layer, String> {
        toml::from_str(text).map_err(|error| without_values(&error, text))
    }
}

/// What is wrong with a file, without the line itself or a value in it, which might be a password.
fn without_values(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text[..start].matches('\n').count() + 1;
    let message = error.message();
    // Values are quoted, and a word that is not in a list is in backticks, like names, which are not secret. A value may
    // contain the same marks, so everything from the first of them to what was expected is left out.
    let mark = if message.starts_with("unknown variant") { '`' } else { '"' };
    let Some((before, rest)) = message.split_once(mark) else { return format!("line {line}: {message}") };
    let expected = rest.rfind(", expected").map_or("", |at| &rest[at..]);
    format!("line {line}: {before}...{expected}")
}

impl fmt::Display for Config {
    /// In the form of the file. No setting is secret.
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
        options.limits.max_decode_bytes = self.max_decode_bytes;
        options.search = self.search.parse()?;
        options.deadline = Some(self.deadline.get());
        options.onnxruntime = named(&self.onnxruntime).map(Path::to_owned);
        options.models = named(&self.models).map(Path::to_owned);
        Ok(options)
    }

    /// The files for TLS, if certificate and key are set.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let path = |path| named(path).map(Path::to_owned);
        Some(TlsFiles {
            certificate: path(&self.tls_certificate)?,
            key: path(&self.tls_key)?,
            client_issuers: path(&self.tls_client_issuers),
            client_crl: path(&self.tls_client_crl),
        })
    }

    /// The separate address for monitoring, if there is one.
    pub fn admin_listen(&self) -> Option<SocketAddr> {
        self.admin_listen.parse().ok()
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
        within("max-connections-per-address", self.max_connections_per_address, 1, 1 << 20)?;
        within("body-rate", self.body_rate, 1, 1 << 30)?;
        // No photo that any setting permits has a larger face.
        within("min-face", self.min_face as usize, 0, 1 << 16)?;
        if named(&self.tls_certificate).is_some() != named(&self.tls_key).is_some() {
            return Err("tls-certificate and tls-key belong together".to_owned());
        }
        if named(&self.tls_client_issuers).is_some() && self.tls_files().is_none() {
            return Err("tls-client-issuers needs tls-certificate and tls-key".to_owned());
        }
        if named(&self.tls_client_crl).is_some() && named(&self.tls_client_issuers).is_none() {
            return Err("tls-client-crl needs tls-client-issuers".to_owned());
        }
        if !self.admin_listen.is_empty() && self.admin_listen().is_none() {
            return Err(format!("admin-listen must be an address and a port, not {:?}", self.admin_listen));
        }
        Proxies::parse(&self.trusted_proxies).map_err(|why| format!("trusted-proxies: {why}"))?;
        Origins::parse(&self.cors_origins).map_err(|why| format!("cors-origins: {why}"))?;
        endpoint::whole(&self.otlp_endpoint).map_err(|why| format!("otlp-endpoint: {why}"))?;
        self.level()?;
        for (name, time, least) in [
            ("header-timeout", self.header_timeout, 100),
            ("body-timeout", self.body_timeout, 100),
            ("idle-timeout", self.idle_timeout, 100),
            ("anonymous-timeout", self.anonymous_timeout, 100),
            ("request-timeout", self.request_timeout, 1),
        ] {
            if time.get() < Duration::from_millis(least) {
                return Err(format!("{name} must be at least {} s", least as f64 / 1000.0));
            }
        }
        self.core_options().and_then(|options| options.validate()).map_err(|error| error.to_string())
    }
}

/// The path, if it is set.
pub fn named(path: &Path) -> Option<&Path> {
    Some(path).filter(|path| !path.as_os_str().is_empty())
}

/// One per core, but never a single one, which could not be kept for other users: with photos of 49 million pixels on it,
/// first logins took 7.5 s on one core, and 0.15 s with two workers.
fn usual_workers(cores: usize) -> usize {
    cores.max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Layer, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_only_worker_is_not_left_to_one_user() {
        assert_eq!([1, 2, 8].map(usual_workers), [2, 2, 8]);
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
    fn invalid_settings_are_refused() {
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
            "header-timeout = 1e-9",
            "min-face = 4000000000",
            "admin-listen = '8081'",
            "trusted-proxies = 'proxy.example'",
            "cors-origins = 'https://example.org/'",
            "cors-origins = '*'",
            "engine = 'gpu'",
            "face = 'mine'",
            "threshold = 100.5",
            "threshold = nan",
            "log-level = 'loud'",
            "otlp-endpoint = 'collector:4318'",
            "tls-key = 'key.pem'",
            "tls-client-issuers = 'issuers.pem'",
            "tls-client-crl = 'revoked.pem'",
        ] {
            assert!(file(text).unwrap().complete().is_err(), "{text}");
        }
    }

    #[test]
    fn printed_settings_can_be_read_again() {
        let config = Layer::default().complete().unwrap();
        let again = file(&config.to_string()).unwrap().complete().unwrap();
        assert_eq!(again.to_string(), config.to_string());
    }
}
