'use strict';
// The native verifier, and the promises of what it was asked to do.

const native = require('./load');
const { aborted, fromFailure, invalid, successful, wrongType } = require('./errors');
const { installedOnnxruntime, parse } = require('./options');

/**
 * @typedef {import('./native').PhotoSource} PhotoSource
 * @typedef {import('./native').Kind} Kind
 * @typedef {import('./native').EngineInfo} EngineInfo
 * @typedef {{ resolve: (answer: any) => void, reject: (error: Error) => void, keep: Engine }} Waiting
 */

/** Starts when it is first used; `start()` does it now. */
class Engine {
  #native;
  #lastId = 0;
  /** `keep`: while something waits, so does the verifier. @type {Map<number, Waiting>} */
  #waiting = new Map();

  /** @param {unknown} [options] */
  constructor(options) {
    const { core, queueLength } = parse(options);
    // Newer builds of ONNX Runtime report home unless this is set before they load. The core sets it too, but from
    // another thread than the one whose environment Node guards.
    process.env.ORT_DISABLE_TELEMETRY ??= '1';
    const waiting = this.#waiting;
    this.#native = successful(
      native.open(core, installedOnnxruntime(), queueLength, (id, answer) => {
        const job = waiting.get(id);
        if (!job) return;
        waiting.delete(id);
        if (waiting.size === 0) job.keep.#native.hold(false);
        job.resolve(answer);
      }),
    );
  }

  /** @returns {EngineInfo} */
  start() {
    return this.run('start', []);
  }

  /**
   * Does it here and now.
   * @param {Kind} kind
   * @param {PhotoSource[]} photos
   * @returns {any}
   */
  run(kind, photos) {
    return successful(this.#native.run(kind, photos));
  }

  /**
   * Does it off the event loop. Everything that is wrong becomes a rejection.
   * @param {Kind} kind
   * @param {() => PhotoSource[]} photos
   * @param {unknown} [options]
   * @returns {Promise<any>}
   */
  async submit(kind, photos, options) {
    const signal = signalOf(options);
    const sources = photos();
    if (signal?.aborted) throw aborted(signal);
    const id = (this.#lastId = (this.#lastId + 1) >>> 0);
    const refused = this.#native.submit(id, kind, sources);
    if (refused) throw fromFailure(refused);
    const answer = new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#native.hold(true);
      this.#waiting.set(id, { resolve, reject, keep: this });
    });
    // Failures become errors here, where the stack leads to the caller.
    return successful(await (signal ? this.#abortable(id, answer, signal) : answer));
  }

  /**
   * Work that waits is taken back; work that runs ends by itself, with nobody to tell.
   * @param {number} id
   * @param {Promise<any>} answer
   * @param {AbortSignal} signal
   */
  async #abortable(id, answer, signal) {
    const abort = () => {
      const job = this.#waiting.get(id);
      job?.reject(aborted(signal));
      if (this.#native.cancel(id)) this.#forget(id);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** @param {number} id */
  #forget(id) {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#native.hold(false);
  }

  /**
   * @param {Uint8Array} probe
   * @param {Uint8Array} reference
   * @returns {import('./native').Comparison}
   */
  compare(probe, reference) {
    return successful(this.#native.compare(probe, reference));
  }
}

/**
 * @param {unknown} options
 * @returns {AbortSignal | undefined}
 */
function signalOf(options) {
  if (options === undefined) return undefined;
  if (options === null || typeof options !== 'object') throw wrongType('options', 'an object', options);
  const { signal, ...unknown } = /** @type {{ signal?: unknown }} */ (options);
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw invalid(`there is no option ${JSON.stringify(name)} here, only signal`);
  if (signal === undefined) return undefined;
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
    throw wrongType('options.signal', 'an AbortSignal', signal);
  }
  return /** @type {AbortSignal} */ (signal);
}

module.exports = { Engine };
