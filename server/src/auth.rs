//! Basic authentication (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::{Choice, ConstantTimeEq};

/// Who may ask. Has no `Debug` output of what it holds.
pub struct Users {
    users: Vec<User>,
}

struct User {
    name: String,
    password: String,
}

/// A user name and a password, as a client sent them.
struct Login {
    name: Vec<u8>,
    password: Vec<u8>,
}

impl Users {
    /// One user.
    pub fn single(name: &str, password: &str) -> Result<Self, String> {
        Ok(Users { users: vec![User::new(name, password)?] })
    }

    /// Reads lines of `name:password`; empty lines and those that start with `#` are passed over.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut users: Vec<User> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let user = match line.split_once(':') {
                Some((name, password)) => User::new(name, password),
                None => Err("there is no colon".to_owned()),
            };
            let user = user.map_err(|why| format!("line {number}: {why}"))?;
            if users.iter().any(|known| known.name == user.name) {
                return Err(format!("line {number}: this user stands twice"));
            }
            users.push(user);
        }
        if users.is_empty() { Err("there is no user".to_owned()) } else { Ok(Users { users }) }
    }

    /// Whether the request carries the credentials of a user. Takes as long for a wrong name as for a wrong password.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(login) = Login::from_headers(headers) else { return false };
        let known = self.users.iter().fold(Choice::from(0), |known, user| {
            known | (login.name.ct_eq(user.name.as_bytes()) & login.password.ct_eq(user.password.as_bytes()))
        });
        known.into()
    }
}

impl User {
    fn new(name: &str, password: &str) -> Result<Self, String> {
        if name.is_empty() || name.contains(':') {
            return Err("a user name is not empty and has no colon".to_owned());
        }
        if password.is_empty() {
            return Err("the password is empty".to_owned());
        }
        Ok(User { name: name.to_owned(), password: password.to_owned() })
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

    fn admits(users: &Users, value: &str) -> bool {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())]);
        users.admit(&headers)
    }

    fn basic(login: &str) -> String {
        format!("Basic {}", STANDARD.encode(login))
    }

    #[test]
    fn only_the_right_credentials_are_let_in() {
        let users = Users::parse("# people\n\nann:a:b\nbob:ü\n").unwrap();
        for login in ["ann:a:b", "bob:ü"] {
            assert!(admits(&users, &basic(login)), "{login}");
        }
        assert!(admits(&users, &basic("ann:a:b").replace("Basic", "bAsIC")));
        for login in ["ann:a", "ann:ü", "bob:", "bob", "", ":", "ANN:a:b", "ann:a:b "] {
            assert!(!admits(&users, &basic(login)), "{login}");
        }
        for value in ["", "Basic", "Basic !", "Bearer YW5uOmE6Yg==", "YW5uOmE6Yg=="] {
            assert!(!admits(&users, value), "{value}");
        }
    }

    #[test]
    fn two_authorizations_are_none() {
        let users = Users::single("ann", "a").unwrap();
        let mut headers = HeaderMap::new();
        assert!(!users.admit(&headers));
        headers.append(AUTHORIZATION, HeaderValue::from_str(&basic("ann:a")).unwrap());
        assert!(users.admit(&headers));
        headers.append(AUTHORIZATION, HeaderValue::from_str(&basic("ann:a")).unwrap());
        assert!(!users.admit(&headers));
    }

    #[test]
    fn files_that_cannot_be_meant_are_refused() {
        for (text, why) in [
            ("", "no user"),
            ("# ann:a", "no user"),
            ("ann", "line 1: there is no colon"),
            ("ann:a\nann:b", "line 2: this user stands twice"),
            ("ann:", "line 1: the password is empty"),
            (":a", "line 1: a user name"),
        ] {
            let error = Users::parse(text).err().unwrap();
            assert!(error.contains(why), "{text:?}: {error}");
        }
        assert!(Users::single("a:b", "c").is_err());
    }
}
