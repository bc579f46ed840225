//! The most similar pairs of different people: if a set has one person under two names, the two are among them.

use std::cmp::Ordering;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// How many are kept.
const KEPT: usize = 200;

/// The most similar pairs so far.
pub(super) struct Suspects {
    /// Similarity and the indices of the photos. Up to twice as many as are kept, so that they are seldom sorted.
    pairs: Vec<(f32, [usize; 2])>,
    /// Pairs less similar than this are not kept.
    below: f32,
}

impl Suspects {
    pub(super) fn new() -> Self {
        Suspects { pairs: Vec::new(), below: f32::NEG_INFINITY }
    }

    pub(super) fn add(&mut self, photos: [usize; 2], similarity: f32) {
        if similarity < self.below {
            return;
        }
        self.pairs.push((similarity, photos));
        if self.pairs.len() >= 2 * KEPT {
            self.cut();
            self.below = self.pairs[KEPT - 1].0;
        }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.pairs.extend(other.pairs);
        self.cut();
        self
    }

    /// Keeps the most similar, in an order that does not depend on the order of arrival.
    fn cut(&mut self) {
        let order = |one: &(f32, [usize; 2]), other: &(f32, [usize; 2])| -> Ordering {
            other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
        };
        self.pairs.sort_by(order);
        self.pairs.truncate(KEPT);
    }

    /// A header line, then similarity and both photos of each, most similar first.
    pub(super) fn write(mut self, out: &mut dyn Write, photos: &[PathBuf]) -> io::Result<()> {
        self.cut();
        let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
        table.write_record(["similarity", "path_a", "path_b"])?;
        for (similarity, pair) in &self.pairs {
            let [one, other] = pair.map(|photo| photos[photo].as_os_str().as_bytes());
            table.write_record([similarity.to_string().as_bytes(), one, other])?;
        }
        table.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_are_kept_in_any_order_of_arrival() {
        let similarity = |step: usize| (step * 7919 % 5000) as f32 / 5000.0;
        let (mut forth, mut back, mut rest) = (Suspects::new(), Suspects::new(), Suspects::new());
        (0..5000).for_each(|step| forth.add([step, step + 1], similarity(step)));
        (0..2500).rev().for_each(|step| back.add([step, step + 1], similarity(step)));
        (2500..5000).for_each(|step| rest.add([step, step + 1], similarity(step)));
        let [forth, back] = [forth.merge(Suspects::new()), back.merge(rest)].map(|suspects| suspects.pairs);
        assert_eq!(forth, back);
        let found: Vec<f32> = forth.iter().map(|pair| pair.0).collect();
        assert_eq!(found, (4800..5000).rev().map(|step| step as f32 / 5000.0).collect::<Vec<_>>());
    }
}
