//! What makes two templates comparable: sixteen bytes that are equal only if all that affects a template is equal.

use sha2::{Digest, Sha256};

use super::{Extractor, Input, arcface_landmarks};

/// The name of a description's form, so that another form gives other bytes.
const FORM: &[u8] = b"visavis extractors 1";

/// The input of most networks of ArcFace's kind. The fingerprint of one such network is that of its file.
const PLAIN: (usize, Input) = (112, Input { order: [0, 1, 2], mean: [127.5; 3], scale: 1.0 / 128.0 });

/// The first half of a SHA-256: of the file, for one network that is used as most are; else of a description that holds
/// every network's SHA-256 and everything that changes its output.
pub(super) fn fingerprint(extractors: &[(Extractor, [u8; 32])]) -> [u8; 16] {
    let digest = match extractors {
        [(extractor, digest)] if is_plain(extractor) => *digest,
        _ => {
            let mut hash = Sha256::new();
            hash.update(FORM);
            for (extractor, digest) in extractors {
                describe(&mut hash, extractor, digest);
            }
            hash.finalize().into()
        }
    };
    *digest.first_chunk().expect("16 is less than 32")
}

fn is_plain(extractor: &Extractor) -> bool {
    (extractor.input_size, extractor.input) == PLAIN
        && extractor.landmarks == arcface_landmarks(extractor.input_size)
        && extractor.output.is_none()
        && !extractor.flip
}

fn describe(hash: &mut Sha256, extractor: &Extractor, digest: &[u8; 32]) {
    let Extractor { input, input_size, landmarks, dimensions, flip, weight, output, .. } = extractor;
    hash.update(digest);
    for size in [*input_size, *dimensions, usize::from(*flip)].into_iter().chain(input.order) {
        hash.update((size as u32).to_le_bytes());
    }
    for value in input.mean.into_iter().chain([input.scale, *weight]) {
        hash.update(value.to_le_bytes());
    }
    for point in landmarks {
        hash.update([point.x.to_le_bytes(), point.y.to_le_bytes()].concat());
    }
    // With its length, so that no two descriptions have the same bytes.
    let output = output.as_deref().unwrap_or_default();
    hash.update((output.len() as u32).to_le_bytes());
    hash.update(output);
}
