// visavis in the browser: do these two photos show the same person? Whatever the Node package has too has the same
// names, types and answers here; the tests compare them.

/** A point, in pixels from the top left corner of the upright photo. */
export interface Point {
  /** To the right. */
  x: number;
  /** Downwards. */
  y: number;
}

/** A rectangle in pixels. */
export interface Bounds {
  /** Left edge. */
  x: number;
  /** Top edge. */
  y: number;
  /** Extent to the right. */
  width: number;
  /** Extent downwards. */
  height: number;
}

/** Five points of a face. Right and left are the person's: in an unmirrored photo, the right eye is on the left. */
export interface Landmarks {
  /** The centre of the eye. */
  rightEye: Point;
  /** The centre of the eye. */
  leftEye: Point;
  /** The tip of the nose. */
  nose: Point;
  /** The corner of the mouth. */
  mouthRight: Point;
  /** The corner of the mouth. */
  mouthLeft: Point;
}

/** Capture quality of one face. Where ISO/IEC 29794-5 defines a measure, it is that one, not mapped to 0..=100. */
export interface Quality {
  /** Distance between the eyes in pixels. Below about 30 the template is unreliable. */
  interEyeDistance: number;
  /** How much fine detail the face shows, 0 (blurred) to 1 (sharp). */
  sharpness: number;
  /** Luminance mean of the face, in linear light, 0 to 1. */
  brightness: number;
  /** Standard deviation of the luminance, 0 to 0.5. */
  contrast: number;
  /** Fraction of the face that is nearly black, 0 to 1. */
  underExposure: number;
  /** Fraction of the face that is nearly white, 0 to 1. */
  overExposure: number;
  /** Entropy of the face's luminances in bits, 0 to 8. */
  dynamicRange: number;
  /** How similar the light on both cheeks is, 0 (one in the dark) to 1 (the same). */
  illuminationUniformity: number;
  /** Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees. */
  yaw: number;
  /** Degrees by which the head is raised; an estimate, accurate to about 15 degrees. */
  pitch: number;
  /** Degrees by which the head is tilted towards its own left shoulder. */
  roll: number;
  /** What a better photo needs; empty for a good one. */
  advice: Advice[];
}

/** A face, in pixels from the top left corner of the upright photo. */
export interface Face {
  /** The box around it; it may reach beyond the photo. */
  bounds: Bounds;
  /** Five points of the face. */
  landmarks: Landmarks;
  /** How sure the detector is, 0 to 1. */
  confidence: number;
  /** The capture quality, if the call requested it. */
  quality?: Quality;
}

/** Wall-clock time of the steps for one photo, in milliseconds. */
export interface Milliseconds {
  /** From bytes to pixels; 0 for raw pixels. */
  decode: number;
  /** From pixels to faces. */
  detect: number;
  /** From the face to the template. */
  extract: number;
}

/** What was found in one photo. */
export interface Sample {
  /** The chosen face. */
  face: Face;
  /** How many faces were found. */
  faceCount: number;
  /** Width of the upright photo in pixels. */
  width: number;
  /** Height of the upright photo in pixels. */
  height: number;
  /** The time of its steps. */
  milliseconds: Milliseconds;
  /** What a better photo needs: always `too_small` and `several_faces`, the rest if the quality was requested. */
  advice: Advice[];
}

/** All faces of one photo. */
export interface Detection {
  /** The faces, most confident first; empty when there is none. */
  faces: Array<Face>;
  /** Index of the chosen face in `faces`; absent if there is none. */
  chosen?: number;
  /** Why no face is chosen, for example `NO_FACE` or `SEVERAL_FACES`. */
  reason?: string;
  /** Width of the upright photo in pixels. */
  width: number;
  /** Height of the upright photo in pixels. */
  height: number;
  /** The time of its steps; `extract` is 0. */
  milliseconds: Milliseconds;
  /**
   * What a better photo needs: why no face is chosen, if that is known; else, for the chosen face, if the quality was
   * requested.
   */
  advice: Advice[];
}

/** How similar two faces are. */
export interface Comparison {
  /**
   * Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in a
   * thousand is as similar, 40 one in ten thousand.
   */
  score: number;
  /** The score rounded down: it reaches an integer threshold exactly when the score does. */
  integerScore: number;
  /** Cosine of the angle between the two templates, -1 to 1. */
  similarity: number;
  /** Whether the score reaches the threshold: the same person. */
  isMatch: boolean;
  /** The threshold: the call's or the verifier's. */
  threshold: number;
  /** How often two different people are at least as similar, 0 to 1. */
  falseMatchRate: number;
}

/** The engine that runs the networks. */
export interface EngineInfo {
  /** `embedded` here. */
  name: 'onnxruntime' | 'embedded';
  /** The engine's version. */
  version: string;
  /** Absent here. */
  library?: string;
  /** Absent here. */
  fallbackReason?: string;
  /** Absent here. */
  warning?: string;
  /** The network that makes templates, for example `mobilefacenet-192`. */
  model: string;
}

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

/** One of the photos that a template was made from. */
export interface Enrolled {
  /** What was found in it. */
  sample: Sample;
  /**
   * How similar it is to the template made from the other photos. No match means that it probably shows
   * somebody else, or is too poor to be useful. Absent if there is no other photo.
   */
  others?: Comparison;
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

/** An element that the browser decodes: what it shows at the time of the call. */
export type Drawable =
  | ImageBitmap | HTMLVideoElement | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | VideoFrame | SVGImageElement;

/**
 * A photo: a Blob or a File, or the bytes of a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM file, which the core decodes as it
 * does everywhere; or pixels. Bytes are copied before the call returns.
 */
export type Photo = Blob | Bytes | ImageData | RawPixels | Drawable;

/** Settings of a verifier. */
export interface VerifierOptions {
  /** The engine: `auto` and `embedded` are the same here. */
  engine?: 'auto' | 'onnxruntime' | 'embedded' | undefined;
  /** URL of a folder of this page's origin with the three model files (default: `models/` next to this module). */
  models?: string | URL | undefined;
  /** Creates the worker from `worker.js`, for pages that must do that themselves, for example because they require trusted types. */
  worker?: (() => Worker) | undefined;
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
  /** Seconds that one call may wait and, separately, may run, before it is rejected with `DEADLINE_EXCEEDED` (default: no limit). */
  deadline?: number | undefined;
  /** How many calls may wait for the worker (default 256). One more is rejected with `QUEUE_FULL`. */
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
  /** How many calls are pending at once (default 2). */
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

/** What is wrong with a picture from a camera, for the person in front of it. */
export type Hint = Advice | 'no_face' | 'off_centre';

/** Whether a picture is good enough to be verified. */
export interface Guidance {
  /** One person, near the middle, and nothing that a better photo needs. */
  ready: boolean;
  /** What to improve; empty if `ready`. */
  advice: Hint[];
  /** The chosen face, with its quality; absent if there is none. */
  face?: Face;
  /** Width of the upright picture in pixels. */
  width: number;
  /** Height of the upright picture in pixels. */
  height: number;
  /** The time of its steps. */
  milliseconds: Milliseconds;
}

/**
 * The numbers that represent a face, comparable with others of the same model. It is biometric data: only `toBuffer()`
 * returns its values, never `JSON.stringify`.
 */
export class Template {
  private constructor();
  /** Takes the result of `toBuffer()`. Anything else is `TEMPLATE_MALFORMED` when the template is used. */
  static fromBuffer(buffer: Bytes): Template;
  /** A self-contained form for storage: versioned, with the model's identity and a checksum. A copy. */
  toBuffer(): Uint8Array<ArrayBuffer>;
  /** How many dimensions it has; 0 for the record of a failure to extract, which cannot be compared. */
  get dimensions(): number;
  /** Equal for templates that can be compared. */
  get model(): string;
}

/** Compares faces. Create one, keep it, and use it for everything: a verifier has a worker with networks in its memory. */
export class Verifier {
  /** The worker starts, and loads module and models, at the first call; `create()` does this at once. */
  constructor(options?: VerifierOptions);
  /** Creates a verifier whose worker has started. */
  static create(options?: VerifierOptions): Promise<Verifier>;
  /**
   * Do these two photos show the same person?
   *
   * If several things are wrong, the first of these is reported: the probe cannot be read, the reference cannot, no
   * usable face in the probe, none in the reference. "Different people" is a verdict, not an error.
   * @param probe The live or current photo, whose identity is to be verified.
   * @param reference The stored photo that it is compared with.
   */
  verify<Probe extends Photo | Template, Reference extends Photo | Template>(
    probe: Probe,
    reference: Reference,
    options?: VerifyOptions,
  ): Promise<Verdict<Probe, Reference>>;
  /** Verifies many pairs: `for await (const outcome of verifier.verifyMany(pairs))`. */
  verifyMany<Probe extends Photo | Template, Reference extends Photo | Template>(
    pairs: Iterable<readonly [Probe, Reference]> | AsyncIterable<readonly [Probe, Reference]>,
    options?: ManyOptions & ThresholdOption,
  ): Outcomes<Verdict<Probe, Reference>>;
  /** Finds all faces in a photo. Finding none is not an error here. */
  detect(photo: Photo, options?: CallOptions): Promise<Detection>;
  /** Whether a picture, for example from a camera, is good enough to be verified, and what to improve. */
  advice(photo: Photo, options?: SignalOption): Promise<Guidance>;
  /** Makes the template of the chosen face, to be stored and compared later. */
  extract(photo: Photo, options?: CallOptions): Promise<Extraction>;
  /** Extracts many templates: `for await (const outcome of verifier.extractMany(photos))`. */
  extractMany(photos: Iterable<Photo> | AsyncIterable<Photo>, options?: ManyOptions): Outcomes<Extraction>;
  /**
   * Makes one template from 1 to 16 photos of one person. Probes are compared with it as with any other. The first photo
   * that cannot be used is an error, whose `index` says which it is. A photo of somebody else is not an error, but lets
   * that person match: `others` of each photo says whether it matches the rest.
   */
  enroll(photos: readonly Photo[], options?: VerifyOptions): Promise<Enrollment>;
  /** Makes the template of any face. `face`: one that `detect()` found in the same photo. */
  extractFace(photo: Photo, face: { landmarks: Landmarks }, options?: SignalOption): Promise<Template>;
  /** Compares two templates. Returns a promise, because the worker compares. */
  compare(probe: Template, reference: Template, options?: ThresholdOption): Promise<Comparison>;
  /** Compares one template with many: all of them or the `top` most similar, best first. */
  rank(probe: Template, references: readonly Template[], options?: ThresholdOption & { top?: number | undefined }): Promise<Ranked[]>;
  /** The engine; starts the worker. */
  get engine(): Promise<EngineInfo>;
  /** The lowest false match rate that was measured; rates for higher scores are extrapolated. */
  get lowestMeasuredRate(): Promise<number>;
  /**
   * Ends its worker when the running call has finished. Waiting calls, and every later call, fail with `CLOSED`. Without it, this
   * happens when the verifier is garbage-collected.
   */
  close(): void;
  /** `close()`, for `using`. */
  [Symbol.dispose](): void;
}

/** The stable name of what went wrong; the README of the Node package explains them. */
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
  /** The stable number, for example 40; absent for codes that only the JavaScript packages have. */
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

// The functions below are those of one verifier with all defaults, whose worker starts at the first call.

/** Whether a picture, for example from a camera, is good enough to be verified, and what to improve. */
export const advice: Verifier['advice'];
/** Do these two photos show the same person? */
export const verify: Verifier['verify'];
/** Finds all faces in a photo. Finding none is not an error here. */
export const detect: Verifier['detect'];
/** Makes the template of the chosen face, to be stored and compared later. */
export const extract: Verifier['extract'];
/** Makes the template of any face. */
export const extractFace: Verifier['extractFace'];
/** Makes one template from several photos of one person. */
export const enroll: Verifier['enroll'];
/** Compares two templates. */
export const compare: Verifier['compare'];
/** Compares one template with many, best first. */
export const rank: Verifier['rank'];
/** Verifies many pairs. */
export const verifyMany: Verifier['verifyMany'];
/** Extracts many templates. */
export const extractMany: Verifier['extractMany'];
/** The engine that these functions use. */
export function engine(): Promise<EngineInfo>;
/** The version of this package. */
export const version: string;
