/// <reference types="node" />
// visavis: do these two photos show the same person? The public interface; lib/native.d.ts has the types of the answers.
import type { Bounds, Comparison, Detection, EngineInfo, Enrolled, Landmarks, Sample } from './lib/native.js';

export type { Bounds, Comparison, Detection, EngineInfo, Enrolled, Face, Landmarks, Milliseconds, Point, Quality, Sample } from './lib/native.js';

/** The answer to "do these two photos show the same person?" A template has no sample. */
export type Verdict<Probe = Photo, Reference = Photo> = Comparison & { probe: Seen<Probe>; reference: Seen<Reference> };

type Seen<Subject> = Subject extends Template ? undefined : Sample;

/** One of many templates, and how similar it is. */
export type Ranked = { index: number } & Comparison;

/** A template, and the face that it was made from. */
export interface Extraction {
  /** The template, to store and compare. */
  template: Template;
  /** What was found in the photo. */
  sample: Sample;
}

/** A template made from several photos of one person. */
export interface Enrollment {
  /** The template, to store and to compare probes with. */
  template: Template;
  /** The photos, in their order. */
  photos: Enrolled[];
}

/** A buffer, or a view of bytes on one. */
export type Bytes = ArrayBufferLike | Uint8Array | Uint8ClampedArray | Int8Array | DataView;

/** Raw pixels with 8 bits per channel, rows from the top without gaps. */
export interface RawPixels {
  /** Exactly `width * height * channels` bytes. */
  data: Bytes;
  /** 1 to 65,535. */
  width: number;
  /** 1 to 65,535. */
  height: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA, blended over white). */
  channels: number;
  /** The order of three or four channels (default `rgb`); OpenCV uses `bgr`. */
  order?: 'rgb' | 'bgr' | undefined;
}

/** The result of sharp's `raw().toBuffer({ resolveWithObject: true })`. */
export interface SharpPixels {
  /** As in `RawPixels`. */
  data: Bytes;
  /** As in `RawPixels`. */
  info: { width: number; height: number; channels: number };
}

/**
 * A photo: the bytes of a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM file, the path of one, or raw pixels. Bytes are
 * copied before the call returns, so they may be changed or transferred afterwards.
 */
export type Photo = string | URL | Bytes | RawPixels | SharpPixels;

/** A photo that is read asynchronously: a Blob or a File, the body of a request or a response, any stream of bytes. */
export type LatePhoto = Photo | Blob | AsyncIterable<Bytes>;

/** Settings of a verifier. */
export interface VerifierOptions {
  /**
   * The engine. `auto` (default): ONNX Runtime if it can be loaded, else the embedded engine, which is slower and
   * always available.
   */
  engine?: 'auto' | 'onnxruntime' | 'embedded' | undefined;
  /** Path of ONNX Runtime's library. It must work: there is no fallback. */
  onnxruntime?: string | undefined;
  /** Folder with a `manifest.toml` and models to use instead of the embedded ones. */
  models?: string | undefined;
  /** How many photos are processed at once (default: one per core). */
  workers?: number | undefined;
  /**
   * How the face is chosen. `prominent` (default): large and near the middle; `largest`; `single`: several faces are an
   * error.
   */
  face?: 'prominent' | 'largest' | 'single' | undefined;
  /** Smallest accepted face, the shorter side of its bounds in pixels (default 0). */
  minFace?: number | undefined;
  /** Lowest score of a match (default 27: a false match rate of 1 in 500). */
  threshold?: number | undefined;
  /** Largest encoded photo in bytes (default 64 MiB). */
  maxBytes?: number | undefined;
  /** Largest width times height of a photo, also for raw pixels (default 50,000,000). */
  maxPixels?: number | undefined;
  /** Most memory that decoding one photo may take, in bytes (default 160 MiB). */
  maxDecodeBytes?: number | undefined;
  /** How thoroughly faces are searched for (default `'normal'`): at most 12, 120 or 600 looks. */
  search?: 'quick' | 'normal' | 'thorough' | undefined;
  /** Seconds that one call may take, including the wait for a worker, before it is rejected with `DEADLINE_EXCEEDED` (default: no limit). */
  deadline?: number | undefined;
  /**
   * How many calls may wait for a worker (default 256). Each holds its photos' bytes. One more is rejected with
   * `QUEUE_FULL`.
   */
  queueLength?: number | undefined;
}

/** Whether the capture quality is measured. */
export interface QualityOption {
  /** Whether the capture quality of the faces is measured (default false, which costs nothing). */
  quality?: boolean | undefined;
}

/** The threshold of a match. */
export interface ThresholdOption {
  /** Lowest score of a match in this call (default: the verifier's). */
  threshold?: number | undefined;
}

/** What ends a call early. */
export interface SignalOption {
  /** When it aborts, the call rejects with an `AbortError`. Work that has not started is not done; work that has runs to its end. */
  signal?: AbortSignal | undefined;
}

/** How a list is processed. */
export interface ManyOptions extends QualityOption, SignalOption {
  /** How many calls are pending at once (default: twice the workers). */
  concurrency?: number | undefined;
  /** Called before each outcome, with the number of outcomes including it. */
  onProgress?: ((done: number) => void) | undefined;
}

/** Options of `detect()` and `extract()`. */
export interface CallOptions extends QualityOption, SignalOption {}

/** Options of `verify()`. */
export interface VerifyOptions extends CallOptions, ThresholdOption {}

/** The outcomes in the given order; a failure is an outcome, too. */
export type Outcomes<T> = AsyncGenerator<PromiseSettledResult<T>, void, undefined>;

/**
 * The numbers that represent a face, comparable with others of the same model. It is biometric data: only `toBuffer()`
 * returns its values, never `console.log` or `JSON.stringify`.
 */
export class Template {
  private constructor();
  /** Reads the result of `toBuffer()`. Anything else, including damaged bytes, is `TEMPLATE_MALFORMED`. */
  static fromBuffer(buffer: Bytes): Template;
  /** A self-contained form for storage: versioned, with the model's identity and a checksum. A copy. */
  toBuffer(): Buffer;
  /** How many dimensions it has; 0 for the record of a failure to extract, which cannot be compared. */
  get dimensions(): number;
  /** Equal for templates that can be compared. */
  get model(): string;
}

/**
 * Compares faces. Create one, keep it, and use it for everything: a verifier has networks in memory and threads of its
 * own, none of them libuv's.
 */
export class Verifier {
  /** Loads models and engine synchronously, which takes a tenth of a second. */
  constructor(options?: VerifierOptions);
  /** Creates a verifier off the event loop. */
  static create(options?: VerifierOptions): Promise<Verifier>;
  /**
   * Do these two photos show the same person?
   *
   * If several things are wrong, the first of these is reported: the probe cannot be read, the reference cannot, no
   * usable face in the probe, none in the reference. "Different people" is a verdict, not an error.
   * @param probe The live or current photo, whose identity is to be verified.
   * @param reference The stored photo that it is compared with.
   */
  verify<Probe extends LatePhoto | Template, Reference extends LatePhoto | Template>(
    probe: Probe,
    reference: Reference,
    options?: VerifyOptions,
  ): Promise<Verdict<Probe, Reference>>;
  /** `verify()` synchronously: it blocks the event loop. */
  verifySync<Probe extends Photo | Template, Reference extends Photo | Template>(
    probe: Probe,
    reference: Reference,
    options?: QualityOption & ThresholdOption,
  ): Verdict<Probe, Reference>;
  /** Verifies many pairs, a few at once: `for await (const outcome of verifier.verifyMany(pairs))`. */
  verifyMany<Probe extends LatePhoto | Template, Reference extends LatePhoto | Template>(
    pairs: Iterable<readonly [Probe, Reference]> | AsyncIterable<readonly [Probe, Reference]>,
    options?: ManyOptions & ThresholdOption,
  ): Outcomes<Verdict<Probe, Reference>>;
  /** Finds all faces in a photo. Finding none is not an error here. */
  detect(photo: LatePhoto, options?: CallOptions): Promise<Detection>;
  /** `detect()` synchronously. */
  detectSync(photo: Photo, options?: QualityOption): Detection;
  /** Makes the template of the chosen face, to be stored and compared later. */
  extract(photo: LatePhoto, options?: CallOptions): Promise<Extraction>;
  /** `extract()` synchronously. */
  extractSync(photo: Photo, options?: QualityOption): Extraction;
  /** Extracts many templates, a few at once: `for await (const outcome of verifier.extractMany(photos))`. */
  extractMany(photos: Iterable<LatePhoto> | AsyncIterable<LatePhoto>, options?: ManyOptions): Outcomes<Extraction>;
  /**
   * Makes one template from 1 to 16 photos of one person. Probes are compared with it as with any other. The first photo
   * that cannot be used is an error, whose `index` says which it is. A photo of somebody else is not an error, but lets
   * that person match: `others` of each photo says whether it matches the rest.
   */
  enroll(photos: readonly LatePhoto[], options?: VerifyOptions): Promise<Enrollment>;
  /** `enroll()` synchronously. */
  enrollSync(photos: readonly Photo[], options?: QualityOption & ThresholdOption): Enrollment;
  /** Makes the template of any face. `face`: one that `detect()` found in the same photo. */
  extractFace(photo: LatePhoto, face: { landmarks: Landmarks }, options?: SignalOption): Promise<Template>;
  /** `extractFace()` synchronously. */
  extractFaceSync(photo: Photo, face: { landmarks: Landmarks }): Template;
  /** The photo as a PNG file with all faces marked: the chosen one in green, others in orange. */
  draw(photo: LatePhoto, options?: SignalOption): Promise<Buffer>;
  /** A face cut out as a PNG file, with a margin as a fraction of its width and height (default 0.25). */
  crop(photo: LatePhoto, face: { bounds: Bounds }, options?: SignalOption & { margin?: number | undefined }): Promise<Buffer>;
  /** Compares two templates; it takes microseconds. */
  compare(probe: Template, reference: Template, options?: ThresholdOption): Comparison;
  /** Compares one template with many: all of them or the `top` most similar, best first. */
  rank(probe: Template, references: readonly Template[], options?: ThresholdOption & { top?: number | undefined }): Ranked[];
  /** The engine in use. */
  get engine(): EngineInfo;
  /**
   * Frees its memory and ends its threads. Running calls finish; waiting ones, and every later call, fail with
   * `CLOSED`. Without it, this happens when the verifier is garbage-collected.
   */
  close(): void;
  /** `close()`, for `using`. */
  [Symbol.dispose](): void;
}

/** The stable name of what went wrong. `QUEUE_FULL` and `CLOSED` are this package's own; the README explains them. */
export type ErrorCode =
  | 'INVALID_ARGUMENT' | 'INVALID_PIXELS' | 'TEMPLATE_MALFORMED' | 'TEMPLATE_MISMATCH' | 'TEMPLATE_FAILED' | 'FILE_UNREADABLE' | 'DEADLINE_EXCEEDED'
  | 'EMPTY_IMAGE' | 'UNSUPPORTED_FORMAT' | 'CORRUPT_IMAGE' | 'IMAGE_TOO_LARGE'
  | 'NO_FACE' | 'SEVERAL_FACES' | 'FACE_TOO_SMALL'
  | 'MODEL_NOT_FOUND' | 'MODEL_INVALID' | 'MODEL_HASH_MISMATCH' | 'ENGINE_UNAVAILABLE' | 'ENGINE_INCOMPATIBLE'
  | 'OUT_OF_MEMORY'
  | 'INTERNAL' | 'PANIC'
  | 'QUEUE_FULL' | 'CLOSED';

/** What the photographer can improve. */
export type Advice =
  | 'too_small' | 'blurred' | 'too_dark' | 'too_bright' | 'turned_away' | 'tilted' | 'covered' | 'several_faces';

/** Why a verification, a detection, an extraction or a comparison failed. */
export class VisavisError extends Error {
  private constructor();
  /** The stable name, for example `'NO_FACE'`. */
  readonly code: ErrorCode;
  /** The stable number, for example 40; absent for codes of this package only. */
  readonly number?: number;
  /** The photo that the error is about, if there are two. */
  readonly side?: 'probe' | 'reference';
  /** Which step failed. */
  readonly stage?: 'setup' | 'decode' | 'detect' | 'choose' | 'extract' | 'compare';
  /** The index of the photo or template that the error is about, if there are several. */
  readonly index?: number;
  /** What the photographer can improve, if that is known. The message says it in words. */
  readonly advice?: Advice[];
  /** Includes the message. */
  toJSON(): { name: string; message: string; code: ErrorCode; number?: number; side?: string; stage?: string; index?: number; advice?: Advice[] };
}

// The functions below are those of one verifier with all defaults, which starts at the first call.

/** Do these two photos show the same person? */
export const verify: Verifier['verify'];
/** `verify()` synchronously: it blocks the event loop. */
export const verifySync: Verifier['verifySync'];
/** Finds all faces in a photo. Finding none is not an error here. */
export const detect: Verifier['detect'];
/** `detect()` synchronously. */
export const detectSync: Verifier['detectSync'];
/** Makes the template of the chosen face, to be stored and compared later. */
export const extract: Verifier['extract'];
/** `extract()` synchronously. */
export const extractSync: Verifier['extractSync'];
/** Makes one template from several photos of one person. */
export const enroll: Verifier['enroll'];
/** `enroll()` synchronously. */
export const enrollSync: Verifier['enrollSync'];
/** Makes the template of any face. */
export const extractFace: Verifier['extractFace'];
/** `extractFace()` synchronously. */
export const extractFaceSync: Verifier['extractFaceSync'];
/** Compares two templates; it takes microseconds. */
export const compare: Verifier['compare'];
/** The photo as a PNG file with all faces marked. */
export const draw: Verifier['draw'];
/** A face cut out as a PNG file. */
export const crop: Verifier['crop'];
/** Compares one template with many, best first. */
export const rank: Verifier['rank'];
/** Verifies many pairs, a few at once. */
export const verifyMany: Verifier['verifyMany'];
/** Extracts many templates, a few at once. */
export const extractMany: Verifier['extractMany'];
/**
 * Decodes a photo that arrived as text: Base64 in either alphabet, with or without padding, in lines, or a `data:` URL.
 * Anything else is `INVALID_ARGUMENT`; more than `maxBytes` (default 64 MiB) is `IMAGE_TOO_LARGE` before it is decoded.
 * Errors repeat nothing of the text.
 */
export function fromBase64(text: string, options?: { maxBytes?: number | undefined }): Buffer;
/** The engine that these functions use. */
export function engine(): EngineInfo;
/** The version of this package. */
export const version: string;
