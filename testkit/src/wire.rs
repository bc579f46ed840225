//! Hand-written HTTP, so that it can also be malformed: for the server's tests and its load tests.

use std::io::{BufRead, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The path of the contract.
pub const VERIFY: &str = "/api/v1/face/verify";
/// The same under its older name.
pub const ALIAS: &str = "/api/v1/id-verifications/face/verify";
/// Name and password of a user of the tests' servers.
pub const LOGIN: &str = "ann:correct horse";

/// A parsed response.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads one reply; `None` at the end of the connection.
    pub fn read(reader: &mut impl BufRead) -> Option<Reply> {
        let line = |reader: &mut dyn BufRead| {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            line.strip_suffix("\r\n").map(str::to_owned)
        };
        let status = line(reader)?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let line = line(reader)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ")?;
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body = vec![0; length];
        reader.read_exact(&mut reply.body).ok()?;
        Some(reply)
    }

    /// The first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, which must be JSON and declared as such.
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts an error of the contract, with exactly the documented members.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str, session_id: Option<&str>) {
        let mut expected = serde_json::json!({ "hasError": true, "error": code });
        if let Some(id) = session_id {
            expected["sessionId"] = id.into();
        }
        assert_eq!((self.status, self.json()), (status, expected));
    }

    /// Asserts a verdict with exactly the documented members, and returns its score.
    #[track_caller]
    pub fn assert_score(&self, session_id: Option<&str>) -> u64 {
        let json = self.json();
        let score = json["score"].as_u64().unwrap_or_else(|| panic!("no score in {json}"));
        let mut expected = serde_json::json!({ "score": score, "hasError": false });
        if let Some(id) = session_id {
            expected["sessionId"] = id.into();
        }
        assert_eq!((self.status, json), (200, expected));
        assert!(score <= 100);
        score
    }
}

/// The value of the header for a login, `name:password`.
pub fn authorization(login: &str) -> String {
    format!("Basic {}", STANDARD.encode(login))
}

/// A request with these headers, and a length if it has a body.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n").into_bytes();
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    if !body.is_empty() {
        write!(request, "Content-Length: {}\r\n", body.len()).unwrap();
    }
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body);
    request
}

/// A valid request.
pub fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let headers = [("Authorization", &*authorization(LOGIN)), ("Content-Type", "application/json")];
    request("POST", path, &headers, body)
}

/// The body of a request for two photos.
pub fn verify_body(session_id: &str, probe: &[u8], reference: &[u8]) -> Vec<u8> {
    let photo = |bytes: &[u8]| serde_json::json!({ "imageBase64": STANDARD.encode(bytes) });
    let body =
        serde_json::json!({ "sessionId": session_id, "probe": photo(probe), "reference": photo(reference) });
    body.to_string().into_bytes()
}
