//! Requests of every kind: good ones, broken ones and hostile ones.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use testkit::files::{golden, photo};
use testkit::wire::{ALIAS, LOGIN, VERIFY, authorization, post, request, verify_body};

use crate::Result;

/// The largest body that the server accepts in the soak: smaller than the default, so that a body that is too large stays
/// small.
pub(crate) const MAX_BODY_BYTES: usize = 2 << 20;

/// One kind of request.
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether the server closes the connection afterwards, with or without a reply.
    pub(crate) ends: bool,
}

/// Every kind of wrong request, and a few correct ones.
pub(crate) fn others() -> Vec<Kind> {
    let mut kinds = Vec::new();
    kinds.extend(bodies().into_iter().map(|(name, body)| kind(name, post(VERIFY, &body))));
    kinds.extend(requests().into_iter().map(|(name, bytes)| kind(name, bytes)));
    let severed = post(VERIFY, &verify_body("s", &photo("astronaut.jpg"), b""));
    for (name, bytes) in [
        ("severed in the head", &severed[..100]),
        ("severed in the body", &severed[..20_000]),
        ("no HTTP", b"\x16\x03\x01\x00\xff\x01\x00\r\n\r\n"),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ] {
        kinds.push(Kind { ends: true, ..kind(name, bytes.to_vec()) });
    }
    kinds
}

fn kind(name: impl Into<String>, bytes: Vec<u8>) -> Kind {
    Kind { name: name.into(), bytes, ends: false }
}

/// Each file of the golden set together with a good photo, alternately as probe and as reference.
pub(crate) fn photos() -> Result<Vec<Kind>> {
    let folder = golden("");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| !matches!(name.as_str(), "README.md" | "SHA256SUMS"));
    names.sort();
    let good = photo("hopper.jpg");
    let bodies = names.iter().enumerate().map(|(number, name)| {
        let this = photo(name);
        let [probe, reference] = if number % 2 == 0 { [&this, &good] } else { [&good, &this] };
        kind(name, post(VERIFY, &verify_body(&number.to_string(), probe, reference)))
    });
    Ok(bodies.collect())
}

/// Bodies that violate the documented format, or barely satisfy it.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let brackets = |text: &str| text.repeat(100_000);
    vec![
        ("nothing", Vec::new()),
        ("no photos", br#"{"sessionId":"s"}"#.to_vec()),
        ("no JSON", b"no json".to_vec()),
        ("cut JSON", br#"{"sessionId":"s","probe":{"imageBase64":"AAAA"#.to_vec()),
        ("deep JSON", format!(r#"{{"x":{}{}}}"#, brackets("["), brackets("]")).into()),
        ("unclosed JSON", brackets(r#"{"probe":"#).into()),
        ("a huge number", format!(r#"{{"sessionId":{}}}"#, "9".repeat(100_000)).into()),
        ("a member twice", br#"{"probe":null,"probe":null}"#.to_vec()),
        ("a wrong type", br#"{"sessionId":"s","probe":7}"#.to_vec()),
        ("no UTF-8", b"{\"sessionId\":\"\xff\xfe\"}".to_vec()),
        ("a long session", format!(r#"{{"sessionId":"{}"}}"#, "s".repeat(257)).into()),
        (
            "no Base64",
            br#"{"sessionId":"s","probe":{"imageBase64":"***"},"reference":{"imageBase64":""}}"#.to_vec(),
        ),
        ("noise for photos", verify_body("s", &[0x5a; 50_000], &[0xa5; 50_000])),
        ("too large", vec![b' '; MAX_BODY_BYTES + 1]),
    ]
}

/// Requests that differ in their heads.
fn requests() -> Vec<(&'static str, Vec<u8>)> {
    let (login, json) = (authorization(LOGIN), ("Content-Type", "application/json"));
    let login = ("Authorization", login.as_str());
    let body = verify_body("s", &photo("hopper-128.png"), &photo("hopper.jpg"));
    let wrong = authorization("ann:wrong cow");
    let mut chunked = request("POST", VERIFY, &[login, json, ("Transfer-Encoding", "chunked")], b"");
    for chunk in body.chunks(10_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    vec![
        ("in chunks", chunked),
        ("the alias", post(ALIAS, &body)),
        ("with details", post(&format!("{VERIFY}?details=true"), &body)),
        ("details of a wrong kind", post(&format!("{VERIFY}?details=7"), &body)),
        ("a wrong password", request("POST", VERIFY, &[("Authorization", &wrong), json], &body)),
        ("no password", request("POST", VERIFY, &[json], &body)),
        ("no Basic", request("POST", VERIFY, &[("Authorization", "Bearer abc"), json], b"{}")),
        ("compressed", request("POST", VERIFY, &[login, json, ("Content-Encoding", "gzip")], &body)),
        ("another medium", request("POST", VERIFY, &[login, ("Content-Type", "text/plain")], &body)),
        ("another method", request("DELETE", VERIFY, &[login], b"")),
        ("another path", post("/api/v2/face/verify", &body)),
        ("health", request("GET", "/health", &[], b"")),
        ("readiness", request("GET", "/ready", &[], b"")),
        ("the description", request("GET", "/openapi.json", &[login], b"")),
        ("the page", request("GET", "/", &[login], b"")),
    ]
}

/// Parts of the photos' Base64, which must not appear in a log.
pub(crate) fn traces_of_photos() -> Vec<String> {
    ["astronaut.jpg", "hopper.jpg"].map(|name| STANDARD.encode(&photo(name)[1200..1230])).to_vec()
}
