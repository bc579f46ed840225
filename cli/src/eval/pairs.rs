//! The table of pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use indexmap::IndexSet;

use crate::failure::Result;
use crate::groups;
use crate::table::{self, Problem};

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
    /// The group of each photo that has one, if the table has these columns.
    groups: Option<BTreeMap<usize, Vec<u8>>>,
    folder: PathBuf,
}

/// The positions of the columns.
struct Columns {
    paths: [usize; 2],
    same: usize,
    fold: Option<usize>,
    groups: Option<[usize; 2]>,
}

impl Pairs {
    /// Reads a table with the columns `path_a`, `path_b`, `same` (1 or 0) and optionally `fold`, `group_a`, `group_b`.
    pub(crate) fn read(path: &Path) -> Result<Pairs> {
        let mut pairs = Pairs { folder: path.parent().unwrap_or(Path::new("")).into(), ..Pairs::default() };
        table::read(path, |text| pairs.parse(text))?;
        Ok(pairs)
    }

    /// The name of a photo in the table.
    pub(crate) fn name(&self, photo: usize) -> &[u8] {
        &self.photos[photo]
    }

    /// The names of all photos, by number.
    pub(super) fn names(&self) -> impl Iterator<Item = &Path> {
        self.photos.iter().map(|name| Path::new(OsStr::from_bytes(name)))
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

    /// The group of each photo, by number, as the columns `group_a` and `group_b` have it; none without them.
    pub(super) fn groups(&self) -> Option<Vec<Option<String>>> {
        let groups = self.groups.as_ref()?;
        let text = |group: &Vec<u8>| String::from_utf8_lossy(group).into_owned();
        Some((0..self.photos.len()).map(|photo| groups.get(&photo).map(text)).collect())
    }

    /// Keeps the pairs of `count` of the photos in the first column, spread evenly over the table.
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
        self.groups = columns.groups.map(|_| BTreeMap::new());
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            let pair = self.pair(&record, &columns);
            self.rows.push(pair.map_err(|why| Problem::at(record.position(), why))?);
        }
        if self.rows.is_empty() { Err(Problem::of_all("it has no pairs")) } else { Ok(()) }
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
        for (photo, column) in photos.into_iter().zip(columns.groups.into_iter().flatten()) {
            self.group(photo, &record[column])?;
        }
        Ok(Pair { photos, same, fold })
    }

    /// A photo belongs to one group wherever it appears, or to none if its group is unknown.
    fn group(&mut self, photo: usize, name: &[u8]) -> Result<(), String> {
        let groups = self.groups.get_or_insert_default();
        if !groups::is_known(name) {
            return Ok(());
        }
        let known = groups.entry(photo).or_insert_with(|| name.to_vec());
        if known == name {
            return Ok(());
        }
        let [photo, one, other] = [&self.photos[photo], &*known, name].map(String::from_utf8_lossy);
        Err(format!("{photo:?} belongs to the group {other:?} here and to {one:?} before"))
    }
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Columns, Problem> {
        let optional = |name: &str| table::column(header, name);
        let needed = |name: &str| {
            optional(name).ok_or_else(|| Problem::at(None, format!("there is no column named {name}")))
        };
        let has_groups = optional("group_a").or(optional("group_b")).is_some();
        let groups = || Ok::<_, Problem>([needed("group_a")?, needed("group_b")?]);
        Ok(Columns {
            paths: [needed("path_a")?, needed("path_b")?],
            same: needed("same")?,
            fold: optional("fold"),
            groups: has_groups.then(groups).transpose()?,
        })
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
    fn a_photo_has_a_group_where_it_is_known() {
        let some = |group: &str| Some(group.to_owned());
        let pairs = parse(b"path_a,path_b,same,group_a,group_b\na,b,0,x,NA\nc,a,0,,x\nb,c,0,y,\n").unwrap();
        assert_eq!(pairs.groups(), Some(vec![some("x"), some("y"), None]));
        assert_eq!(parse(b"path_a,path_b,same\na,b,0\n").unwrap().groups(), None);
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
            ("path_a,path_b,same,group_a\na,b,1,x\n", 1, "group_b"),
            ("path_a,path_b,same,group_a,group_b\na,b,1,x,y\nb,c,1,z,z\n", 3, "\"z\" here and to \"y\""),
        ] {
            let message = parse(text.as_bytes()).err().unwrap();
            assert!(
                message.starts_with(&format!("line {line}: ")) && message.contains(why),
                "{text:?}: {message}"
            );
        }
    }
}
