//! Who is let in.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::HeaderMap;

use crate::contract::Code;
use crate::limiter::Limiter;
use crate::login::Login;
use crate::queue::Queue;
use crate::users::{Check, Users};

/// How many logins may wait to be hashed. The same password is hashed once, whoever else waits with it.
const MAX_WAITING: usize = 256;

/// The door.
pub(crate) struct Auth {
    users: RwLock<Arc<Users>>,
    limiter: Arc<Limiter>,
    /// Hashes are made to cost time and memory: one thread computes them, one at a time, so that nobody can make the
    /// server spend more on them. A thread of its own, because Argon2's memory stays with the thread that used it.
    hashing: Queue,
}

impl Auth {
    /// Lets these users in, and refuses addresses after so many failures a minute (0: never).
    pub(crate) fn new(users: Users, failures_per_minute: u32) -> std::io::Result<Self> {
        let users = RwLock::new(Arc::new(users));
        let limiter = Arc::new(Limiter::new(failures_per_minute));
        Ok(Auth { users, limiter, hashing: Queue::start("password", 1, MAX_WAITING)? })
    }

    /// From now on, other users. Who was known with the same password need not be hashed again.
    pub(crate) fn replace(&self, mut users: Users) {
        let mut known = self.users.write().unwrap_or_else(PoisonError::into_inner);
        users.remember(&known);
        *known = Arc::new(users);
    }

    /// Lets a request in and returns its user, or says why not. Only wrong credentials count as a failure: many clients
    /// ask without any first.
    pub(crate) async fn admit(&self, headers: &HeaderMap, peer: IpAddr) -> Result<String, Code> {
        let login = Login::from_headers(headers).ok_or(Code::Unauthorized)?;
        if self.limiter.wait(peer).is_some() {
            return Err(Code::TooManyRequests);
        }
        let users = Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner));
        let limiter = Arc::clone(&self.limiter);
        // Only the name of a user is passed on: what others send as a name may be a password.
        let name = String::from_utf8_lossy(&login.name).into_owned();
        match users.check_known(&login) {
            Check::Right => {}
            Check::Wrong => {
                limiter.failed(peer);
                return Err(Code::Unauthorized);
            }
            Check::NeedsHash => {
                let checked = self.hashing.submit(move || check_hash(&users, &login, &limiter, peer));
                checked.map_err(|_| Code::Overloaded)?.await.unwrap_or(Err(Code::InternalError))?;
            }
        }
        Ok(name)
    }

    /// How long this address is refused, or a login of anybody waits for its turn to be hashed.
    pub(crate) fn wait(&self, peer: IpAddr) -> Duration {
        self.limiter.wait(peer).unwrap_or_else(|| self.hashing.wait())
    }
}

/// Computes the hash, unless what happened while this login waited makes it needless: its address failed too often, or
/// another request showed the same password to be right.
fn check_hash(users: &Users, login: &Login, limiter: &Limiter, peer: IpAddr) -> Result<(), Code> {
    if limiter.wait(peer).is_some() {
        return Err(Code::TooManyRequests);
    }
    if users.check_known(login) == Check::Right || users.verify(login) {
        return Ok(());
    }
    limiter.failed(peer);
    Err(Code::Unauthorized)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

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
            assert_eq!(auth.admit(&headers(&[value]), HERE).await, Ok("ann".to_owned()));
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
            assert_eq!(auth.admit(&headers(&[&basic("ann:right")]), HERE).await, Ok("ann".to_owned()));
        }
        for _ in 0..2 {
            assert_eq!(auth.admit(&headers(&[&basic("ann:wrong")]), HERE).await, Err(Code::Unauthorized));
        }
        for login in ["ann:wrong", "ann:right"] {
            assert_eq!(auth.admit(&headers(&[&basic(login)]), HERE).await, Err(Code::TooManyRequests));
        }
        let elsewhere = IpAddr::V4([10, 0, 0, 1].into());
        assert_eq!(auth.admit(&headers(&[&basic("ann:right")]), elsewhere).await, Ok("ann".to_owned()));
    }

    #[tokio::test]
    async fn a_thousand_wrong_passwords_at_once_cost_as_many_hashes_as_are_allowed() {
        let hash = hash_password("right").unwrap();
        let auth = Auth::new(Users::parse(&format!("ann:{hash}")).unwrap(), 3).unwrap();
        let (right, wrong) = (headers(&[&basic("ann:right")]), headers(&[&basic("ann:wrong")]));
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into())).await, Ok("ann".to_owned()));
        let attack = (0..1000).map(|_| auth.admit(&wrong, HERE));
        let answers = futures_util::future::join_all(attack).await;
        let count = |code| answers.iter().filter(|answer| answer.as_ref().err() == Some(&code)).count();
        assert_eq!(count(Code::Unauthorized), 3);
        assert_eq!(count(Code::TooManyRequests) + count(Code::Overloaded), 997);
        assert!(count(Code::Overloaded) >= 997 - MAX_WAITING);
        assert!(auth.wait(HERE) > Duration::from_secs(30));
        // Who is known is let in at once, whatever others try.
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into())).await, Ok("ann".to_owned()));
    }

    #[tokio::test]
    async fn replaced_users_are_forgotten_at_once() {
        let auth = Auth::new(Users::single("ann", "a").unwrap(), 0).unwrap();
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Ok("ann".to_owned()));
        auth.replace(Users::single("bob", "b").unwrap());
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Err(Code::Unauthorized));
        assert_eq!(auth.admit(&headers(&[&basic("bob:b")]), HERE).await, Ok("bob".to_owned()));
    }
}
