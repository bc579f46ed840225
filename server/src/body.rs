//! Request bodies: bounded one by one, and all of them together.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use crate::contract::Code;

/// The body of a request, as it comes in.
pub(crate) type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send + Sync>>;

/// Most bodies are larger than this; the first allocation.
const FIRST_BYTES: usize = 64 << 10;

/// How much of a refused body is taken in and thrown away, in multiples of the largest one that is accepted.
const DISCARDED: usize = 8;

/// Hides the type of warp's stream.
pub(crate) fn incoming(
    stream: impl Stream<Item = Result<impl Buf + 'static, warp::Error>> + Send + Sync + 'static,
) -> Incoming {
    Box::pin(stream.map(|chunk| chunk.map(|mut chunk| chunk.copy_to_bytes(chunk.remaining()))))
}

/// How many bytes the bodies in memory may take together.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicUsize,
}

/// A body in memory; gives its part of the budget back when dropped.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    taken: usize,
    budget: Arc<Budget>,
}

impl Budget {
    /// A budget of this many bytes.
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Budget { left: AtomicUsize::new(bytes) })
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<(), Code> {
        let less = |left: usize| left.checked_sub(bytes);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(()),
            Err(_) => Err(Code::Overloaded),
        }
    }
}

impl Body {
    /// Reads a whole body of at most `most` bytes, within `time`.
    ///
    /// Memory is taken for bytes that came, never for bytes that were announced: slow clients hold little.
    pub(crate) async fn read(
        incoming: &mut Incoming,
        budget: &Arc<Budget>,
        most: usize,
        time: Duration,
    ) -> Result<Body, Code> {
        let mut body = Body { bytes: Vec::new(), taken: 0, budget: Arc::clone(budget) };
        let all = async {
            while let Some(chunk) = incoming.next().await {
                // The connection broke or the chunks are malformed; if anybody still listens, it was the request.
                body.append(&chunk.map_err(|_| Code::InvalidRequest)?, most)?;
            }
            Ok(())
        };
        timeout(time, all).await.map_err(|_| Code::RequestTimeout)??;
        Ok(body)
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn append(&mut self, chunk: &[u8], most: usize) -> Result<(), Code> {
        let length = self.bytes.len() + chunk.len();
        if length > most {
            return Err(Code::RequestTooLarge);
        }
        if length > self.taken {
            let room = length.max(2 * self.taken).max(FIRST_BYTES).min(most);
            self.budget.take(room - self.taken)?;
            self.taken = room;
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.taken, Ordering::Relaxed);
    }
}

/// Goes on reading a refused body for a while and throws it away: closing the connection on a client that still sends
/// would destroy the reply on its way.
pub(crate) fn discard(mut incoming: Incoming, most: usize, time: Duration) {
    let all = async move {
        let mut left = most.saturating_mul(DISCARDED);
        while let Some(Ok(chunk)) = incoming.next().await {
            let Some(less) = left.checked_sub(chunk.len()) else { return };
            left = less;
        }
    };
    tokio::spawn(timeout(time, all));
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunks(count: usize, size: usize) -> Incoming {
        Box::pin(stream::iter((0..count).map(move |_| Ok(Bytes::from(vec![7; size])))))
    }

    async fn read(incoming: Incoming, budget: &Arc<Budget>, most: usize) -> Result<Body, Code> {
        let mut incoming = incoming;
        Body::read(&mut incoming, budget, most, Duration::from_millis(50)).await
    }

    #[tokio::test]
    async fn one_body_is_bounded() {
        let budget = Budget::new(1 << 20);
        assert_eq!(read(chunks(10, 100), &budget, 1000).await.unwrap().bytes(), [7; 1000]);
        assert_eq!(read(chunks(10, 100), &budget, 999).await.unwrap_err(), Code::RequestTooLarge);
        assert_eq!(read(chunks(0, 0), &budget, 999).await.unwrap().bytes(), b"");
        assert_eq!(read(Box::pin(stream::pending()), &budget, 9).await.unwrap_err(), Code::RequestTimeout);
        assert_eq!(budget.left.load(Ordering::Relaxed), 1 << 20);
    }

    #[tokio::test]
    async fn all_bodies_together_are_bounded() {
        let budget = Budget::new(3 * FIRST_BYTES);
        let first = read(chunks(1, FIRST_BYTES + 1), &budget, 1 << 20).await.unwrap();
        assert_eq!(budget.left.load(Ordering::Relaxed), 2 * FIRST_BYTES - 1);
        assert_eq!(read(chunks(3, FIRST_BYTES), &budget, 1 << 20).await.unwrap_err(), Code::Overloaded);
        drop(first);
        assert!(read(chunks(3, FIRST_BYTES), &budget, 3 * FIRST_BYTES).await.is_ok());
        assert_eq!(budget.left.load(Ordering::Relaxed), 3 * FIRST_BYTES);
    }
}
