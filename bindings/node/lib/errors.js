'use strict';
// Turns failures of the native half into error objects.

const { getSystemErrorMap } = require('node:util');
const { translated } = require('./refusal');
const { VisavisError } = require('./visavis-error');

/** @typedef {import('./native').Failure} Failure */

/** The longest path that an error repeats. */
const LONGEST_QUOTED = 255;

/**
 * @param {Failure} failure
 * @param {Record<string, any>} request
 */
function fromFailure({ message, code, number, side, stage, index, advice, errno }, request) {
  const source = index === undefined ? request[side ?? 'photo'] : request.photos?.[index];
  if (errno !== undefined) return Object.assign(unreadable(errno, side, source?.path), index !== undefined && { index });
  const ours = code === 'INVALID_ARGUMENT' ? translated(message) : message;
  return new VisavisError(side ? `${side}: ${ours}` : ours, { code, number, side, stage, index, advice });
}

/**
 * The error for a file that cannot be read: Node's own, with the side of the photo.
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
 * Returns the answer of the native half, or throws if it is a failure.
 * @template T
 * @param {T | Failure} answer
 * @param {Record<string, any>} [request]
 * @returns {T}
 */
function successful(answer, request = {}) {
  if (Object.hasOwn(/** @type {object} */ (answer), 'failed')) throw fromFailure(/** @type {Failure} */ (answer), request);
  return /** @type {T} */ (answer);
}

module.exports = { successful };
