//! The quality of the capture of one face, in a photo that may be decoded in parts and scaled.

use crate::error::Result;
use crate::geometry::{Area, Point, Rect};
use crate::quality::Quality;
use crate::sight::Sight;
use crate::verdict::Face;

/// Measures a face at a sufficient scale, in pixels of the full photo.
pub(crate) fn measure(sight: &mut Sight<'_>, face: &mut Face) -> Result<()> {
    let Rect { x, y, width, height } = face.bounds;
    // Landmarks may lie outside the box.
    let (across, down) = (width / 4.0, height / 4.0);
    let low = Point { x: x - across, y: y - down };
    let high = Point { x: x + width + across, y: y + height + down };
    let whole = Area::whole(sight.size().0, sight.size().1);
    let area = Area::between(low, high, sight.size()).unwrap_or(whole);
    let seen = sight.seen(&area, width.min(height) / Quality::PIXELS)?;
    let landmarks = face.landmarks.map(|point| seen.of_photo(point));
    let mut quality = Quality::measure(&seen.image, &seen.bounds_of_photo(&face.bounds), &landmarks);
    quality.inter_eye_distance *= seen.denominator;
    face.quality = Some(quality);
    Ok(())
}
