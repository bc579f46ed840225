//! Pseudo-random numbers, the same each time.

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct Random(u64);

impl Random {
    /// A sequence for these names. It does not depend on which other pictures are made.
    pub(super) fn new(seed: u64, names: &[&[u8]]) -> Self {
        // FNV-1a, with a separator after each name.
        let bytes = names.iter().flat_map(|name| name.iter().copied().chain([0xff]));
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Random(bytes.fold(0xcbf2_9ce4_8422_2325 ^ seed, mix))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniformly distributed between two numbers.
    pub(super) fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.bits() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Nearly normal, with mean 0 and standard deviation 1: the sum of four uniform numbers, which is fast enough for the
    /// tens of millions that pictures need.
    pub(super) fn normal(&mut self) -> f32 {
        let bits = self.bits();
        let sum: u64 = [0, 16, 32, 48].into_iter().map(|shift| (bits >> shift) & 0xffff).sum();
        (sum as f32 / 65536.0 - 2.0) * 3_f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_belongs_to_its_names() {
        let first = |seed, names: &[&[u8]]| Random::new(seed, names).bits();
        assert_eq!(first(1, &[b"a", b"b"]), first(1, &[b"a", b"b"]));
        for other in [first(2, &[b"a", b"b"]), first(1, &[b"ab"]), first(1, &[b"b", b"a"])] {
            assert_ne!(first(1, &[b"a", b"b"]), other);
        }
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_deviation_one() {
        let mut random = Random::new(1, &[]);
        let numbers: Vec<f32> = (0..100_000).map(|_| random.normal()).collect();
        let mean = numbers.iter().sum::<f32>() / 1e5;
        let deviation = (numbers.iter().map(|number| number * number).sum::<f32>() / 1e5).sqrt();
        assert!(mean.abs() < 0.02 && (deviation - 1.0).abs() < 0.02, "{mean} {deviation}");
    }
}
