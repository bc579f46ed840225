'use strict';
// How what went wrong becomes an error object.

const { getSystemErrorMap } = require('node:util');
const { VisavisError } = require('./visavis-error');

/** @typedef {import('./native').Failure} Failure */

/** The longest path that an error repeats. */
const LONGEST_QUOTED = 255;

/** An argument or a setting outside its range. @param {string} message */
const invalid = (message) => new VisavisError(message, { code: 'INVALID_ARGUMENT', number: 1 });

/**
 * An argument of the wrong type, as Node reports it. Names the type only: the value may be a photo.
 * @param {string} name
 * @param {string} expected
 */
function wrongType(name, expected, value) {
  const error = new TypeError(`${name} must be ${expected}, not ${kind(value)}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** @returns {string} */
function kind(value) {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  const { name } = Object.getPrototypeOf(value)?.constructor ?? {};
  return typeof name === 'string' && name ? `an instance of ${name}` : 'an object';
}

/**
 * @param {Failure} failure
 * @param {Record<string, any>} request
 */
function fromFailure({ message, code, number, side, stage, advice, errno }, request) {
  if (errno !== undefined) return unreadable(errno, side, request[side ?? 'photo']?.path);
  const ours = code === 'INVALID_ARGUMENT' ? translated(message) : message;
  return new VisavisError(side ? `${side}: ${ours}` : ours, { code, number, side, stage, advice });
}

/** The core's names of options and its ranges, in JavaScript's words. @param {string} message */
const translated = (message) =>
  message
    .replace(/\b(min|max)_([a-z])/g, (_, bound, letter) => bound + letter.toUpperCase())
    .replace(/\bin (\S+)\.\.=(\S+),/, 'from $1 to $2,');

/**
 * A file that cannot be read: Node's own error, and which photo it was.
 * @param {number} errno
 * @param {string | undefined} side
 * @param {string} path
 */
function unreadable(errno, side, path) {
  const [code, words] = getSystemErrorMap().get(-errno) ?? ['EIO', 'i/o error'];
  const syscall = code === 'EISDIR' ? 'read' : 'open';
  // A long path is more likely a photo or a template in Base64, and errors end up in logs.
  const quoted = path.length <= LONGEST_QUOTED;
  const error = new Error(`${code}: ${words}, ${syscall} ${quoted ? `'${path}'` : `a text of ${path.length} characters; is it Base64?`}`);
  return Object.assign(error, { code, errno: -errno, syscall, ...(quoted && { path }), ...(side && { side }) });
}

/**
 * What the native half answered, unless it is a failure.
 * @template T
 * @param {T | Failure} answer
 * @param {Record<string, any>} [request]
 * @returns {T}
 */
function successful(answer, request = {}) {
  if (Object.hasOwn(/** @type {object} */ (answer), 'failed')) throw fromFailure(/** @type {Failure} */ (answer), request);
  return /** @type {T} */ (answer);
}

module.exports = { invalid, successful, wrongType };
