// Options, checked for name and type; the core knows their ranges.

import { invalid, wrongType } from './errors.js';

const DEFAULT_QUEUE_LENGTH = 256;
const DEFAULT_MAX_BYTES = 64 << 20;
const LARGEST = 1_000_000;

/** Our name, the core's name, and the type. */
const OPTIONS = new Map([
  ['engine', ['engine', 'string']],
  ['face', ['face', 'string']],
  ['minFace', ['min_face', 'number']],
  ['threshold', ['threshold', 'number']],
  ['maxBytes', ['max_bytes', 'number']],
  ['maxPixels', ['max_pixels', 'number']],
  ['maxDecodeBytes', ['max_decode_bytes', 'number']],
  ['search', ['search', 'string']],
  ['deadline', ['deadline', 'number']],
]);

/**
 * The settings of a verifier.
 * @param {unknown} options
 */
export function parse(options) {
  const { queueLength = DEFAULT_QUEUE_LENGTH, models, worker, ...given } = known(options, [...OPTIONS.keys(), 'models', 'queueLength', 'worker']);
  if (models !== undefined && typeof models !== 'string' && !(models instanceof URL)) throw wrongType('options.models', 'a URL', models);
  if (worker !== undefined && typeof worker !== 'function') throw wrongType('options.worker', 'a function', worker);
  const core = Object.entries(given).map(([name, value]) => {
    const [theirs, type] = /** @type {[string, string]} */ (OPTIONS.get(name));
    if (typeof value !== type) throw wrongType(`options.${name}`, `a ${type}`, value);
    return [theirs, String(value)];
  });
  return {
    core,
    // A folder, whether or not the caller ended its name with a slash.
    models: models && new URL(`${models}`.replace(/\/*$/, '/'), globalThis.document?.baseURI ?? location.href).href,
    worker,
    maxBytes: Number(given.maxBytes ?? DEFAULT_MAX_BYTES),
    deadline: given.deadline === undefined ? Infinity : Number(given.deadline) * 1e3,
    queueLength: integer('queueLength', queueLength, 0),
  };
}

/**
 * The options of one call.
 * @param {unknown} options
 * @param {string[]} names Those that it may have.
 * @returns {Record<string, any>}
 */
export function call(options, ...names) {
  const given = known(options, names);
  const { signal, onProgress } = given;
  if (names.includes('quality')) given.quality ??= false;
  if ('quality' in given && typeof given.quality !== 'boolean') throw wrongType('options.quality', 'a boolean', given.quality);
  if ('threshold' in given && typeof given.threshold !== 'number') throw wrongType('options.threshold', 'a number', given.threshold);
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
