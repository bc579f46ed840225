//! The table of pairs.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use indexmap::IndexSet;

use crate::failure::{Failure, Result};
use crate::input;

/// Far more than a table of pairs has: an endless stream must not fill the memory.
const MAX_BYTES: usize = 256 << 20;

/// A line of the table.
#[derive(Debug, PartialEq)]
pub(crate) struct Pair {
    /// Numbers of the photos.
    pub(crate) photos: [usize; 2],
    pub(crate) same: bool,
    /// Number of the fold; present in all rows or in none.
    pub(crate) fold: Option<usize>,
}

/// The table. Each distinct photo has one number, however often it appears.
#[derive(Default)]
pub(crate) struct Pairs {
    pub(crate) rows: Vec<Pair>,
    /// As they appear in the table, by number.
    photos: IndexSet<Vec<u8>>,
    folds: IndexSet<Vec<u8>>,
    folder: PathBuf,
}

/// Where the columns are.
struct Columns {
    paths: [usize; 2],
    same: usize,
    fold: Option<usize>,
}

impl Pairs {
    /// Reads a table with the columns `path_a`, `path_b`, `same` (1 or 0) and, if there, `fold`.
    pub(crate) fn read(path: &Path) -> Result<Pairs> {
        let malformed = |reason: String| Failure::malformed(path, reason);
        let text = input::bounded(path, MAX_BYTES)?
            .ok_or_else(|| malformed(format!("it has more than {MAX_BYTES} bytes")))?;
        let mut pairs = Pairs { folder: path.parent().unwrap_or(Path::new("")).into(), ..Pairs::default() };
        pairs.parse(&text).map_err(|problem| malformed(problem.describe(&text)))?;
        if pairs.rows.is_empty() { Err(malformed("it has no pairs".into())) } else { Ok(pairs) }
    }

    /// The name of a photo in the table.
    pub(crate) fn name(&self, photo: usize) -> &[u8] {
        &self.photos[photo]
    }

    /// The name as text, with a replacement character for what is not UTF-8.
    pub(crate) fn text(&self, photo: usize) -> String {
        String::from_utf8_lossy(self.name(photo)).into_owned()
    }

    /// The path of a photo.
    pub(crate) fn path(&self, photo: usize) -> PathBuf {
        self.folder.join(OsStr::from_bytes(self.name(photo)))
    }

    /// The paths of all photos, by number.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        (0..self.photos.len()).map(|photo| self.path(photo)).collect()
    }

    pub(super) fn folds(&self) -> Vec<String> {
        self.folds.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// Leaves the pairs of so many of the photos in the first column, taken evenly.
    pub(crate) fn keep_probes(&mut self, count: usize) {
        let probes: BTreeSet<usize> = self.rows.iter().map(|pair| pair.photos[0]).collect();
        let (count, all) = (count.min(probes.len()), probes.len());
        // Of 10, three are numbers 0, 4 and 7.
        let is_kept = |place: usize| place * count % all < count;
        let kept: BTreeSet<usize> = probes
            .into_iter()
            .enumerate()
            .filter(|(place, _)| is_kept(*place))
            .map(|(_, probe)| probe)
            .collect();
        self.rows.retain(|pair| kept.contains(&pair.photos[0]));
    }

    fn parse(&mut self, text: &[u8]) -> Result<(), Problem> {
        let mut reader = csv::Reader::from_reader(text);
        let columns = Columns::find(reader.byte_headers()?)?;
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            let pair = self.pair(&record, &columns);
            self.rows.push(pair.map_err(|why| Problem::at(record.position(), why))?);
        }
        Ok(())
    }

    fn pair(&mut self, record: &ByteRecord, columns: &Columns) -> Result<Pair, String> {
        let mut photo = |column: usize| match &record[column] {
            [] => Err("a path is empty".to_owned()),
            name => Ok(self.photos.insert_full(name.to_vec()).0),
        };
        let photos = [photo(columns.paths[0])?, photo(columns.paths[1])?];
        let same = match &record[columns.same] {
            b"1" => true,
            b"0" => false,
            other => return Err(format!("same must be 1 or 0, not {:?}", String::from_utf8_lossy(other))),
        };
        let fold = match columns.fold.map(|column| &record[column]) {
            Some([]) => return Err("the fold is empty".into()),
            Some(name) => Some(self.folds.insert_full(name.to_vec()).0),
            None => None,
        };
        Ok(Pair { photos, same, fold })
    }
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Columns, Problem> {
        let optional = |name: &str| {
            // A byte order mark left by a spreadsheet is not part of the first name.
            let is = |field: &[u8]| field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field) == name.as_bytes();
            header.iter().position(is)
        };
        let needed = |name: &str| {
            optional(name).ok_or_else(|| Problem::at(None, format!("there is no column named {name}")))
        };
        Ok(Columns {
            paths: [needed("path_a")?, needed("path_b")?],
            same: needed("same")?,
            fold: optional("fold"),
        })
    }
}

/// What is wrong with a line.
#[derive(Debug)]
struct Problem {
    /// Where the line begins, or the end of the one before.
    byte: usize,
    why: String,
}

impl Problem {
    fn at(position: Option<&csv::Position>, why: String) -> Self {
        Problem { byte: position.map_or(0, |position| position.byte() as usize), why }
    }

    /// Counted here: the reader's own line numbers are wrong after CR LF and after blank lines.
    fn describe(&self, text: &[u8]) -> String {
        let blank = text[self.byte..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let before = &text[..self.byte + blank];
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> Result<Pairs, String> {
        let mut pairs = Pairs { folder: "sets".into(), ..Pairs::default() };
        pairs.parse(text).map(|()| pairs).map_err(|problem| problem.describe(text))
    }

    #[test]
    fn columns_come_in_any_order_and_photos_are_numbered_once() {
        let pairs = parse(
            b"\xef\xbb\xbffold,same,note,path_b,path_a\r\nx,1,,b.jpg,a.jpg\ny,0,\"q, \",a.jpg,c\xff.jpg\n",
        )
        .unwrap();
        assert_eq!(
            pairs.rows,
            [
                Pair { photos: [0, 1], same: true, fold: Some(0) },
                Pair { photos: [2, 0], same: false, fold: Some(1) }
            ]
        );
        assert_eq!(pairs.folds()[1], "y");
        let paths = pairs.paths();
        assert_eq!(paths[0], Path::new("sets/a.jpg"));
        assert_eq!(paths[2].as_os_str().as_bytes(), b"sets/c\xff.jpg");
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line, why) in [
            ("", 1, "path_a"),
            ("path_a,path_b\n", 1, "same"),
            ("path_a,path_b,same\na,b,1\na,b\n", 3, "2 columns"),
            ("path_a,path_b,same\na,b,yes\n", 2, "\"yes\""),
            ("path_a,path_b,same\r\na,b,1\r\na,b\r\n", 3, "2 columns"),
            ("path_a,path_b,same\r\na,b,1\r\na,b,2\r\n", 3, "\"2\""),
            ("path_a,path_b,same\r\na,b,1\r\n\r\n\r\na,b,\r\n", 5, "\"\""),
            ("path_a,path_b,same\n\n\na,b\n", 4, "2 columns"),
            ("path_a,path_b,same\n,b,1\n", 2, "path is empty"),
            ("path_a,path_b,same,fold\na,b,1,\n", 2, "fold is empty"),
        ] {
            let message = parse(text.as_bytes()).err().unwrap();
            assert!(
                message.starts_with(&format!("line {line}: ")) && message.contains(why),
                "{text:?}: {message}"
            );
        }
    }
}
