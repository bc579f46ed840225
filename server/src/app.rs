//! What every request can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use visavis::Verifier;

use crate::auth::Users;
use crate::body::Budget;
use crate::config::Config;
use crate::queue::Queue;

/// The state of one server.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Who may ask.
    pub users: Users,
    /// The core.
    pub verifier: Arc<Verifier>,
    /// Where the heavy work is done.
    pub queue: Queue,
    /// What bodies may take of the memory.
    pub budget: Arc<Budget>,
    stopping: AtomicBool,
}

impl App {
    /// Starts the worker threads.
    pub fn new(config: Config, users: Users, verifier: Arc<Verifier>) -> std::io::Result<Arc<Self>> {
        let queue = Queue::start(config.workers, config.queue_length)?;
        let budget = Budget::new(config.max_memory_bytes);
        Ok(Arc::new(App { config, users, verifier, queue, budget, stopping: AtomicBool::new(false) }))
    }

    /// From now on, nothing new is wanted.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
