//! One line a pair, tab-separated.

use std::io::{self, Write};

use super::Measured;
use crate::failure::Failure;

/// A header line, then similarity and score of every pair, or the name of the error that kept it from having them.
pub(super) fn write(out: &mut dyn Write, measured: &Measured<'_>) -> io::Result<()> {
    let Measured { pairs, gallery, trials, .. } = measured;
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    table.write_record(["path_a", "path_b", "same", "similarity", "score", "error"])?;
    for (pair, trial) in pairs.rows.iter().zip(*trials) {
        let failure = pair.photos.iter().find_map(|&photo| gallery.outcomes[photo].as_ref().err());
        let number = |value: Option<f32>| value.map_or(String::new(), |value| value.to_string());
        let [one, other] = pair.photos.map(|photo| pairs.photos.list()[photo].as_slice());
        let same: &[u8] = if pair.same { b"1" } else { b"0" };
        let similarity = number(trial.outcome.map(|point| point.similarity));
        let score = number(trial.outcome.map(|point| point.score));
        let error = failure.map_or("", Failure::name);
        table.write_record([one, other, same, similarity.as_bytes(), score.as_bytes(), error.as_bytes()])?;
    }
    table.flush()
}
