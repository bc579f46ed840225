//! Whether a network's outputs are those of its family.

use crate::error::{Error, ErrorKind};
use crate::model::Family;

/// The outputs, if each has the expected length.
pub(super) fn expect<const N: usize>(
    family: Family,
    side: usize,
    outputs: &[Vec<f32>],
    lengths: [usize; N],
) -> Result<[&[f32]; N], Error> {
    let fit = outputs.len() >= N && outputs.iter().zip(lengths).all(|(data, length)| data.len() == length);
    if fit {
        Ok(std::array::from_fn(|index| &*outputs[index]))
    } else {
        Err(wrong(family, side, &lengths, outputs))
    }
}

pub(super) fn wrong(family: Family, side: usize, lengths: &[usize], outputs: &[Vec<f32>]) -> Error {
    let given: Vec<usize> = outputs.iter().map(Vec::len).collect();
    let message = format!(
        "the detector's outputs are not those of a {} for {side} x {side} pixels: their lengths are {given:?} instead of \
         {lengths:?}",
        family.name()
    );
    Error::new(ErrorKind::ModelInvalid, message)
}
