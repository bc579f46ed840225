'use strict';
// Promises that an AbortSignal rejects.

const { aborted } = require('./aborted');

/**
 * What to do when a signal aborts. Each signal gets a single listener: from the eleventh on, Node would warn of a leak.
 * @type {WeakMap<AbortSignal, Set<() => void>>}
 */
const reactions = new WeakMap();

/** @this {AbortSignal} */
function react() {
  for (const reaction of reactions.get(this) ?? []) reaction();
}

/**
 * Settles like the promise, unless the signal aborts first: then it rejects, and work that has not started is cancelled.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @param {() => void} cancel
 * @returns {Promise<T>}
 */
async function abortable(promise, signal, cancel) {
  const waiting = reactions.get(signal) ?? new Set();
  reactions.set(signal, waiting);
  if (waiting.size === 0) signal.addEventListener('abort', react);
  let reaction = () => {};
  const abort = new Promise((_, reject) => {
    reaction = () => {
      reject(aborted(signal));
      cancel();
    };
  });
  waiting.add(reaction);
  try {
    return await Promise.race([promise, abort]);
  } finally {
    waiting.delete(reaction);
    if (waiting.size === 0) signal.removeEventListener('abort', react);
  }
}

module.exports = { abortable };
