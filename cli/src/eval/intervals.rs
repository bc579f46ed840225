//! Confidence intervals of measured rates.

/// The 97.5th percentile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of a proportion, 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): holds for few errors
/// and for none, where the usual plus-or-minus fails. `total` is at least 1.
pub(super) fn wilson(count: u64, total: u64) -> [f64; 2] {
    let (n, p) = (total as f64, count as f64 / total as f64);
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meets_published_values() {
        // R. G. Newcombe, Stat. Med. 17, 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, total, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let [measured_low, measured_high] = wilson(count, total);
            assert!(
                (measured_low - low).abs() < 6e-5 && (measured_high - high).abs() < 6e-5,
                "{count}/{total}"
            );
        }
        assert!((wilson(20, 20)[1] - 1.0).abs() < 1e-12);
    }
}
