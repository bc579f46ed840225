'use strict';
// The class Verifier: the arguments and results of each call.

const { call } = require('./call');
const { Engine } = require('./engine');
const { many } = require('./many');
const { bounds, landmarks } = require('./photo');
const { wrongType } = require('./refusal');
const { Template, handleOf } = require('./template');

/** The most photos of an enrolment. One more is passed on, for the core to reject. */
const MOST_ENROLLED = 16;

const verdict = ({ comparison, probe, reference }) => ({ ...comparison, probe, reference });
const extraction = ({ template, sample }) => ({ template: new Template(template), sample });

function handle(template, name) {
  const found = handleOf(template);
  if (!found) throw wrongType(name, 'a Template', template);
  return found;
}

const enrollment = ({ template, photos }) => ({ template: new Template(template), photos });

/** The photos of an enrolment by their names in errors; of too many, just enough for the core to reject them. */
function enrolled(photos) {
  if (!Array.isArray(photos)) throw wrongType('photos', 'an array of photos', photos);
  return Object.fromEntries(photos.slice(0, MOST_ENROLLED + 1).map((photo, at) => [`photos[${at}]`, photo]));
}

class Verifier {
  #engine;

  constructor(options) {
    this.#engine = options instanceof Engine ? options : new Engine(options);
    if (options !== this.#engine) this.#engine.start();
  }

  static async create(options) {
    const engine = new Engine(options);
    await engine.submit('start', {}, {});
    return new Verifier(engine);
  }

  async verify(probe, reference, options) {
    return verdict(await this.#engine.submit('verify', { probe, reference }, call(options, 'quality', 'threshold', 'signal')));
  }

  verifySync(probe, reference, options) {
    return verdict(this.#engine.run('verify', { probe, reference }, call(options, 'quality', 'threshold')));
  }

  verifyMany(pairs, options) {
    const { onProgress, concurrency, signal, ...more } = call(options, 'quality', 'threshold', 'signal', 'onProgress', 'concurrency');
    const one = async ([probe, reference], signal) => this.verify(probe, reference, { ...more, signal });
    return many(pairs, one, concurrency ?? this.#engine.batch, { signal, onProgress });
  }

  async detect(photo, options) {
    return this.#engine.submit('detect', { photo }, call(options, 'quality', 'signal'));
  }

  detectSync(photo, options) {
    return this.#engine.run('detect', { photo }, call(options, 'quality'));
  }

  async extract(photo, options) {
    return extraction(await this.#engine.submit('extract', { photo }, call(options, 'quality', 'signal')));
  }

  extractSync(photo, options) {
    return extraction(this.#engine.run('extract', { photo }, call(options, 'quality')));
  }

  extractMany(photos, options) {
    const { onProgress, concurrency, signal, ...more } = call(options, 'quality', 'signal', 'onProgress', 'concurrency');
    return many(photos, (photo, signal) => this.extract(photo, { ...more, signal }), concurrency ?? this.#engine.batch, { signal, onProgress });
  }

  async enroll(photos, options) {
    const given = enrolled(photos);
    return enrollment(await this.#engine.submit('enroll', given, call(options, 'quality', 'threshold', 'signal')));
  }

  enrollSync(photos, options) {
    return enrollment(this.#engine.run('enroll', enrolled(photos), call(options, 'quality', 'threshold')));
  }

  async extractFace(photo, face, options) {
    const more = { ...call(options, 'signal'), landmarks: landmarks(face) };
    return new Template(await this.#engine.submit('extractFace', { photo }, more));
  }

  extractFaceSync(photo, face) {
    return new Template(this.#engine.run('extractFace', { photo }, { landmarks: landmarks(face) }));
  }

  async draw(photo, options) {
    return this.#engine.submit('draw', { photo }, call(options, 'signal'));
  }

  async crop(photo, face, options) {
    const { margin = 0.25, ...more } = call(options, 'margin', 'signal');
    return this.#engine.submit('crop', { photo }, { ...more, margin, bounds: bounds(face) });
  }

  compare(probe, reference, options) {
    return this.#engine.ask('compare', handle(probe, 'probe'), handle(reference, 'reference'), call(options, 'threshold').threshold);
  }

  rank(probe, references, options) {
    const { top = references.length, threshold } = call(options, 'top', 'threshold');
    const handles = Array.from(references, (template, at) => handle(template, `references[${at}]`));
    const ranked = this.#engine.ask('rank', handle(probe, 'probe'), handles, top, threshold);
    return ranked.map(({ index, comparison }) => ({ index, ...comparison }));
  }

  get engine() {
    return this.#engine.start();
  }

  close() {
    this.#engine.close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}

module.exports = { Verifier };
