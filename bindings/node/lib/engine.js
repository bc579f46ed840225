'use strict';
// The native verifier: requests to it, and what became of them.

const { abortable } = require('./abort');
const { aborted } = require('./aborted');
const { successful } = require('./errors');
const native = require('./load');
const { installedOnnxruntime, parse } = require('./options');
const { photo } = require('./photo');
const { photos } = require('./stream');

/** @typedef {import('./native').EngineInfo} EngineInfo */

/** What was warned of in this process. */
const warned = new Set();

/** @param {string} code @param {string} message */
function once(code, message) {
  if (!warned.has(code)) process.emitWarning(message, { code });
  warned.add(code);
}

/**
 * What the native half is asked. An enrolment has a list of photos, any other task has them by their names.
 * @param {string} task
 * @param {object} sources
 * @param {object} [more]
 * @returns {any}
 */
const requested = (task, sources, more) => ({ task, ...(task === 'enroll' ? { photos: Object.values(sources) } : sources), ...more });

/** Starts when it is first used; `start()` does it now. */
class Engine {
  #native;
  #queueLength;
  #lastId = 0;
  #seen = false;

  /** @param {unknown} [options] */
  constructor(options) {
    const { core, queueLength } = parse(options);
    this.#queueLength = queueLength;
    this.#native = successful(native.open(core, installedOnnxruntime(), queueLength));
  }

  /** @returns {EngineInfo} */
  start() {
    return this.#answer(this.#native.run({ task: 'start' }));
  }

  /**
   * Does it here and now.
   * @param {string} task
   * @param {Record<string, unknown>} given Photos by their names.
   * @param {object} [more] What else the request holds.
   * @returns {any}
   */
  run(task, given, more) {
    const sources = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, photo(value, name)]));
    const request = requested(task, sources, more);
    return this.#answer(this.#native.run(request), request);
  }

  /**
   * Does it off the event loop.
   * @param {string} task
   * @param {Record<string, unknown>} given
   * @param {{ signal?: AbortSignal }} more
   * @returns {Promise<any>}
   */
  async submit(task, given, { signal, ...more }) {
    let sources = photos(given, this.#native.maxBytes());
    if (sources instanceof Promise) sources = await sources;
    if (signal?.aborted) throw aborted(signal);
    const request = requested(task, sources, more);
    const id = (this.#lastId = (this.#lastId + 1) >>> 0);
    const answer = this.#native.submit(id, request);
    // Failures become errors here, where the stack leads to the caller. The verifier is held until then: were it
    // collected, its threads would end with the call unanswered.
    return this.#answer(await (signal ? abortable(answer, signal, () => this.#native.cancel(id)) : answer), request);
  }

  /**
   * @param {'compare' | 'rank'} what
   * @param {[any, any, ...any[]]} given
   * @returns {any}
   */
  ask(what, ...given) {
    return this.#answer(this.#native[what](...given));
  }

  /** How many calls of a batch are pending at once: the next is there when a worker becomes free. */
  get batch() {
    return this.#native.workers() + Math.min(this.#native.workers(), this.#queueLength);
  }

  close() {
    this.#native.close();
  }

  /** @param {any} answer @param {object} [request] */
  #answer(answer, request) {
    const result = successful(answer, request);
    if (!this.#seen) this.#warn();
    return result;
  }

  /** Warns of what is worth knowing of the engine: that it is the slower one although it was not chosen, or reports. */
  #warn() {
    this.#seen = true;
    const info = /** @type {EngineInfo} */ (this.#native.run({ task: 'start' }));
    const cure = 'npm install onnxruntime-node makes it three times as fast; { engine: \'embedded\' } ends this warning';
    if (info.fallbackReason) once('VISAVIS_EMBEDDED', `visavis computes with its embedded engine: ${info.fallbackReason}. ${cure}`);
    if (info.warning) once('VISAVIS_TELEMETRY', `visavis: ${info.warning}`);
  }
}

module.exports = { Engine };
