//! Counts failed logins per account: an address and the user that it claims to be.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long failures are counted together.
const WINDOW: Duration = Duration::from_mins(1);

/// How many accounts are remembered; a new one replaces the oldest, first among those that never logged in.
const MAX_ACCOUNTS: usize = 10_000;

/// The factor for failures from an address from which the user has logged in before: others at that address must not easily
/// lock the user out, but guessing there must have a limit too.
const FAMILIAR: u32 = 10;

/// The address of a login and the user that it claims to be; all unknown names count as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Account {
    address: IpAddr,
    user: Option<String>,
}

/// Refuses accounts that failed too often within a minute.
pub(crate) struct Limiter {
    most: u32,
    accounts: Mutex<HashMap<Account, History>>,
}

struct History {
    since: Instant,
    failures: u32,
    familiar: bool,
}

impl Account {
    pub(crate) fn new(address: IpAddr, user: Option<String>) -> Self {
        Account { address: network(address), user }
    }

    /// The user that it claims to be, if that user exists.
    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl Limiter {
    /// Allows `most` failures a minute and account; 0 allows any number.
    pub(crate) fn new(most: u32) -> Self {
        Limiter { most, accounts: Mutex::default() }
    }

    /// How long this account is refused, even with a correct password.
    pub(crate) fn wait(&self, account: &Account) -> Option<Duration> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let history = accounts.get(account).filter(|history| history.is_over(self.most))?;
        WINDOW.checked_sub(history.since.elapsed()).filter(|left| !left.is_zero())
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, account: &Account) {
        self.change(account, |history| {
            if history.since.elapsed() >= WINDOW {
                (history.since, history.failures) = (Instant::now(), 0);
            }
            history.failures = history.failures.saturating_add(1);
        });
    }

    /// Whether the last logins of this account, as far as they are remembered, failed and none was correct.
    pub(crate) fn is_suspect(&self, account: &Account) -> bool {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).is_some_and(|history| history.failures > 0 && !history.familiar)
    }

    /// Remembers that the user logs in from this address.
    pub(crate) fn succeeded(&self, account: &Account) {
        self.change(account, |history| history.familiar = true);
    }

    fn change(&self, account: &Account, change: impl FnOnce(&mut History)) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(history) = accounts.get_mut(account) {
            return change(history);
        }
        if accounts.len() >= MAX_ACCOUNTS {
            let age = |history: &History| (history.familiar, history.since);
            let oldest = accounts.iter().min_by_key(|(_, history)| age(history));
            if let Some(oldest) = oldest.map(|(account, _)| account.clone()) {
                accounts.remove(&oldest);
            }
        }
        let mut history = History { since: Instant::now(), failures: 0, familiar: false };
        change(&mut history);
        accounts.insert(account.clone(), history);
    }
}

impl History {
    fn is_over(&self, most: u32) -> bool {
        let most = if self.familiar { most.saturating_mul(FAMILIAR) } else { most };
        most > 0 && self.failures >= most
    }
}

/// The network of an address: a client with one IPv6 address has 2^64 of them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(address: &str, user: &str) -> Account {
        Account::new(address.parse().unwrap(), Some(user.to_owned()))
    }

    #[test]
    fn an_account_is_refused_after_its_failures_and_others_are_not() {
        let limiter = Limiter::new(2);
        for (address, neighbour, other) in [
            ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"),
            ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"),
        ] {
            limiter.failed(&account(address, "ann"));
            assert_eq!(limiter.wait(&account(address, "ann")), None);
            limiter.failed(&account(neighbour, "ann"));
            for refused in [address, neighbour] {
                let wait = limiter.wait(&account(refused, "ann")).unwrap();
                assert!(wait > WINDOW / 2 && wait <= WINDOW, "{wait:?}");
            }
            assert_eq!(limiter.wait(&account(other, "ann")), None);
            assert_eq!(limiter.wait(&account(address, "bob")), None);
            assert_eq!(limiter.wait(&Account::new(address.parse().unwrap(), None)), None);
        }
    }

    #[test]
    fn a_familiar_account_is_refused_after_ten_times_as_many_failures() {
        let limiter = Limiter::new(2);
        let ann = account("10.0.0.1", "ann");
        limiter.succeeded(&ann);
        for _ in 0..19 {
            limiter.failed(&ann);
            assert_eq!(limiter.wait(&ann), None);
        }
        limiter.failed(&ann);
        assert!(limiter.wait(&ann).is_some(), "guessing is bounded in any case");
    }

    #[test]
    fn memory_is_bounded_and_zero_means_any_number() {
        let (limiter, unlimited) = (Limiter::new(1), Limiter::new(0));
        let known = account("192.0.2.1", "ann");
        limiter.succeeded(&known);
        for number in 0..MAX_ACCOUNTS as u32 + 10 {
            let account = Account::new(IpAddr::V4(number.into()), None);
            limiter.failed(&account);
            unlimited.failed(&account);
            assert!(limiter.wait(&account).is_some() && unlimited.wait(&account).is_none());
        }
        for limiter in [&limiter, &unlimited] {
            assert_eq!(limiter.accounts.lock().unwrap().len(), MAX_ACCOUNTS);
        }
        let last = Account::new(IpAddr::V4((MAX_ACCOUNTS as u32).into()), None);
        assert!(unlimited.is_suspect(&last) && !unlimited.is_suspect(&known));
        let accounts = limiter.accounts.lock().unwrap();
        assert!(accounts.contains_key(&known));
    }
}
