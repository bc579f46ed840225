'use strict';
// Finds the native half: in the package for this platform, or beside this one where it was built from source.

const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

/**
 * The packages for each platform; the README tells which were tried. Of the two for Linux npm installs the one for the
 * machine's C library, and the other fails to load: so nobody needs to find out which library it is.
 * @type {Record<string, string[]>}
 */
const PACKAGES = {
  'linux-x64': ['linux-x64-gnu', 'linux-x64-musl'],
  'linux-arm64': ['linux-arm64-gnu', 'linux-arm64-musl'],
  'darwin-x64': ['darwin-x64'],
  'darwin-arm64': ['darwin-arm64'],
};

/** @returns {typeof import('./native')} */
function load() {
  const here = `${process.platform}-${process.arch}`;
  const names = PACKAGES[here];
  if (!names) throw unavailable(`there is no build for ${here}, only for ${Object.keys(PACKAGES).join(', ')}`);
  // A build of one's own is there on purpose, so it comes first.
  const places = [
    ...names.map((name) => join(__dirname, '..', `visavis.${name}.node`)),
    ...names.map((name) => `@visavis/${name}`),
  ];
  const reasons = [];
  for (const place of places) {
    try {
      return require(place);
    } catch (error) {
      reasons.push(`\n  ${String(error instanceof Error ? error.message : error).split('\n')[0]}`);
    }
  }
  const cure = `Install on ${here} itself, and without --omit=optional. What was tried:`;
  throw unavailable(`the native half for ${here} cannot be loaded. ${cure}${reasons.join('')}`);
}

/** @param {string} why */
const unavailable = (why) => Object.assign(new Error(`visavis: ${why}`), { code: 'ERR_VISAVIS_NATIVE' });

const native = load();

// process.exit() ends the program without ending its environment, and the destructors of the inference engine would run
// beside our threads. First, so that nobody's listener can leave before; a worker's end is told natively.
if (isMainThread && native.claimExit()) process.prependListener('exit', () => native.close());

module.exports = native;
