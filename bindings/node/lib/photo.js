'use strict';
// What counts as a photo, and how it is handed to the native half, which copies it at once.

const { types } = require('node:util');
const { fileURLToPath } = require('node:url');
const { invalid, wrongType } = require('./errors');
const { VisavisError } = require('./visavis-error');

/** @typedef {import('./native').PhotoSource} PhotoSource */

const EXPECTED =
  'a Buffer, an ArrayBuffer, a view of bytes on one, a path, a file: URL, or raw pixels { data, width, height, channels }';

/** Longer than any path may be: somebody passes the photo itself as text. */
const MAX_PATH = 4096;

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {PhotoSource}
 */
function photo(value, name) {
  if (typeof value === 'string') return plain({ path: checkedPath(value, name) });
  if (value instanceof URL) return plain({ path: fileURLToPath(value) });
  const encoded = bytes(value);
  if (encoded) return plain({ bytes: encoded });
  if (value === null || typeof value !== 'object' || !('data' in value)) throw wrongType(name, EXPECTED, value);
  return pixels(value, name);
}

/**
 * Without a prototype: the native half must find nothing, and run nothing, that somebody put where all objects inherit.
 * @param {PhotoSource} source
 * @returns {PhotoSource}
 */
const plain = (source) => Object.assign(Object.create(null), source);

/**
 * @param {string} path
 * @param {string} name
 */
function checkedPath(path, name) {
  // What it holds instead of a path is not repeated: it may be the photo.
  if (path.length > MAX_PATH || path.startsWith('data:')) {
    throw invalid(`${name} is no path: decode Base64 with Buffer.from(text, 'base64')`);
  }
  if (path.includes('\0')) throw invalid(`${name} is no path: it holds a zero character`);
  return path;
}

/**
 * The bytes of a buffer or a view of bytes; nothing for anything else, wider elements included.
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
function bytes(value) {
  if (types.isAnyArrayBuffer(value)) return unshared(new Uint8Array(value));
  if (types.isUint8Array(value)) return unshared(value);
  if (types.isUint8ClampedArray(value) || types.isInt8Array(value) || types.isDataView(value)) {
    return unshared(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return undefined;
}

/**
 * Other threads may write to shared memory at any time. JavaScript may copy it all the same; native code must not.
 * @param {Uint8Array} view
 */
const unshared = (view) => (types.isSharedArrayBuffer(view.buffer) ? new Uint8Array(view) : view);

/**
 * @param {{ data?: unknown, info?: unknown }} raw What sharp gives: `{ data, info }`, or all in one object.
 * @param {string} name
 * @returns {PhotoSource}
 */
function pixels(raw, name) {
  const { data, info } = raw;
  const { width, height, channels } = /** @type {Record<string, unknown>} */ (info ?? raw);
  const view = bytes(data);
  if (!view) throw wrongType(`${name}.data`, 'a Buffer, an ArrayBuffer or a view of bytes on one', data);
  return plain({
    bytes: view,
    width: size(width, `${name}.width`),
    height: size(height, `${name}.height`),
    channels: size(channels, `${name}.channels`),
  });
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function size(value, name) {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new VisavisError(`${name} cannot be ${value}`, { code: 'INVALID_PIXELS', number: 2, stage: 'decode' });
}

module.exports = { bytes, photo };
