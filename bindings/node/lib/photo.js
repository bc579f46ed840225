'use strict';
// What counts as a photo, and how it is passed to the native half, which copies it at once.

const { fileURLToPath } = require('node:url');
const { EXPECTED, bytes } = require('./bytes');
const { call } = require('./call');
const { successful } = require('./errors');
const native = require('./load');
const { invalid, wrongType } = require('./refusal');
const { handleOf } = require('./template');

/** @typedef {import('./native').Source} Source */

/** The longest path. A longer text is the photo itself. */
const MAX_PATH = 4096;

/**
 * Sets every field that the native half reads, so that it never reads one that a program added to `Object.prototype`.
 * @param {string} name The photo's name in errors.
 * @returns {Source}
 */
function photo(value, name) {
  if (typeof value === 'string') return file(value);
  // The core rejects URLs that are not files.
  if (value instanceof URL) return file(value.protocol === 'file:' ? fileURLToPath(value) : value.href);
  const encoded = bytes(value);
  if (encoded) return { form: 'encoded', bytes: encoded };
  const template = handleOf(value);
  if (template) return { form: 'template', template };
  if (value !== null && typeof value === 'object' && 'data' in value) return pixels(value, name);
  const more = 'a path, a file: URL, or raw pixels { data, width, height, channels }';
  const late = value instanceof Blob ? '; a Blob only in functions that return a promise' : '';
  throw wrongType(name, `${EXPECTED}, ${more}${late}`, value);
}

/** Text that cannot be a path is not repeated: it may be the photo. @param {string} path @returns {Source} */
function file(path) {
  // The prefix is enough for the core to say what to do with it.
  if (path.startsWith('data:')) return { form: 'file', path: 'data:' };
  if (path.length > MAX_PATH) {
    return { form: 'invalid', message: 'this text is not a path: decode Base64 with fromBase64(text)' };
  }
  if (path.includes('\0')) return { form: 'invalid', message: 'this text is not a path: it contains a zero character' };
  return { form: 'file', path };
}

/**
 * Raw pixels. sharp's result has their size in `info`.
 * @param {string} name
 * @returns {Source}
 */
function pixels(raw, name) {
  const { data, info, order = 'rgb' } = raw;
  const { width, height, channels } = info ?? raw;
  const view = bytes(data);
  if (!view) throw wrongType(`${name}.data`, EXPECTED, data);
  for (const [what, value] of Object.entries({ width, height, channels })) {
    if (typeof value !== 'number') throw wrongType(`${name}.${what}`, 'a number', value);
  }
  if (order !== 'rgb' && order !== 'bgr') throw invalid(`${name}.order must be 'rgb' or 'bgr'`);
  return { form: 'pixels', bytes: view, width, height, channels, bgr: order === 'bgr' };
}

/**
 * The bytes of a photo that arrived as text.
 * @returns {Buffer}
 */
function fromBase64(text, options) {
  if (typeof text !== 'string') throw wrongType('text', 'a string', text);
  return successful(native.fromBase64(text, call(options, 'maxBytes').maxBytes));
}

const LANDMARKS = ['rightEye', 'leftEye', 'nose', 'mouthRight', 'mouthLeft'];

/**
 * The landmarks of a face that a detection found, perhaps in another process.
 * @returns {import('./native').Landmarks}
 */
function landmarks(face) {
  const points = LANDMARKS.map((name) => [name, face?.landmarks?.[name]]);
  if (points.every(([, point]) => typeof point?.x === 'number' && typeof point?.y === 'number')) {
    return Object.fromEntries(points);
  }
  throw wrongType('face', 'a face that detect() returned', face);
}

/**
 * The bounds of such a face.
 * @returns {import('./native').Bounds}
 */
function bounds(face) {
  const { x, y, width, height } = face?.bounds ?? {};
  if ([x, y, width, height].every((number) => typeof number === 'number')) return { x, y, width, height };
  throw wrongType('face', 'a face that detect() returned', face);
}

module.exports = { bounds, fromBase64, landmarks, photo };
