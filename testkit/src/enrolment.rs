//! Reads `tests/golden/enrolment.tsv` as described in the README next to it. Strict: anything unknown is a failure.

use std::path::PathBuf;

use crate::files;

const COLUMNS: &str = "name\tphotos\tprobe\tscore\terror\tindex";

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique in the table.
    pub name: String,
    /// Files of `tests/golden/images`, which are enrolled together.
    pub photos: Vec<String>,
    /// A file of `tests/golden/images`.
    pub probe: String,
    /// The expected outcome.
    pub expected: Expected,
}

/// The expected outcome of enrolling the photos and comparing the probe.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// The score, rounded down; `None` if it has not been measured.
    Score(Option<u8>),
    /// Name of the error, and which photo it is about.
    Error(String, Option<usize>),
}

/// The table of the repository.
pub fn table() -> PathBuf {
    files::root().join("tests/golden/enrolment.tsv")
}

/// Every case of the table, in its order.
pub fn read() -> Vec<Case> {
    let table = table();
    let text = std::fs::read_to_string(&table).unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(COLUMNS), "the header row of {}", table.display());
    lines.map(case).collect()
}

fn case(line: &str) -> Case {
    let cells: Vec<&str> = line.split('\t').collect();
    let [name, photos, probe, score, error, index] = cells[..] else {
        panic!("not six columns: {line:?}");
    };
    let expected = match (score, error, index) {
        ("?", "", "") => Expected::Score(None),
        ("", error, index) if !error.is_empty() => {
            let index = (!index.is_empty()).then(|| index.parse().expect("the index is a number"));
            Expected::Error(error.into(), index)
        }
        (score, "", "") => Expected::Score(Some(score.parse().expect("the score is a number"))),
        _ => panic!("{name}: a case has a score, or an error"),
    };
    let photos = photos.split(';').filter(|photo| !photo.is_empty()).map(str::to_owned).collect();
    Case { name: name.into(), photos, probe: probe.into(), expected }
}

/// Puts other scores into the table: `measured` gives the new one for the name of a scored case.
pub fn write(measured: impl Fn(&str) -> Option<u8>) {
    let text = std::fs::read_to_string(table()).unwrap();
    let line = |line: &str| {
        let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if let Some(score) = measured(&cells[0]) {
            cells[3] = score.to_string();
        }
        cells.join("\t") + "\n"
    };
    std::fs::write(table(), text.lines().map(line).collect::<String>()).unwrap();
}
