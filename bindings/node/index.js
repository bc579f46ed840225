'use strict';
// visavis: do these two photos show the same person? The front door; all that is public stands here.

const { inspect } = require('node:util');
const native = require('./lib/load');
const { Engine } = require('./lib/engine');
const { successful, wrongType } = require('./lib/errors');
const { bytes, photo } = require('./lib/photo');
const { VisavisError } = require('./lib/visavis-error');

/**
 * @typedef {import('./lib/native').Bounds} Bounds
 * @typedef {import('./lib/native').Comparison} Comparison
 * @typedef {import('./lib/native').Detection} Detection
 * @typedef {import('./lib/native').EngineInfo} EngineInfo
 * @typedef {import('./lib/native').Face} Face
 * @typedef {import('./lib/native').Milliseconds} Milliseconds
 * @typedef {import('./lib/native').Sample} Sample
 */

/**
 * The answer to "do these two photos show the same person?"
 * @typedef {Comparison & { probe: Sample, reference: Sample }} Verdict
 */

/**
 * Raw pixels of 8 bits a channel, rows from the top without gaps.
 * @typedef {object} RawPixels
 * @property {ArrayBufferLike | NodeJS.ArrayBufferView} data Exactly `width * height * channels` bytes.
 * @property {number} width 1 to 65,535.
 * @property {number} height 1 to 65,535.
 * @property {number} channels 1 (gray), 3 (RGB) or 4 (RGBA, laid over white).
 */

/**
 * What sharp's `raw().toBuffer({ resolveWithObject: true })` gives.
 * @typedef {object} SharpPixels
 * @property {ArrayBufferLike | NodeJS.ArrayBufferView} data As in `RawPixels`.
 * @property {{ width: number, height: number, channels: number }} info As in `RawPixels`.
 */

/**
 * A photo: the bytes of a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM file, the path of one, or raw pixels. Bytes are
 * copied before the call returns, so they may be changed or transferred afterwards.
 * @typedef {string | URL | ArrayBufferLike | NodeJS.ArrayBufferView | RawPixels | SharpPixels} Photo
 */

/**
 * Settings of a verifier.
 * @typedef {object} VerifierOptions
 * @property {'auto' | 'onnxruntime' | 'embedded'} [engine] What computes. `auto` (default): ONNX Runtime where it can be
 * loaded, else the embedded engine, which is slower and always there.
 * @property {string} [onnxruntime] Path of ONNX Runtime's library. It must work: there is no falling back from it.
 * @property {string} [models] Folder with a `manifest.toml` and other models than the embedded ones.
 * @property {number} [workers] How many photos are processed at once (default: one per core).
 * @property {'prominent' | 'largest' | 'single'} [face] Which face counts. `prominent` (default): large and near the
 * middle; `largest`; `single`: several faces are an error.
 * @property {number} [minFace] Smallest face that is accepted, the shorter side of its box in pixels (default 0).
 * @property {number} [threshold] Score from which two photos match (default 27: a false match rate of 1 in 500).
 * @property {number} [maxBytes] Largest encoded photo in bytes (default 64 MiB).
 * @property {number} [maxPixels] Largest width times height of an encoded photo (default 50,000,000).
 * @property {number} [queueLength] How many calls may wait for a worker (default 256). Each holds its photos' bytes.
 * One more is rejected with `QUEUE_FULL`.
 */

/**
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] Rejects with an `AbortError` when it aborts. What has not begun is not done; what
 * has begun ends by itself.
 */

/**
 * A template and what it was made from.
 * @typedef {object} Extraction
 * @property {Template} template What to keep and compare.
 * @property {Sample} sample What was seen on the photo.
 */

/** The bytes that a template keeps. @type {(template: unknown, name: string) => Uint8Array} */
let bytesOf;

/**
 * What is kept of a face, to be compared with others of the same model. It is biometric data: its values are in
 * `toBuffer()` only, never in what `console.log` or `JSON.stringify` give.
 */
class Template {
  #bytes;
  #info;

  static {
    bytesOf = (template, name) => {
      if (template !== null && typeof template === 'object' && #bytes in template) return template.#bytes;
      throw wrongType(name, 'a Template', template);
    };
  }

  /**
   * @param {Uint8Array} bytes
   * @private
   */
  constructor(bytes) {
    this.#info = successful(native.templateInfo(bytes));
    this.#bytes = bytes;
  }

  /**
   * Reads what `toBuffer()` gave. Anything else, damaged bytes included, is `TEMPLATE_MALFORMED`.
   * @param {ArrayBufferLike | NodeJS.ArrayBufferView} buffer
   * @returns {Template}
   */
  static fromBuffer(buffer) {
    const view = bytes(buffer);
    if (!view) throw wrongType('buffer', 'a Buffer, an ArrayBuffer or a view of bytes on one', buffer);
    return new Template(new Uint8Array(view));
  }

  /**
   * A self-contained form to store: versioned, with the model's identity and a check sum. A copy.
   * @returns {Buffer}
   */
  toBuffer() {
    return Buffer.from(this.#bytes);
  }

  /** How many dimensions it has; 0 for the record of a failure to extract, which compares with none. @type {number} */
  get dimensions() {
    return this.#info.dimensions;
  }

  /** Equal for templates that can be compared. @type {string} */
  get model() {
    return this.#info.model.toString('hex');
  }

  /** @returns {string} */
  [inspect.custom]() {
    return `Template(${this.dimensions} dimensions)`;
  }
}

/** @param {import('./lib/native').Verification} answer @returns {Verdict} */
const verdict = ({ comparison, ...seen }) => ({ ...comparison, ...seen });

/** @param {import('./lib/native').Extraction} answer @returns {Extraction} */
const extraction = ({ template, sample }) => ({ template: Template.fromBuffer(template), sample });

/**
 * Compares faces. Make one, keep it, and use it for everything: a verifier has networks in memory and threads of its
 * own, none of them libuv's.
 */
class Verifier {
  #engine;

  /**
   * Loads models and engine here and now, which takes a tenth of a second; `Verifier.create()` does it off the event
   * loop.
   * @param {VerifierOptions} [options]
   */
  constructor(options) {
    this.#engine = options instanceof Engine ? options : new Engine(options);
    if (options !== this.#engine) this.#engine.start();
  }

  /**
   * Makes a verifier off the event loop.
   * @param {VerifierOptions} [options]
   * @returns {Promise<Verifier>}
   */
  static async create(options) {
    const engine = new Engine(options);
    await engine.submit('start', () => []);
    return new Verifier(/** @type {any} */ (engine));
  }

  /**
   * Do these two photos show the same person?
   *
   * When several things are wrong the first of these is told: a file that cannot be read, the probe is no image, the
   * reference is none, no usable face on the probe, none on the reference. "Different people" is a verdict, no error.
   * @param {Photo} probe The live or current photo, whose identity is in question.
   * @param {Photo} reference The stored photo that it is compared with.
   * @param {CallOptions} [options]
   * @returns {Promise<Verdict>}
   */
  async verify(probe, reference, options) {
    return verdict(await this.#engine.submit('verify', () => pair(probe, reference), options));
  }

  /**
   * `verify()` here and now: nothing else happens meanwhile.
   * @param {Photo} probe
   * @param {Photo} reference
   * @returns {Verdict}
   */
  verifySync(probe, reference) {
    return verdict(this.#engine.run('verify', pair(probe, reference)));
  }

  /**
   * Finds all faces of a photo. None at all is no error here.
   * @param {Photo} image
   * @param {CallOptions} [options]
   * @returns {Promise<Detection>}
   */
  detect(image, options) {
    return this.#engine.submit('detect', () => [photo(image, 'photo')], options);
  }

  /**
   * `detect()` here and now.
   * @param {Photo} image
   * @returns {Detection}
   */
  detectSync(image) {
    return this.#engine.run('detect', [photo(image, 'photo')]);
  }

  /**
   * Makes the template of the face that counts, to be stored and compared later.
   * @param {Photo} image
   * @param {CallOptions} [options]
   * @returns {Promise<Extraction>}
   */
  async extract(image, options) {
    return extraction(await this.#engine.submit('extract', () => [photo(image, 'photo')], options));
  }

  /**
   * `extract()` here and now.
   * @param {Photo} image
   * @returns {Extraction}
   */
  extractSync(image) {
    return extraction(this.#engine.run('extract', [photo(image, 'photo')]));
  }

  /**
   * Compares two templates; it takes microseconds.
   * @param {Template} probe
   * @param {Template} reference
   * @returns {Comparison}
   */
  compare(probe, reference) {
    return this.#engine.compare(bytesOf(probe, 'probe'), bytesOf(reference, 'reference'));
  }

  /** What computes. @type {EngineInfo} */
  get engine() {
    return this.#engine.start();
  }
}

/**
 * @param {unknown} probe
 * @param {unknown} reference
 */
const pair = (probe, reference) => [photo(probe, 'probe'), photo(reference, 'reference')];

/** @type {Verifier | undefined} */
let shared;

/** The verifier of the functions below, with all defaults: it starts at the first call, and again should that fail. */
const common = () => (shared ??= new Verifier(/** @type {any} */ (new Engine())));

/**
 * Do these two photos show the same person? `Verifier.verify()` with all defaults.
 * @param {Photo} probe The live or current photo, whose identity is in question.
 * @param {Photo} reference The stored photo that it is compared with.
 * @param {CallOptions} [options]
 * @returns {Promise<Verdict>}
 */
const verify = (probe, reference, options) => common().verify(probe, reference, options);

/**
 * `verify()` here and now: nothing else happens meanwhile.
 * @param {Photo} probe
 * @param {Photo} reference
 * @returns {Verdict}
 */
const verifySync = (probe, reference) => common().verifySync(probe, reference);

/**
 * Finds all faces of a photo. None at all is no error here.
 * @param {Photo} image
 * @param {CallOptions} [options]
 * @returns {Promise<Detection>}
 */
const detect = (image, options) => common().detect(image, options);

/**
 * `detect()` here and now.
 * @param {Photo} image
 * @returns {Detection}
 */
const detectSync = (image) => common().detectSync(image);

/**
 * Makes the template of the face that counts, to be stored and compared later.
 * @param {Photo} image
 * @param {CallOptions} [options]
 * @returns {Promise<Extraction>}
 */
const extract = (image, options) => common().extract(image, options);

/**
 * `extract()` here and now.
 * @param {Photo} image
 * @returns {Extraction}
 */
const extractSync = (image) => common().extractSync(image);

/**
 * Compares two templates; it takes microseconds.
 * @param {Template} probe
 * @param {Template} reference
 * @returns {Comparison}
 */
const compare = (probe, reference) => common().compare(probe, reference);

/** What computes for the functions of this module. @returns {EngineInfo} */
const engine = () => common().engine;

/** The version of this package. @type {string} */
const version = native.version();

exports.Template = Template;
exports.Verifier = Verifier;
exports.VisavisError = VisavisError;
exports.compare = compare;
exports.detect = detect;
exports.detectSync = detectSync;
exports.engine = engine;
exports.extract = extract;
exports.extractSync = extractSync;
exports.verify = verify;
exports.verifySync = verifySync;
exports.version = version;
