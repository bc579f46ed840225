//! The table of pairs that `eval` reads.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use crate::failure::{Failure, Result};
use crate::input;

/// Far more than a table of pairs has; keeps an endless stream from filling the memory.
const MAX_BYTES: u64 = 1 << 30;

/// A line of the table.
pub(crate) struct Pair {
    /// Indices into [`Pairs::photos`].
    pub(crate) photos: [usize; 2],
    pub(crate) same: bool,
    /// Index into [`Pairs::folds`]; always there or never.
    pub(crate) fold: Option<usize>,
}

/// The table, each distinct photo named once.
#[derive(Default)]
pub(crate) struct Pairs {
    pub(crate) pairs: Vec<Pair>,
    /// As the table names them.
    pub(crate) names: Vec<Vec<u8>>,
    /// Where they lie: the names, relative to the table's folder.
    pub(crate) photos: Vec<PathBuf>,
    pub(crate) folds: Vec<String>,
}

/// Where the columns are.
struct Columns {
    paths: [usize; 2],
    same: usize,
    fold: Option<usize>,
}

/// Reads a table with the columns `path_a`, `path_b`, `same` (1 or 0) and, if there, `fold`.
pub(crate) fn read(path: &Path) -> Result<Pairs> {
    let reader = BufReader::new(input::open(path)?.take(MAX_BYTES));
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(reader, folder).map_err(|why| Failure::Malformed(format!("{}: {why}", path.display())))
}

fn parse(reader: impl Read, folder: &Path) -> Result<Pairs, String> {
    let mut reader = csv::Reader::from_reader(reader);
    let header = reader.byte_headers().map_err(|error| describe(&error))?;
    let columns = Columns::find(header)?;
    let mut pairs = Pairs::default();
    let mut known = HashMap::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| describe(&error))? {
        let line = record.position().map_or(0, csv::Position::line);
        let pair = pairs.pair(&record, &columns, folder, &mut known);
        let pair = pair.map_err(|why| format!("line {line}: {why}"))?;
        pairs.pairs.push(pair);
    }
    if reader.position().byte() >= MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    if pairs.pairs.is_empty() {
        return Err("it has no pairs".into());
    }
    Ok(pairs)
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Columns, String> {
        let optional = |name: &str| {
            // A byte order mark that a spreadsheet left is no part of the first name.
            let is = |field: &[u8]| field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field) == name.as_bytes();
            header.iter().position(is)
        };
        let needed =
            |name: &str| optional(name).ok_or_else(|| format!("line 1: there is no column named {name}"));
        Ok(Columns {
            paths: [needed("path_a")?, needed("path_b")?],
            same: needed("same")?,
            fold: optional("fold"),
        })
    }
}

impl Pairs {
    fn pair(
        &mut self,
        record: &ByteRecord,
        columns: &Columns,
        folder: &Path,
        known: &mut HashMap<Vec<u8>, usize>,
    ) -> Result<Pair, String> {
        let mut photo = |column: usize| {
            let name = &record[column];
            if name.is_empty() {
                return Err("a path is empty".to_owned());
            }
            Ok(*known.entry(name.to_vec()).or_insert_with(|| {
                self.names.push(name.to_vec());
                self.photos.push(folder.join(OsStr::from_bytes(name)));
                self.photos.len() - 1
            }))
        };
        let photos = [photo(columns.paths[0])?, photo(columns.paths[1])?];
        let same = match &record[columns.same] {
            b"1" => true,
            b"0" => false,
            other => {
                let other = String::from_utf8_lossy(other);
                return Err(format!("same must be 1 or 0, not {other:?}"));
            }
        };
        let fold = columns.fold.map(|column| self.fold(&record[column])).transpose()?;
        Ok(Pair { photos, same, fold })
    }

    fn fold(&mut self, name: &[u8]) -> Result<usize, String> {
        let name = String::from_utf8_lossy(name);
        if name.is_empty() {
            return Err("the fold is empty".into());
        }
        let found = self.folds.iter().position(|fold| *fold == name);
        Ok(found.unwrap_or_else(|| {
            self.folds.push(name.into_owned());
            self.folds.len() - 1
        }))
    }
}

/// The reader's own sentence, with the line where it has one.
fn describe(error: &csv::Error) -> String {
    match error.position() {
        Some(position) => format!("line {}: {error}", position.line()),
        None => error.to_string(),
    }
}
