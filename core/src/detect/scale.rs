//! Maps a detector's confidences to the scale on which the thresholds were measured.

/// Candidates with less confidence do not even contribute to the landmarks of a face.
const FLOOR: f32 = 0.3;

/// The mapping of confidences, and of how far voters disagree about landmarks.
#[derive(Clone, Default)]
pub(crate) struct Scale {
    /// Pairs of a network's confidence and that of the scale, both rising from 0 to 1; empty if the two are the same.
    knots: Vec<[f32; 2]>,
    /// The ratio of the scale's spread to the network's; `None` if they are the same.
    spread: Option<f32>,
}

impl Scale {
    /// The mapping that takes each of a network's levels to the same level of the scale, and is linear between them.
    pub(crate) fn new(levels: &[f32; 5], scale: &[f32; 5], spread: f32) -> Scale {
        let between = levels.iter().zip(scale).map(|(&level, &scale)| [level, scale]);
        let knots = std::iter::once([0.0, 0.0]).chain(between).chain([[1.0, 1.0]]).collect();
        Scale { knots, spread: Some(spread) }
    }

    /// The confidence on the scale; `None` if it is under [`FLOOR`], negative or not a number.
    pub(super) fn apply(&self, confidence: f32) -> Option<f32> {
        let confidence = if confidence >= 0.0 { confidence.min(1.0) } else { return None };
        let place = self.knots.partition_point(|knot| knot[0] <= confidence);
        let scaled = match (self.knots.get(place.wrapping_sub(1)), self.knots.get(place)) {
            (Some([x0, y0]), Some([x1, y1])) => y0 + (confidence - x0) * ((y1 - y0) / (x1 - x0)),
            _ => confidence,
        };
        (scaled >= FLOOR).then_some(scaled)
    }

    /// How far voters disagree, on the scale.
    pub(super) fn spread(&self, spread: f32) -> f32 {
        self.spread.map_or(spread, |factor| spread * factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_mapped_to_those_of_the_scale_and_the_mapping_rises() {
        let (levels, target) = ([0.25, 0.5, 0.6, 0.65, 0.7], [0.35, 0.95, 0.97, 0.99, 0.996]);
        let scale = Scale::new(&levels, &target, 2.0);
        for (level, expected) in levels.into_iter().zip(target) {
            assert!((scale.apply(level).unwrap() - expected).abs() < 1e-6, "{level}");
        }
        let scaled: Vec<f32> = (0..=1000).filter_map(|step| scale.apply(step as f32 / 1000.0)).collect();
        assert!(scaled.is_sorted() && scaled.len() > 700);
        assert_eq!((scale.apply(1.0), scale.apply(7.0), scale.spread(0.5)), (Some(1.0), Some(1.0), 1.0));
    }

    #[test]
    fn what_is_not_a_confidence_is_ignored() {
        for scale in
            [Scale::default(), Scale::new(&[0.1, 0.2, 0.3, 0.4, 0.5], &[0.35, 0.95, 0.97, 0.99, 0.996], 1.0)]
        {
            for value in [f32::NAN, f32::NEG_INFINITY, -1.0, 0.0] {
                assert_eq!(scale.apply(value), None, "{value}");
            }
            assert_eq!(scale.apply(f32::INFINITY), Some(1.0));
        }
        assert_eq!(Scale::default().apply(0.3), Some(0.3));
        assert_eq!(Scale::default().apply(0.299), None);
    }
}
