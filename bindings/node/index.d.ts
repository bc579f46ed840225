// Made by scripts/build.mjs out of the JavaScript beside it.
export { Template };
export { Verifier };
export { VisavisError };
export { compare };
export { detect };
export { detectSync };
export { engine };
export { extract };
export { extractSync };
export { verify };
export { verifySync };
export { version };
import { inspect } from 'node:util';
import { VisavisError } from './lib/visavis-error';
export type Bounds = import('./lib/native').Bounds;
export type Comparison = import('./lib/native').Comparison;
export type Detection = import('./lib/native').Detection;
export type EngineInfo = import('./lib/native').EngineInfo;
export type Face = import('./lib/native').Face;
export type Milliseconds = import('./lib/native').Milliseconds;
export type Sample = import('./lib/native').Sample;
export type Verdict = Comparison & {
    probe: Sample;
    reference: Sample;
};
export type RawPixels = {
    /**
     * Exactly `width * height * channels` bytes.
     */
    data: ArrayBufferLike | NodeJS.ArrayBufferView;
    /**
     * 1 to 65,535.
     */
    width: number;
    /**
     * 1 to 65,535.
     */
    height: number;
    /**
     * 1 (gray), 3 (RGB) or 4 (RGBA, laid over white).
     */
    channels: number;
};
export type SharpPixels = {
    /**
     * As in `RawPixels`.
     */
    data: ArrayBufferLike | NodeJS.ArrayBufferView;
    /**
     * As in `RawPixels`.
     */
    info: {
        width: number;
        height: number;
        channels: number;
    };
};
export type Photo = string | URL | ArrayBufferLike | NodeJS.ArrayBufferView | RawPixels | SharpPixels;
export type VerifierOptions = {
    /**
     * What computes. `auto` (default): ONNX Runtime where it can be
     * loaded, else the embedded engine, which is slower and always there.
     */
    engine?: 'auto' | 'onnxruntime' | 'embedded';
    /**
     * Path of ONNX Runtime's library. It must work: there is no falling back from it.
     */
    onnxruntime?: string;
    /**
     * Folder with a `manifest.toml` and other models than the embedded ones.
     */
    models?: string;
    /**
     * How many photos are processed at once (default: one per core).
     */
    workers?: number;
    /**
     * Threads that one network may use (default 1: more workers do better).
     */
    /**
     * Which face counts. `prominent` (default): large and near the
     * middle; `largest`; `single`: several faces are an error.
     */
    face?: 'prominent' | 'largest' | 'single';
    /**
     * Smallest face that is accepted, the shorter side of its box in pixels (default 0).
     */
    minFace?: number;
    /**
     * Score from which two photos match (default 27: a false match rate of 1 in 500).
     */
    threshold?: number;
    /**
     * Largest encoded photo in bytes (default 64 MiB).
     */
    maxBytes?: number;
    /**
     * Largest width times height of an encoded photo (default 50,000,000).
     */
    maxPixels?: number;
    /**
     * How many calls may wait for a worker (default 256). Each holds its photos' bytes.
     * One more is rejected with `QUEUE_FULL`.
     */
    queueLength?: number;
};
export type CallOptions = {
    /**
     * Rejects with an `AbortError` when it aborts. What has not begun is not done; what
     * has begun ends by itself.
     */
    signal?: AbortSignal;
};
export type Extraction = {
    /**
     * What to keep and compare.
     */
    template: Template;
    /**
     * What was seen on the photo.
     */
    sample: Sample;
};
/**
 * What is kept of a face, to be compared with others of the same model. It is biometric data: its values are in
 * `toBuffer()` only, never in what `console.log` or `JSON.stringify` give.
 */
declare class Template {
    #private;
    /**
     * @param {Uint8Array} bytes
     * @private
     */
    private constructor();
    /**
     * Reads what `toBuffer()` gave. Anything else, damaged bytes included, is `TEMPLATE_MALFORMED`.
     * @param {ArrayBufferLike | NodeJS.ArrayBufferView} buffer
     * @returns {Template}
     */
    static fromBuffer(buffer: ArrayBufferLike | NodeJS.ArrayBufferView): Template;
    /**
     * A self-contained form to store: versioned, with the model's identity and a check sum. A copy.
     * @returns {Buffer}
     */
    toBuffer(): Buffer;
    /** How many dimensions it has; 0 for the record of a failure to extract, which compares with none. @type {number} */
    get dimensions(): number;
    /** Equal for templates that can be compared. @type {string} */
    get model(): string;
    /** @returns {string} */
    [inspect.custom](): string;
}
/**
 * Compares faces. Make one, keep it, and use it for everything: a verifier has networks in memory and threads of its
 * own, none of them libuv's.
 */
declare class Verifier {
    #private;
    /**
     * Loads models and engine here and now, which takes a tenth of a second; `Verifier.create()` does it off the event
     * loop.
     * @param {VerifierOptions} [options]
     */
    constructor(options?: VerifierOptions);
    /**
     * Makes a verifier off the event loop.
     * @param {VerifierOptions} [options]
     * @returns {Promise<Verifier>}
     */
    static create(options?: VerifierOptions): Promise<Verifier>;
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
    verify(probe: Photo, reference: Photo, options?: CallOptions): Promise<Verdict>;
    /**
     * `verify()` here and now: nothing else happens meanwhile.
     * @param {Photo} probe
     * @param {Photo} reference
     * @returns {Verdict}
     */
    verifySync(probe: Photo, reference: Photo): Verdict;
    /**
     * Finds all faces of a photo. None at all is no error here.
     * @param {Photo} image
     * @param {CallOptions} [options]
     * @returns {Promise<Detection>}
     */
    detect(image: Photo, options?: CallOptions): Promise<Detection>;
    /**
     * `detect()` here and now.
     * @param {Photo} image
     * @returns {Detection}
     */
    detectSync(image: Photo): Detection;
    /**
     * Makes the template of the face that counts, to be stored and compared later.
     * @param {Photo} image
     * @param {CallOptions} [options]
     * @returns {Promise<Extraction>}
     */
    extract(image: Photo, options?: CallOptions): Promise<Extraction>;
    /**
     * `extract()` here and now.
     * @param {Photo} image
     * @returns {Extraction}
     */
    extractSync(image: Photo): Extraction;
    /**
     * Compares two templates; it takes microseconds.
     * @param {Template} probe
     * @param {Template} reference
     * @returns {Comparison}
     */
    compare(probe: Template, reference: Template): Comparison;
    /** What computes. @type {EngineInfo} */
    get engine(): EngineInfo;
}
/**
 * Do these two photos show the same person? `Verifier.verify()` with all defaults.
 * @param {Photo} probe The live or current photo, whose identity is in question.
 * @param {Photo} reference The stored photo that it is compared with.
 * @param {CallOptions} [options]
 * @returns {Promise<Verdict>}
 */
declare const verify: (probe: Photo, reference: Photo, options?: CallOptions) => Promise<Verdict>;
/**
 * `verify()` here and now: nothing else happens meanwhile.
 * @param {Photo} probe
 * @param {Photo} reference
 * @returns {Verdict}
 */
declare const verifySync: (probe: Photo, reference: Photo) => Verdict;
/**
 * Finds all faces of a photo. None at all is no error here.
 * @param {Photo} image
 * @param {CallOptions} [options]
 * @returns {Promise<Detection>}
 */
declare const detect: (image: Photo, options?: CallOptions) => Promise<Detection>;
/**
 * `detect()` here and now.
 * @param {Photo} image
 * @returns {Detection}
 */
declare const detectSync: (image: Photo) => Detection;
/**
 * Makes the template of the face that counts, to be stored and compared later.
 * @param {Photo} image
 * @param {CallOptions} [options]
 * @returns {Promise<Extraction>}
 */
declare const extract: (image: Photo, options?: CallOptions) => Promise<Extraction>;
/**
 * `extract()` here and now.
 * @param {Photo} image
 * @returns {Extraction}
 */
declare const extractSync: (image: Photo) => Extraction;
/**
 * Compares two templates; it takes microseconds.
 * @param {Template} probe
 * @param {Template} reference
 * @returns {Comparison}
 */
declare const compare: (probe: Template, reference: Template) => Comparison;
/** What computes for the functions of this module. @returns {EngineInfo} */
declare const engine: () => EngineInfo;
/** The version of this package. @type {string} */
declare const version: string;
