//! Finds the `sessionId` of a body that gets no verdict, while the body arrives and without keeping it.

/// The longest `sessionId`, in characters.
pub const MAX_SESSION_ID: usize = 256;

/// The longest JSON text of a session: each of its characters as two escapes of six bytes, and the quotes.
const MAX_TEXT: usize = 12 * MAX_SESSION_ID + 2;

/// Reads JSON only up to the first member `sessionId`: what follows may be broken or missing.
#[derive(Default)]
pub(crate) struct Search {
    found: Option<String>,
    place: Place,
    /// How many objects and arrays are open.
    depth: usize,
    /// The last string of the outermost object with its quotes, cut one byte beyond the longest valid one.
    text: Vec<u8>,
    /// The next value is the session.
    is_session: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Between,
    String,
    /// After a backslash.
    Escape,
    Over,
}

impl Search {
    /// Reads the next part of the body.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let length = match self.place {
                Place::Between => self.between(bytes[0]),
                Place::String => self.string(bytes),
                Place::Escape => self.escaped(bytes[0]),
                Place::Over => return,
            };
            bytes = &bytes[length..];
        }
    }

    /// Whether the search has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.place == Place::Over
    }

    /// The session, if there was one.
    pub(crate) fn found(&self) -> Option<String> {
        self.found.clone()
    }

    /// Reads a part of a string and returns its length; nearly all of a body is the text of two photos.
    fn string(&mut self, bytes: &[u8]) -> usize {
        let special = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let length = special.map_or(bytes.len(), |special| special + 1);
        self.keep(&bytes[..length]);
        match special.map(|special| bytes[special]) {
            Some(b'"') => self.end_string(),
            Some(_) => self.place = Place::Escape,
            None => {}
        }
        length
    }

    fn escaped(&mut self, byte: u8) -> usize {
        self.keep(&[byte]);
        self.place = Place::String;
        1
    }

    fn keep(&mut self, part: &[u8]) {
        if self.depth == 1 {
            let room = (MAX_TEXT + 1).saturating_sub(self.text.len());
            self.text.extend_from_slice(&part[..part.len().min(room)]);
        }
    }

    fn end_string(&mut self) {
        self.place = Place::Between;
        if self.depth == 1 && self.is_session {
            self.found = self.string_read().filter(|id| id.chars().count() <= MAX_SESSION_ID);
            self.place = Place::Over;
        }
    }

    fn string_read(&self) -> Option<String> {
        serde_json::from_slice(&self.text).ok()
    }

    /// Reads a byte outside of strings.
    fn between(&mut self, byte: u8) -> usize {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'{' if self.depth == 0 => self.depth = 1,
            // Not an object, or its session is not a string.
            _ if self.depth == 0 || (self.is_session && byte != b'"') => self.place = Place::Over,
            b'"' => {
                self.place = Place::String;
                self.text.clear();
                self.keep(b"\"");
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.place = Place::Over;
                }
            }
            b':' if self.depth == 1 => self.is_session = self.string_read().as_deref() == Some("sessionId"),
            _ => {}
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The session that is found if the body arrives in parts of this length.
    fn found(body: &[u8], part: usize) -> Option<String> {
        let mut search = Search::default();
        body.chunks(part).for_each(|part| search.read(part));
        search.found()
    }

    #[test]
    fn a_session_is_found_wherever_the_body_is_cut() {
        let photo = "A".repeat(5000);
        for (before, after) in [
            (format!(r#"{{"probe":{{"imageBase64":"{photo}","sessionId":"no"}},"#), "}"),
            (
                r#" {"x":"sessionId","y":["sessionId",{"a":"\\\"}"}],"z":1e5,"#.to_owned(),
                ",\"sessionId\":\"no\"}",
            ),
            ("{".to_owned(), ",,"),
        ] {
            for id in ["a", "", r#"\u0061\"\\"#, "é\\n"] {
                let body = format!(r#"{before}"session\u0049d" : "{id}"{after}"#);
                let expected: String = serde_json::from_str(&format!("\"{id}\"")).unwrap();
                for part in [1, 2, 7, body.len()] {
                    assert_eq!(found(body.as_bytes(), part).as_ref(), Some(&expected), "{body} by {part}");
                }
            }
        }
    }

    #[test]
    fn an_invalid_session_ends_the_search() {
        let long = format!(r#"{{"sessionId":"{}\n","sessionId":"b"}}"#, "é".repeat(MAX_TEXT));
        for body in [
            r#"{"sessionId":7,"sessionId":"b"}"#,
            r#"{"sessionId":{"sessionId":"b"}}"#,
            r#"{"sessionId":"\ud800","sessionId":"b"}"#,
            r#"{"x":"sessionId","y":"b"}"#,
            r#"{}{"sessionId":"b"}"#,
            r#"["sessionId","b"]"#,
            &long,
        ] {
            for part in [1, 5, body.len()] {
                assert_eq!(found(body.as_bytes(), part), None, "{body}");
            }
        }
    }
}
