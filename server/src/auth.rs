//! Basic authentication (RFC 7617): what a request says, and whether it is let in.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::contract::Code;
use crate::limiter::Limiter;
use crate::queue::Queue;
use crate::users::{Glance, Users};

/// How many logins may wait to be hashed. The same password is hashed once, whoever else waits with it.
const MAX_WAITING: usize = 256;

/// A user name and a password, as a client sent them.
#[derive(Clone)]
pub struct Login {
    /// What stands before the first colon.
    pub name: Vec<u8>,
    /// What stands after it.
    pub password: Vec<u8>,
}

/// The door.
pub struct Auth {
    users: RwLock<Arc<Users>>,
    limiter: Arc<Limiter>,
    /// Hashes are made to cost time and memory: one thread computes them, one at a time, so that nobody can make the
    /// server spend more on them. A thread of its own, because Argon2's memory stays with the thread that used it.
    hashing: Queue,
}

impl Auth {
    /// Lets these users in, and refuses addresses after so many failures a minute (0: never).
    pub fn new(users: Users, failures_per_minute: u32) -> std::io::Result<Self> {
        let users = RwLock::new(Arc::new(users));
        let limiter = Arc::new(Limiter::new(failures_per_minute));
        Ok(Auth { users, limiter, hashing: Queue::start("password", 1, MAX_WAITING)? })
    }

    /// From now on, other users. Who was known with the same password need not be hashed again.
    pub fn replace(&self, mut users: Users) {
        let mut known = self.users.write().unwrap_or_else(PoisonError::into_inner);
        users.remember(&known);
        *known = Arc::new(users);
    }

    /// Lets a request in, or says why not. Only wrong credentials count as a failure: many clients ask without any
    /// first.
    pub async fn admit(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Code> {
        let login = Login::from_headers(headers).ok_or(Code::Unauthorized)?;
        if self.limiter.wait(peer).is_some() {
            return Err(Code::TooManyRequests);
        }
        let users = Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner));
        let limiter = Arc::clone(&self.limiter);
        match users.glance(&login) {
            Glance::Right => Ok(()),
            Glance::Wrong => {
                limiter.failed(peer);
                Err(Code::Unauthorized)
            }
            Glance::Unknown => {
                let weighed = self.hashing.submit(move || weigh(&users, &login, &limiter, peer));
                weighed.map_err(|_| Code::Overloaded)?.await.unwrap_or(Err(Code::InternalError))
            }
        }
    }

    /// How long this address is refused, or a login of anybody waits for its turn to be hashed.
    pub fn wait(&self, peer: IpAddr) -> Duration {
        self.limiter.wait(peer).unwrap_or_else(|| self.hashing.wait())
    }
}

/// Computes the hash, unless what happened while this login waited makes it needless: its address failed too often, or
/// another request showed the same password to be right.
fn weigh(users: &Users, login: &Login, limiter: &Limiter, peer: IpAddr) -> Result<(), Code> {
    if limiter.wait(peer).is_some() {
        return Err(Code::TooManyRequests);
    }
    if users.glance(login) == Glance::Right || users.verify(login) {
        return Ok(());
    }
    limiter.failed(peer);
    Err(Code::Unauthorized)
}

impl Login {
    /// The credentials of a request that has exactly one `Authorization: Basic`.
    fn from_headers(headers: &HeaderMap) -> Option<Login> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let mut name = STANDARD.decode(token.trim()).ok()?;
        let colon = name.iter().position(|&byte| byte == b':')?;
        let password = name.split_off(colon + 1);
        name.pop();
        Some(Login { name, password })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::users::hash_password;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn headers(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| (AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in values.iter().map(value) {
            headers.append(name, value);
        }
        headers
    }

    fn basic(login: &str) -> String {
        format!("Basic {}", STANDARD.encode(login))
    }

    #[tokio::test]
    async fn only_one_right_basic_authorization_is_let_in() {
        let auth = Auth::new(Users::single("ann", "a:b").unwrap(), 0).unwrap();
        let right = basic("ann:a:b");
        for value in [&right, &right.replace("Basic", "bAsIC")] {
            assert_eq!(auth.admit(&headers(&[value]), HERE).await, Ok(()));
        }
        let wrong = [basic("ann:a"), basic("ann"), basic(""), basic("ann:a:b ")];
        for value in
            wrong.iter().map(String::as_str).chain(["", "Basic", "Basic !", "Bearer YTpi", &right[6..]])
        {
            assert_eq!(auth.admit(&headers(&[value]), HERE).await, Err(Code::Unauthorized), "{value}");
        }
        assert_eq!(auth.admit(&headers(&[&right, &right]), HERE).await, Err(Code::Unauthorized));
    }

    #[tokio::test]
    async fn failures_are_limited_and_absent_credentials_are_none() {
        let hash = hash_password("right").unwrap();
        let auth = Auth::new(Users::parse(&format!("ann:{hash}")).unwrap(), 2).unwrap();
        for _ in 0..5 {
            assert_eq!(auth.admit(&headers(&[]), HERE).await, Err(Code::Unauthorized));
            assert_eq!(auth.admit(&headers(&[&basic("ann:right")]), HERE).await, Ok(()));
        }
        for _ in 0..2 {
            assert_eq!(auth.admit(&headers(&[&basic("ann:wrong")]), HERE).await, Err(Code::Unauthorized));
        }
        for login in ["ann:wrong", "ann:right"] {
            assert_eq!(auth.admit(&headers(&[&basic(login)]), HERE).await, Err(Code::TooManyRequests));
        }
        let elsewhere = IpAddr::V4([10, 0, 0, 1].into());
        assert_eq!(auth.admit(&headers(&[&basic("ann:right")]), elsewhere).await, Ok(()));
    }

    #[tokio::test]
    async fn a_thousand_wrong_passwords_at_once_cost_as_many_hashes_as_are_allowed() {
        let hash = hash_password("right").unwrap();
        let auth = Auth::new(Users::parse(&format!("ann:{hash}")).unwrap(), 3).unwrap();
        let (right, wrong) = (headers(&[&basic("ann:right")]), headers(&[&basic("ann:wrong")]));
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into())).await, Ok(()));
        let attack = (0..1000).map(|_| auth.admit(&wrong, HERE));
        let answers = futures_util::future::join_all(attack).await;
        let count = |code| answers.iter().filter(|answer| **answer == Err(code)).count();
        assert_eq!(count(Code::Unauthorized), 3);
        assert_eq!(count(Code::TooManyRequests) + count(Code::Overloaded), 997);
        assert!(count(Code::Overloaded) >= 997 - MAX_WAITING);
        assert!(auth.wait(HERE) > Duration::from_secs(30));
        // Who is known is let in at once, whatever others try.
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into())).await, Ok(()));
    }

    #[tokio::test]
    async fn replaced_users_are_forgotten_at_once() {
        let auth = Auth::new(Users::single("ann", "a").unwrap(), 0).unwrap();
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Ok(()));
        auth.replace(Users::single("bob", "b").unwrap());
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Err(Code::Unauthorized));
        assert_eq!(auth.admit(&headers(&[&basic("bob:b")]), HERE).await, Ok(()));
    }
}
