'use strict';
// The errors for invalid arguments.

const { VisavisError } = require('./visavis-error');

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

/** Rewrites the core's option names and ranges in JavaScript's style. @param {string} message */
const translated = (message) =>
  message
    .replace(/\b(min|max)_([a-z])/g, (_, bound, letter) => bound + letter.toUpperCase())
    .replace(/\bin (\S+)\.\.=(\S+),/, 'from $1 to $2,');

module.exports = { invalid, translated, wrongType };
