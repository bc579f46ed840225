//! One verifier of the core: started when first needed, and what it is asked to do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use napi_derive::napi;
use once_cell::sync::OnceCell;
use visavis::{Engine, ErrorKind, Options, Side, Verifier};

use crate::answer::{Answer, EngineInfo};
use crate::failure::Failure;
use crate::photo::Photo;

/// What a verifier can be asked to do.
#[napi(string_enum = "lowercase")]
pub enum Kind {
    /// Load models and engine.
    Start,
    /// Compare two photos.
    Verify,
    /// Find all faces of one photo.
    Detect,
    /// Make the template of one photo.
    Extract,
}

/// One thing to do, with all that it needs.
pub(crate) struct Task {
    pub(crate) kind: Kind,
    pub(crate) photos: Vec<Photo>,
}

/// A verifier that starts when it is first used. A failure to start is not remembered.
pub(crate) struct Core {
    options: Options,
    /// An ONNX Runtime that nobody named, but that lies where it may be tried.
    found: Option<PathBuf>,
    started: OnceCell<Started>,
}

pub(crate) struct Started {
    pub(crate) verifier: Verifier,
    /// Why the ONNX Runtime that was found is not used.
    passed_over: Option<String>,
}

impl Core {
    pub(crate) fn new(options: Options, found: Option<PathBuf>) -> Self {
        Core { options, found, started: OnceCell::new() }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn started(&self) -> Result<&Started, Failure> {
        Ok(self.started.get_or_try_init(|| self.start())?)
    }

    fn start(&self) -> visavis::Result<Started> {
        let found = match &self.found {
            Some(found) if self.options.onnxruntime.is_none() && self.options.engine != Engine::Embedded => {
                found
            }
            _ => return Started::new(self.options.clone(), None),
        };
        let mut options = self.options.clone();
        options.onnxruntime = Some(found.clone());
        match Started::new(options, None) {
            // Nobody asked for this one, so another will do.
            Err(error)
                if matches!(error.kind(), ErrorKind::EngineUnavailable | ErrorKind::EngineIncompatible) =>
            {
                Started::new(self.options.clone(), Some(error.message().to_owned()))
            }
            result => result,
        }
    }

    /// Does it; a panic becomes a failure.
    pub(crate) fn run(&self, task: Task) -> Answer {
        catch_unwind(AssertUnwindSafe(|| self.answer(task)))
            .unwrap_or_else(|payload| Err(Failure::panic(payload)))
            .unwrap_or_else(Answer::E)
    }

    fn answer(&self, Task { kind, photos }: Task) -> Result<Answer, Failure> {
        let started = self.started()?;
        let verifier = &started.verifier;
        let sides = if photos.len() == 2 { [Some(Side::Probe), Some(Side::Reference)] } else { [None; 2] };
        let max_bytes = self.options.limits.max_bytes;
        let photos: Vec<Photo> = photos
            .into_iter()
            .zip(sides)
            .map(|(photo, side)| photo.load(max_bytes, side))
            .collect::<Result<_, _>>()?;
        #[cfg(feature = "test-panic")]
        assert!(!matches!(&photos[..], [Photo::Encoded(bytes), ..] if bytes == b"panic"), "on purpose");
        Ok(match (kind, &photos[..]) {
            (Kind::Start, _) => Answer::A(started.into()),
            (Kind::Verify, [Photo::Encoded(probe), Photo::Encoded(reference)]) => {
                Answer::B((&verifier.verify(probe, reference)?).into())
            }
            (Kind::Verify, [probe, reference]) => {
                let (probe, reference) =
                    (probe.image(verifier, sides[0])?, reference.image(verifier, sides[1])?);
                Answer::B((&verifier.verify_images(&probe, &reference)?).into())
            }
            (Kind::Detect, [Photo::Encoded(photo)]) => Answer::C((&verifier.detect(photo)?).into()),
            (Kind::Detect, [photo]) => {
                Answer::C((&verifier.detect_image(&photo.image(verifier, None)?)?).into())
            }
            (Kind::Extract, [Photo::Encoded(photo)]) => Answer::D((&verifier.extract(photo)?).into()),
            (Kind::Extract, [photo]) => {
                Answer::D((&verifier.extract_image(&photo.image(verifier, None)?)?).into())
            }
            (_, photos) => unreachable!("{} photos for one task", photos.len()),
        })
    }
}

impl Started {
    fn new(options: Options, passed_over: Option<String>) -> visavis::Result<Self> {
        Ok(Started { verifier: Verifier::new(options)?, passed_over })
    }
}

impl From<&Started> for EngineInfo {
    fn from(started: &Started) -> Self {
        let info = started.verifier.engine();
        let embedded = info.engine == Engine::Embedded;
        EngineInfo {
            name: info.engine.name().to_owned(),
            version: info.version.clone(),
            library: info.library.as_ref().map(|path| path.to_string_lossy().into_owned()),
            fallback_reason: started
                .passed_over
                .clone()
                .filter(|_| embedded)
                .or_else(|| info.fallback_reason.clone()),
            model: started.verifier.extractor_id().to_owned(),
        }
    }
}
