//! The state that all requests share.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::warn;
use visavis::Verifier;

use crate::auth::Auth;
use crate::body::Budget;
use crate::config::{Config, named};
use crate::cors::Origins;
use crate::device;
use crate::metrics::Metrics;
use crate::page::Asset;
use crate::proxies::Proxies;
use crate::queue::Queue;
use crate::tls::Tls;
use crate::traces::Traces;
use crate::users::Users;

/// The state of one server.
pub struct App {
    /// The settings.
    pub config: Config,
    pub(crate) auth: Auth,
    /// How connections are encrypted, if they are.
    pub(crate) tls: Option<Tls>,
    /// The trusted proxies.
    pub(crate) proxies: Proxies,
    /// The origins whose pages may call the API.
    pub(crate) origins: Origins,
    pub(crate) verifier: Arc<Verifier>,
    /// Where verifications run.
    pub(crate) queue: Queue,
    /// The memory for bodies.
    pub(crate) budget: Arc<Budget>,
    pub(crate) metrics: Metrics,
    /// The page that compares on the device, and the files that it needs for that.
    pub(crate) device: &'static [Asset],
    /// Where traces are sent, if anywhere.
    pub(crate) traces: Traces,
    stopping: watch::Sender<bool>,
}

impl App {
    /// Reads the certificate and starts the worker threads.
    pub fn new(config: Config, users: Users, verifier: Arc<Verifier>) -> Result<Arc<Self>, String> {
        let text = |error: std::io::Error| error.to_string();
        let tls = Tls::of(&config).transpose()?;
        let metrics = Metrics::new(&verifier, &config);
        let device = named(&config.web).map(|folder| device::assets(folder, &config)).transpose()?;
        let app = App {
            auth: Auth::new(users, config.auth_failures, metrics.hashes.clone()).map_err(text)?,
            tls,
            proxies: Proxies::parse(&config.trusted_proxies)?,
            origins: Origins::parse(&config.cors_origins)?,
            queue: Queue::start("verify", config.workers, config.queue_length).map_err(text)?,
            budget: Budget::new(config.max_memory_bytes, config.max_body_bytes),
            metrics,
            device: device.unwrap_or_default().leak(),
            traces: Traces::new(&config.otlp_endpoint)?,
            config,
            verifier,
            stopping: watch::Sender::new(false),
        };
        app.warn();
        Ok(Arc::new(app))
    }

    /// Reads users and certificate again, and returns which of them are configured. If one cannot be read, nothing changes.
    pub fn reload(&self) -> Result<Vec<&'static str>, String> {
        let read = self.read_again();
        self.metrics.reloaded(read.is_ok());
        self.warn();
        read
    }

    fn read_again(&self) -> Result<Vec<&'static str>, String> {
        let users = named(&self.config.credentials_file).map(Users::from_file).transpose()?;
        self.tls.as_ref().map(Tls::reload).transpose()?;
        let names = [("users", users.is_some()), ("certificate", self.tls.is_some())];
        if let Some(users) = users {
            self.auth.replace(users);
        }
        Ok(names.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect())
    }

    /// Warns of settings that work but should be changed.
    fn warn(&self) {
        if named(&self.config.credentials_file).is_some() && self.auth.has_plain() {
            warn!("the credentials file holds plain passwords: `visavis-server hash-password` hashes them");
        }
        if self.auth.has_certificates() && named(&self.config.tls_client_issuers).is_none() {
            warn!("users log in with certificates, but tls-client-issuers is not set: they cannot");
        }
        if let Some(tls) = &self.tls {
            if let Err(why) = tls.check_validity() {
                warn!(why, "clients will refuse the certificate");
            }
            self.metrics.certificate_end.set(tls.end());
        }
    }

    /// Sends the remaining traces before the process ends.
    pub fn end(&self) {
        self.traces.end();
    }

    /// Begins the shutdown.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the server is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Completes when the server is about to end.
    pub(crate) async fn stopped(&self) {
        // An error means that the sender is gone, and the server with it.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }
}
