//! Request bodies, with limits on size and time: for each body, for each user and for all together.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use crate::contract::Code;
use crate::outcome::Failure;

/// The body of a request, as it arrives.
pub(crate) type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send + Sync>>;

/// The first allocation. Most bodies are larger.
const FIRST_BYTES: usize = 64 << 10;

/// How long a body may stall, and how long it may take before its rate is checked.
const STALL: Duration = Duration::from_secs(5);

/// Hides the type of warp's stream.
pub(crate) fn incoming(
    stream: impl Stream<Item = Result<impl Buf + 'static, warp::Error>> + Send + Sync + 'static,
) -> Incoming {
    Box::pin(stream.map(|chunk| chunk.map(|mut chunk| chunk.copy_to_bytes(chunk.remaining()))))
}

/// How many bytes the bodies in memory may take together, and those of one user.
pub(crate) struct Budget {
    whole: usize,
    per_user: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    whole: usize,
    by_user: HashMap<String, usize>,
}

/// A body in memory; returns its part of the budget when dropped.
pub(crate) struct Body {
    bytes: Vec<u8>,
    /// The chunk for which there was no room.
    refused: Bytes,
    taken: usize,
    budget: Arc<Budget>,
    user: String,
}

/// How large a body may be, and how fast it must arrive.
pub(crate) struct Bounds {
    pub(crate) bytes: usize,
    pub(crate) end: Instant,
    /// Bytes per second.
    pub(crate) rate: usize,
}

impl Budget {
    /// A budget of this many bytes; one user may take half of it, or one body of the largest size.
    pub(crate) fn new(whole: usize, largest_body: usize) -> Arc<Self> {
        Arc::new(Budget { whole, per_user: largest_body.max(whole / 2), taken: Mutex::default() })
    }

    /// How many bytes are taken.
    pub(crate) fn taken(&self) -> usize {
        self.lock().whole
    }

    fn take(&self, user: &str, bytes: usize) -> Result<(), Code> {
        let mut taken = self.lock();
        let of_user = taken.by_user.get(user).copied().unwrap_or_default();
        if taken.whole + bytes > self.whole || of_user + bytes > self.per_user {
            return Err(Code::Overloaded);
        }
        taken.whole += bytes;
        taken.by_user.insert(user.to_owned(), of_user + bytes);
        Ok(())
    }

    fn give_back(&self, user: &str, bytes: usize) {
        let mut taken = self.lock();
        taken.whole -= bytes;
        if let Some(of_user) = taken.by_user.get_mut(user) {
            *of_user -= bytes;
            if *of_user == 0 {
                taken.by_user.remove(user);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body {
    pub(crate) fn new(budget: &Arc<Budget>, user: &str) -> Self {
        Body {
            bytes: Vec::new(),
            refused: Bytes::new(),
            taken: 0,
            budget: Arc::clone(budget),
            user: user.to_owned(),
        }
    }

    /// Reads a whole body. If that fails, what arrived stays here.
    ///
    /// Memory is taken for received bytes, never for announced ones, so slow clients hold little.
    pub(crate) async fn read(&mut self, incoming: &mut Incoming, bounds: &Bounds) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            let earned = Duration::from_secs_f64(self.bytes.len() as f64 / bounds.rate as f64);
            let end = bounds.end.min(Instant::now() + STALL).min(start + STALL + earned);
            match timeout_at(end, incoming.next()).await.map_err(|_| Code::RequestTimeout)? {
                None => return Ok(()),
                Some(Ok(chunk)) => {
                    if let Err(code) = self.append(&chunk, bounds.bytes) {
                        self.refused = chunk;
                        return Err(code.into());
                    }
                }
                Some(Err(error)) if is_malformed(&error) => return Err(Code::InvalidRequest.into()),
                Some(Err(_)) => return Err(Failure::client_gone()),
            }
        }
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The chunk after them, for which there was no room.
    pub(crate) fn refused(&self) -> &[u8] {
        &self.refused
    }

    fn append(&mut self, chunk: &[u8], most: usize) -> Result<(), Code> {
        let length = self.bytes.len() + chunk.len();
        if length > most {
            return Err(Code::RequestTooLarge);
        }
        if length > self.taken {
            let room = length.max(2 * self.taken).max(FIRST_BYTES).min(most);
            self.budget.take(&self.user, room - self.taken)?;
            self.taken = room;
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.budget.give_back(&self.user, self.taken);
    }
}

/// Whether the client sent a malformed body. Otherwise the connection broke, or ended too early.
fn is_malformed(error: &warp::Error) -> bool {
    let first: &(dyn Error + 'static) = error;
    let chain = std::iter::successors(Some(first), |&error| error.source());
    let mut kinds = chain.filter_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()));
    kinds.any(|kind| matches!(kind, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
}

/// Reads and discards the rest of a refused body, up to a limit: if the connection were closed while the client is still
/// sending, the reply would be lost.
pub(crate) async fn discard(mut incoming: Incoming, most: usize) {
    let mut left = most;
    while let Some(Ok(chunk)) = incoming.next().await {
        let Some(less) = left.checked_sub(chunk.len()) else { return };
        left = less;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunks(count: usize, size: usize) -> Incoming {
        Box::pin(stream::iter((0..count).map(move |_| Ok(Bytes::from(vec![7; size])))))
    }

    async fn read(mut incoming: Incoming, budget: &Arc<Budget>, most: usize) -> Result<Body, Code> {
        let mut body = Body::new(budget, "ann");
        let end = Instant::now() + Duration::from_millis(50);
        let bounds = Bounds { bytes: most, end, rate: 1 };
        body.read(&mut incoming, &bounds).await.map_err(|failure| failure.code)?;
        Ok(body)
    }

    #[tokio::test]
    async fn one_body_is_bounded() {
        let budget = Budget::new(1 << 20, 1000);
        assert_eq!(read(chunks(10, 100), &budget, 1000).await.ok().unwrap().bytes(), [7; 1000]);
        assert_eq!(read(chunks(10, 100), &budget, 999).await.err(), Some(Code::RequestTooLarge));
        assert_eq!(read(chunks(0, 0), &budget, 999).await.ok().unwrap().bytes(), b"");
        assert_eq!(read(Box::pin(stream::pending()), &budget, 9).await.err(), Some(Code::RequestTimeout));
        assert_eq!(budget.taken(), 0);
    }

    #[tokio::test]
    async fn all_bodies_together_are_bounded() {
        let budget = Budget::new(3 * FIRST_BYTES, 3 * FIRST_BYTES);
        let first = read(chunks(1, FIRST_BYTES + 1), &budget, 1 << 20).await.ok().unwrap();
        assert_eq!(budget.taken(), FIRST_BYTES + 1);
        assert_eq!(read(chunks(3, FIRST_BYTES), &budget, 1 << 20).await.err(), Some(Code::Overloaded));
        drop(first);
        assert!(read(chunks(3, FIRST_BYTES), &budget, 3 * FIRST_BYTES).await.is_ok());
        assert_eq!(budget.taken(), 0);
    }

    #[test]
    fn one_user_leaves_room_for_the_others() {
        let budget = Budget::new(100, 10);
        assert_eq!((budget.take("ann", 50), budget.take("ann", 1)), (Ok(()), Err(Code::Overloaded)));
        assert_eq!((budget.take("bob", 50), budget.take("cy", 1)), (Ok(()), Err(Code::Overloaded)));
        budget.give_back("ann", 50);
        assert_eq!((budget.take("cy", 1), budget.taken()), (Ok(()), 51));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_a_timeout() {
        let budget = Budget::new(1 << 20, 1 << 20);
        for (pause, rate, holds) in [(1, 100, true), (1, 200, false), (6, 1, false)] {
            let pause = Duration::from_secs(pause);
            let trickle = stream::unfold(0, move |count| async move {
                tokio::time::sleep(pause).await;
                (count < 20).then(|| (Ok(Bytes::from(vec![7; 100])), count + 1))
            });
            let trickle = Mutex::new(Box::pin(trickle));
            let mut incoming: Incoming =
                Box::pin(stream::poll_fn(move |cx| trickle.lock().unwrap().as_mut().poll_next(cx)));
            let mut body = Body::new(&budget, "ann");
            let bounds = Bounds { bytes: 1 << 20, end: Instant::now() + Duration::from_hours(1), rate };
            let code = body.read(&mut incoming, &bounds).await.map_err(|failure| failure.code);
            assert_eq!(code.is_ok(), holds, "{pause:?}, {rate}: {code:?}");
        }
    }
}
