//! Counts failed logins per address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long failures are counted together.
const WINDOW: Duration = Duration::from_mins(1);

/// How many addresses are remembered; the oldest is forgotten for a new one.
const MAX_ADDRESSES: usize = 10_000;

/// Refuses addresses that failed too often within a minute.
pub(crate) struct Limiter {
    most: u32,
    failures: Mutex<HashMap<IpAddr, Failures>>,
}

struct Failures {
    since: Instant,
    count: u32,
}

impl Limiter {
    /// Allows `most` failures a minute and address; 0 allows any number.
    pub(crate) fn new(most: u32) -> Self {
        Limiter { most, failures: Mutex::default() }
    }

    /// How long this address has to wait before it may try again, if it has to.
    pub(crate) fn wait(&self, address: IpAddr) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known =
            failures.get(&network(address)).filter(|known| self.most > 0 && known.count >= self.most)?;
        WINDOW.checked_sub(known.since.elapsed()).filter(|left| !left.is_zero())
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, address: IpAddr) {
        if self.most == 0 {
            return;
        }
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if failures.len() >= MAX_ADDRESSES && !failures.contains_key(&address) {
            failures.retain(|_, known| known.since.elapsed() < WINDOW);
            let oldest = failures.iter().min_by_key(|(_, known)| known.since).map(|(address, _)| *address);
            if let Some(oldest) = oldest.filter(|_| failures.len() >= MAX_ADDRESSES) {
                failures.remove(&oldest);
            }
        }
        let known = failures.entry(address).or_insert_with(|| Failures { since: Instant::now(), count: 0 });
        if known.since.elapsed() >= WINDOW {
            *known = Failures { since: Instant::now(), count: 0 };
        }
        known.count = known.count.saturating_add(1);
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_refused_after_its_failures_and_others_are_not() {
        let limiter = Limiter::new(2);
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        for (address, neighbour, other) in [
            ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"),
            ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"),
        ] {
            limiter.failed(parse(address));
            assert_eq!(limiter.wait(parse(address)), None);
            limiter.failed(parse(neighbour));
            for refused in [address, neighbour] {
                let wait = limiter.wait(parse(refused)).unwrap();
                assert!(wait > WINDOW / 2 && wait <= WINDOW, "{wait:?}");
            }
            assert_eq!(limiter.wait(parse(other)), None);
        }
    }

    #[test]
    fn memory_is_bounded_and_zero_means_any_number() {
        let (limiter, unlimited) = (Limiter::new(1), Limiter::new(0));
        for number in 0..MAX_ADDRESSES as u32 + 10 {
            let address = IpAddr::V4(number.into());
            limiter.failed(address);
            unlimited.failed(address);
            assert!(limiter.wait(address).is_some() && unlimited.wait(address).is_none());
        }
        assert_eq!(limiter.failures.lock().unwrap().len(), MAX_ADDRESSES);
        assert!(unlimited.failures.lock().unwrap().is_empty());
    }
}
