//! Basic authentication (RFC 7617): what a request says, and whether it is let in.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::sync::Semaphore;

use crate::contract::Code;
use crate::limiter::Limiter;
use crate::users::{Glance, Users};

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
    limiter: Limiter,
    /// Hashes are made to cost time and memory; one at a time keeps the rest of the server alive.
    hashing: Semaphore,
}

impl Auth {
    /// Lets these users in, and refuses addresses after so many failures a minute (0: never).
    pub fn new(users: Users, failures_per_minute: u32) -> Self {
        let users = RwLock::new(Arc::new(users));
        Auth { users, limiter: Limiter::new(failures_per_minute), hashing: Semaphore::new(1) }
    }

    /// From now on, other users.
    pub fn replace(&self, users: Users) {
        *self.users.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(users);
    }

    /// Lets a request in, or says why not. Only wrong credentials count as a failure: many clients ask without any
    /// first.
    pub async fn admit(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Code> {
        let login = Login::from_headers(headers).ok_or(Code::Unauthorized)?;
        if !self.limiter.allows(peer) {
            return Err(Code::TooManyRequests);
        }
        if self.knows(login).await {
            return Ok(());
        }
        self.limiter.failed(peer);
        Err(Code::Unauthorized)
    }

    async fn knows(&self, login: Login) -> bool {
        let users = Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner));
        let mut glance = users.glance(&login);
        if glance == Glance::Unknown {
            let Ok(_turn) = self.hashing.acquire().await else { return false };
            // While this request waited, another may have shown the same password to be right.
            glance = users.glance(&login);
            if glance == Glance::Unknown {
                return tokio::task::spawn_blocking(move || users.verify(&login)).await.unwrap_or(false);
            }
        }
        glance == Glance::Right
    }
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
        let auth = Auth::new(Users::single("ann", "a:b").unwrap(), 0);
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
        let auth = Auth::new(Users::parse(&format!("ann:{hash}")).unwrap(), 2);
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
    async fn replaced_users_are_forgotten_at_once() {
        let auth = Auth::new(Users::single("ann", "a").unwrap(), 0);
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Ok(()));
        auth.replace(Users::single("bob", "b").unwrap());
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE).await, Err(Code::Unauthorized));
        assert_eq!(auth.admit(&headers(&[&basic("bob:b")]), HERE).await, Ok(()));
    }
}
