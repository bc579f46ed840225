'use strict';
// Many calls, a bounded number of them at once; outcomes are in the order of the inputs.

const { aborted } = require('./aborted');

/**
 * @template T
 * @param {Iterable<any> | AsyncIterable<any>} inputs
 * @param {(input: any, signal: AbortSignal) => Promise<T>} call
 * @param {number} atOnce
 * @param {{ signal?: AbortSignal, onProgress?: (done: number) => void }} options
 * @returns {AsyncGenerator<PromiseSettledResult<T>, void>}
 */
async function* many(inputs, call, atOnce, { signal, onProgress }) {
  // Leaving the loop early cancels what is still pending.
  const left = new AbortController();
  const any = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  /** @type {Promise<PromiseSettledResult<T>>[]} */
  const pending = [];
  let done = 0;
  const next = async () => {
    const outcome = await /** @type {Promise<PromiseSettledResult<T>>} */ (pending.shift());
    if (signal?.aborted) throw aborted(signal);
    onProgress?.((done += 1));
    return outcome;
  };
  try {
    for await (const input of inputs) {
      pending.push(Promise.allSettled([call(input, any)]).then(([outcome]) => outcome));
      if (pending.length >= atOnce) yield await next();
    }
    while (pending.length > 0) yield await next();
  } finally {
    left.abort();
  }
}

module.exports = { many };
