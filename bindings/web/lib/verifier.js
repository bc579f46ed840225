// The class Verifier: the arguments and results of each call.

import { call } from './call.js';
import { guidance } from './guidance.js';
import { many } from './many.js';
import { parse } from './options.js';
import { landmarks, photo } from './photo.js';
import { wrongType } from './refusal.js';
import { Remote } from './remote.js';
import { Template, bytesOf } from './template.js';

/** The most photos of an enrolment. One more is passed on, for the core to reject. */
const MOST_ENROLLED = 16;

/** Ends the workers of verifiers that were garbage-collected. @type {FinalizationRegistry<Remote>} */
const forgotten = new FinalizationRegistry((remote) => remote.close());

function handle(template, name) {
  const found = bytesOf(template);
  if (!found) throw wrongType(name, 'a Template', template);
  return found;
}

export class Verifier {
  #remote;

  constructor(options) {
    this.#remote = new Remote(parse(options));
    forgotten.register(this, this.#remote, this);
  }

  static async create(options) {
    const verifier = new Verifier(options);
    await verifier.engine;
    return verifier;
  }

  async verify(probe, reference, options) {
    return this.#ask('verify', { probe, reference }, call(options, 'quality', 'threshold', 'signal'));
  }

  verifyMany(pairs, options) {
    const { onProgress, concurrency = 2, signal, ...more } = call(options, 'quality', 'threshold', 'signal', 'onProgress', 'concurrency');
    const one = async ([probe, reference], signal) => this.verify(probe, reference, { ...more, signal });
    return many(pairs, one, concurrency, { signal, onProgress });
  }

  async detect(photo, options) {
    return this.#ask('detect', { photo }, call(options, 'quality', 'signal'));
  }

  async advice(photo, options) {
    return guidance(await this.detect(photo, { ...call(options, 'signal'), quality: true }));
  }

  async extract(photo, options) {
    const { template, sample } = await this.#ask('extract', { photo }, call(options, 'quality', 'signal'));
    return { template: new Template(template), sample };
  }

  extractMany(photos, options) {
    const { onProgress, concurrency = 2, signal, ...more } = call(options, 'quality', 'signal', 'onProgress', 'concurrency');
    return many(photos, (photo, signal) => this.extract(photo, { ...more, signal }), concurrency, { signal, onProgress });
  }

  async enroll(photos, options) {
    if (!Array.isArray(photos)) throw wrongType('photos', 'an array of photos', photos);
    const some = photos.slice(0, MOST_ENROLLED + 1).map((photo, at) => [`photos[${at}]`, photo]);
    const made = await this.#ask('enroll', Object.fromEntries(some), call(options, 'quality', 'threshold', 'signal'));
    return { template: new Template(made.template), photos: made.photos };
  }

  async extractFace(photo, face, options) {
    const more = { ...call(options, 'signal'), landmarks: landmarks(face) };
    return new Template(await this.#ask('extractFace', { photo }, more));
  }

  async compare(probe, reference, options) {
    const { threshold } = call(options, 'threshold');
    const given = { probe: handle(probe, 'probe'), reference: handle(reference, 'reference'), threshold };
    return this.#submit('compare', given);
  }

  async rank(probe, references, options) {
    const { top = references.length, threshold } = call(options, 'top', 'threshold');
    const handles = Array.from(references, (template, at) => handle(template, `references[${at}]`));
    const together = new Uint8Array(await new Blob(handles).arrayBuffer());
    return this.#submit('rank', { probe: handle(probe, 'probe'), references: together, top, threshold });
  }

  get engine() {
    return this.#submit('start', {});
  }

  get lowestMeasuredRate() {
    return this.#submit('lowestMeasuredRate', {});
  }

  close() {
    forgotten.unregister(this);
    this.#remote.close();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }

  /**
   * @param {string} task
   * @param {Record<string, unknown>} photos
   * @param {Record<string, any>} options
   */
  async #ask(task, photos, { signal, ...more }) {
    this.#remote.check();
    // All photos are copied at once, in their current state.
    const taken = Object.entries(photos).map(async ([name, value]) => ({ name, ...(await photo(value, name, this.#remote.maxBytes)) }));
    const ready = await Promise.all(taken);
    // An enrolment has a list of photos, any other task has them by name.
    const list = { photos: ready.map(({ source }) => source) };
    const given = task === 'enroll' ? list : Object.fromEntries(ready.map(({ name, source }) => [name, source]));
    const transfer = ready.flatMap(({ transfer }) => transfer);
    return this.#submit(task, { ...given, ...more }, { transfer, signal });
  }

  /** Waits for the answer, which keeps the verifier alive: if it were collected, its worker would end. */
  async #submit(task, given, more) {
    const answer = await this.#remote.submit(task, given, more);
    return this && answer;
  }
}
