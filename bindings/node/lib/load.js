'use strict';
// Finds the native half: beside this folder where it was built from source, else in the package for this platform.

const { isMainThread } = require('node:worker_threads');

const here = `${process.platform}-${process.arch}`;

/** The platforms that there are packages for; npm installs only the one for this machine's C library. */
const PLATFORMS = ['linux-x64', 'linux-arm64'];

/**
 * Every name is written out inside a `try`: that is how bundlers and tracers find the file, and pass over those that
 * are not installed.
 * @returns {typeof import('./native')}
 */
function load() {
  const reasons = [];
  try {
    // A build of one's own is there on purpose, so it comes first.
    // @ts-ignore: not always there
    return require('../visavis.node');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always there
    if (here === 'linux-x64') return require('@visavis/linux-x64-gnu');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always there
    if (here === 'linux-x64') return require('@visavis/linux-x64-musl');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always there
    if (here === 'linux-arm64') return require('@visavis/linux-arm64-gnu');
  } catch (error) {
    reasons.push(reason(error));
  }
  if (!PLATFORMS.includes(here)) throw unavailable(`there is no build for ${here}, only for ${PLATFORMS.join(', ')}`);
  const cure = `Install on ${here} itself, and without --omit=optional. What was tried:`;
  throw unavailable(`the native half for ${here} cannot be loaded. ${cure}${reasons.join('')}`);
}

/** @param {any} error */
const reason = (error) => `\n  ${String(error?.message ?? error).split('\n')[0]}`;

/** @param {string} why */
const unavailable = (why) => Object.assign(new Error(`visavis: ${why}`), { code: 'ERR_VISAVIS_NATIVE' });

const native = load();

// process.exit() ends the program without ending its environment, and the destructors of the inference engine would run
// beside our threads. Prepended, so that no other listener can exit before it; the end of a worker is noticed natively.
if (isMainThread && native.claimExit()) process.prependListener('exit', () => native.close());

module.exports = native;
