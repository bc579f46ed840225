//! An open photo: the whole at a scale that is enough for the first looks, and parts of it at the requested scale.

use crate::deadline::Deadline;
use crate::decode::{Source, check_pixels};
use crate::error::Result;
use crate::geometry::Area;
use crate::image::Image;
use crate::options::Limits;
use crate::photo::Loaded;
use crate::scaled::Scaled;

/// A photo whose pixels can be requested.
pub(crate) struct Sight<'p> {
    content: Content<'p>,
    /// The whole photo, after a call of `look`, and the part that was requested last.
    whole: Option<Seen<'p>>,
    part: Option<Seen<'p>>,
}

/// What was decoded, and what was asked for, which is finer if memory did not allow it.
struct Seen<'p> {
    scaled: Scaled<'p>,
    area: Area,
    denominator: f32,
}

enum Content<'p> {
    Source(Source<'p>),
    Image(Image<'p>),
}

impl<'p> Sight<'p> {
    /// Checks a photo against the limits and reads its headers.
    pub(crate) fn open(photo: &'p Loaded<'p>, limits: &Limits, deadline: Deadline<'p>) -> Result<Sight<'p>> {
        let content = match photo {
            Loaded::Encoded(bytes) => Content::Source(Source::open(bytes, limits, deadline)?),
            Loaded::Image(image) => Content::Image(image.borrowed()),
            Loaded::Pixels(pixels) => {
                let rows = pixels.rows()?;
                match rows.in_place() {
                    Some(image) => Content::Image(image),
                    None => Content::Source(Source::raw(rows, limits, deadline)?),
                }
            }
        };
        if let Content::Image(image) = &content {
            check_pixels(image.width().into(), image.height().into(), limits)?;
        }
        Ok(Sight { content, whole: None, part: None })
    }

    /// Width and height of the upright photo.
    pub(crate) fn size(&self) -> (u32, u32) {
        match &self.content {
            Content::Source(source) => source.size(),
            Content::Image(image) => (image.width(), image.height()),
        }
    }

    /// All pixels of the photo.
    pub(crate) fn in_full(self) -> Result<Image<'static>> {
        match self.content {
            Content::Source(mut source) => source.decode(),
            Content::Image(image) => Ok(image.into_owned()),
        }
    }

    /// Decodes the whole photo, with at least `longest` pixels on its longer side if it has as many.
    pub(crate) fn look(&mut self, longest: usize) -> Result<()> {
        let (width, height) = self.size();
        let (scaled, denominator) = match &mut self.content {
            Content::Source(source) => (source.decode_at_least(longest)?, source.denominator_for(longest)),
            Content::Image(image) => (Scaled::whole(image.clone()), 1),
        };
        self.whole = Some(Seen { scaled, area: Area::whole(width, height), denominator: denominator as f32 });
        Ok(())
    }

    /// An area, with one pixel for a square of at most `denominator` pixels of the photo if memory allows.
    pub(crate) fn seen(&mut self, area: &Area, denominator: f32) -> Result<&Scaled<'p>> {
        let shows = |seen: &Option<Seen<'p>>| seen.as_ref().is_some_and(|seen| seen.shows(area, denominator));
        if !shows(&self.whole) && !shows(&self.part) {
            // One part is in memory at a time.
            self.part = None;
            let scaled = match &mut self.content {
                Content::Source(source) => source.decode_area(area, denominator)?,
                Content::Image(image) => Scaled::whole(image.clone()),
            };
            self.part = Some(Seen { scaled, area: *area, denominator: denominator.max(1.0) });
        }
        let seen = if shows(&self.whole) { &self.whole } else { &self.part };
        Ok(&seen.as_ref().expect("what neither shows was decoded").scaled)
    }
}

impl Seen<'_> {
    /// Whether it shows an area at a scale, or at the finest that memory allows.
    fn shows(&self, area: &Area, denominator: f32) -> bool {
        let best = self.area == *area && self.denominator <= denominator.max(1.0);
        best || self.scaled.shows(area, denominator)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use testkit::files::blank_png;

    use super::*;
    use crate::geometry::Point;

    #[test]
    fn what_memory_allows_only_at_a_coarser_scale_is_decoded_once() {
        let photo = Loaded::Encoded(blank_png(1000).into());
        let limits = Limits { max_decode_bytes: 1_500_000, ..Limits::default() };
        // Nothing can be decoded once it is set.
        let cancelled = AtomicBool::new(false);
        let mut sight = Sight::open(&photo, &limits, Deadline::default().or(&cancelled)).unwrap();
        let part = |side: f32| {
            let corner = Point { x: 9.0, y: 9.0 };
            Area::between(corner, Point { x: 9.0 + side, y: 9.0 + side }, (1000, 1000)).unwrap()
        };
        sight.look(1000).unwrap();
        let mut seen = |area: &Area, denominator: f32| Some(sight.seen(area, denominator).ok()?.denominator);
        assert_eq!(seen(&part(900.0), 1.0), Some(2.0));
        cancelled.store(true, Ordering::Relaxed);
        let whole = Area::whole(1000, 1000);
        for (area, denominator) in [(part(900.0), 0.5), (part(900.0), 1.5), (whole, 1.0), (whole, 3.0)] {
            assert_eq!(seen(&area, denominator), Some(2.0), "{area:?} {denominator}");
        }
        // There is memory for less of it at full scale.
        assert_eq!(seen(&part(500.0), 1.0), None);
        cancelled.store(false, Ordering::Relaxed);
        assert_eq!(seen(&part(500.0), 1.0), Some(1.0));
    }
}
