// visavis in the browser: do these two photos show the same person? What the Node package has too has the same names,
// types and answers; the tests compare them.

/** A place in pixels from the top left corner of the upright photo. */
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

/** Five places of a face. Right and left are the person's: the right eye is on an unmirrored photo's left. */
export interface Landmarks {
  /** Its middle. */
  rightEye: Point;
  /** Its middle. */
  leftEye: Point;
  /** Its tip. */
  nose: Point;
  /** The corner. */
  mouthRight: Point;
  /** The corner. */
  mouthLeft: Point;
}

/** Capture quality of one face. Where ISO/IEC 29794-5 has a measure, it is that one, not mapped to 0..=100. */
export interface Quality {
  /** Distance between the eyes in pixels. Below about 30 the template suffers. */
  interEyeDistance: number;
  /** How much fine detail the face shows, 0 (blurred) to 1 (sharp). */
  sharpness: number;
  /** Luminance mean of the face, in linear light, 0 to 1. */
  brightness: number;
  /** Standard deviation of the luminance, 0 to 0.5. */
  contrast: number;
  /** Part of the face that is nearly black, 0 to 1. */
  underExposure: number;
  /** Part of the face that is nearly white, 0 to 1. */
  overExposure: number;
  /** Entropy of the face's luminances in bits, 0 to 8. */
  dynamicRange: number;
  /** How alike the light on both cheeks is, 0 (one in the dark) to 1 (the same). */
  illuminationUniformity: number;
  /** Degrees by which the head is turned towards its own left; an estimate, about 10 degrees either way. */
  yaw: number;
  /** Degrees by which the head is raised; an estimate, about 15 degrees either way. */
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
  /** Five places in it. */
  landmarks: Landmarks;
  /** How sure the detector is, 0 to 1. */
  confidence: number;
  /** How good the capture is, where the call asked for it. */
  quality?: Quality;
}

/** Wall-clock time of the steps for one photo, in milliseconds. */
export interface Milliseconds {
  /** From bytes to pixels; 0 where the pixels were given. */
  decode: number;
  /** From pixels to faces. */
  detect: number;
  /** From the face to the template. */
  extract: number;
}

/** What was seen on one photo. */
export interface Sample {
  /** The face that counts. */
  face: Face;
  /** How many faces were found. */
  faceCount: number;
  /** Width of the upright photo in pixels. */
  width: number;
  /** Height of the upright photo in pixels. */
  height: number;
  /** What it cost. */
  milliseconds: Milliseconds;
}

/** All faces of one photo. */
export interface Detection {
  /** The faces, most confident first; empty when there is none. */
  faces: Array<Face>;
  /** Index of the face that counts in `faces`; absent when none does. */
  chosen?: number;
  /** Why no face counts, for example `NO_FACE` or `SEVERAL_FACES`. */
  reason?: string;
  /** Width of the upright photo in pixels. */
  width: number;
  /** Height of the upright photo in pixels. */
  height: number;
  /** What it cost; `extract` is 0. */
  milliseconds: Milliseconds;
}

/** How alike two faces are. */
export interface Comparison {
  /**
   * Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in a
   * thousand is as alike, 40 one in ten thousand.
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
  /** How often two different people are at least as alike, 0 to 1. */
  falseMatchRate: number;
}

/** What computes the networks. */
export interface EngineInfo {
  /** `embedded` here. */
  name: 'onnxruntime' | 'embedded';
  /** The engine's version. */
  version: string;
  /** Absent here. */
  library?: string;
  /** Absent here. */
  fallbackReason?: string;
  /** The network that makes templates, for example `mobilefacenet-192`. */
  model: string;
}

/** The answer to "do these two photos show the same person?" What was a template has no sample. */
export type Verdict<Probe = Photo, Reference = Photo> = Comparison & { probe: Seen<Probe>; reference: Seen<Reference> };

type Seen<Subject> = Subject extends Template ? undefined : Sample;

/** One template of many, and how alike it is. */
export type Ranked = { index: number } & Comparison;

/** A template and what it was made from. */
export interface Extraction {
  /** What to keep and compare. */
  template: Template;
  /** What was seen on the photo. */
  sample: Sample;
}

/** A buffer, or a view of bytes on one. */
export type Bytes = ArrayBufferLike | Uint8Array | Uint8ClampedArray | Int8Array | DataView;

/** Raw pixels of 8 bits a channel, rows from the top without gaps. */
export interface RawPixels {
  /** Exactly `width * height * channels` bytes. */
  data: Bytes;
  /** 1 to 65,535. */
  width: number;
  /** 1 to 65,535. */
  height: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA, laid over white). */
  channels: number;
  /** Of three and four channels (default `rgb`); OpenCV has `bgr`. */
  order?: 'rgb' | 'bgr' | undefined;
}

/** What the browser turns into pixels by itself: what it shows when the call is made. */
export type Drawable =
  | ImageBitmap | HTMLVideoElement | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | VideoFrame | SVGImageElement;

/**
 * A photo: a Blob or a File, or the bytes of a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM file, which the core decodes as it
 * does everywhere; or pixels. Bytes are copied before the call returns.
 */
export type Photo = Blob | Bytes | ImageData | RawPixels | Drawable;

/** Settings of a verifier. */
export interface VerifierOptions {
  /** What computes: `auto` and `embedded` are the same here. */
  engine?: 'auto' | 'onnxruntime' | 'embedded' | undefined;
  /** URL of a folder of this page's origin with the three model files (default: `models/` beside this module). */
  models?: string | URL | undefined;
  /** Makes the worker out of `worker.js`, where a page has to do that itself: because it requires trusted types, for example. */
  worker?: (() => Worker) | undefined;
  /**
   * Which face counts. `prominent` (default): large and near the middle; `largest`; `single`: several faces are an
   * error.
   */
  face?: 'prominent' | 'largest' | 'single' | undefined;
  /** Smallest face that is accepted, the shorter side of its box in pixels (default 0). */
  minFace?: number | undefined;
  /** Score from which two photos match (default 27: a false match rate of 1 in 500). */
  threshold?: number | undefined;
  /** Largest encoded photo in bytes (default 64 MiB). */
  maxBytes?: number | undefined;
  /** Largest width times height of a photo, of raw pixels too (default 50,000,000). */
  maxPixels?: number | undefined;
  /** Most memory that decoding one photo may take, in bytes (default 160 MiB). */
  maxDecodeBytes?: number | undefined;
  /** How hard a face is looked for (default `'normal'`): 12, 120 or 600 looks at most. */
  search?: 'quick' | 'normal' | 'thorough' | undefined;
  /** Seconds that one call may wait, and again that it may take, or it is rejected with `DEADLINE_EXCEEDED` (default: any). */
  deadline?: number | undefined;
  /** How many calls may wait for the worker (default 256). One more is rejected with `QUEUE_FULL`. */
  queueLength?: number | undefined;
}

/** Whether the capture is measured. */
export interface QualityOption {
  /** Whether the capture quality of the faces is measured (default false; it costs nothing then). */
  quality?: boolean | undefined;
}

/** Which score is a match. */
export interface ThresholdOption {
  /** Score from which the two match in this call (default: the verifier's). */
  threshold?: number | undefined;
}

/** What ends a call early. */
export interface SignalOption {
  /** Rejects with an `AbortError` when it aborts. What has not begun is not done; what has begun ends by itself. */
  signal?: AbortSignal | undefined;
}

/** How a list is worked through. */
export interface ManyOptions extends QualityOption, SignalOption {
  /** How many calls are pending at once (default 2). */
  concurrency?: number | undefined;
  /** Called with the number of outcomes so far, before each. */
  onProgress?: ((done: number) => void) | undefined;
}

/** Options of `detect()` and `extract()`. */
export interface CallOptions extends QualityOption, SignalOption {}

/** Options of `verify()`. */
export interface VerifyOptions extends CallOptions, ThresholdOption {}

/** What became of each, in the order given: a failure is an outcome, too. */
export type Outcomes<T> = AsyncGenerator<PromiseSettledResult<T>, void, undefined>;

/** What is wrong with a picture from a camera, for the person in front of it. */
export type Hint = Advice | 'no_face' | 'off_centre';

/** Whether a picture is good enough to be verified. */
export interface Guidance {
  /** One person, near the middle, and nothing that a better photo needs. */
  ready: boolean;
  /** What to do better; empty when `ready`. */
  advice: Hint[];
  /** The face that counts, with its quality; absent when there is none. */
  face?: Face;
  /** Width of the upright picture in pixels. */
  width: number;
  /** Height of the upright picture in pixels. */
  height: number;
  /** What it cost. */
  milliseconds: Milliseconds;
}

/**
 * What is kept of a face, to be compared with others of the same model. It is biometric data: its values are in
 * `toBuffer()` only, never in what `JSON.stringify` gives.
 */
export class Template {
  private constructor();
  /** Takes what `toBuffer()` gave. Anything else is `TEMPLATE_MALFORMED` where the template is used. */
  static fromBuffer(buffer: Bytes): Template;
  /** A self-contained form to store: versioned, with the model's identity and a check sum. A copy. */
  toBuffer(): Uint8Array<ArrayBuffer>;
  /** How many dimensions it has; 0 for the record of a failure to extract, which compares with none. */
  get dimensions(): number;
  /** Equal for templates that can be compared. */
  get model(): string;
}

/** Compares faces. Make one, keep it, and use it for everything: a verifier has a worker with networks in its memory. */
export class Verifier {
  /** The worker starts, and loads module and models, at the first call; `create()` does it now. */
  constructor(options?: VerifierOptions);
  /** Makes a verifier whose worker has started. */
  static create(options?: VerifierOptions): Promise<Verifier>;
  /**
   * Do these two photos show the same person?
   *
   * When several things are wrong the first of these is reported: the probe cannot be read, the reference cannot, no
   * usable face on the probe, none on the reference. "Different people" is a verdict, not an error.
   * @param probe The live or current photo, whose identity is in question.
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
  /** Finds all faces of a photo. None at all is not an error here. */
  detect(photo: Photo, options?: CallOptions): Promise<Detection>;
  /** Whether a picture, of a camera perhaps, is good enough to be verified, and what to do better. */
  advice(photo: Photo, options?: SignalOption): Promise<Guidance>;
  /** Makes the template of the face that counts, to be stored and compared later. */
  extract(photo: Photo, options?: CallOptions): Promise<Extraction>;
  /** Extracts many templates: `for await (const outcome of verifier.extractMany(photos))`. */
  extractMany(photos: Iterable<Photo> | AsyncIterable<Photo>, options?: ManyOptions): Outcomes<Extraction>;
  /** Makes the template of one face, whichever face counts. `face`: one that `detect()` found on the same photo. */
  extractFace(photo: Photo, face: { landmarks: Landmarks }, options?: SignalOption): Promise<Template>;
  /** Compares two templates. A promise, as the worker compares. */
  compare(probe: Template, reference: Template, options?: ThresholdOption): Promise<Comparison>;
  /** Compares one template with many: all of them or the `top` most alike, best first. */
  rank(probe: Template, references: readonly Template[], options?: ThresholdOption & { top?: number | undefined }): Promise<Ranked[]>;
  /** What computes; starts the worker. */
  get engine(): Promise<EngineInfo>;
  /** The lowest false match rate that was measured; what a higher score says of it is continued from there. */
  get lowestMeasuredRate(): Promise<number>;
  /**
   * Ends its worker when what runs has ended. What waits, and every later call, fails with `CLOSED`. Without it that
   * happens when the garbage collector finds the verifier.
   */
  close(): void;
  /** `close()`, for `using`. */
  [Symbol.dispose](): void;
}

/** The stable name of what went wrong; the README of the Node package explains all. */
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
  /** The stable number, for example 40; absent for what the packages for JavaScript alone have. */
  readonly number?: number;
  /** Which photo it is about, where it is about one of two. */
  readonly side?: 'probe' | 'reference';
  /** Which step failed. */
  readonly stage?: 'setup' | 'decode' | 'detect' | 'choose' | 'extract' | 'compare';
  /** What the photographer can improve, if that is known. The message says it in words. */
  readonly advice?: Advice[];
  /** With its message. */
  toJSON(): { name: string; message: string; code: ErrorCode; number?: number; side?: string; stage?: string; advice?: Advice[] };
}

// The functions below are those of one verifier with all defaults, whose worker starts at the first call.

/** Whether a picture, of a camera perhaps, is good enough to be verified, and what to do better. */
export const advice: Verifier['advice'];
/** Do these two photos show the same person? */
export const verify: Verifier['verify'];
/** Finds all faces of a photo. None at all is not an error here. */
export const detect: Verifier['detect'];
/** Makes the template of the face that counts, to be stored and compared later. */
export const extract: Verifier['extract'];
/** Makes the template of one face, whichever face counts. */
export const extractFace: Verifier['extractFace'];
/** Compares two templates. */
export const compare: Verifier['compare'];
/** Compares one template with many, best first. */
export const rank: Verifier['rank'];
/** Verifies many pairs. */
export const verifyMany: Verifier['verifyMany'];
/** Extracts many templates. */
export const extractMany: Verifier['extractMany'];
/** What computes for these functions. */
export function engine(): Promise<EngineInfo>;
/** The version of this package. */
export const version: string;
