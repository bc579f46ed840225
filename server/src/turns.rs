//! One login at a time for each account, so that no account fills a queue that all share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who has a turn or waits for one, by key.
pub(crate) struct Turns<K: Eq + Hash + Clone> {
    most: usize,
    waiting: Waiting<K>,
}

type Waiting<K> = Arc<Mutex<HashMap<K, (Arc<Semaphore>, usize)>>>;

/// A turn; it ends when dropped.
pub(crate) struct Turn<K: Eq + Hash + Clone> {
    _permit: OwnedSemaphorePermit,
    _place: Place<K>,
}

/// A place among the waiting callers, kept during the turn.
struct Place<K: Eq + Hash + Clone> {
    key: K,
    waiting: Waiting<K>,
}

impl<K: Eq + Hash + Clone> Turns<K> {
    /// At most `most` callers with the same key may wait or have a turn.
    pub(crate) fn new(most: usize) -> Self {
        Turns { most, waiting: Arc::default() }
    }

    /// Waits until it is this key's turn; returns `None` at once if too many wait with the same key.
    pub(crate) async fn take(&self, key: &K) -> Option<Turn<K>> {
        let (semaphore, place) = self.wait(key)?;
        Some(Turn { _permit: semaphore.acquire_owned().await.ok()?, _place: place })
    }

    fn wait(&self, key: &K) -> Option<(Arc<Semaphore>, Place<K>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = waiting.entry(key.clone());
        let (semaphore, count) = entry.or_insert_with(|| (Arc::new(Semaphore::new(1)), 0));
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some((Arc::clone(semaphore), Place { key: key.clone(), waiting: Arc::clone(&self.waiting) }))
    }
}

impl<K: Eq + Hash + Clone> Drop for Place<K> {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = waiting.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.key);
            }
        }
    }
}
