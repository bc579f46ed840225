//! Requests from JavaScript, and the tasks made from them, which hold no JavaScript values.

// The fields' names suffice: only our own JavaScript half sees them.
#![allow(missing_docs)]

use napi_derive::napi;
use visavis::{Face, Photo, Rect, Result, Side, Template, Verifier};

use visavis_cli::draw::{cropped, marked};

use crate::answer::{Answer, Bounds, Comparison, Enrollment, Landmarks, Verification};
use crate::photo::{self, Source};

/// One request. `quality`: whether the capture quality of the faces is measured.
#[napi(discriminant = "task", discriminant_case = "camelCase", object_to_js = false)]
pub enum Request {
    /// Load models and engine.
    Start {},
    Verify {
        probe: Source,
        reference: Source,
        quality: bool,
        threshold: Option<f64>,
    },
    Detect {
        photo: Source,
        quality: bool,
    },
    Extract {
        photo: Source,
        quality: bool,
    },
    /// Make one template from several photos; each is compared with the others by this threshold.
    Enroll {
        photos: Vec<Source>,
        quality: bool,
        threshold: Option<f64>,
    },
    ExtractFace {
        photo: Source,
        landmarks: Landmarks,
    },
    /// Draw the faces into the photo.
    Draw {
        photo: Source,
    },
    /// Cut a face out; `margin` is a fraction of its width and height.
    Crop {
        photo: Source,
        bounds: Bounds,
        margin: f64,
    },
}

/// A request with its photos copied, so that JavaScript can neither change nor free what it needs.
pub(crate) enum Task {
    Start,
    Verify(Subject, Subject, Option<f64>),
    Detect(Photo<'static>),
    Extract(Photo<'static>),
    Enroll(Vec<Photo<'static>>, Option<f64>),
    ExtractFace(Photo<'static>, Face),
    Draw(Photo<'static>),
    Crop(Photo<'static>, Rect, f32),
    #[cfg(feature = "test-panic")]
    Panic,
}

/// What a verification compares.
pub(crate) enum Subject {
    Photo(Photo<'static>),
    Template(Template),
}

impl Request {
    /// Copies the photos; of one that is larger than allowed, just enough for the core to reject it.
    pub(crate) fn copy(self, max_bytes: usize) -> Task {
        let photo = |source, quality| photo::copy(source, max_bytes, quality);
        let subject = |source, quality| match source {
            Source::Template { template } => Subject::Template(template.0),
            source => Subject::Photo(photo(source, quality)),
        };
        match self {
            #[cfg(feature = "test-panic")]
            Request::Verify { probe: Source::Encoded { bytes }, .. }
            | Request::Detect { photo: Source::Encoded { bytes }, .. }
            | Request::Extract { photo: Source::Encoded { bytes }, .. }
                if *bytes == *b"panic" =>
            {
                Task::Panic
            }
            Request::Start {} => Task::Start,
            Request::Verify { probe, reference, quality, threshold } => {
                Task::Verify(subject(probe, quality), subject(reference, quality), threshold)
            }
            Request::Detect { photo: source, quality } => Task::Detect(photo(source, quality)),
            Request::Extract { photo: source, quality } => Task::Extract(photo(source, quality)),
            Request::Enroll { photos, quality, threshold } => {
                Task::Enroll(photos.into_iter().map(|source| photo(source, quality)).collect(), threshold)
            }
            Request::ExtractFace { photo: source, landmarks } => {
                let face = Face::new(Rect::default(), landmarks.into(), 1.0);
                Task::ExtractFace(photo(source, false), face)
            }
            Request::Draw { photo: source } => Task::Draw(photo(source, false)),
            Request::Crop { photo: source, bounds, margin } => {
                Task::Crop(photo(source, false), bounds.into(), margin as f32)
            }
        }
    }
}

impl Task {
    pub(crate) fn run(self, verifier: &Verifier) -> Result<Answer> {
        Ok(match self {
            Task::Start => Answer::A(verifier.into()),
            Task::Verify(probe, reference, own) => {
                Answer::B(verify(verifier, probe, reference, threshold(verifier, own)?)?)
            }
            Task::Detect(photo) => Answer::C(verifier.detect(photo)?.into()),
            Task::Extract(photo) => Answer::D(verifier.extract(photo)?.into()),
            Task::Enroll(photos, own) => {
                let threshold = threshold(verifier, own)?;
                Answer::H(Enrollment::judged(verifier.enroll(photos)?, threshold))
            }
            Task::ExtractFace(photo, face) => Answer::E(verifier.extract_face(photo, &face)?.into()),
            Task::Draw(photo) => {
                let image = verifier.decode(photo)?;
                let found = verifier.detect(&image)?;
                Answer::F(marked(&image, &found.faces, found.chosen.ok()).into())
            }
            Task::Crop(photo, bounds, margin) => {
                Answer::F(cropped(&verifier.decode(photo)?, &bounds, margin)?.into())
            }
            #[cfg(feature = "test-panic")]
            Task::Panic => panic!("on purpose"),
        })
    }
}

fn verify(verifier: &Verifier, probe: Subject, reference: Subject, threshold: f32) -> Result<Verification> {
    let (comparison, probe, reference) = match (probe, reference) {
        (Subject::Photo(probe), Subject::Photo(reference)) => {
            let verdict = verifier.verify(probe, reference)?;
            (verdict.comparison, Some(verdict.probe), Some(verdict.reference))
        }
        (probe, reference) => {
            let (probe, seen) = probe.template(verifier, Side::Probe)?;
            let (reference, also_seen) = reference.template(verifier, Side::Reference)?;
            (verifier.compare(&probe, &reference)?, seen, also_seen)
        }
    };
    let comparison = Comparison::judged(&comparison, threshold);
    Ok(Verification { comparison, probe: probe.map(Into::into), reference: reference.map(Into::into) })
}

impl Subject {
    fn template(self, verifier: &Verifier, side: Side) -> Result<(Template, Option<visavis::Sample>)> {
        match self {
            Subject::Template(template) => Ok((template, None)),
            Subject::Photo(photo) => {
                let extraction = verifier.extract(photo).map_err(|error| error.at_side(side))?;
                Ok((extraction.template, Some(extraction.sample)))
            }
        }
    }
}

/// The threshold of a call: its own or the verifier's.
pub(crate) fn threshold(verifier: &Verifier, own: Option<f64>) -> Result<f32> {
    let Some(own) = own else { return Ok(verifier.options().threshold) };
    let mut options = verifier.options().clone();
    options.threshold = own as f32;
    options.validate().map(|()| options.threshold)
}
