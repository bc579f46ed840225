//! A verifier of the core, and the calls that the worker makes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use visavis::{
    Engine, Error, ErrorKind, Face, Options, Point, Rect, Result, ScoreTable, Side, Template, Verifier,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Comparison, Detection, EngineInfo, Enrolled, Ranked, Sample, Verdict};
use crate::failure::{Json, failure, json};
use crate::source::Source;

/// The options and model files for a verifier.
#[wasm_bindgen]
#[derive(Default)]
pub struct Settings {
    options: Vec<(String, String)>,
    files: RefCell<BTreeMap<String, Vec<u8>>>,
}

#[wasm_bindgen]
impl Settings {
    /// No settings yet: the core's defaults apply.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Settings {
        Settings::default()
    }

    /// Sets an option by the core's name.
    pub fn set(&mut self, name: String, value: String) {
        self.options.push((name, value));
    }

    /// Adds a model's file.
    pub fn model(&mut self, name: String, bytes: Vec<u8>) {
        self.files.borrow_mut().insert(name, bytes);
    }
}

/// A verifier.
#[wasm_bindgen]
pub struct Core {
    verifier: Verifier,
}

/// A template, and the sample that it was made from, as JSON.
#[wasm_bindgen(getter_with_clone)]
pub struct Extraction {
    /// The template, to store and compare.
    pub template: Vec<u8>,
    /// What was found in the photo.
    pub sample: String,
}

/// A template made from several photos, and what was found in each, as JSON.
#[wasm_bindgen(getter_with_clone)]
pub struct Enrollment {
    /// The template, to store and compare.
    pub template: Vec<u8>,
    /// The photos, in their order.
    pub photos: String,
}

#[wasm_bindgen]
impl Core {
    /// Starts a verifier with the models that were added.
    pub fn start(settings: &Settings) -> std::result::Result<Core, String> {
        start(settings).map_err(|error| failure(&error))
    }

    /// The engine in use.
    pub fn engine(&self) -> String {
        json(&EngineInfo::from(&self.verifier))
    }

    /// The lowest false match rate that was measured; rates for higher scores are extrapolated.
    pub fn lowest_measured_rate(&self) -> f64 {
        ScoreTable::false_match_rate(self.verifier.calibration().highest_measured_score())
    }

    /// Do these two photos show the same person?
    pub fn verify(&self, probe: Source, reference: Source, quality: bool, threshold: Option<f64>) -> Json {
        self.ask(|verifier| {
            let threshold = own_threshold(verifier, threshold)?;
            verify(verifier, probe, reference, quality, threshold)
        })
    }

    /// Finds all faces in a photo.
    pub fn detect(&self, photo: Source, quality: bool) -> Json {
        self.ask(|verifier| Ok(Detection::from(&verifier.detect(photo.photo(quality))?)))
    }

    /// Makes the template of the chosen face.
    pub fn extract(&self, photo: Source, quality: bool) -> std::result::Result<Extraction, String> {
        let found = self.verifier.extract(photo.photo(quality)).map_err(|error| failure(&error))?;
        Ok(Extraction { template: found.template.to_bytes(), sample: json(&Sample::from(found.sample)) })
    }

    /// Makes one template from several photos of one person.
    pub fn enroll(
        &self,
        photos: Vec<Source>,
        quality: bool,
        threshold: Option<f64>,
    ) -> std::result::Result<Enrollment, String> {
        let enroll = || {
            let threshold = own_threshold(&self.verifier, threshold)?;
            let made = self.verifier.enroll(photos.into_iter().map(|photo| photo.photo(quality)))?;
            let photos = made.photos.into_iter().map(|photo| Enrolled {
                sample: photo.sample.into(),
                others: photo.others.map(|others| Comparison::judged(&others, threshold)),
            });
            let photos = json(&photos.collect::<Vec<_>>());
            Ok(Enrollment { template: made.template.to_bytes(), photos })
        };
        enroll().map_err(|error| failure(&error))
    }

    /// Makes the template of one face, whose landmarks are pairs of x and y.
    pub fn extract_face(&self, photo: Source, landmarks: &[f32]) -> std::result::Result<Vec<u8>, String> {
        let mut points = [Point { x: 0.0, y: 0.0 }; 5];
        for (point, pair) in points.iter_mut().zip(landmarks.chunks_exact(2)) {
            *point = Point { x: pair[0], y: pair[1] };
        }
        let face = Face::new(Rect::default(), points, 1.0);
        let template = self.verifier.extract_face(photo.photo(false), &face);
        template.map(|template| template.to_bytes()).map_err(|error| failure(&error))
    }

    /// Compares two templates.
    pub fn compare(&self, probe: &[u8], reference: &[u8], threshold: Option<f64>) -> Json {
        self.ask(|verifier| {
            let threshold = own_threshold(verifier, threshold)?;
            let [probe, reference] = [(probe, Side::Probe), (reference, Side::Reference)]
                .map(|(bytes, side)| Template::from_bytes(bytes).map_err(|error| error.at_side(side)));
            Ok(Comparison::judged(&verifier.compare(&probe?, &reference?)?, threshold))
        })
    }

    /// Compares one template with many, whose bytes are concatenated: the `top` most similar, best first.
    pub fn rank(&self, probe: &[u8], references: &[u8], top: usize, threshold: Option<f64>) -> Json {
        self.ask(|verifier| {
            let threshold = own_threshold(verifier, threshold)?;
            let probe = Template::from_bytes(probe).map_err(|error| error.at_side(Side::Probe))?;
            let ranked = verifier.rank_stored(&probe, references, Some(top))?.into_iter();
            let judged = ranked.map(|visavis::Ranked { index, comparison, .. }| Ranked {
                index,
                comparison: Comparison::judged(&comparison, threshold),
            });
            Ok(judged.collect::<Vec<_>>())
        })
    }

    fn ask<T: serde::Serialize>(&self, ask: impl FnOnce(&Verifier) -> Result<T>) -> Json {
        ask(&self.verifier).map(|answer| json(&answer)).map_err(|error| failure(&error))
    }
}

fn start(settings: &Settings) -> Result<Core> {
    let mut options = Options::default();
    // The only engine on this target; a page that requests another gets an error.
    options.engine = Engine::Embedded;
    for (name, value) in &settings.options {
        options.set(name, value)?;
    }
    let file = |name: &str| {
        settings.files.borrow_mut().remove(name).ok_or_else(|| {
            Error::new(ErrorKind::ModelNotFound, format!("{name} cannot be read: the page did not supply it"))
        })
    };
    Ok(Core { verifier: Verifier::with_model_files(options, file)? })
}

fn verify(
    verifier: &Verifier,
    probe: Source,
    reference: Source,
    quality: bool,
    threshold: f32,
) -> Result<Verdict> {
    let (comparison, probe, reference) = if probe.is_photo() && reference.is_photo() {
        let verdict = verifier.verify(probe.photo(quality), reference.photo(quality))?;
        (verdict.comparison, Some(verdict.probe), Some(verdict.reference))
    } else {
        let (probe, seen) = probe.extract(verifier, Side::Probe, quality)?;
        let (reference, also_seen) = reference.extract(verifier, Side::Reference, quality)?;
        (verifier.compare(&probe, &reference)?, seen, also_seen)
    };
    let comparison = Comparison::judged(&comparison, threshold);
    Ok(Verdict { comparison, probe: probe.map(Into::into), reference: reference.map(Into::into) })
}

/// The threshold of a call: its own or the verifier's.
fn own_threshold(verifier: &Verifier, own: Option<f64>) -> Result<f32> {
    let Some(own) = own else { return Ok(verifier.options().threshold) };
    let mut options = verifier.options().clone();
    options.threshold = own as f32;
    options.validate().map(|()| options.threshold)
}
