//! `vav_rank`: compares one template with many.

use std::mem::MaybeUninit;

use face::Ranked;

use crate::boundary::{bytes, guard, non_null, places};
use crate::error::vav_error;
use crate::status::vav_status;
use crate::template::vav_template;
use crate::verifier::vav_verifier;

/// One of many templates, and how similar it is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_ranked {
    /// Its index among the stored templates, from 0.
    pub index: usize,
    /// Cosine of the angle between the templates, -1..1.
    pub similarity: f32,
    /// Comparison score, 0..100, as in vav_result.
    pub score: f32,
    /// 1 if the score reaches the verifier's threshold, else 0.
    pub is_match: i32,
    /// 0. Bits may be added later.
    pub flags: u32,
}

impl From<&Ranked> for vav_ranked {
    fn from(ranked: &Ranked) -> Self {
        let comparison = &ranked.comparison;
        vav_ranked {
            index: ranked.index,
            similarity: comparison.similarity,
            score: comparison.score,
            is_match: i32::from(comparison.is_match),
            flags: 0,
        }
    }
}

/// Compares one template with many: `stored` holds templates as vav_template_to_bytes wrote them, one after the other. The
/// most similar ones are written to `ranked`, at most `capacity`, best first, equally similar ones in the order of `stored`.
/// `count` receives how many were written. All templates of a model have the same size, so there are `len` divided by
/// vav_template_size of them. If one cannot be compared, the error is that of vav_compare, with its index.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vav_rank(
    verifier: Option<&vav_verifier>,
    probe: Option<&vav_template>,
    stored: *const u8,
    len: usize,
    ranked: *mut vav_ranked,
    capacity: usize,
    count: Option<&mut MaybeUninit<usize>>,
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
) -> vav_status {
    guard(err, || {
        // SAFETY: C passes `len` readable bytes and `capacity` writable places.
        let (stored, places) =
            unsafe { (bytes(stored, len, "stored")?, places(ranked, capacity, "ranked")?) };
        let count = non_null(count, "count")?;
        let probe = &non_null(probe, "probe")?.template;
        let best = non_null(verifier, "verifier")?.verifier.rank_stored(probe, stored, Some(capacity))?;
        for (place, ranked) in places.iter_mut().zip(&best) {
            place.write(ranked.into());
        }
        count.write(best.len());
        Ok(())
    })
}
