//! The conditions: their names, and how a good photo becomes one taken under them.

use image::imageops;

use super::card::Card;
use super::picture::{self, Picture};
use super::random::Random;
use super::subject::Subject;
use super::{copy, cover, geometry, light};
use crate::failure::{Failure, Result};

/// One way of degrading a photo.
pub(super) struct Condition {
    /// The group and, usually, what distinguishes this condition within it: `card-45`.
    pub(super) name: String,
    /// A description for people.
    pub(super) about: String,
    /// The quality of the JPEG file that is made.
    quality: u8,
    make: Box<Make>,
}

type Make = dyn Fn(&Subject, &mut Random) -> Picture + Send + Sync;

/// The JPEG quality that phones use.
const QUALITY: u8 = 90;

impl Condition {
    /// The degraded photo as a JPEG file, the same each time for a seed and a name.
    pub(super) fn photo(&self, subject: &Subject, seed: u64, name: &[u8]) -> Vec<u8> {
        let picture = (self.make)(subject, &mut Random::new(seed, &[self.name.as_bytes(), name]));
        picture::jpeg(&picture, self.quality)
    }
}

/// The conditions of these names or groups (`card` is `card-0`, `card-45` and so on), or all; the good photo always first.
pub(super) fn chosen(names: &[String]) -> Result<Vec<Condition>> {
    let all = all();
    let is_named = |condition: &Condition, name: &str| {
        condition.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if let Some(name) = names.iter().find(|name| !all.iter().any(|condition| is_named(condition, name))) {
        return Err(Failure::argument(format!("there is no condition named {name:?}; --list prints all")));
    }
    let is_chosen = |condition: &Condition| {
        names.is_empty() || condition.name == "good" || names.iter().any(|name| is_named(condition, name))
    };
    Ok(all.into_iter().filter(is_chosen).collect())
}

pub(super) fn all() -> Vec<Condition> {
    [plain(), small(), capture(), covered(), copies(), turned(), cards()].into_iter().flatten().collect()
}

fn condition(
    name: impl Into<String>,
    about: impl Into<String>,
    make: impl Fn(&Subject, &mut Random) -> Picture + Send + Sync + 'static,
) -> Condition {
    Condition { name: name.into(), about: about.into(), quality: QUALITY, make: Box::new(make) }
}

fn unchanged(subject: &Subject, _: &mut Random) -> Picture {
    subject.picture.clone()
}

fn plain() -> Vec<Condition> {
    vec![
        condition("good", "the photo itself, encoded again", unchanged),
        Condition { quality: 5, ..condition("jpeg-5", "JPEG of quality 5", unchanged) },
        condition("gray", "without colour", light::gray),
        condition("mirrored", "mirrored left to right", |subject, _| {
            imageops::flip_horizontal(&subject.picture)
        }),
    ]
}

fn small() -> Vec<Condition> {
    let eyes = [8.0, 12.0, 16.0, 24.0, 32.0].map(|eyes| {
        condition(format!("eyes-{eyes}"), format!("{eyes} pixels between the eyes"), move |subject, _| {
            subject.with_eyes(eyes).picture
        })
    });
    let far = [80.0, 48.0, 32.0, 24.0].map(|eyes| {
        let about = format!("the portrait anywhere in 4000x3000, {eyes} pixels between the eyes");
        condition(format!("far-{eyes}"), about, move |subject, random| {
            geometry::far(&subject.with_eyes(eyes).picture, random)
        })
    });
    let far_any = [48.0, 32.0, 24.0].map(|eyes| {
        let about = format!("the same, turned by any angle, {eyes} pixels between the eyes");
        condition(format!("far-any-{eyes}"), about, move |subject, random| {
            let turned = geometry::rolled(&subject.with_eyes(eyes), random.within(0.0, 360.0));
            geometry::far(&turned, random)
        })
    });
    eyes.into_iter().chain(far).chain(far_any).collect()
}

fn capture() -> Vec<Condition> {
    vec![
        condition("dark", "very dark: gamma 4", |subject, _| light::dark(subject, 4.0)),
        condition("low-light", "a dark room, brightened: 40 electrons for white", light::low_light),
        condition(
            "noise",
            "noise of standard deviation 30 at 60 pixels between the eyes",
            |subject, random| light::noisy(subject, 30.0, random),
        ),
        condition("blur", "out of focus: 4 % of the distance between the eyes", |subject, _| {
            light::defocused(subject, 0.04)
        }),
        condition("blur-strong", "out of focus: 8 % of the distance between the eyes", |subject, _| {
            light::defocused(subject, 0.08)
        }),
        condition("near", "a selfie from 20 cm", |subject, _| geometry::near(subject)),
        condition("yaw-20", "the photo as a sheet turned by 20 degrees", |subject, _| {
            geometry::yawed(subject, 20.0)
        }),
        condition("yaw-35", "the photo as a sheet turned by 35 degrees", |subject, _| {
            geometry::yawed(subject, 35.0)
        }),
        condition("crop", "cropped close around the face", geometry::cropped),
        condition("crop-tight", "cropped from the brows to the chin", geometry::brows_to_chin),
    ]
}

fn covered() -> Vec<Condition> {
    vec![
        condition("mask-half", "a mask below the nose", cover::half_mask),
        condition("mask-full", "a mask over nose and mouth", cover::full_mask),
        condition("sunglasses", "black glasses", cover::sunglasses),
        condition("glasses", "rims, and windows reflected in the glass", cover::glasses),
    ]
}

fn copies() -> Vec<Condition> {
    vec![
        condition("halftone", "a newspaper's dots, 24 between the eyes", copy::halftone),
        condition("scan", "printed and scanned askew", copy::scanned),
        condition("screen", "a photo of a screen, with moire", copy::screen),
    ]
}

fn turned() -> Vec<Condition> {
    let quarter = |degrees: u32, turn: fn(&Picture) -> Picture| {
        let about = format!("lying at {degrees} degrees, its orientation lost");
        condition(format!("turn-{degrees}"), about, move |subject, _| turn(&subject.picture))
    };
    let turn = [
        quarter(90, imageops::rotate90),
        quarter(180, imageops::rotate180),
        quarter(270, imageops::rotate270),
    ];
    let roll =
        [15, 30, 45, 60, 90, 120, 135, 150, 180, 210, 225, 240, 270, 300, 315, 330, 345_u16].map(|degrees| {
            condition(
                format!("roll-{degrees}"),
                format!("turned by {degrees} degrees about the face"),
                move |subject, _| geometry::rolled(subject, f32::from(degrees)),
            )
        });
    let any = condition("roll-any", "turned by any angle about the face", |subject, random| {
        geometry::rolled(subject, random.within(0.0, 360.0))
    });
    turn.into_iter().chain(roll).chain([any]).collect()
}

fn cards() -> Vec<Condition> {
    const LARGE: Card = Card { picture: (3000, 2000), width: 1500, turn: None, ghost: false, glare: false };
    const SMALL: Card = Card { picture: (2400, 1600), width: 700, ..LARGE };
    let card = |name: String, about: String, card: Card| {
        condition(name, about, move |subject, random| card.photographed(subject, random))
    };
    let degrees = [0.0, 10.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0];
    let large = degrees.map(|turn| {
        let about = format!("an identity card on a table, at {turn} degrees");
        card(format!("card-{turn}"), about, Card { turn: Some(turn), ..LARGE })
    });
    let upright = Card { turn: Some(0.0), ..LARGE };
    let more = [
        card("card-any".into(), "an identity card at any angle".into(), LARGE),
        card("card-glare".into(), "a lamp reflected on the portrait".into(), Card { glare: true, ..upright }),
        card(
            "card-ghost".into(),
            "a card with a second, pale portrait".into(),
            Card { ghost: true, ..upright },
        ),
        card(
            "card-small".into(),
            "a card 700 pixels wide in 2400x1600".into(),
            Card { turn: Some(0.0), ..SMALL },
        ),
        card("card-small-any".into(), "the same at any angle".into(), SMALL),
    ];
    large.into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::subject::drawn;
    use super::*;

    #[test]
    fn every_condition_makes_another_photo() {
        let subject = drawn();
        // Only some of the large ones, which are slow.
        let is_large = |name: &str| name.starts_with("card-") || name.starts_with("far-");
        let mut conditions = all();
        conditions.retain(|one| !is_large(&one.name) || ["card-small-any", "far-24"].contains(&&*one.name));
        let photos: HashSet<Vec<u8>> = conditions.iter().map(|one| one.photo(&subject, 1, b"name")).collect();
        assert_eq!(photos.len(), conditions.len());
    }

    #[test]
    fn a_seed_and_a_name_give_one_photo() {
        let (subject, random) = (drawn(), chosen(&["noise".into()]).unwrap().pop().unwrap());
        let photo = |seed, name: &[u8]| random.photo(&subject, seed, name);
        assert_eq!(photo(1, b"a"), photo(1, b"a"));
        assert!(photo(1, b"a") != photo(2, b"a") && photo(1, b"a") != photo(1, b"b"));
    }

    #[test]
    fn names_are_distinct_and_choose_groups() {
        let names = |chosen: &[&str]| -> Vec<String> {
            let chosen: Vec<String> = chosen.iter().map(ToString::to_string).collect();
            super::chosen(&chosen).unwrap().into_iter().map(|condition| condition.name).collect()
        };
        let all = names(&[]);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(names(&["eyes-8", "mask"]), ["good", "eyes-8", "mask-half", "mask-full"]);
        assert_eq!(names(&["card-small"]), ["good", "card-small", "card-small-any"]);
        assert!(super::chosen(&["car".into()]).is_err());
    }
}
