//! What a request says about who sends it: Basic authentication (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// A user name and a password, as a client sent them.
#[derive(Clone)]
pub(crate) struct Login {
    /// What is before the first colon.
    pub(crate) name: Vec<u8>,
    /// What is after it.
    pub(crate) password: Vec<u8>,
}

impl Login {
    /// The credentials of a request that has exactly one `Authorization: Basic`.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Login> {
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
