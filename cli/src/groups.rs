//! Which group of people each photo belongs to, such as people of one sex and origin.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use csv::ByteRecord;

use crate::failure::{Failure, Result};
use crate::table::{self, Problem};

/// More are names of people, not groups; and the pairs of groups that are counted grow with the square.
const MOST: usize = 63;

/// The groups, and the group of each photo.
pub(crate) struct Groups {
    /// In alphabetical order.
    pub(crate) names: Vec<String>,
    /// The number of each photo's group; none if it is unknown.
    pub(crate) of: Vec<Option<usize>>,
}

/// Whether a cell has a value: statistics programs write `NA` for a missing one.
pub(crate) fn is_known(cell: &[u8]) -> bool {
    !cell.is_empty() && cell != b"NA"
}

impl Groups {
    /// Reads a table of people. Its first column has the names of people's folders, or of single photos as in `photos`;
    /// the values in `columns` make up the group. `AGE/10` groups the numbers of the column `AGE` by tens.
    pub(crate) fn read<'p>(
        path: &Path,
        columns: &[String],
        photos: impl IntoIterator<Item = &'p Path>,
    ) -> Result<Groups> {
        let people = table::read(path, |text| parse(text, columns))?;
        let find = |photo: &Path| {
            let folder = photo.parent().and_then(Path::file_name);
            let entry = [Some(photo.as_os_str()), folder].into_iter().flatten();
            entry.map(OsStr::as_bytes).find_map(|name| people.get(name)).cloned().flatten()
        };
        Groups::new(&photos.into_iter().map(find).collect::<Vec<_>>())
    }

    /// From the name of each photo's group.
    pub(crate) fn new(of: &[Option<String>]) -> Result<Groups> {
        let names: BTreeSet<String> = of.iter().flatten().cloned().collect();
        match names.len() {
            0 => Err(Failure::argument("no photo belongs to a known group")),
            count if count > MOST => {
                Err(Failure::argument(format!("there are {count} groups, and at most {MOST} are reported")))
            }
            _ => {
                let names: Vec<String> = names.into_iter().collect();
                let of = of.iter().map(|name| names.binary_search(name.as_ref()?).ok()).collect();
                Ok(Groups { names, of })
            }
        }
    }

    /// Whether both photos belong to the same known group.
    pub(crate) fn is_within(&self, [one, other]: [usize; 2]) -> bool {
        self.of[one].is_some() && self.of[one] == self.of[other]
    }

    /// How many photos belong to no known group.
    pub(crate) fn unknown(&self) -> usize {
        self.of.iter().filter(|group| group.is_none()).count()
    }
}

/// A column, and the width of the bands by which its numbers are grouped.
struct Column {
    place: usize,
    band: Option<u32>,
}

/// The group of each person or photo by its name; none if a part of it is unknown.
fn parse(text: &[u8], columns: &[String]) -> Result<HashMap<Vec<u8>, Option<String>>, Problem> {
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.byte_headers()?;
    let columns: Vec<Column> = columns.iter().map(|name| find(header, name)).collect::<Result<_, _>>()?;
    let mut people = HashMap::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        let wrong = |why: String| Problem::at(record.position(), why);
        let parts: Vec<Option<String>> =
            columns.iter().map(|column| column.value(&record)).collect::<Result<_, _>>().map_err(wrong)?;
        let group = parts.into_iter().collect::<Option<Vec<_>>>().map(|parts| parts.join(", "));
        if people.insert(record[0].to_vec(), group).is_some() {
            return Err(wrong(format!("{:?} already has a line", String::from_utf8_lossy(&record[0]))));
        }
    }
    Ok(people)
}

fn find(header: &ByteRecord, name: &str) -> Result<Column, Problem> {
    if let Some(place) = table::column(header, name) {
        return Ok(Column { place, band: None });
    }
    let banded = name.rsplit_once('/').and_then(|(name, band)| {
        let band: u32 = band.parse().ok()?;
        Some(Column { place: table::column(header, name)?, band: (band > 0).then_some(band)?.into() })
    });
    banded.ok_or_else(|| Problem::at(None, format!("there is no column named {name}")))
}

impl Column {
    fn value(&self, record: &ByteRecord) -> Result<Option<String>, String> {
        let cell = &record[self.place];
        let text = String::from_utf8_lossy(cell);
        let Some(band) = self.band else { return Ok(is_known(cell).then(|| text.into_owned())) };
        if !is_known(cell) {
            return Ok(None);
        }
        let number: u32 = text.parse().map_err(|_| format!("{text:?} is not a whole number"))?;
        let first = number - number % band;
        Ok(Some(format!("{first}-{}", u64::from(first) + u64::from(band) - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &str =
        "\u{feff}id,age,sex,origin\nann,24,f,x\nben,NA,m,x\nphotos/cat/2.jpg,40,f,y\ncat,9,f,\n";

    fn groups(columns: &[&str]) -> Result<Groups, String> {
        let columns: Vec<String> = columns.iter().map(|&name| name.into()).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, PEOPLE).unwrap();
        let photos =
            ["photos/ann/1.jpg", "photos/ben/1.jpg", "photos/cat/1.jpg", "photos/cat/2.jpg", "dan/1.jpg"];
        let groups = Groups::read(file.path(), &columns, photos.iter().map(Path::new));
        groups.map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn photos_have_the_group_of_their_folder_or_their_own() {
        let of = |columns: &[&str]| {
            let groups = groups(columns).unwrap();
            (groups.names.join(";"), groups.of)
        };
        assert_eq!(of(&["sex"]), ("f;m".into(), vec![Some(0), Some(1), Some(0), Some(0), None]));
        // The byte order mark is not part of the first column's name.
        assert_eq!(of(&["id"]).0, "ann;ben;cat;photos/cat/2.jpg");
        let both = groups(&["sex", "origin"]).unwrap();
        assert_eq!(both.names, ["f, x", "f, y", "m, x"]);
        assert_eq!(both.of, [Some(0), Some(2), None, Some(1), None]);
        assert_eq!((both.unknown(), both.is_within([0, 0]), both.is_within([2, 4])), (2, true, false));
        // In alphabetical order.
        assert_eq!(of(&["age/10"]), ("0-9;20-29;40-49".into(), vec![Some(1), None, Some(0), Some(2), None]));
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        for (columns, why) in [
            (["weight"], "line 1: there is no column named weight"),
            (["weight/10"], "line 1: there is no column named weight/10"),
            (["age/0"], "line 1: there is no column named age/0"),
            (["sex/10"], "line 2: \"f\" is not a whole number"),
        ] {
            assert_eq!(groups(&columns).err().as_deref(), Some(why));
        }
        let twice = parse(b"id,sex\na,f\na,f\n", &["sex".into()]).unwrap_err();
        assert_eq!(twice.describe(b"id,sex\na,f\na,f\n"), "line 3: \"a\" already has a line");
        let many = |count: usize| (0..count).map(|name| Some(name.to_string())).collect::<Vec<_>>();
        assert!(Groups::new(&[None, None]).is_err());
        assert!(Groups::new(&many(64)).is_err());
        assert!(Groups::new(&many(63)).is_ok());
    }
}
