// A worker that contains a verifier: it gets one request after the other, each with its answer.

import { aborted } from './aborted.js';
import { fromFailure } from './errors.js';
import { VisavisError } from './visavis-error.js';

/** @typedef {{ task: string, given: object, transfer: Transferable[], since: number, resolve: (answer: any) => void, reject: (error: unknown) => void }} Job */

const closed = () => new VisavisError('the verifier is closed', { code: 'CLOSED' });

/** Starts a worker when it is first used, and another one if that breaks. */
export class Remote {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Job | null} */
  #running = null;
  /** @type {Job[]} */
  #waiting = [];
  #settings;
  #closed = false;

  /** @param {ReturnType<typeof import('./options.js').parse>} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  get maxBytes() {
    return this.#settings.maxBytes;
  }

  /** Throws if no further call may wait; called before its photos are copied. */
  check() {
    if (this.#closed) throw closed();
    const { queueLength } = this.#settings;
    if (this.#running && this.#waiting.length >= queueLength) {
      const message = `${queueLength} calls are waiting: try again later, or raise the verifier's queueLength`;
      throw new VisavisError(message, { code: 'QUEUE_FULL' });
    }
  }

  /**
   * @param {string} task
   * @param {object} given
   * @param {{ transfer?: Transferable[], signal?: AbortSignal }} [more]
   * @returns {Promise<any>}
   */
  submit(task, given, { transfer = [], signal } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw aborted(signal);
      this.check();
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== job);
        reject(aborted(/** @type {AbortSignal} */ (signal)));
      };
      const ended = (settle) => (value) => {
        signal?.removeEventListener('abort', abort);
        settle(value);
      };
      const job = { task, given, transfer, since: performance.now(), resolve: ended(resolve), reject: ended(reject) };
      signal?.addEventListener('abort', abort);
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Ends the worker when the running call has finished; waiting calls fail. */
  close() {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(closed());
    if (!this.#running) this.#end();
  }

  #next() {
    if (this.#running) return;
    const job = (this.#running = this.#waiting.shift() ?? null);
    if (!job) return this.#closed && this.#end();
    if (performance.now() - job.since > this.#settings.deadline) {
      const message = 'the call waited longer than its deadline allows';
      return this.#settle({ failure: { message, code: 'DEADLINE_EXCEEDED', number: 7 } });
    }
    try {
      const worker = (this.#worker ??= this.#start());
      worker.postMessage({ task: job.task, ...job.given }, job.transfer);
    } catch (error) {
      this.#unavailable(/** @type {Error} */ (error));
    }
  }

  #start() {
    const { core, models, worker: make } = this.#settings;
    const worker = make ? make() : new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'visavis' });
    worker.postMessage({ task: 'set', core, models });
    worker.addEventListener('message', ({ data }) => {
      // After a defect, the worker is not used again.
      if (data.broken) this.#end();
      this.#settle(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end();
      this.#unavailable(event);
    });
    return worker;
  }

  /** @param {{ message?: string }} event */
  #unavailable({ message = 'its files cannot be loaded' }) {
    const words = `the worker cannot be started: ${message}`;
    this.#settle({ failure: { message: words, code: 'ENGINE_UNAVAILABLE', number: 63, stage: 'setup' } });
  }

  /** @param {{ answer?: any, failure?: any }} outcome */
  #settle({ answer, failure }) {
    const job = this.#running;
    this.#running = null;
    if (failure) job?.reject(fromFailure(failure));
    else job?.resolve(answer);
    this.#next();
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
