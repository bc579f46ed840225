// The settings of a verifier.

import { integer, known } from './call.js';
import { wrongType } from './refusal.js';

const DEFAULT_QUEUE_LENGTH = 256;
const DEFAULT_MAX_BYTES = 64 << 20;

/** Each option with the core's name and the type. */
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
