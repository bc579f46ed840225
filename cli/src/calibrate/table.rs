//! The score table as the text of a manifest, and the comparison of two tables.

use std::fmt::Write;

use visavis::ScoreTable;

/// What other processors and engines change is a thousandth of this.
const TOLERANCE: f32 = 1e-3;

/// The `[calibration]` part of a manifest.
pub(super) fn to_toml(table: &ScoreTable) -> String {
    // Without control characters a string is written alike in JSON and TOML.
    let protocol = serde_json::Value::from(table.protocol.as_str());
    let mut text =
        format!("[calibration]\nprotocol = {protocol}\ncomparisons = {}\nknots = [\n", table.comparisons);
    for [similarity, score] in &table.knots {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  [{similarity:.4}, {score:?}],");
    }
    text + "]\n"
}

/// In what a table differs from another, if it does by more than the rounding of other processors.
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
    Some(format!("a knot stands at {one:?}, not at {other:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn every_difference_is_told() {
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
