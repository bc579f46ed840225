//! The ids of a request: in its reply, in the log, and in traces.

use std::fmt::Write;

use http::HeaderMap;

/// The header that names a request.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// The longest request id that is accepted from a client.
const MAX_REQUEST_ID: usize = 64;

/// The ids of a request.
pub struct Names {
    /// Its own id: the client's, or a new one.
    pub request: String,
    /// The trace that it is part of: that of a valid W3C `traceparent`, or a new one.
    pub trace: String,
    /// Its own span in the trace.
    pub span: String,
    /// The span that it is part of.
    pub parent: Option<String>,
    /// Whether the trace is recorded: it is, unless the client's `traceparent` says otherwise.
    pub is_sampled: bool,
}

impl Names {
    /// Uses the ids in a request's headers if they are valid.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let valid = |id: &&str| {
            (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let request = text(REQUEST_ID).filter(valid).map_or_else(new_id::<8>, str::to_owned);
        let traced = text("traceparent").and_then(traced);
        let (trace, parent, is_sampled) = match traced {
            Some(Traced { trace, parent, is_sampled }) => {
                (trace.to_owned(), Some(parent.to_owned()), is_sampled)
            }
            None => (new_id::<16>(), None, true),
        };
        Names { request, trace, span: new_id::<8>(), parent, is_sampled }
    }
}

/// What a `traceparent` says.
struct Traced<'a> {
    trace: &'a str,
    parent: &'a str,
    is_sampled: bool,
}

/// Reads a `traceparent`: version, trace, parent and flags in lower-case hexadecimal.
fn traced(header: &str) -> Option<Traced<'_>> {
    let parts: Vec<&str> = header.split('-').collect();
    let hex = |text: &str, length: usize| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let [version, trace, parent, flags, rest @ ..] = &parts[..] else { return None };
    let valid = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
    let known = *version != "ff" && (*version != "00" || rest.is_empty());
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let is_sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
    (valid && known && !zero(trace) && !zero(parent)).then_some(Traced { trace, parent, is_sampled })
}

fn new_id<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    // Without random bytes all ids are zero, but requests still succeed.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_ids_are_adopted_and_others_replaced() {
        let names = |name: &'static str, value: &str| {
            Names::of(&HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())]))
        };
        assert_eq!(names(REQUEST_ID, "abc-1").request, "abc-1");
        for invalid in ["", "a b", &"a".repeat(65)] {
            assert_eq!(names(REQUEST_ID, invalid).request.len(), 16);
        }
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let whole = format!("00-{trace}-b7ad6b7169203331-01");
        let part = names("traceparent", &whole);
        assert_eq!((part.trace.as_str(), part.parent.as_deref()), (trace, Some("b7ad6b7169203331")));
        assert!(part.is_sampled && part.span.len() == 16);
        assert!(!names("traceparent", &whole.replace("-01", "-00")).is_sampled);
        assert_eq!(names("traceparent", &format!("cc{}-more", &whole[2..])).trace, trace);
        for invalid in [
            &whole[1..],
            &format!("{whole}-x"),
            &whole.to_uppercase(),
            &format!("ff{}", &whole[2..]),
            &whole.replace(trace, &"0".repeat(32)),
        ] {
            let made = names("traceparent", invalid).trace;
            assert!(made != trace && made.len() == 32, "{invalid}: {made}");
        }
    }
}
