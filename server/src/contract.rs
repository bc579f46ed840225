//! The documented JSON of requests and replies.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use crate::code::Code;
use crate::details::Details;
pub use crate::session::MAX_SESSION_ID;
use crate::session::Search;

/// The documented request with its members unparsed. serde rejects duplicate members and ignores unknown ones.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow, default)]
    session_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    probe: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reference: Option<&'a RawValue>,
}

/// `probe` and `reference` of the request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Photo<'a> {
    #[serde(borrow, default)]
    image_base64: Option<&'a RawValue>,
}

/// A request body with valid JSON and types.
#[derive(Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// Returned unchanged.
    pub session_id: Option<String>,
    /// The live or current photo as Base64 text.
    pub probe: Option<Cow<'a, str>>,
    /// The stored photo as Base64 text.
    pub reference: Option<Cow<'a, str>>,
}

/// A body that is not JSON, or not of the documented types.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

impl<'a> Body<'a> {
    /// Reads a body. Works in one pass without recursion: the depth of the JSON costs no stack.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let members: Members<'a> = object(std::str::from_utf8(bytes).map_err(|_| Malformed)?)?;
        let session_id = members.session_id.map(|json| short_string(json).ok_or(Malformed)).transpose()?;
        Ok(Body { session_id, probe: photo(members.probe)?, reference: photo(members.reference)? })
    }
}

/// The `sessionId` of a body that gets no verdict, if it can be read.
pub fn session_id(bytes: &[u8]) -> Option<String> {
    let mut search = Search::default();
    search.read(bytes);
    search.found()
}

/// Derived deserialisers also accept an array for an object; the contract does not.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Malformed> {
    let object = json.trim_ascii_start().starts_with('{').then(|| serde_json::from_str(json).ok());
    object.flatten().ok_or(Malformed)
}

fn short_string(json: &RawValue) -> Option<String> {
    string(json).filter(|id| id.chars().count() <= MAX_SESSION_ID).map(Cow::into_owned)
}

/// The Base64 text of a photo. Absent or null means missing; empty text is an image without bytes.
fn photo(json: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, Malformed> {
    let Some(json) = json else { return Ok(None) };
    let photo: Photo<'_> = object(json.get())?;
    photo.image_base64.map(|json| string(json).ok_or(Malformed)).transpose()
}

/// A JSON string, copied only if it contains escapes.
fn string(json: &RawValue) -> Option<Cow<'_, str>> {
    let inside = json.get().strip_prefix('"')?.strip_suffix('"')?;
    // serde_json has checked quotes, escapes and control characters when it read the raw value.
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(json.get()).ok().map(Cow::Owned)
}

/// The documented reply: `score` without an error, `error` with one, never both.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u8>,
    has_error: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Extension<'a>>,
}

/// The member `details`, if it was requested.
#[derive(Serialize)]
#[serde(untagged)]
enum Extension<'a> {
    Verdict(&'a Details),
    Failure { code: &'static str, message: String, advice: Vec<&'static str> },
}

impl<'a> Envelope<'a> {
    /// The reply to a request with a verdict.
    pub(crate) fn verdict(session_id: Option<&'a str>, score: u8, details: Option<&'a Details>) -> Self {
        let details = details.map(Extension::Verdict);
        Envelope { session_id, score: Some(score), has_error: false, error: None, details }
    }

    /// The reply to a request without one.
    pub fn failure(session_id: Option<&'a str>, code: Code) -> Self {
        Envelope { session_id, score: None, has_error: true, error: Some(code), details: None }
    }

    /// Adds the reason: its name, readable text, and names of what the photographer can improve.
    #[must_use]
    pub(crate) fn because(self, code: &'static str, message: String, advice: Vec<&'static str>) -> Self {
        Envelope { details: Some(Extension::Failure { code, message, advice }), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The session of a body that is malformed.
    fn invalid(body: &[u8]) -> Option<String> {
        Body::parse(body).unwrap_err();
        session_id(body)
    }

    #[test]
    fn the_documented_request_is_borrowed() {
        let body =
            br#"{"sessionId":"a","probe":{"imageBase64":"AA=="},"reference":{"imageBase64":"A\/\u0041="}}"#;
        let request = Body::parse(body).unwrap();
        assert_eq!(request.session_id.as_deref(), Some("a"));
        assert!(matches!(request.probe, Some(Cow::Borrowed("AA=="))));
        assert_eq!(request.reference.as_deref(), Some("A/A="));
    }

    #[test]
    fn absent_and_null_photos_are_missing() {
        for photo in ["", r#","probe":null"#, r#","probe":{}"#, r#","probe":{"imageBase64":null}"#] {
            let body = format!(r#"{{"sessionId":null{photo},"more":[1e9999]}}"#);
            let expected = Body { session_id: None, probe: None, reference: None };
            assert_eq!(Body::parse(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn wrong_types_are_invalid_and_keep_the_session() {
        for member in [
            r#""probe":"AA==""#,
            r#""probe":["AA=="]"#,
            r#""reference":{"imageBase64":1}"#,
            r#""probe":{"imageBase64":"\ud800"}"#,
            r#""probe":{"imageBase64":"A","imageBase64":"B"}"#,
        ] {
            let body = format!(r#"{{"sessionId":"\u00e9\"\n",{member}}}"#);
            assert_eq!(invalid(body.as_bytes()).as_deref(), Some("é\"\n"), "{body}");
        }
    }

    #[test]
    fn undocumented_json_is_invalid() {
        let deep = format!("{}{}", r#"{"probe":"#.repeat(100_000), "}".repeat(100_000));
        let long = format!(r#"{{"sessionId":"{}"}}"#, "é".repeat(MAX_SESSION_ID + 1));
        for body in [
            "",
            "null",
            "[]",
            r#"["a",{"imageBase64":"AA=="}]"#,
            "{",
            "{}{}",
            "\u{feff}{}",
            "{'a':1}",
            r#"{"sessionId":7}"#,
            r#"{"sessionId":"\udc00"}"#,
            "{\"sessionId\":\"\n\"}",
            &deep,
            &long,
        ] {
            assert_eq!(invalid(body.as_bytes()), None, "{}", &body[..body.len().min(80)]);
        }
        assert_eq!(invalid(b"{\"sessionId\":\"\xff\"}"), None);
        assert_eq!(invalid(b"{\"unknown\":\"\xc3\"}"), None);
    }

    #[test]
    fn a_session_is_found_even_if_the_body_is_broken_after_it() {
        for rest in [
            "",
            ",\"probe\":{\"imageBase64\":\"AAAA",
            ",\"probe\":{},\"probe\":{}}",
            ",\"sessionId\":\"b\"}",
            "}}",
            ",}",
        ] {
            let body = format!(r#"{{"x":[{{"sessionId":"c"}}],"session\u0049d":"a"{rest}"#);
            assert_eq!(invalid(body.as_bytes()).as_deref(), Some("a"), "{body}");
        }
        assert_eq!(invalid(b"{\"sessionId\":\"a\",\"x\":\"\xff\"}").as_deref(), Some("a"));
        for cut in
            [r#"{"sessionId":"a"#, r#"{"sessionId":"#, r#"{"sessionId"#, r#"{"probe":{"sessionId":"a"}"#]
        {
            assert_eq!(invalid(cut.as_bytes()), None, "{cut}");
        }
    }

    #[test]
    fn depth_in_an_ignored_member_is_harmless() {
        let body = format!(r#"{{"sessionId":"a","x":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert!(Body::parse(body.as_bytes()).is_ok());
    }

    #[test]
    fn envelopes_have_the_documented_members_only() {
        let json = |envelope: Envelope<'_>| serde_json::to_string(&envelope).unwrap();
        assert_eq!(
            json(Envelope::verdict(Some("a"), 99, None)),
            r#"{"sessionId":"a","score":99,"hasError":false}"#
        );
        assert_eq!(
            json(Envelope::failure(None, Code::MissingProbeImage)),
            r#"{"hasError":true,"error":"MISSING_PROBE_IMAGE"}"#
        );
    }
}
