//! CSV tables: where a column is, and which line is wrong.

use std::path::Path;

use csv::ByteRecord;

use crate::failure::{Failure, Result};
use crate::input;

/// Far more than a table of photos has: an endless stream must not exhaust memory.
const MAX_BYTES: usize = 256 << 20;

/// Reads and parses a file; a problem is reported with its line.
pub(crate) fn read<T>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<T, Problem>) -> Result<T> {
    let malformed = |reason: String| Failure::malformed(path, reason);
    let text = input::bounded(path, MAX_BYTES)?
        .ok_or_else(|| malformed(format!("it has more than {MAX_BYTES} bytes")))?;
    parse(&text).map_err(|problem| malformed(problem.describe(&text)))
}

/// The position of the column with this name.
pub(crate) fn column(header: &ByteRecord, name: &str) -> Option<usize> {
    header.iter().position(|field| named(field) == name.as_bytes())
}

/// The name of a column, without the byte order mark that a spreadsheet may write before the first one.
pub(crate) fn named(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field)
}

/// What is wrong with a line, or with the whole table.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Where the line begins, or where the one before ends; none if the problem concerns the whole table.
    byte: Option<usize>,
    why: String,
}

impl Problem {
    /// Without a position, it concerns the first line, which names the columns.
    pub(crate) fn at(position: Option<&csv::Position>, why: impl Into<String>) -> Self {
        let byte = position.map_or(0, |position| position.byte() as usize);
        Problem { byte: Some(byte), why: why.into() }
    }

    pub(crate) fn of_all(why: impl Into<String>) -> Self {
        Problem { byte: None, why: why.into() }
    }

    /// Lines are counted here: the reader's own numbers are wrong after CR LF and after blank lines.
    pub(crate) fn describe(&self, text: &[u8]) -> String {
        let Some(byte) = self.byte else { return self.why.clone() };
        let blank = text[byte..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let before = &text[..byte + blank];
        format!("line {}: {}", before.split(|&byte| byte == b'\n').count(), self.why)
    }
}

impl From<csv::Error> for Problem {
    fn from(error: csv::Error) -> Self {
        let why = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} columns where the header has {expected_len}")
            }
            _ => error.to_string(),
        };
        Problem::at(error.position(), why)
    }
}
