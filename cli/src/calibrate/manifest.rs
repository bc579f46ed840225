//! The `[calibration]` part of a manifest, read and replaced. The rest stays as it is, to the byte.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use tempfile::NamedTempFile;
use toml::Table;
use visavis::ScoreTable;

use crate::failure::{Failure, FileProblem, Result};
use crate::input;

/// A manifest has a few thousand.
const MAX_BYTES: usize = 1 << 20;

const HEADER: &str = "[calibration]";

#[derive(Deserialize)]
struct Manifest {
    calibration: ScoreTable,
}

/// The table of a manifest.
pub(super) fn read(path: &Path) -> Result<ScoreTable> {
    let text = text(path)?;
    let manifest: Manifest = toml::from_str(&text).map_err(|error| {
        // The error's own text has several lines and shows the manifest's.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        malformed(path, format!("line {}: {}", before.split('\n').count(), error.message()))
    })?;
    Ok(manifest.calibration)
}

/// Puts a part in the place of the one that is there, whole or not at all.
pub(super) fn write(path: &Path, part: &str) -> Result<()> {
    let replaced = replace(&text(path)?, part).map_err(|why| malformed(path, why))?;
    let fail = |error| Failure::unwritable(path, error);
    // The file itself, where the path is a link to it.
    let target = path.canonicalize().map_err(fail)?;
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(replaced.as_bytes()).map_err(fail)?;
    fs::set_permissions(file.path(), fs::metadata(&target).map_err(fail)?.permissions()).map_err(fail)?;
    file.persist(&target).map_err(|error| fail(error.error))?;
    Ok(())
}

fn text(path: &Path) -> Result<String> {
    let bytes = input::bounded(path, MAX_BYTES)?
        .ok_or_else(|| malformed(path, format!("it has more than {MAX_BYTES} bytes")))?;
    String::from_utf8(bytes).map_err(|error| malformed(path, error))
}

fn malformed(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::file(FileProblem::Malformed, path, why)
}

fn replace(manifest: &str, part: &str) -> Result<String, String> {
    let parse = |text: &str| text.parse::<Table>().map_err(|error| error.message().to_owned());
    let before = parse(manifest)?;
    let starts = line_starts(manifest);
    let start = starts.iter().copied().find(|&start| is_header(&manifest[start..]));
    let start = start.ok_or_else(|| format!("it has no part {HEADER}"))?;
    // A line that begins with a bracket begins the next part, or is a row of an array. In the second case what comes
    // before it is not whole.
    let ends =
        starts.iter().copied().filter(|&end| end > start && manifest[end..].trim_start().starts_with('['));
    let end = ends.chain([manifest.len()]).find(|&end| parse(&manifest[start..end]).is_ok());
    let end = end.ok_or_else(|| format!("the part {HEADER} has no end"))?;
    let end = start + without_trailing_comments(&manifest[start..end]);
    let replaced = [&manifest[..start], part, &manifest[end..]].concat();
    let rest = |mut table: Table| {
        table.remove("calibration");
        table
    };
    let after = parse(&replaced)?;
    let as_meant = after.get("calibration") == parse(part)?.get("calibration") && rest(after) == rest(before);
    if as_meant { Ok(replaced) } else { Err(format!("the part {HEADER} cannot be told from the rest")) }
}

fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    [0].into_iter().chain(ends).collect()
}

fn is_header(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim();
    line.strip_prefix(HEADER)
        .is_some_and(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with('#'))
}

/// The length without the blank and comment lines at the end: they belong to what follows.
fn without_trailing_comments(part: &str) -> usize {
    let mut length = part.len();
    for line in part.split_inclusive('\n').rev() {
        let line_text = line.trim();
        if !line_text.is_empty() && !line_text.starts_with('#') {
            break;
        }
        length -= line.len();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str =
        "[calibration]\nprotocol = \"new\"\ncomparisons = 2\nknots = [\n  [0.1, 1.0],\n  [0.2, 2.0],\n]\n";

    #[test]
    fn only_the_part_changes() {
        let before = "# models\nformat = 1\n\n[extractor]\nid = \"[calibration]\"  # not this\n\n";
        let old = [
            "[calibration]\nprotocol = \"old\"\ncomparisons = 1\nknots = [[0.0, 1.0], [0.5, 2.0]]\n",
            "[calibration] # measured\nknots = [\n  [0.0, 1.0],\n\n  # why\n[0.5, 2.0],\n]\nprotocol = \"\"\ncomparisons = 1\n",
            "  [calibration]\nprotocol = \"\"\"\n[detector]\n\"\"\"\ncomparisons = 1\nknots = []\n",
        ];
        for old in old {
            for after in ["", "\n# about detectors\n[detector]\nside = 3\n", "[[net]]\ninput_size = 1\n"] {
                let replaced = replace(&[before, old, after].concat(), PART).unwrap();
                assert_eq!(replaced, [before, PART, after].concat());
                assert_eq!(replace(&replaced, PART).unwrap(), replaced);
            }
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_refused() {
        for manifest in [
            "",
            "format = 1\n",
            "[calibration\n",
            "calibration = { comparisons = 1 }\n",
            "text = \"\"\"\n[calibration]\n\"\"\"\n",
            "[calibration]\ncomparisons = 1\n[calibration.more]\na = 1\n",
        ] {
            assert!(replace(manifest, PART).is_err(), "{manifest:?}");
        }
    }
}
