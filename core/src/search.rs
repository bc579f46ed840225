//! In which order, sizes and turns a photo is looked at, and when the search ends.
//!
//! Coarse to fine. The picture is looked at whole, first as it comes, then in other sizes and turned. When that shows
//! no face that is sure, everything that looked a little like one is looked at closer, at its own size and turned upright;
//! then the parts of the picture are looked at, larger and larger. It ends when a face is sure, when the picture has
//! nothing finer to show, or when the budget is spent.

use crate::belief::{
    CLOSER, FIRST, MAX_SPREAD, MAX_UPRIGHT_ASPECT, RETRY, SURE_SPREAD, is_agreed, is_upright, largest,
};
use crate::deadline::Deadline;
use crate::detect::{Belief, Detector, Look, Sighting, Turn};
use crate::error::Result;
use crate::geometry::{Area, Point, SimilarityTransform, length};
use crate::options::Search;
use crate::sight::Sight;
use crate::verdict::Face;

/// The part of the square that the image fills in the look for faces that fill the image.
const WIDE_BORDER: f32 = 0.5;

/// A further look must be this much surer to be believed instead of one before.
const SURER: f32 = 0.7;

/// Landmarks turned further than this are a reason to turn the image and look again.
const MAX_ROLL: f32 = std::f32::consts::FRAC_PI_4;

/// A closer look shows the face upright to this angle, or it is turned and looked at again.
const UPRIGHT_ROLL: f32 = 0.2;

/// A closer look shows this many times the face's size: as much as around a face on a photo of LFW.
const SURROUNDINGS: f32 = 2.8;

/// How much a closer look enlarges at most.
const MAX_ENLARGEMENT: f32 = 3.0;

/// How many hints of one look are looked at closer: the face that was meant is among the surest.
const MAX_HINTS: usize = 4;

/// How much neighbouring parts share, in pixels of the look: larger faces were seen in a coarser look.
const PART_OVERLAP: f32 = 96.0;

/// Faces that the finest anchors see are smaller than this in a look, and so are those whose landmarks they vote on.
const LARGE: f32 = 64.0;

/// Whether no face of at most this area, wherever it were, could be chosen instead of these.
pub(crate) type Settles<'s> = &'s dyn Fn(&[Face], f32) -> bool;

/// What the search came to.
pub(crate) struct Found {
    /// Most confident first.
    pub(crate) faces: Vec<Face>,
    /// What it cost, in multiples of the first look.
    pub(crate) looks: u32,
    /// Whether anything looked a little like a face.
    pub(crate) hinted: bool,
}

/// Finds faces, in coordinates of the full photo. All that a look shows, unless it is known when one face settles it.
pub(crate) fn search(
    sight: &mut Sight<'_>,
    detector: Detector<'_>,
    settles: Option<Settles<'_>>,
    effort: Search,
    deadline: Deadline<'_>,
) -> Result<Found> {
    let (size, budget) = (sight.size(), effort.budget());
    let mut searcher = Searcher {
        sight,
        size,
        detector,
        settles,
        budget,
        deadline,
        looks: 0,
        best: None,
        hints: Vec::new(),
        hinted: false,
    };
    searcher.run()?;
    let faces = searcher.best.map(|best| best.faces).unwrap_or_default();
    Ok(Found { faces, looks: searcher.looks, hinted: searcher.hinted })
}

struct Searcher<'s, 'p> {
    sight: &'s mut Sight<'p>,
    /// Of the photo.
    size: (u32, u32),
    detector: Detector<'s>,
    settles: Option<Settles<'s>>,
    budget: u32,
    deadline: Deadline<'s>,
    looks: u32,
    best: Option<Best>,
    /// Not yet looked at closer.
    hints: Vec<Sighting>,
    hinted: bool,
}

struct Best {
    spread: f32,
    /// Its anchors agree, but it may be a face that is not upright.
    doubtful: bool,
    faces: Vec<Face>,
}

impl Searcher<'_, '_> {
    fn run(&mut self) -> Result<()> {
        for (number, look) in self.whole().iter().enumerate() {
            let settles = self.settles.filter(|_| number == 0);
            if self.look(look, settles)? {
                return Ok(());
            }
        }
        let longest = self.longest();
        if self.is_small() && self.best.is_some() {
            // The looks before have shown all of a small picture.
            return Ok(());
        }
        if self.look_closer()? {
            return Ok(());
        }
        let finest = self.detector.sides().last().copied().unwrap_or(self.detector.side);
        let mut shown = finest as f32;
        while shown < longest {
            // Twice as fine each time, less what the parts share.
            shown = (2.0 * shown - PART_OVERLAP).min(longest);
            for look in self.parts(finest, shown) {
                if self.cost(finest) > self.left() {
                    break;
                }
                self.look(&look, None)?;
            }
            if self.look_closer()? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn longest(&self) -> f32 {
        self.size.0.max(self.size.1) as f32
    }

    /// Whether an ordinary look shows all of the picture.
    fn is_small(&self) -> bool {
        self.longest() <= self.detector.side as f32
    }

    fn left(&self) -> u32 {
        self.budget.saturating_sub(self.looks)
    }

    /// Of one look with this input size: networks cost what their inputs hold.
    fn cost(&self, side: usize) -> u32 {
        (side * side / (self.detector.side * self.detector.side)).max(1) as u32
    }

    /// The looks at the whole picture, in order.
    fn whole(&self) -> Vec<Look> {
        let area = Area::whole(self.size.0, self.size.1);
        let (ordinary, sides) = (self.detector.side, self.detector.sides());
        let again = |side, fill, enlarge, turn| Look { area, side, fill, enlarge, turn, belief: RETRY };
        // The first look does not enlarge: landmarks come out best at the size they have.
        let first = |side| Look { belief: FIRST, ..again(side, 1.0, 1.0, Turn::None) };
        let longest = self.longest() as usize;
        let fitting = sides.iter().filter(|side| (longest..ordinary).contains(*side));
        let mut looks: Vec<Look> = fitting.map(|side| first(*side)).take(1).collect();
        looks.push(first(ordinary));
        if longest < ordinary {
            let belief = Belief { max_spread: MAX_SPREAD, ..RETRY };
            looks.push(Look { belief, ..again(ordinary, 1.0, 2.0, Turn::None) });
        }
        // A larger input shows nothing new of a picture that the smaller one shows whole.
        let finer = sides.windows(2).filter(|pair| pair[0] >= ordinary && longest > pair[0]);
        looks.extend(finer.map(|pair| again(pair[1], 1.0, 1.0, Turn::None)));
        looks.push(again(ordinary, WIDE_BORDER, 1.0, Turn::None));
        looks.extend(
            [Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| again(ordinary, 1.0, 1.0, turn)),
        );
        looks
    }

    /// Looks at parts of the picture, which together show it with this longer side.
    fn parts(&self, side: usize, longer_side: f32) -> Vec<Look> {
        let (width, height) = self.size;
        let scale = longer_side / self.longest();
        let part = side as f32 / scale;
        let starts = |length: f32| {
            let count = (((length - PART_OVERLAP / scale) / (part - PART_OVERLAP / scale)).ceil()).max(1.0);
            let step = if count > 1.0 { (length - part) / (count - 1.0) } else { 0.0 };
            (0..count as usize).map(move |index| index as f32 * step)
        };
        let corner = |y: f32| starts(width as f32).map(move |x| Point { x, y });
        starts(height as f32)
            .flat_map(corner)
            .filter_map(|low| Area::between(low, Point { x: low.x + part, y: low.y + part }, (width, height)))
            .map(|area| Look { area, side, fill: 1.0, enlarge: 1.0, turn: Turn::None, belief: RETRY })
            .collect()
    }

    /// The area with everything beside it: parts side by side are decoded at once.
    fn band(&self, area: &Area) -> Area {
        let [_, top, _, height] = area.bounds().map(|value| value as f32);
        let (low, high) = (Point { x: 0.0, y: top }, Point { x: self.size.0 as f32, y: top + height });
        Area::between(low, high, self.size).unwrap_or(*area)
    }

    /// Looks once; true when the face it shows is sure. Not for the smallest faces if the others settle the matter.
    fn look(&mut self, look: &Look, settles: Option<Settles<'_>>) -> Result<bool> {
        self.looks += self.cost(look.side);
        self.deadline.check()?;
        let (pixels, small) = (look.shrinks().max(1.0), self.is_small());
        let scaled = self.sight.seen(&self.band(&look.area), pixels)?;
        let local = Look { area: scaled.area_of_photo(&look.area), ..*look };
        let to_photo = |sightings: &mut Vec<Sighting>| {
            for sighting in sightings {
                sighting.face = scaled.face_to_photo(sighting.face);
            }
        };
        let glance = self.detector.glance(&scaled.image, &local)?;
        let mut seen = glance.seen(look.belief);
        to_photo(&mut seen.faces);
        let faces: Vec<Face> = seen.faces.iter().map(|sighting| sighting.face).collect();
        let settled = settles.is_some_and(|settles| settles(&faces, (LARGE * pixels).powi(2)))
            && largest(&seen.faces).is_some_and(|face| is_agreed(face, MAX_ROLL) && is_upright(face, small));
        if !settled {
            seen = self.detector.finish(glance, &local)?;
            to_photo(&mut seen.faces);
            to_photo(&mut seen.hints);
            if look.turn == Turn::None {
                self.hinted |= !seen.hints.is_empty();
                self.hints.extend(seen.hints);
            }
        }
        Ok(self.consider(seen.faces, MAX_ROLL))
    }

    /// Keeps what is surer than what was seen before; true when its largest face is sure.
    fn consider(&mut self, sightings: Vec<Sighting>, max_roll: f32) -> bool {
        let Some(largest) = largest(&sightings) else { return false };
        let (spread, agreed) = (largest.spread, is_agreed(largest, max_roll));
        let upright = is_upright(largest, self.is_small());
        let surer = match &self.best {
            None => true,
            Some(best) => spread < SURER * best.spread || (best.doubtful && agreed && upright),
        };
        if surer {
            let faces = sightings.into_iter().map(|sighting| sighting.face).collect();
            self.best = Some(Best { spread, doubtful: agreed && !upright, faces });
        }
        surer && agreed && upright
    }

    /// Looks closer at the surest hints so far; true when a face is sure.
    fn look_closer(&mut self) -> Result<bool> {
        let mut hints = std::mem::take(&mut self.hints);
        hints.sort_by(|a, b| b.face.confidence.total_cmp(&a.face.confidence));
        let mut looked: Vec<Face> = Vec::new();
        let mut found = Vec::new();
        for hint in &hints {
            if looked.len() == MAX_HINTS {
                break;
            }
            if looked.iter().any(|face| face.bounds.overlap(&hint.face.bounds) > 0.2) {
                continue;
            }
            looked.push(hint.face);
            found.extend(self.upright(hint)?);
        }
        found.sort_by(|a: &Sighting, b| b.face.confidence.total_cmp(&a.face.confidence));
        Ok(self.consider(found, UPRIGHT_ROLL))
    }

    /// The face behind a hint, looked at from all sides until it is upright.
    fn upright(&mut self, hint: &Sighting) -> Result<Option<Sighting>> {
        use std::f32::consts::{FRAC_PI_2, PI};
        let turns = if hint.aspect > MAX_UPRIGHT_ASPECT {
            [FRAC_PI_2, -FRAC_PI_2, 0.0, PI]
        } else {
            [0.0, PI, FRAC_PI_2, -FRAC_PI_2]
        };
        let mut best: Option<Sighting> = None;
        for turn in turns {
            let Some(seen) = self.closer(&hint.face, turn)? else { continue };
            let tilted = seen.roll.abs() > UPRIGHT_ROLL;
            let seen = if tilted { self.closer(&seen.face, turn + seen.roll)? } else { Some(seen) };
            let Some(seen) = seen else { continue };
            let upright = seen.roll.abs() <= UPRIGHT_ROLL && seen.aspect < MAX_UPRIGHT_ASPECT;
            let sure = upright && seen.spread < SURE_SPREAD && is_upright(&seen, self.is_small());
            if upright && best.as_ref().is_none_or(|best| seen.spread < best.spread) {
                best = Some(seen);
            }
            if sure {
                break;
            }
        }
        Ok(best)
    }

    /// One closer look at a face, turned clockwise by an angle; nothing when it shows none in its middle.
    fn closer(&mut self, face: &Face, turn: f32) -> Result<Option<Sighting>> {
        if self.left() == 0 {
            return Ok(None);
        }
        self.looks += 1;
        let square = self.detector.side as f32;
        let size = face.bounds.area().sqrt();
        let scale = (SURROUNDINGS * size / square).max(1.0 / MAX_ENLARGEMENT);
        let (sine, cosine) = turn.sin_cos();
        let (a, b) = (scale * cosine, scale * sine);
        let centre = face.bounds.centre();
        let middle = (square - 1.0) / 2.0;
        // The middle of the square shows the centre of the box, in coordinates of pixel centres.
        let tx = centre.x - 0.5 - (a * middle - b * middle);
        let ty = centre.y - 0.5 - (b * middle + a * middle);
        let map = SimilarityTransform { a, b, tx, ty };
        self.deadline.check()?;
        // With what any turn shows, so that it is decoded once.
        let reach = 0.75 * square * scale;
        let (low, high) = (
            Point { x: centre.x - reach, y: centre.y - reach },
            Point { x: centre.x + reach, y: centre.y + reach },
        );
        let Some(area) = Area::between(low, high, self.size) else { return Ok(None) };
        let scaled = self.sight.seen(&area, map.scale())?;
        let mut seen = self.detector.look_closer(&scaled.image, &scaled.map_of_photo(&map), CLOSER)?;
        for sighting in &mut seen {
            sighting.face = scaled.face_to_photo(sighting.face);
        }
        let near = |sighting: &Sighting| {
            let other = sighting.face.bounds.centre();
            length(other.x - centre.x, other.y - centre.y) < size / 2.0
        };
        Ok(seen.into_iter().find(near))
    }
}
