//! Which way a head looks, from five landmarks.

use crate::geometry::Point;

/// A head in millimetres, in the order of the landmarks: x to the image's right, y down, z towards the camera. Mean
/// adult proportions: pupils 63 mm apart, the mouth 50 mm wide. The 32 mm from the plane of eyes and mouth to the tip
/// of the nose are fitted: on 357 photos of LFW View 1, both axes of turned heads (yaw over 22 degrees) then have the
/// same lengths as those of heads seen from the front. With 22 mm, yaw was a third too large.
pub(super) const HEAD: [[f32; 3]; 5] =
    [[-31.5, -35.0, -6.0], [31.5, -35.0, -6.0], [0.0, 5.0, 26.0], [-25.0, 35.0, -6.0], [25.0, 35.0, -6.0]];

/// Yaw, pitch and roll in degrees: scaled orthography from the landmarks to [`HEAD`] (`DeMenthon` and Davis,
/// "Model-Based Object Pose in 25 Lines of Code", IJCV 15, 1995, without its iterations).
pub(super) fn pose(landmarks: &[Point; 5]) -> (f32, f32, f32) {
    let [right_eye, left_eye, ..] = *landmarks;
    let roll = (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x);
    // In the head's own axes; otherwise yaw and pitch would be swapped in a photo that lies on its side.
    let (sine, cosine) = roll.sin_cos();
    let x = landmarks.map(|point| point.x * cosine + point.y * sine);
    let y = landmarks.map(|point| point.y * cosine - point.x * sine);
    let centre = |values: [f32; 5]| values.iter().sum::<f32>() / 5.0;
    let (x0, y0) = (centre(x), centre(y));
    let head0: [f32; 3] = std::array::from_fn(|axis| centre(HEAD.map(|point| point[axis])));
    let head = HEAD.map(|point| -> [f32; 3] { std::array::from_fn(|axis| point[axis] - head0[axis]) });
    // Least squares: the rows of the scaled rotation are (AᵀA)⁻¹ Aᵀ x and (AᵀA)⁻¹ Aᵀ y.
    let normal: [[f32; 3]; 3] =
        std::array::from_fn(|i| std::array::from_fn(|j| head.iter().map(|point| point[i] * point[j]).sum()));
    let row = |values: [f32; 5], origin: f32| {
        let right: [f32; 3] = std::array::from_fn(|i| {
            head.iter().zip(values).map(|(point, value)| point[i] * (value - origin)).sum()
        });
        unit(solve(&normal, right))
    };
    let (across, down) = (row(x, x0), row(y, y0));
    // The third row points out of the image, towards the camera.
    let out = unit([
        across[1] * down[2] - across[2] * down[1],
        across[2] * down[0] - across[0] * down[2],
        across[0] * down[1] - across[1] * down[0],
    ]);
    let yaw = across[2].atan2(out[2]);
    let pitch = (-down[2]).clamp(-1.0, 1.0).asin();
    (yaw.to_degrees(), pitch.to_degrees(), roll.to_degrees())
}

/// Cramer's rule; the matrix is [`HEAD`]'s own and regular.
fn solve(matrix: &[[f32; 3]; 3], right: [f32; 3]) -> [f32; 3] {
    let determinant = |m: &[[f32; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(matrix);
    std::array::from_fn(|column| {
        let mut replaced = *matrix;
        (0..3).for_each(|row| replaced[row][column] = right[row]);
        determinant(&replaced) / whole
    })
}

/// A unit vector; zero stays zero.
fn unit(vector: [f32; 3]) -> [f32; 3] {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 { vector.map(|value| value / length) } else { vector }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The landmarks of a head rotated by these angles, seen from afar.
    fn turned(yaw: f32, pitch: f32, roll: f32) -> [Point; 5] {
        let turn = |[a, b]: [f32; 2], degrees: f32| {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            [a * cosine - b * sine, a * sine + b * cosine]
        };
        HEAD.map(|[x, y, z]| {
            let [y, z] = turn([y, z], pitch);
            let [_z, x] = turn([z, x], yaw);
            let [x, y] = turn([x, y], roll);
            Point { x: 300.0 + 2.0 * x, y: 200.0 + 2.0 * y }
        })
    }

    #[test]
    fn poses_are_recovered() {
        for (yaw, pitch, roll) in [
            (0.0, 0.0, 0.0),
            (30.0, 0.0, 0.0),
            (-45.0, 0.0, 0.0),
            (0.0, 20.0, 0.0),
            (0.0, -20.0, 0.0),
            (0.0, 0.0, 25.0),
            (30.0, 0.0, 90.0),
            (0.0, 20.0, -90.0),
            (-30.0, 0.0, 179.0),
        ] {
            let found = pose(&turned(yaw, pitch, roll));
            let differ = (found.0 - yaw).abs().max((found.1 - pitch).abs()).max((found.2 - roll).abs());
            assert!(differ < 1.0, "{yaw} {pitch} {roll}: {found:?}");
        }
    }

    #[test]
    fn degenerate_landmarks_give_finite_angles() {
        for point in [Point { x: 0.0, y: 0.0 }, Point { x: 1e9, y: -1e9 }] {
            let (yaw, pitch, roll) = pose(&[point; 5]);
            assert!(yaw.is_finite() && pitch.is_finite() && roll.is_finite());
        }
    }
}
