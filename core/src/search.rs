//! In which order, sizes and turns a photo is looked at, and when the search ends.
//!
//! Coarse to fine. The picture is looked at whole, first as it comes, then in other sizes and turned. When that shows
//! no face that is sure, everything that looked a little like one is looked at closer, at its own size and turned upright;
//! then the parts of the picture are looked at, larger and larger. It ends when a face is sure, when the picture has
//! nothing finer to show, or when the budget is spent.

use crate::deadline::Deadline;
use crate::detect::{Belief, Detector, Look, Sighting, Turn};
use crate::error::Result;
use crate::geometry::{Area, Point, SimilarityTransform, length};
use crate::options::Search;
use crate::sight::Sight;
use crate::verdict::Face;

/// What a first look must show.
const FIRST: Belief = Belief { confidence: 0.95, max_spread: MAX_SPREAD };

/// What the looks after it must show: each further look is a further chance to be wrong.
const RETRY: Belief = Belief { confidence: 0.97, max_spread: 0.04 };

/// What a closer look must show. On drawn cards and small faces of 20 people the person's face has a confidence of at
/// least 0.998 then and a spread of at most 0.013; the most that a picture without a face showed is 0.986 and 0.026.
const CLOSER: Belief = Belief { confidence: 0.99, max_spread: 0.03 };

/// The part of the square that the image fills in the look for faces that fill the image.
const WIDE_BORDER: f32 = 0.5;

/// A first look is enough when the anchors that see the face agree about its landmarks at least this well. On LFW
/// 99 % of the upright faces stay below, and 97 % of the same faces turned by a quarter or a half lie above.
const SURE_SPREAD: f32 = 0.035;

/// What disagrees more is no face: faces of LFW in profile reach 0.1.
const MAX_SPREAD: f32 = 0.1;

/// A face with a wider box lies on its side, however sure its anchors are. Of 400 photos of LFW, 99 % of the upright
/// faces have at most 0.87 and 99 % of those turned by a quarter at least 1.03; of 82 studio portraits 0.79 and 1.19.
const MAX_UPRIGHT_ASPECT: f32 = 0.95;

/// An upright face is seen with at least this confidence: 82 studio portraits shown whole have 0.9997 and more, and 20
/// portraits on cards, 62 pixels large, 0.9989. The same cards upside down are believed to be upright with up to 0.9957.
const SURE_CONFIDENCE: f32 = 0.996;

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

/// What the search came to.
pub(crate) struct Found {
    /// Most confident first.
    pub(crate) faces: Vec<Face>,
    /// What it cost, in multiples of the first look.
    pub(crate) looks: u32,
    /// Whether anything looked a little like a face.
    pub(crate) hinted: bool,
}

/// Finds faces, in coordinates of the full photo.
pub(crate) fn search(
    sight: &mut Sight<'_>,
    detector: Detector<'_>,
    effort: Search,
    deadline: Deadline<'_>,
) -> Result<Found> {
    let (size, budget) = (sight.size(), effort.budget());
    let mut searcher = Searcher {
        sight,
        size,
        detector,
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
        for look in self.whole() {
            if self.look(&look)? {
                return Ok(());
            }
        }
        let longest = self.longest();
        if longest <= self.detector.input_sizes[0] as f32 && self.best.is_some() {
            // The looks before have shown all of a small picture.
            return Ok(());
        }
        if self.look_closer()? {
            return Ok(());
        }
        let finest = self.detector.input_sizes.len() - 1;
        let mut shown = self.detector.input_sizes[finest] as f32;
        while shown < longest {
            // Twice as fine each time, less what the parts share.
            shown = (2.0 * shown - PART_OVERLAP).min(longest);
            for look in self.parts(finest, shown) {
                if self.cost(finest) > self.left() {
                    break;
                }
                self.look(&look)?;
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

    fn left(&self) -> u32 {
        self.budget.saturating_sub(self.looks)
    }

    /// Of one look with this session: networks cost what their inputs hold.
    fn cost(&self, session: usize) -> u32 {
        let sizes = self.detector.input_sizes;
        (sizes[session] * sizes[session] / (sizes[0] * sizes[0])) as u32
    }

    /// The looks at the whole picture, in order.
    fn whole(&self) -> Vec<Look> {
        let area = Area::whole(self.size.0, self.size.1);
        let sizes = self.detector.input_sizes;
        let again = |session, fill, enlarge, turn| Look { area, session, fill, enlarge, turn, belief: RETRY };
        // The first look does not enlarge: landmarks come out best at the size they have.
        let mut looks = vec![Look { belief: FIRST, ..again(0, 1.0, 1.0, Turn::None) }];
        let longest = self.longest() as usize;
        if longest < sizes[0] {
            let belief = Belief { max_spread: MAX_SPREAD, ..RETRY };
            looks.push(Look { belief, ..again(0, 1.0, 2.0, Turn::None) });
        }
        for session in 1..sizes.len() {
            // A larger input shows nothing new of a picture that the smaller one shows whole.
            if longest > sizes[session - 1] {
                looks.push(again(session, 1.0, 1.0, Turn::None));
            }
        }
        looks.push(again(0, WIDE_BORDER, 1.0, Turn::None));
        looks.extend([Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| again(0, 1.0, 1.0, turn)));
        looks
    }

    /// Looks at parts of the picture, which together show it with this longer side.
    fn parts(&self, session: usize, longer_side: f32) -> Vec<Look> {
        let (width, height) = self.size;
        let scale = longer_side / self.longest();
        let part = self.detector.input_sizes[session] as f32 / scale;
        let starts = |length: f32| {
            let count = (((length - PART_OVERLAP / scale) / (part - PART_OVERLAP / scale)).ceil()).max(1.0);
            let step = if count > 1.0 { (length - part) / (count - 1.0) } else { 0.0 };
            (0..count as usize).map(move |index| index as f32 * step)
        };
        let corner = |y: f32| starts(width as f32).map(move |x| Point { x, y });
        starts(height as f32)
            .flat_map(corner)
            .filter_map(|low| Area::between(low, Point { x: low.x + part, y: low.y + part }, (width, height)))
            .map(|area| Look { area, session, fill: 1.0, enlarge: 1.0, turn: Turn::None, belief: RETRY })
            .collect()
    }

    /// The area with everything beside it: parts side by side are decoded at once.
    fn band(&self, area: &Area) -> Area {
        let [_, top, _, height] = area.bounds().map(|value| value as f32);
        let (low, high) = (Point { x: 0.0, y: top }, Point { x: self.size.0 as f32, y: top + height });
        Area::between(low, high, self.size).unwrap_or(*area)
    }

    /// Looks once; true when the face it shows is sure.
    fn look(&mut self, look: &Look) -> Result<bool> {
        self.looks += self.cost(look.session);
        self.deadline.check()?;
        let scaled = self.sight.seen(&self.band(&look.area), self.detector.shrinks(look))?;
        let local = Look { area: scaled.area_of_photo(&look.area), ..*look };
        let mut seen = self.detector.look(&scaled.image, &local)?;
        for sighting in seen.faces.iter_mut().chain(&mut seen.hints) {
            sighting.face = scaled.face_to_photo(sighting.face);
        }
        if look.turn == Turn::None {
            self.hinted |= !seen.hints.is_empty();
            self.hints.extend(seen.hints);
        }
        Ok(self.consider(seen.faces, MAX_ROLL))
    }

    /// Keeps what is surer than what was seen before; true when its largest face is sure.
    fn consider(&mut self, sightings: Vec<Sighting>, max_roll: f32) -> bool {
        let area = |sighting: &&Sighting| sighting.face.bounds.area();
        let Some(largest) = sightings.iter().max_by(|a, b| area(a).total_cmp(&area(b))) else { return false };
        let spread = largest.spread;
        let agreed = spread < SURE_SPREAD && largest.roll.abs() < max_roll;
        let upright = self.is_upright(largest);
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

    /// Whether a face that looks upright is: anchors also agree about some that lie on their side or on their head.
    fn is_upright(&self, sighting: &Sighting) -> bool {
        let small = self.longest() <= self.detector.input_sizes[0] as f32;
        // Faces on small pictures are less clear: of 4,992 upright ones of LFW this would doubt 27.
        sighting.aspect < MAX_UPRIGHT_ASPECT && (small || sighting.face.confidence >= SURE_CONFIDENCE)
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
            let sure = upright && seen.spread < SURE_SPREAD && self.is_upright(&seen);
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
        let square = self.detector.input_sizes[0] as f32;
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
