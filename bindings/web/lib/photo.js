// What counts as a photo, and how it is passed to the worker: copied, so that the caller keeps the original.

import { EXPECTED, bytes } from './bytes.js';
import { invalid, wrongType } from './refusal.js';
import { bytesOf } from './template.js';

const MORE = 'a Blob or a File, ImageData, an ImageBitmap, a video, image or canvas element, or raw pixels { data, width, height, channels }';

/** The types that the browser itself converts to pixels. */
const DRAWN = ['ImageBitmap', 'HTMLVideoElement', 'HTMLImageElement', 'HTMLCanvasElement', 'OffscreenCanvas', 'VideoFrame', 'SVGImageElement'];

const isDrawn = (value) => DRAWN.some((name) => name in globalThis && value instanceof globalThis[name]);

/**
 * A photo for the worker, at once or as a promise, and the parts that are transferred instead of copied again.
 * @param {string} name The photo's name in errors.
 * @param {number} limit Bytes more than one beyond this are omitted: the core rejects anything longer.
 * @returns {{ source: object, transfer: Transferable[] } | Promise<{ source: object, transfer: Transferable[] }>}
 */
export function photo(value, name, limit) {
  const template = bytesOf(value);
  if (template) return { source: { form: 'template', bytes: template }, transfer: [] };
  if (value instanceof Blob) return { source: { form: 'encoded', bytes: value.slice(0, limit + 1) }, transfer: [] };
  const encoded = bytes(value);
  if (encoded) return owned({ form: 'encoded' }, encoded.slice(0, limit + 1));
  if (isDrawn(value)) return drawn(value, name);
  if (value !== null && typeof value === 'object' && 'data' in value) return pixels(value, name);
  throw wrongType(name, `${EXPECTED}, ${MORE}`, value);
}

const owned = (source, view) => ({ source: { ...source, bytes: view }, transfer: [view.buffer] });

/** The picture at this moment: a video continues, and a canvas may change. */
async function drawn(value, name) {
  try {
    const bitmap = await createImageBitmap(value);
    return { source: { form: 'bitmap', bitmap }, transfer: [bitmap] };
  } catch (cause) {
    throw Object.assign(invalid(`${name} shows no picture yet, or a picture that this page may not read`), { cause });
  }
}

/**
 * Raw pixels; ImageData has four channels.
 * @param {string} name
 */
function pixels(raw, name) {
  const { data, width, height, order = 'rgb' } = raw;
  const channels = raw instanceof ImageData ? 4 : raw.channels;
  const view = bytes(data);
  if (!view) throw wrongType(`${name}.data`, EXPECTED, data);
  for (const [what, value] of Object.entries({ width, height, channels })) {
    if (typeof value !== 'number') throw wrongType(`${name}.${what}`, 'a number', value);
  }
  if (order !== 'rgb' && order !== 'bgr') throw invalid(`${name}.order must be 'rgb' or 'bgr'`);
  return owned({ form: 'pixels', width, height, channels, bgr: order === 'bgr' }, view.slice());
}

const LANDMARKS = ['rightEye', 'leftEye', 'nose', 'mouthRight', 'mouthLeft'];

/**
 * The landmarks of a face that a detection found, as a flat list of numbers.
 * @returns {number[]}
 */
export function landmarks(face) {
  const points = LANDMARKS.map((name) => face?.landmarks?.[name]);
  if (points.every((point) => typeof point?.x === 'number' && typeof point?.y === 'number')) {
    return points.flatMap(({ x, y }) => [x, y]);
  }
  throw wrongType('face', 'a face that detect() returned', face);
}
