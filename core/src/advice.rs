//! What the photographer can improve.

/// A piece of advice, with a stable name and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Advice {
    /// The face has too few pixels.
    TooSmall,
    /// The face shows too little fine detail.
    Blurred,
    /// The face, or the whole picture where no face was found, is dark.
    TooDark,
    /// The face, or the whole picture where no face was found, is bright.
    TooBright,
    /// The head is turned to the side, up or down.
    TurnedAway,
    /// The head or the picture is tilted.
    Tilted,
    /// Something resembles a face, but is covered, turned away or blurred.
    Covered,
    /// There are several faces.
    SeveralFaces,
}

impl Advice {
    /// Every piece of advice.
    pub const ALL: &'static [Advice] = &[
        Advice::TooSmall,
        Advice::Blurred,
        Advice::TooDark,
        Advice::TooBright,
        Advice::TurnedAway,
        Advice::Tilted,
        Advice::Covered,
        Advice::SeveralFaces,
    ];

    /// The stable name, for example `too_dark`.
    pub const fn name(self) -> &'static str {
        match self {
            Advice::TooSmall => "too_small",
            Advice::Blurred => "blurred",
            Advice::TooDark => "too_dark",
            Advice::TooBright => "too_bright",
            Advice::TurnedAway => "turned_away",
            Advice::Tilted => "tilted",
            Advice::Covered => "covered",
            Advice::SeveralFaces => "several_faces",
        }
    }

    /// A sentence for the photographer, without a full stop.
    pub const fn sentence(self) -> &'static str {
        match self {
            Advice::TooSmall => "the face is very small: come closer or send a larger picture",
            Advice::Blurred => "the face is blurred: hold still and focus on it",
            Advice::TooDark => "it is too dark: take the photo in more light",
            Advice::TooBright => "it is too bright: take the photo in less light",
            Advice::TurnedAway => "the head is turned away: look straight into the camera",
            Advice::Tilted => "the head is tilted: hold head and camera upright",
            Advice::Covered => {
                "what may be a face is covered, turned away or blurred: show all of it, looking into the camera"
            }
            Advice::SeveralFaces => {
                "there are several faces: make sure that the right one is the most prominent"
            }
        }
    }
}
