//! The families of detectors that can be decoded, and what is assumed about each before anything is measured.

use serde::Deserialize;

/// How a detector's outputs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    RetinaFace,
    YuNet,
    Scrfd,
    CenterFace,
}

/// Which of a detector's values are worth as much as the levels that were measured for our RetinaFace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Levels {
    /// Confidences, rising: of a hint, of a face in a first look, in a later look, in a closer look, and of one that is
    /// certainly upright.
    pub(crate) confidences: [f32; 5],
    /// How far the voters for a face may disagree about its landmarks if it is to be certain; `None` if as far as those of
    /// our RetinaFace.
    pub(crate) spread: Option<f32>,
}

/// The outputs of YuNet of 2023 by their names, in the order of its decoder.
const YUNET: &[&str] = &[
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32", "kps_8",
    "kps_16", "kps_32",
];

impl Family {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Family::RetinaFace => "retinaface",
            Family::YuNet => "yunet",
            Family::Scrfd => "scrfd",
            Family::CenterFace => "centerface",
        }
    }

    /// The names of its outputs if all published files have the same; none if the order of the graph is relied on.
    pub(super) fn outputs(self) -> Vec<String> {
        let names = if self == Family::YuNet { YUNET } else { &[] };
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// How many outputs its decoder takes.
    pub(super) const fn output_count(self) -> usize {
        match self {
            Family::RetinaFace => 3,
            Family::YuNet => 12,
            Family::Scrfd => 9,
            Family::CenterFace => 4,
        }
    }

    /// Levels for a network whose manifest states none; `None` for RetinaFace, with whose confidences they were
    /// measured.
    ///
    /// None of these was measured. Each family's authors accept a face from a certain confidence on: 0.9 in OpenCV's
    /// `FaceDetectorYN` (the default of `score_threshold`), 0.5 in InsightFace's `SCRFD.detect`, 0.5 in CenterFace's
    /// demo. YuNet's is strict, so it is the level of the strictest decision; the others' are what a first look needs,
    /// and the stricter levels divide what is left up to the confidence that clear faces have (0.7 to 0.9).
    pub(super) const fn levels(self) -> Option<Levels> {
        let confidences = match self {
            Family::RetinaFace => return None,
            Family::YuNet => [0.3, 0.6, 0.7, 0.8, 0.9],
            Family::Scrfd => [0.25, 0.5, 0.6, 0.65, 0.7],
            Family::CenterFace => [0.25, 0.5, 0.55, 0.6, 0.65],
        };
        Some(Levels { confidences, spread: None })
    }
}
