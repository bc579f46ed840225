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
    whole: Option<Scaled<'p>>,
    part: Option<Scaled<'p>>,
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
        self.whole = Some(match &mut self.content {
            Content::Source(source) => source.decode_at_least(longest)?,
            Content::Image(image) => Scaled::whole(image.clone()),
        });
        Ok(())
    }

    /// An area, with one pixel for a square of at most `denominator` pixels of the photo if memory allows.
    pub(crate) fn seen(&mut self, area: &Area, denominator: f32) -> Result<&Scaled<'p>> {
        let shows = |seen: &Option<Scaled<'p>>| seen.as_ref().is_some_and(|s| s.shows(area, denominator));
        if !shows(&self.whole) && !shows(&self.part) {
            // One part is in memory at a time.
            self.part = None;
            self.part = Some(match &mut self.content {
                Content::Source(source) => source.decode_area(area, denominator)?,
                Content::Image(image) => Scaled::whole(image.clone()),
            });
        }
        let seen = if shows(&self.whole) { &self.whole } else { &self.part };
        Ok(seen.as_ref().expect("one of them shows the area"))
    }
}
