//! The credentials in a request: Basic authentication (RFC 7617), or an API key as a bearer token (RFC 6750) or in a
//! separate header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The header for an API key if `Authorization` is used for something else.
pub(crate) const API_KEY: &str = "x-api-key";

/// What a client presents in the head of a request.
pub enum Presented {
    /// A name and a password.
    Login(Login),
    /// An API key.
    Key(String),
    /// Nothing: a certificate of the connection may identify the client.
    Nothing,
    /// More than one credential, or none that is known.
    Unreadable,
}

/// A user name and a password, as a client sent them.
#[derive(Clone)]
pub struct Login {
    /// The part before the first colon.
    pub name: Vec<u8>,
    /// The part after it.
    pub password: Vec<u8>,
}

impl Presented {
    /// Reads the head of a request.
    pub fn in_headers(headers: &HeaderMap) -> Presented {
        let mut keys = headers.get_all(API_KEY).iter();
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let presented = match (values.next(), values.next(), keys.next(), keys.next()) {
            (None, None, None, None) => return Presented::Nothing,
            (Some(value), None, None, None) => value.to_str().ok().and_then(authorization),
            (None, None, Some(key), None) => key.to_str().ok().map(|key| Presented::Key(key.to_owned())),
            _ => None,
        };
        presented.unwrap_or(Presented::Unreadable)
    }
}

fn authorization(value: &str) -> Option<Presented> {
    let (scheme, token) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Presented::Key(token.trim().to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let mut name = STANDARD.decode(token.trim()).ok()?;
    let colon = name.iter().position(|&byte| byte == b':')?;
    let password = name.split_off(colon + 1);
    name.pop();
    Some(Presented::Login(Login { name, password }))
}
