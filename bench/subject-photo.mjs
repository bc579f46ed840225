// What the peers on TensorFlow.js have in common: decoding, and the choice of the face.

import sharp from 'sharp';

sharp.concurrency(1);

/** @param {Buffer} photo */
export async function decode(photo) {
  const { data, info } = await sharp(photo).autoOrient().removeAlpha().toColourspace('srgb').raw().toBuffer({
    resolveWithObject: true,
  });
  return { data: new Int32Array(data), shape: [info.height, info.width, 3] };
}

/**
 * The face that visavis would choose: large, and in the middle. The first one found would be worse.
 * @template T
 * @param {T[]} faces
 * @param {(face: T) => { x: number, y: number, width: number, height: number }} box
 * @param {number[]} shape
 * @returns {T | undefined}
 */
export function prominent(faces, box, [height, width]) {
  const prominence = (/** @type {T} */ face) => {
    const own = box(face);
    const [x, y] = [own.x + own.width / 2 - width / 2, own.y + own.height / 2 - height / 2];
    return own.width * own.height - 2 * (x * x + y * y);
  };
  return [...faces].sort((a, b) => prominence(b) - prominence(a))[0];
}
