//! The `[calibration]` part of a manifest: read, written, replaced, compared. The rest stays as it is, to the byte.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml_edit::{DocumentMut, Item};
use visavis::ScoreTable;

use crate::failure::{Failure, Result};
use crate::{input, output};

/// A manifest has a few thousand.
const MAX_BYTES: usize = 1 << 20;

const PART: &str = "calibration";

#[derive(Deserialize)]
struct Manifest {
    calibration: ScoreTable,
}

/// The table of a manifest.
pub(super) fn read(path: &Path) -> Result<ScoreTable> {
    let text = text(path)?;
    let manifest: Manifest = toml::from_str(&text).map_err(|error| {
        // The error's full text has several lines and quotes the manifest.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        Failure::malformed(path, format!("line {}: {}", before.split('\n').count(), error.message()))
    })?;
    Ok(manifest.calibration)
}

/// Reports before long work that a table could not be put into a manifest.
pub(super) fn must_be_replaceable(path: &Path) -> Result<()> {
    replaced(path, "[calibration]\n").map(drop)
}

/// Replaces the part of a manifest, or appends it, completely or not at all.
pub(super) fn write(path: &Path, part: &str) -> Result<()> {
    let replaced = replaced(path, part)?;
    let fail = |error| Failure::unwritable(path, error);
    // The file itself, if the path is a link to it.
    let target = path.canonicalize().map_err(fail)?;
    let permissions = fs::metadata(&target).map_err(fail)?.permissions();
    output::write_whole(&target, replaced.as_bytes(), Some(permissions), true)
}

fn replaced(path: &Path, part: &str) -> Result<String> {
    replace(&text(path)?, part).map_err(|reason| Failure::malformed(path, reason))
}

fn text(path: &Path) -> Result<String> {
    let bytes = input::bounded(path, MAX_BYTES)?
        .ok_or_else(|| Failure::malformed(path, format!("it has more than {MAX_BYTES} bytes")))?;
    String::from_utf8(bytes).map_err(|error| Failure::malformed(path, error))
}

fn replace(manifest: &str, part: &str) -> Result<String, String> {
    let parse = |text: &str| text.parse::<DocumentMut>().map_err(|error| error.message().to_owned());
    let mut document = parse(manifest)?;
    // CR LF line ends, for example, would all change.
    if document.to_string().trim_end() != manifest.trim_end() {
        return Err("it cannot be rewritten without changing more than the table".into());
    }
    let old = match document.get_mut(PART) {
        Some(Item::Table(old)) => old,
        Some(_) => return Err(format!("its {PART} is not written as a part [{PART}]")),
        None => return Ok(format!("{}\n\n{part}", manifest.trim_end()).trim_start().to_owned()),
    };
    if old.iter().any(|(_, item)| !item.is_value()) {
        return Err(format!("its part [{PART}] contains other parts"));
    }
    let Some(Item::Table(mut new)) = parse(part)?.remove(PART) else {
        return Err(format!("there is no new part [{PART}]"));
    };
    new.set_position(old.position());
    // Comments above the header stay; its indentation is dropped.
    let above = old.decor().prefix().and_then(|above| above.as_str()).unwrap_or_default();
    new.decor_mut().set_prefix(above.trim_end_matches([' ', '\t']));
    *old = new;
    Ok(document.to_string())
}

/// Other processors and engines cause differences of a thousandth of this.
const TOLERANCE: f32 = 1e-3;

/// The `[calibration]` part of a manifest.
pub(super) fn to_toml(table: &ScoreTable) -> String {
    // Without control characters a string is written the same way in JSON and TOML.
    let protocol = serde_json::Value::from(table.protocol.as_str());
    let mut text =
        format!("[calibration]\nprotocol = {protocol}\ncomparisons = {}\nknots = [\n", table.comparisons);
    for [similarity, score] in &table.knots {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  [{similarity:.4}, {score:?}],");
    }
    text + "]\n"
}

/// How a table differs from another, if by more than the rounding of other processors.
pub(super) fn difference(measured: &ScoreTable, stored: &ScoreTable) -> Option<String> {
    if measured.comparisons != stored.comparisons {
        return Some(format!("{} comparisons were made, not {}", measured.comparisons, stored.comparisons));
    }
    if measured.protocol != stored.protocol {
        return Some(format!("the protocol is now {:?}", measured.protocol));
    }
    if measured.knots.len() != stored.knots.len() {
        return Some(format!("there are {} knots, not {}", measured.knots.len(), stored.knots.len()));
    }
    let far = |(one, other): &(&[f32; 2], &[f32; 2])| {
        (one[0] - other[0]).abs() > TOLERANCE || (one[1] - other[1]).abs() > TOLERANCE
    };
    let (one, other) = measured.knots.iter().zip(&stored.knots).find(far)?;
    Some(format!("a knot is at {one:?}, not at {other:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str =
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
                let replaced = replace(&[before, old, after].concat(), NEW).unwrap();
                assert_eq!(replaced, [before, NEW, after].concat());
                assert_eq!(replace(&replaced, NEW).unwrap(), replaced);
            }
        }
    }

    #[test]
    fn a_manifest_without_a_table_gets_one_at_its_end() {
        for before in
            ["# models\nformat = 1\n\n[[net]]\ninput_size = 1 # last", "text = \"\"\"\n[calibration]\n\"\"\""]
        {
            for end in ["", "\n", "\n\n\n"] {
                let after = replace(&[before, end].concat(), NEW).unwrap();
                assert_eq!(after, [before, "\n\n", NEW].concat());
                assert_eq!(replace(&after, NEW).unwrap(), after);
            }
        }
        assert_eq!(replace("", NEW).unwrap(), NEW);
    }

    #[test]
    fn manifests_without_a_replaceable_table_are_refused() {
        for manifest in [
            "[calibration\n",
            "calibration = { comparisons = 1 }\n",
            "[calibration]\r\ncomparisons = 1\r\n",
            "[calibration]\ncomparisons = 1\n[calibration.more]\na = 1\n",
        ] {
            assert!(replace(manifest, NEW).is_err(), "{manifest:?}");
        }
    }

    fn table() -> ScoreTable {
        let protocol = "a \"set\" \\ of ünïts".into();
        ScoreTable { protocol, comparisons: 12, knots: vec![[-0.25, 0.01], [0.1234, 2.0], [0.5, 30.0]] }
    }

    #[test]
    fn the_text_reads_back() {
        #[derive(serde::Deserialize)]
        struct Part {
            calibration: ScoreTable,
        }
        let text = to_toml(&table());
        assert!(
            text.ends_with("knots = [\n  [-0.2500, 0.01],\n  [0.1234, 2.0],\n  [0.5000, 30.0],\n]\n"),
            "{text}"
        );
        let part: Part = toml::from_str(&text).unwrap();
        assert_eq!(difference(&part.calibration, &table()), None);
    }

    #[test]
    fn every_difference_is_reported() {
        let changes: [fn(&mut ScoreTable); 5] = [
            |table| table.comparisons += 1,
            |table| table.protocol.push('.'),
            |table| table.knots.truncate(2),
            |table| table.knots[1][0] += 0.002,
            |table| table.knots[2][1] += 0.01,
        ];
        for change in changes {
            let mut other = table();
            change(&mut other);
            assert!(difference(&other, &table()).is_some());
        }
        let mut rounded = table();
        rounded.knots[1][0] += 0.0005;
        assert_eq!(difference(&rounded, &table()), None);
    }
}
