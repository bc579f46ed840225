'use strict';
// The native verifier: requests to it, and their answers.

const { abortable } = require('./abort');
const { aborted } = require('./aborted');
const { successful } = require('./errors');
const native = require('./load');
const { installedOnnxruntime, parse } = require('./options');
const { photo } = require('./photo');
const { photos } = require('./stream');

/** @typedef {import('./native').EngineInfo} EngineInfo */

/** The codes of the warnings emitted in this process: each is emitted once. */
const warned = new Set();

/** @param {string} code @param {string} message */
function once(code, message) {
  if (!warned.has(code)) process.emitWarning(message, { code });
  warned.add(code);
}

/**
 * A request to the native half. An enrolment has a list of photos, any other task has them by name.
 * @param {string} task
 * @param {object} sources
 * @param {object} [more]
 * @returns {any}
 */
const requested = (task, sources, more) => ({ task, ...(task === 'enroll' ? { photos: Object.values(sources) } : sources), ...more });

/** Starts when it is first used; `start()` starts it now. */
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
   * Runs a task on this thread.
   * @param {string} task
   * @param {Record<string, unknown>} given Photos by name.
   * @param {object} [more] Further fields of the request.
   * @returns {any}
   */
  run(task, given, more) {
    const sources = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, photo(value, name)]));
    const request = requested(task, sources, more);
    return this.#answer(this.#native.run(request), request);
  }

  /**
   * Runs a task off the event loop.
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
    // Failures become errors here, where the stack leads to the caller. This also keeps the verifier alive until then:
    // if it were collected, its threads would end and the call would get no answer.
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

  /** How many calls of a batch are pending at once: enough that one is waiting whenever a worker becomes free. */
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

  /** Warns if the slower engine is in use although it was not chosen, or if the engine may send telemetry. */
  #warn() {
    this.#seen = true;
    const info = /** @type {EngineInfo} */ (this.#native.run({ task: 'start' }));
    const remedy = 'npm install onnxruntime-node makes it three times as fast; { engine: \'embedded\' } turns this warning off';
    if (info.fallbackReason) once('VISAVIS_EMBEDDED', `visavis uses its embedded engine: ${info.fallbackReason}. ${remedy}`);
    if (info.warning) once('VISAVIS_TELEMETRY', `visavis: ${info.warning}`);
  }
}

module.exports = { Engine };
