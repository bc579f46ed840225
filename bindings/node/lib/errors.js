'use strict';
// How what went wrong becomes an error object.

const util = require('node:util');
const { VisavisError } = require('./visavis-error');

/** @typedef {import('./native').Failure} Failure */

/** The longest path that an error repeats. */
const LONGEST_QUOTED = 255;

/** An argument or a setting outside its range. @param {string} message */
const invalid = (message) => new VisavisError(message, { code: 'INVALID_ARGUMENT', number: 1 });

/**
 * An argument of the wrong type, as Node tells it. Says the type only: the value may be a photo.
 * @param {string} name
 * @param {string} expected
 * @param {unknown} value
 */
function wrongType(name, expected, value) {
  const got = value === null ? 'null' : typeof value;
  const error = new TypeError(`${name} must be ${expected}, not ${got}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** As Node's own functions tell that a signal aborted them. @param {AbortSignal} signal */
function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

/** @param {Failure} failure */
function fromFailure({ message, code, number, side, stage, errno, syscall, path }) {
  if (code) return new VisavisError(side ? `${side}: ${message}` : message, { code, number, side, stage });
  // A file that cannot be read: Node's own error, and which photo it was.
  const [name, words] = util.getSystemErrorMap().get(-(errno ?? 0)) ?? ['ERR_INVALID_ARG_VALUE', message];
  // A long path is more likely a photo or a template in Base64, and errors end up in logs.
  const quoted = path && path.length > LONGEST_QUOTED ? undefined : path;
  const what = quoted === undefined ? `a text of ${path?.length} characters; is it Base64?` : `'${quoted}'`;
  const error = new Error(`${name}: ${words}, ${syscall} ${what}`);
  return Object.assign(error, { code: name, errno: errno === undefined ? undefined : -errno, syscall, path: quoted, side: side ?? null });
}

/**
 * What the native half answered, unless it is a failure.
 * @template T
 * @param {T | Failure} answer
 * @returns {T}
 */
function successful(answer) {
  if (answer !== null && typeof answer === 'object' && Object.hasOwn(answer, 'message')) throw fromFailure(/** @type {Failure} */ (answer));
  return /** @type {T} */ (answer);
}

module.exports = { aborted, fromFailure, invalid, successful, wrongType };
