'use strict';
// A verifier's options, checked for name and type; the core knows their ranges.

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { invalid, wrongType } = require('./errors');

const DEFAULT_QUEUE_LENGTH = 256;
const LONGEST_QUEUE = 1_000_000;

/** Our name, the core's name, and the type. `queueLength` is this package's own. */
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
  ['queueLength', ['', 'number']],
]);

/**
 * @param {unknown} options
 * @returns {{ core: Record<string, string>, queueLength: number }}
 */
function parse(options) {
  if (options !== undefined && (options === null || typeof options !== 'object')) {
    throw wrongType('options', 'an object', options);
  }
  /** @type {Record<string, string>} */
  const core = Object.create(null);
  let queueLength = DEFAULT_QUEUE_LENGTH;
  for (const [name, value] of Object.entries(options ?? {})) {
    const known = OPTIONS.get(name);
    if (!known) throw invalid(`there is no option ${JSON.stringify(name)}, only ${[...OPTIONS.keys()].join(', ')}`);
    const [theirs, type] = known;
    if (value === undefined) continue;
    if (typeof value !== type) throw wrongType(`options.${name}`, `a ${type}`, value);
    if (theirs) core[theirs] = String(value);
    else queueLength = length(value);
  }
  return { core, queueLength };
}

/** @param {number} value */
function length(value) {
  if (Number.isInteger(value) && value >= 0 && value <= LONGEST_QUEUE) return value;
  throw invalid(`queueLength must be in 0..=${LONGEST_QUEUE}, not ${value}`);
}

/**
 * The library in the package `onnxruntime-node`, where that is installed and nothing else is named. The package itself
 * is not loaded.
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
