//! `vav_advice`: what the photographer can improve.

use face::Advice;

/// What the photographer can improve: bits of vav_quality.advice and vav_error_advice. More may be added.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum vav_advice {
    /// The face has too few pixels.
    VAV_ADVICE_TOO_SMALL = 1,
    /// The face shows too little fine detail.
    VAV_ADVICE_BLURRED = 2,
    /// The face, or the whole picture where no face was found, is dark.
    VAV_ADVICE_TOO_DARK = 4,
    /// The face, or the whole picture where no face was found, is bright.
    VAV_ADVICE_TOO_BRIGHT = 8,
    /// The head is turned to the side, up or down.
    VAV_ADVICE_TURNED_AWAY = 16,
    /// The head or the picture is tilted.
    VAV_ADVICE_TILTED = 32,
    /// Something resembles a face, but is covered, turned away or blurred.
    VAV_ADVICE_COVERED = 64,
    /// There are several faces.
    VAV_ADVICE_SEVERAL_FACES = 128,
}

/// The core's advice as bits; advice that this version of the C ABI does not know is left out.
pub(crate) fn advice_bits(advice: &[Advice]) -> u32 {
    let bit = |advice: &Advice| match advice {
        Advice::TooSmall => vav_advice::VAV_ADVICE_TOO_SMALL as u32,
        Advice::Blurred => vav_advice::VAV_ADVICE_BLURRED as u32,
        Advice::TooDark => vav_advice::VAV_ADVICE_TOO_DARK as u32,
        Advice::TooBright => vav_advice::VAV_ADVICE_TOO_BRIGHT as u32,
        Advice::TurnedAway => vav_advice::VAV_ADVICE_TURNED_AWAY as u32,
        Advice::Tilted => vav_advice::VAV_ADVICE_TILTED as u32,
        Advice::Covered => vav_advice::VAV_ADVICE_COVERED as u32,
        Advice::SeveralFaces => vav_advice::VAV_ADVICE_SEVERAL_FACES as u32,
        _ => 0,
    };
    advice.iter().map(bit).fold(0, |bits, bit| bits | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_advice_of_the_core_has_its_own_bit() {
        let bits: u32 = Advice::ALL.iter().map(|advice| advice_bits(&[*advice])).sum();
        assert_eq!(bits, (1 << Advice::ALL.len()) - 1);
    }
}
