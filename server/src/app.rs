//! What every request can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use visavis::Verifier;

use crate::auth::Auth;
use crate::body::Budget;
use crate::config::{Config, named};
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::tls::Tls;
use crate::users::Users;

/// The state of one server.
pub struct App {
    /// The settings.
    pub config: Config,
    pub(crate) auth: Auth,
    /// How connections are encrypted, if they are.
    pub(crate) tls: Option<Tls>,
    pub(crate) verifier: Arc<Verifier>,
    /// Where the heavy work is done.
    pub(crate) queue: Queue,
    /// What bodies may take of the memory.
    pub(crate) budget: Arc<Budget>,
    pub(crate) metrics: Metrics,
    stopping: AtomicBool,
}

impl App {
    /// Reads the certificate and starts the worker threads.
    pub fn new(config: Config, users: Users, verifier: Arc<Verifier>) -> Result<Arc<Self>, String> {
        let tls = config.tls_files().map(|(certificate, key)| Tls::load(certificate, key)).transpose()?;
        Ok(Arc::new(App {
            auth: Auth::new(users, config.auth_failures).map_err(|error| error.to_string())?,
            tls,
            queue: Queue::start("verify", config.workers, config.queue_length)
                .map_err(|error| error.to_string())?,
            budget: Budget::new(config.max_memory_bytes),
            metrics: Metrics::new(&verifier),
            config,
            verifier,
            stopping: AtomicBool::new(false),
        }))
    }

    /// Reads users and certificate again. What cannot be read stays as it was.
    pub fn reload(&self) -> Result<(), String> {
        let users = named(&self.config.credentials_file).map(Users::from_file).transpose()?;
        self.tls.as_ref().map(Tls::reload).transpose()?;
        if let Some(users) = users {
            self.auth.replace(users);
        }
        Ok(())
    }

    /// From now on, nothing new is wanted.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
