'use strict';
// Loads the native half: from this package's folder if it was built from source, else from the package for this platform.

const { isMainThread } = require('node:worker_threads');

const here = `${process.platform}-${process.arch}`;

/** The platforms that have packages; npm installs only the one for this machine's C library. */
const PLATFORMS = ['linux-x64', 'linux-arm64'];

/**
 * Every name is a literal inside a `try`, so that bundlers and tracers find the file and skip packages that are not
 * installed.
 * @returns {typeof import('./native')}
 */
function load() {
  const reasons = [];
  try {
    // A local build is there on purpose, so it comes first.
    // @ts-ignore: not always installed
    return require('../visavis.node');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always installed
    if (here === 'linux-x64') return require('@visavis/linux-x64-gnu');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always installed
    if (here === 'linux-x64') return require('@visavis/linux-x64-musl');
  } catch (error) {
    reasons.push(reason(error));
  }
  try {
    // @ts-ignore: not always installed
    if (here === 'linux-arm64') return require('@visavis/linux-arm64-gnu');
  } catch (error) {
    reasons.push(reason(error));
  }
  if (!PLATFORMS.includes(here)) throw unavailable(`there is no build for ${here}, only for ${PLATFORMS.join(', ')}`);
  const remedy = `Install on ${here} itself, and without --omit=optional. What was tried:`;
  throw unavailable(`the native half for ${here} cannot be loaded. ${remedy}${reasons.join('')}`);
}

/** @param {any} error */
const reason = (error) => `\n  ${String(error?.message ?? error).split('\n')[0]}`;

/** @param {string} why */
const unavailable = (why) => Object.assign(new Error(`visavis: ${why}`), { code: 'ERR_VISAVIS_NATIVE' });

const native = load();

// process.exit() ends the program without ending its environment, and the inference engine's destructors would run while
// our threads use it. Prepended, so that no other listener can exit first; a native clean-up hook covers worker threads.
if (isMainThread && native.claimExit()) process.prependListener('exit', () => native.close());

module.exports = native;
