// Made by scripts/build.mjs out of the Rust in src/.
/** A verifier and its threads. */
export declare class NativeVerifier {
  /** Does it on this thread. */
  run(kind: Kind, photos: Array<PhotoSource>): EngineInfo | Verification | Detection | Extraction | Failure
  /** Does it on a thread of its own, later: `settle` gets the answer. Returns why not, if not. */
  submit(id: number, kind: Kind, photos: Array<PhotoSource>): Failure | null
  /** Takes a job back; false when it has begun. */
  cancel(id: number): boolean
  /** Keeps the event loop alive, or no longer. */
  hold(alive: boolean): void
  /** Compares two templates, given as their bytes. */
  compare(probe: Uint8Array, reference: Uint8Array): Comparison | Failure
}

/** A rectangle in pixels. */
export interface Bounds {
  /** Left edge. */
  x: number
  /** Top edge. */
  y: number
  /** Extent to the right. */
  width: number
  /** Extent downwards. */
  height: number
}

/** True once for a process: the module may be loaded several times, and one listener at its exit is enough. */
export declare function claimExit(): boolean

/** Ends the threads of this thread's environment: the main program's, or a worker's. */
export declare function close(): void

/** How alike two faces are. */
export interface Comparison {
  /**
   * Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in
   * a thousand is as alike, 40 one in ten thousand.
   */
  score: number
  /** Cosine of the angle between the two templates, -1 to 1. */
  similarity: number
  /** Whether the score reaches the threshold: the same person. */
  isMatch: boolean
  /** How often two different people are at least as alike, 0 to 1. */
  falseMatchRate: number
}

/** All faces of one photo. */
export interface Detection {
  /** The faces, most confident first; empty when there is none. */
  faces: Array<Face>
  /** Index of the face that counts in `faces`; absent when none does. */
  chosen?: number
  /** Why no face counts, for example `NO_FACE` or `SEVERAL_FACES`. */
  reason?: string
  /** Width of the upright photo in pixels. */
  width: number
  /** Height of the upright photo in pixels. */
  height: number
  /** What it cost; `extract` is 0. */
  milliseconds: Milliseconds
}

/** What computes the networks. */
export interface EngineInfo {
  /** `onnxruntime` or `embedded`. */
  name: 'onnxruntime' | 'embedded'
  /** The engine's version, for example `1.28.0`. */
  version: string
  /** The library that was loaded, for ONNX Runtime. */
  library?: string
  /** Where the embedded engine computes though ONNX Runtime was allowed: why that could not be used. */
  fallbackReason?: string
  /** The network that makes templates, for example `mobilefacenet-192`. */
  model: string
}

/** A template's bytes and what it was made from. */
export interface Extraction {
  /** What `Template` keeps. */
  template: Buffer
  /** What was seen on the photo. */
  sample: Sample
}

/** A face, in pixels from the top left corner of the upright photo. */
export interface Face {
  /** The box around it; it may reach beyond the photo. */
  bounds: Bounds
  /**
   * x and y of the right eye, left eye, tip of the nose, right and left corner of the mouth, of the person: so in
   * an unmirrored photo the first eye is the one on the photo's left.
   */
  landmarks: [x: number, y: number][]
  /** How sure the detector is, 0 to 1. */
  confidence: number
}

/** Why a call failed. The JavaScript half makes an error of it. */
export interface Failure {
  /** The sentence for people. */
  message: string
  /** The stable name, for example `NO_FACE`; absent for an error of the system. */
  code?: string
  /** The stable number, for example 40. */
  number?: number
  /** `probe` or `reference`. */
  side?: string
  /** The step that failed, for example `decode`. */
  stage?: string
  /** The system's number for an error of the system. */
  errno?: number
  /** What the system was asked to do with the file. */
  syscall?: string
  /** The file that it is about. */
  path?: string
}

/** What a verifier can be asked to do. */
export type Kind = 'start' | 'verify' | 'detect' | 'extract'

/** Wall-clock time of the steps for one photo, in milliseconds. */
export interface Milliseconds {
  /** From bytes to pixels; 0 where the pixels were given. */
  decode: number
  /** From pixels to faces. */
  detect: number
  /** From the face to the template. */
  extract: number
}

/**
 * Makes a verifier; it starts when it is first used.
 *
 * `options` are for the core, by its names. `hint` is an ONNX Runtime that nobody named, to be tried.
 */
export declare function open(options: Record<string, string>, hint: string | undefined | null, queueLength: number, settle: (id: number, answer: EngineInfo | Verification | Detection | Extraction | Failure) => void): NativeVerifier | Failure

/** One photo: either `path`, or `bytes` of an encoded photo, or `bytes` of raw pixels with all of the rest. */
export interface PhotoSource {
  /** Where a file lies. */
  path?: string
  /** What the photo is. */
  bytes?: Uint8Array
  /** Pixels in a row. */
  width?: number
  /** Rows. */
  height?: number
  /** Bytes of a pixel. */
  channels?: number
}

/** What was seen on one photo. */
export interface Sample {
  /** The face that counts. */
  face: Face
  /** How many faces were found. */
  faceCount: number
  /** Width of the upright photo in pixels. */
  width: number
  /** Height of the upright photo in pixels. */
  height: number
  /** What it cost. */
  milliseconds: Milliseconds
}

/** Whether the bytes are a template, and which. */
export declare function templateInfo(bytes: Uint8Array): TemplateInfo | Failure

/** What may be told about a template. */
export interface TemplateInfo {
  /** How many dimensions it has; 0 for the record of a failure to extract. */
  dimensions: number
  /** Equal for templates that can be compared: the start of the SHA-256 of the network that made it. */
  model: Buffer
}

/** What came out of two photos. */
export interface Verification {
  /** How alike the two faces are. */
  comparison: Comparison
  /** What was seen on the probe. */
  probe: Sample
  /** What was seen on the reference. */
  reference: Sample
}

/** The version of this package. */
export declare function version(): string
