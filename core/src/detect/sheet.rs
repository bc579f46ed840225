//! Several squares of a picture side by side on one input.

use crate::error::Result;
use crate::geometry::{Point, SimilarityTransform, length};
use crate::image::Image;
use crate::model::Input;
use crate::verdict::Face;
use crate::warp::warp;

/// How many squares a row holds, and how many there are: the last place stays empty.
const ROW: usize = 3;
pub(super) const TILES: usize = 8;

/// The side of each square, on an input of this side.
pub(super) fn tile(input: usize) -> usize {
    input / ROW
}

/// Left and top of a square.
fn corner(tile_number: usize, input: usize) -> (usize, usize) {
    (tile_number % ROW * tile(input), tile_number / ROW * tile(input))
}

/// The squares in the network's layout, on its neutral colour.
pub(super) fn tensor(
    image: &Image<'_>,
    maps: &[SimilarityTransform; TILES],
    side: usize,
    input: &Input,
) -> Result<Vec<f32>> {
    let (tile, area) = (tile(side), side * side);
    let mut tensor: Vec<f32> =
        input.planes(input.neutral()).into_iter().flat_map(|value| vec![value; area]).collect();
    for (number, map) in maps.iter().enumerate() {
        let square = warp(image, map, tile, input, input.neutral())?;
        let (left, top) = corner(number, side);
        for (row, line) in square.chunks_exact(tile).enumerate() {
            let (plane, y) = (row / tile, top + row % tile);
            tensor[plane * area + y * side + left..][..tile].copy_from_slice(line);
        }
    }
    Ok(tensor)
}

/// Whether a face on the sheet is the one that a square was made around.
pub(super) fn is_in_the_middle(face: &Face, tile_number: usize, side: usize) -> bool {
    let (left, top) = corner(tile_number, side);
    let middle = tile(side) as f32 / 2.0;
    let Point { x, y } = face.bounds.centre();
    length(x - left as f32 - middle, y - top as f32 - middle) < middle / 2.0
}
