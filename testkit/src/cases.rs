//! Reads `tests/golden/cases.tsv` as described in its README. Strict: anything unknown is a failure.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::files;

const COLUMNS: &str = "name\toptions\tprobe\treference\tscore\terror\tside";

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique in the table.
    pub name: String,
    /// `(name, value)` for `Options::set`.
    pub options: Vec<(String, String)>,
    /// A file of `tests/golden/images`.
    pub probe: String,
    /// A file of `tests/golden/images`.
    pub reference: String,
    /// The expected outcome.
    pub expected: Expected,
}

/// The expected outcome of verifying the two photos.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A score, not measured yet.
    Unmeasured,
    /// The score, rounded down.
    Score(u8),
    /// Name of the error and of the side that it is about.
    Error(String, String),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Unmeasured => write!(f, "a score that has not been measured"),
            Expected::Score(score) => write!(f, "{score}"),
            Expected::Error(kind, side) => write!(f, "{kind} on {side}"),
        }
    }
}

/// The table of the repository.
pub fn table() -> PathBuf {
    files::root().join("tests/golden/cases.tsv")
}

/// Every case of a table, in its order.
pub fn read(table: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(table).unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    let mut lines = text.lines().skip_while(|line| line.starts_with('#'));
    assert_eq!(lines.next(), Some(COLUMNS), "the header row of {}", table.display());
    let cases: Vec<Case> = lines.map(case).collect();
    let mut names: Vec<_> = cases.iter().map(|case| &case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "names are unique");
    cases
}

fn case(line: &str) -> Case {
    let cells: Vec<&str> = line.split('\t').collect();
    let [name, options, probe, reference, score, error, side] = cells[..] else {
        panic!("not seven columns: {line:?}");
    };
    let expected = match (score, error, side) {
        ("?", "", "") => Expected::Unmeasured,
        ("", error, "probe" | "reference") if !error.is_empty() => Expected::Error(error.into(), side.into()),
        (score, "", "") => match score.parse() {
            Ok(score @ 0..=100) => Expected::Score(score),
            _ => panic!("{name}: {score:?} is not a score"),
        },
        _ => panic!("{name}: a case has a score, or an error and its side"),
    };
    let options = options.split(';').filter(|option| !option.is_empty());
    let options = options.map(|option| {
        let (key, value) = option.split_once('=').unwrap_or_else(|| panic!("{name}: {option:?} has no ="));
        (key.to_owned(), value.to_owned())
    });
    Case {
        name: name.into(),
        options: options.collect(),
        probe: probe.into(),
        reference: reference.into(),
        expected,
    }
}

/// The table's text with other scores: `measured` gives the new one for the name of a scored case.
pub fn with_scores(table: &str, measured: impl Fn(&str) -> Option<u8>) -> String {
    let rewritten = table.lines().map(|line| {
        let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if let (7, Some(score)) = (cells.len(), measured(&cells[0])) {
            cells[4] = score.to_string();
        }
        cells.join("\t") + "\n"
    });
    rewritten.collect()
}
