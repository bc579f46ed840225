//! The secrets with which users log in, as in the lines of the credentials file.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Marks a password that is not hashed.
pub(crate) const PLAIN: &str = "{PLAIN}";
/// Marks the digest of an API key.
const KEY: &str = "{KEY}";
/// Marks a name in the client's certificate.
const CERTIFICATE: &str = "{CERTIFICATE}";

/// Every API key starts with this, so that scanners for leaked secrets can find it.
const KEY_PREFIX: &str = "visavis_";

/// The most that a hash may cost, since anybody can make the server compute it. This is some seconds of bcrypt.
const MAX_BCRYPT_COST: u32 = 16;
const MAX_ARGON2_KIB: u32 = 1 << 20;

/// Random bytes of an API key: too many to guess, so one round of SHA-256 protects a key as well as a slow hash would.
const KEY_BYTES: usize = 32;

#[derive(PartialEq, Eq)]
pub(crate) enum Secret {
    Plain(String),
    Argon2(String),
    Bcrypt(String),
    /// The SHA-256 of an API key.
    Key([u8; 32]),
    /// A name in the certificate that the client presents in TLS.
    Certificate(String),
}

impl Secret {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let bcrypt = ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|prefix| text.starts_with(prefix));
        if let Some(digest) = text.strip_prefix(KEY) {
            let digest = URL_SAFE_NO_PAD.decode(digest).ok().and_then(|digest| digest.try_into().ok());
            return digest
                .map(Secret::Key)
                .ok_or_else(|| format!("{KEY} needs the digest that make-key prints"));
        }
        if let Some(name) = text.strip_prefix(CERTIFICATE) {
            let name = Some(name).filter(|name| !name.is_empty());
            let missing = || format!("{CERTIFICATE} needs a name that the certificate holds");
            return name.map(|name| Secret::Certificate(name.to_owned())).ok_or_else(missing);
        }
        match text {
            "" | PLAIN => Err("the password is empty".to_owned()),
            _ if bcrypt => match text.parse::<bcrypt::HashParts>() {
                Ok(hash) if hash.get_cost() > MAX_BCRYPT_COST => Err(too_expensive()),
                Ok(_) => Ok(Secret::Bcrypt(text.to_owned())),
                Err(_) => Err("this bcrypt hash is malformed".to_owned()),
            },
            _ if text.starts_with('$') => match argon2_memory(text) {
                Some(kibibytes) if kibibytes > MAX_ARGON2_KIB => Err(too_expensive()),
                Some(_) => Ok(Secret::Argon2(text.to_owned())),
                None => Err("a secret that starts with $ must be an Argon2 or bcrypt hash".to_owned()),
            },
            _ => match text.strip_prefix(PLAIN) {
                Some(password) => Ok(Secret::Plain(password.to_owned())),
                // If a hash of another kind were used as a password, anyone who has read this file could log in with it.
                None => Err(format!("neither an Argon2 or bcrypt hash nor {PLAIN} and a password")),
            },
        }
    }

    /// Whether a user with this secret logs in by name and password.
    pub(crate) fn is_password(&self) -> bool {
        !matches!(self, Secret::Key(_) | Secret::Certificate(_))
    }

    /// What computing it costs, as the parameters before salt and hash; `None` for secrets without a slow hash.
    pub(crate) fn cost(&self) -> Option<&str> {
        let (text, parts) = match self {
            Secret::Argon2(text) => (text, 3),
            Secret::Bcrypt(text) => (text, 2),
            Secret::Plain(_) | Secret::Key(_) | Secret::Certificate(_) => return None,
        };
        let (end, _) = text.match_indices('$').nth(parts)?;
        Some(&text[..end])
    }

    /// Whether this is the password.
    pub(crate) fn matches(&self, password: &[u8]) -> bool {
        match self {
            Secret::Plain(known) => known.as_bytes().ct_eq(password).into(),
            Secret::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Secret::Argon2(hash) => PasswordHash::new(hash)
                .is_ok_and(|hash| argon2::Argon2::default().verify_password(password, &hash).is_ok()),
            Secret::Key(_) | Secret::Certificate(_) => false,
        }
    }
}

/// The memory in KiB that a hash takes, if it is a complete and valid Argon2 hash.
fn argon2_memory(text: &str) -> Option<u32> {
    let hash = PasswordHash::new(text).ok()?;
    argon2::Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let parameters = argon2::Params::try_from(&hash).ok()?;
    hash.hash.is_some().then_some(parameters.m_cost())
}

fn too_expensive() -> String {
    "this hash costs more than a login may: bcrypt's cost is 16 at most, Argon2's memory 1 GiB".to_owned()
}

/// The Argon2id hash of a password, as in the credentials file.
pub fn hash_password(password: &str) -> Result<String, String> {
    if password.is_empty() {
        return Err("the password is empty".to_owned());
    }
    let hash = argon2::Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// A new API key, and its digest as in the credentials file.
pub fn new_key() -> Result<(String, String), String> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    let key = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&key));
    Ok((key, format!("{KEY}{digest}")))
}

/// The digest of a key in the form of a generated one. Other text is refused, since it may be guessable.
pub(crate) fn digest_of_key(key: &str) -> Option<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(key.strip_prefix(KEY_PREFIX)?).ok()?;
    (bytes.len() == KEY_BYTES).then(|| Sha256::digest(key).into())
}
