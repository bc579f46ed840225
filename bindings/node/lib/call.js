'use strict';
// Checks the names and types of options; the core checks the ranges of the options that it receives.

const { invalid, wrongType } = require('./refusal');

const LARGEST = 1_000_000;

/**
 * The options of one call.
 * @param {unknown} options
 * @param {string[]} names The options that the call accepts.
 * @returns {Record<string, any>}
 */
function call(options, ...names) {
  const given = known(options, names);
  const { signal, onProgress } = given;
  if (names.includes('quality')) given.quality ??= false;
  if ('quality' in given && typeof given.quality !== 'boolean') throw wrongType('options.quality', 'a boolean', given.quality);
  for (const name of ['threshold', 'margin', 'maxBytes']) {
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

module.exports = { call, integer, known };
