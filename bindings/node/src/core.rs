//! One verifier of the core: started when first needed, and what it is asked to do.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi_derive::napi;
use once_cell::sync::OnceCell;
use visavis::{Options, Side, Verifier};

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
    verifier: OnceCell<Verifier>,
}

impl Core {
    pub(crate) fn new(options: Options) -> Self {
        Core { options, verifier: OnceCell::new() }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn verifier(&self) -> Result<&Verifier, Failure> {
        Ok(self.verifier.get_or_try_init(|| Verifier::new(self.options.clone()))?)
    }

    /// Does it; a panic becomes a failure.
    pub(crate) fn run(&self, task: Task) -> Answer {
        catch_unwind(AssertUnwindSafe(|| self.answer(task)))
            .unwrap_or_else(|payload| Err(Failure::panic(payload)))
            .unwrap_or_else(Answer::E)
    }

    fn answer(&self, Task { kind, photos }: Task) -> Result<Answer, Failure> {
        let verifier = self.verifier()?;
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
            (Kind::Start, _) => Answer::A(verifier.into()),
            (Kind::Verify, [probe, reference]) => Answer::B((&verifier.verify(probe, reference)?).into()),
            (Kind::Detect, [photo]) => Answer::C((&verifier.detect(photo)?).into()),
            (Kind::Extract, [photo]) => Answer::D((&verifier.extract(photo)?).into()),
            (_, photos) => unreachable!("{} photos for one task", photos.len()),
        })
    }
}

impl From<&Verifier> for EngineInfo {
    fn from(verifier: &Verifier) -> Self {
        let info = verifier.engine();
        EngineInfo {
            name: info.engine.name().to_owned(),
            version: info.version.clone(),
            library: info.library.as_ref().map(|path| path.to_string_lossy().into_owned()),
            fallback_reason: info.fallback_reason.clone(),
            model: verifier.extractor_id().to_owned(),
        }
    }
}
