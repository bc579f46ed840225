'use strict';
// Options, checked for name and type; the core knows their ranges.

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { invalid, wrongType } = require('./errors');

const DEFAULT_QUEUE_LENGTH = 256;
const LARGEST = 1_000_000;

/** Our name, the core's name, and the type; but `queueLength` is this package's own. */
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
 * The options of one call.
 * @param {unknown} options
 * @param {string[]} names Those that it may have.
 * @returns {Record<string, any>}
 */
function call(options, ...names) {
  const given = known(options, names);
  const { signal, onProgress } = given;
  if (names.includes('quality')) given.quality ??= false;
  if ('quality' in given && typeof given.quality !== 'boolean') throw wrongType('options.quality', 'a boolean', given.quality);
  for (const name of ['threshold', 'margin']) {
    if (name in given && typeof given[name] !== 'number') throw wrongType(`options.${name}`, 'a number', given[name]);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') throw wrongType('options.onProgress', 'a function', onProgress);
  for (const name of ['top', 'concurrency']) if (given[name] !== undefined) integer(name, given[name], 1);
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw wrongType('options.signal', 'an AbortSignal', signal);
  }
  return given;
}

/**
 * The options that are given, all of them known.
 * @param {unknown} options
 * @param {string[]} names
 * @returns {Record<string, any>}
 */
function known(options, names) {
  if (options !== undefined && (options === null || typeof options !== 'object')) throw wrongType('options', 'an object', options);
  const entries = Object.entries(options ?? {});
  for (const [name] of entries) {
    if (!names.includes(name)) throw invalid(`there is no option ${JSON.stringify(name)} here, only ${names.join(', ')}`);
  }
  return Object.assign(Object.create(null), Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @returns {number}
 */
function integer(name, value, least) {
  if (typeof value !== 'number') throw wrongType(`options.${name}`, 'a number', value);
  if (Number.isInteger(value) && value >= least && value <= LARGEST) return value;
  throw invalid(`${name} must be an integer from ${least} to ${LARGEST}, not ${value}`);
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

module.exports = { call, installedOnnxruntime, parse };
