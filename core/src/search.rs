//! In which order, sizes and rotations a photo is looked at, and when the search ends.
//!
//! Coarse to fine. The whole picture is looked at first as it is, then in other sizes and rotations. If no face is
//! certain then, whatever looked a little like one gets a closer look, at its own size and rotated upright; then the
//! parts of the picture are looked at, at a larger scale each time; then all of it again, rotated by quarters and by
//! the diagonals between them, since the detector sees next to nothing of a face that is rotated by more than 45
//! degrees. The search ends when a face is certain, when the picture has nothing more to show, or when the budget is
//! spent. What the budget does not cover as a whole is not begun, so that finding a face does not depend on the corner
//! that it is in.

use std::f32::consts::FRAC_PI_4;

use crate::belief::{CLOSER, MAX_UPRIGHT_ASPECT, SURE_SPREAD, is_agreed, is_clear, is_upright, largest};
use crate::deadline::Deadline;
use crate::detect::{Detector, Look, Sighting, Turn};
use crate::error::Result;
use crate::geometry::{Area, Point, length};
use crate::options::Search;
use crate::plan::{DIAGONALS, Plan, QUARTERS, Square, TURNS};
use crate::sight::Sight;
use crate::verdict::Face;

/// The spread of a later look must be smaller by this factor to replace that of an earlier one.
const SURER: f32 = 0.7;

/// Landmarks rotated further than this are a reason to rotate the image and look again.
const MAX_ROLL: f32 = FRAC_PI_4;

/// A closer look must show the face upright to within this angle, else the face is rotated and looked at again.
const UPRIGHT_ROLL: f32 = 0.2;

/// How many hints get a closer look at a time: the intended face is among the most confident.
const MAX_HINTS: usize = 4;

/// How many rotations of a hint get a closer look: those in which it looks most like a face.
const MAX_TURNS: usize = 2;

/// Faces that the finest anchors detect are smaller than this in a look, and so are those whose landmarks they vote on.
const LARGE: f32 = 64.0;

/// Whether no face of at most this area, wherever it is, could be chosen instead of these.
pub(crate) type Settles<'s> = &'s dyn Fn(&[Face], f32) -> bool;

/// The result of the search.
pub(crate) struct Found {
    /// Most confident first.
    pub(crate) faces: Vec<Face>,
    /// What it cost, in multiples of the first look.
    pub(crate) looks: u32,
    /// Whether anything looked a little like a face.
    pub(crate) hinted: bool,
}

/// Finds faces, in coordinates of the full photo: all that a look shows, or, with `settles`, at least those that matter
/// for the choice.
pub(crate) fn search(
    sight: &mut Sight<'_>,
    detector: Detector<'_>,
    settles: Option<Settles<'_>>,
    effort: Search,
    deadline: Deadline<'_>,
) -> Result<Found> {
    let (size, budget) = (sight.size(), effort.budget());
    let plan = Plan::new(size, detector.input_size, detector.input_sizes());
    let mut searcher = Searcher {
        sight,
        plan,
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
    plan: Plan,
    /// Of the photo.
    size: (u32, u32),
    detector: Detector<'s>,
    settles: Option<Settles<'s>>,
    budget: u32,
    deadline: Deadline<'s>,
    looks: u32,
    best: Option<Best>,
    /// Those that have had no closer look yet.
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
        for (number, look) in self.plan.whole().iter().enumerate() {
            let settles = self.settles.filter(|_| number == 0);
            if self.look(look, settles)? {
                return Ok(());
            }
        }
        if self.plan.is_small() && self.best.is_some() {
            // The looks so far have shown all of a small picture.
            return Ok(());
        }
        if self.look_closer()? {
            return Ok(());
        }
        let whole = self.plan.area();
        for parts in self.plan.levels() {
            if self.look_at_parts(&parts)? {
                return Ok(());
            }
        }
        if self.look_turned(&[whole])? {
            return Ok(());
        }
        for parts in self.plan.levels() {
            if self.look_turned(&parts)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn left(&self) -> u32 {
        self.budget.saturating_sub(self.looks)
    }

    fn can_afford(&self, count: usize) -> bool {
        self.plan.cost(self.plan.finest) as usize * count <= self.left() as usize
    }

    /// Looks at all of these parts, if the budget allows it; true if a face is certain.
    fn look_at_parts(&mut self, parts: &[Area]) -> Result<bool> {
        if !self.can_afford(parts.len()) {
            return Ok(false);
        }
        for &area in parts {
            self.look(&self.plan.part(area), None)?;
        }
        self.look_closer()
    }

    /// Looks for hints in rotated areas, by quarters and then between them; true if a face is certain.
    fn look_turned(&mut self, areas: &[Area]) -> Result<bool> {
        for turns in [QUARTERS.as_slice(), DIAGONALS.as_slice()] {
            if !self.can_afford(areas.len() * turns.len()) {
                return Ok(false);
            }
            for area in areas {
                for &turn in turns {
                    self.turned(area, turn)?;
                }
            }
            if self.look_closer()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds the hints of one look at an area rotated by this angle.
    fn turned(&mut self, area: &Area, turn: f32) -> Result<()> {
        let side = self.plan.finest;
        self.looks += self.plan.cost(side);
        self.deadline.check()?;
        let square = self.plan.turned(area, turn);
        let scaled = self.sight.seen(area, square.scale)?;
        let map = scaled.map_of_photo(&square.map(side));
        let mut hints = self.detector.look_at(&scaled.image, &map, side, CLOSER)?.hints;
        for hint in &mut hints {
            hint.face = scaled.face_to_photo(hint.face);
        }
        self.hinted |= !hints.is_empty();
        self.hints.extend(hints);
        Ok(())
    }

    /// The area with everything to its left and right: parts side by side are decoded at once.
    fn band(&self, area: &Area) -> Area {
        let [_, top, _, height] = area.bounds().map(|value| value as f32);
        let (low, high) = (Point { x: 0.0, y: top }, Point { x: self.size.0 as f32, y: top + height });
        Area::between(low, high, self.size).unwrap_or(*area)
    }

    /// Looks once; true if the face that it shows is certain. Skips the smallest faces if the others settle the choice.
    fn look(&mut self, look: &Look, settles: Option<Settles<'_>>) -> Result<bool> {
        self.looks += self.plan.cost(look.input_size);
        self.deadline.check()?;
        let (pixels, small) = (look.shrinks().max(1.0), self.plan.is_small());
        let scaled = self.sight.seen(&self.band(&look.area), pixels)?;
        let local = Look { area: scaled.area_of_photo(&look.area), ..*look };
        let to_photo = |sightings: &mut Vec<Sighting>| {
            for sighting in sightings {
                sighting.face = scaled.face_to_photo(sighting.face);
            }
        };
        let coarse = self.detector.coarse_look(&scaled.image, &local)?;
        let mut seen = coarse.seen(look.belief);
        to_photo(&mut seen.faces);
        let faces: Vec<Face> = seen.faces.iter().map(|sighting| sighting.face).collect();
        let settled = settles.is_some_and(|settles| settles(&faces, (LARGE * pixels).powi(2)))
            && largest(&seen.faces).is_some_and(|face| is_agreed(face, MAX_ROLL) && is_upright(face, small));
        if !settled {
            seen = self.detector.finish(coarse, &local)?;
            to_photo(&mut seen.faces);
            to_photo(&mut seen.hints);
            if look.turn == Turn::None {
                self.hinted |= !seen.hints.is_empty();
                self.hints.extend(seen.hints);
            }
        }
        Ok(self.consider(seen.faces, MAX_ROLL))
    }

    /// Keeps the sightings if they are more certain than earlier ones; true if the largest face is certain.
    fn consider(&mut self, sightings: Vec<Sighting>, max_roll: f32) -> bool {
        let Some(largest) = largest(&sightings) else { return false };
        let (spread, agreed) = (largest.spread, is_agreed(largest, max_roll));
        let upright = is_upright(largest, self.plan.is_small());
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

    /// Looks closer at the most confident hints so far; true if a face is certain.
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

    /// The face to which a hint leads, looked at in the rotations in which it looks most like one, until it is upright.
    fn upright(&mut self, hint: &Sighting) -> Result<Option<Sighting>> {
        let mut best: Option<Sighting> = None;
        for turn in self.turns(&hint.face)? {
            let Some(seen) = self.closer(&hint.face, turn)? else { continue };
            let tilted = seen.roll.abs() > UPRIGHT_ROLL;
            let seen = if tilted { self.closer(&seen.face, turn + seen.roll)? } else { Some(seen) };
            let Some(seen) = seen else { continue };
            let upright = seen.roll.abs() <= UPRIGHT_ROLL && seen.aspect < MAX_UPRIGHT_ASPECT;
            let sure = upright && seen.spread < SURE_SPREAD && is_clear(&seen, self.plan.is_small());
            if upright && best.as_ref().is_none_or(|best| seen.spread < best.spread) {
                best = Some(seen);
            }
            if sure {
                break;
            }
        }
        Ok(best)
    }

    /// The rotations in which a hint looks most like a face, of eight that one look shows.
    fn turns(&mut self, face: &Face) -> Result<Vec<f32>> {
        if self.left() == 0 {
            return Ok(Vec::new());
        }
        self.looks += 1;
        self.deadline.check()?;
        let tile = self.detector.tile();
        let squares = TURNS.map(|turn| Square::around(face, tile, turn));
        let area = squares[0].reach(tile, self.size);
        let Some(area) = area else { return Ok(Vec::new()) };
        let scaled = self.sight.seen(&area, squares[0].scale)?;
        let maps = squares.map(|square| scaled.map_of_photo(&square.map(tile)));
        let mut seen: Vec<(f32, f32)> = Vec::new();
        for (turn, sighting) in TURNS.iter().zip(self.detector.look_at_sheet(&scaled.image, &maps)?) {
            let Some(sighting) = sighting.filter(|seen| seen.roll.abs() < FRAC_PI_4) else { continue };
            let tilt = if sighting.roll.abs() > UPRIGHT_ROLL { sighting.roll } else { 0.0 };
            seen.push((sighting.face.confidence, turn + tilt));
        }
        seen.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut turns: Vec<f32> = Vec::new();
        for (_, turn) in seen {
            // Neighbouring rotations show the same face.
            if turns.iter().all(|other| (turn - other).cos() < FRAC_PI_4.cos()) {
                turns.push(turn);
            }
        }
        turns.truncate(MAX_TURNS);
        Ok(turns)
    }

    /// One closer look at a face, rotated clockwise by an angle; `None` if it shows none in the middle.
    fn closer(&mut self, face: &Face, turn: f32) -> Result<Option<Sighting>> {
        if self.left() == 0 {
            return Ok(None);
        }
        self.looks += 1;
        self.deadline.check()?;
        let side = self.detector.input_size;
        let square = Square::around(face, side, turn);
        let Some(area) = square.reach(side, self.size) else { return Ok(None) };
        let scaled = self.sight.seen(&area, square.scale)?;
        let map = scaled.map_of_photo(&square.map(side));
        let mut seen = self.detector.look_at(&scaled.image, &map, side, CLOSER)?.faces;
        for sighting in &mut seen {
            sighting.face = scaled.face_to_photo(sighting.face);
        }
        let (centre, size) = (face.bounds.centre(), face.bounds.area().sqrt());
        let near = |sighting: &Sighting| {
            let other = sighting.face.bounds.centre();
            length(other.x - centre.x, other.y - centre.y) < size / 2.0
        };
        Ok(seen.into_iter().find(near))
    }
}
