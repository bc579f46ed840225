'use strict';
// The settings of a verifier, and the ONNX Runtime that is installed.

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { integer, known } = require('./call');
const { wrongType } = require('./refusal');

const DEFAULT_QUEUE_LENGTH = 256;

/** Each option with the core's name and the type; `queueLength` is this package's own. */
const OPTIONS = new Map([
  ['engine', ['engine', 'string']],
  ['onnxruntime', ['onnxruntime', 'string']],
  ['models', ['models', 'string']],
  ['workers', ['workers', 'number']],
  ['face', ['face', 'string']],
  ['minFace', ['min_face', 'number']],
  ['threshold', ['threshold', 'number']],
  ['maxBytes', ['max_bytes', 'number']],
  ['maxPixels', ['max_pixels', 'number']],
  ['maxDecodeBytes', ['max_decode_bytes', 'number']],
  ['search', ['search', 'string']],
  ['deadline', ['deadline', 'number']],
  ['queueLength', []],
]);

/**
 * The settings of a verifier.
 * @param {unknown} options
 * @returns {{ core: Record<string, string>, queueLength: number }}
 */
function parse(options) {
  const { queueLength = DEFAULT_QUEUE_LENGTH, ...given } = known(options, [...OPTIONS.keys()]);
  /** @type {Record<string, string>} */
  const core = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    const [theirs, type] = /** @type {string[]} */ (OPTIONS.get(name));
    if (typeof value !== type) throw wrongType(`options.${name}`, `a ${type}`, value);
    core[theirs] = String(value);
  }
  return { core, queueLength: integer('queueLength', queueLength, 0) };
}

/**
 * The library in the package `onnxruntime-node`, if that is installed and ORT_DYLIB_PATH names no other. The package's
 * JavaScript is not loaded.
 */
function installedOnnxruntime() {
  if (process.env.ORT_DYLIB_PATH) return undefined;
  const file = { linux: 'libonnxruntime.so.1', darwin: 'libonnxruntime.1.dylib' }[/** @type {string} */ (process.platform)];
  if (!file) return undefined;
  try {
    const home = dirname(require.resolve('onnxruntime-node/package.json'));
    const library = join(home, 'bin', 'napi-v6', process.platform, process.arch, file);
    return existsSync(library) ? library : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { installedOnnxruntime, parse };
