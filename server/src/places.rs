//! Limits on the number of connections, in total and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::Connection;
use crate::limiter::network;

/// The places for connections.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    connections: HashMap<u64, Arc<Connection>>,
    by_address: HashMap<IpAddr, usize>,
    next: u64,
}

/// A place; freed when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(most: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Places { free: Arc::new(Semaphore::new(most)), per_address, taken: Mutex::default() })
    }

    /// Takes a place for a connection. If none is free, closes the oldest connection without a login, or waits for another
    /// one to end. `None` if too many connections have this address already; a `shared` address has no such limit.
    pub(crate) async fn take(self: &Arc<Self>, connection: &Arc<Connection>, shared: bool) -> Option<Place> {
        let address = network(connection.peer());
        if !shared && self.lock().by_address.get(&address).is_some_and(|count| *count >= self.per_address) {
            return None;
        }
        if self.free.available_permits() == 0 {
            self.evict();
        }
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let mut taken = self.lock();
        let number = taken.next;
        taken.next += 1;
        taken.connections.insert(number, Arc::clone(connection));
        *taken.by_address.entry(address).or_default() += 1;
        Some(Place { places: Arc::clone(self), number, _permit: permit })
    }

    fn evict(&self) {
        let taken = self.lock();
        let anonymous = taken.connections.values().filter_map(|one| Some((one.anonymous_since()?, one)));
        if let Some((_, oldest)) = anonymous.min_by_key(|(since, _)| *since) {
            oldest.evict();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        let Some(connection) = taken.connections.remove(&self.number) else { return };
        let address = network(connection.peer());
        if let Some(count) = taken.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}
