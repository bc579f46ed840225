// Made by scripts/build.mjs out of the Rust in src/.
/** What is kept of a face. */
export declare class NativeTemplate {
  /** A self-contained form to store. */
  toBytes(): Buffer
  /** How many dimensions it has; 0 for the record of a failure to extract. */
  dimensions(): number
  /** Equal for templates that can be compared: the start of the SHA-256 of the network that made it. */
  model(): Buffer
}

/** A verifier and its threads. */
export declare class NativeVerifier {
  /** Does it on this thread. */
  run(request: Request): EngineInfo | Verification | Detection | Extraction | NativeTemplate | Buffer | Failure | Enrollment
  /** Does it on a thread of its own: a promise of the answer. `id` is for `cancel`. */
  submit(id: number, request: Request): Promise<EngineInfo | Verification | Detection | Extraction | NativeTemplate | Buffer | Failure | Enrollment>
  /** Takes a call back that has not begun. */
  cancel(id: number): void
  /** Compares two templates. */
  compare(probe: NativeTemplate, reference: NativeTemplate, ownThreshold?: number | undefined | null): Comparison | Failure
  /** Compares one template with many: the `top` most similar, best first. */
  rank(probe: NativeTemplate, references: Array<NativeTemplate>, top: number, ownThreshold?: number | undefined | null): Array<Ranked> | Failure
  /** The largest encoded photo in bytes. */
  maxBytes(): number
  /** How many photos are processed at once. */
  workers(): number
  /** Frees the networks and ends the threads as soon as what runs has ended; what waits fails. */
  close(): void
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

/** Runs the command line and returns its exit status. `hint` is an ONNX Runtime to try that the user did not name. */
export declare function commandLine(arguments: Array<string>, hint?: string | undefined | null): number

/** How similar two faces are. */
export interface Comparison {
  /**
   * Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in a
   * thousand is as similar, 40 one in ten thousand.
   */
  score: number
  /** The score rounded down: it reaches an integer threshold exactly when the score does. */
  integerScore: number
  /** Cosine of the angle between the two templates, -1 to 1. */
  similarity: number
  /** Whether the score reaches the threshold: the same person. */
  isMatch: boolean
  /** The threshold: the call's or the verifier's. */
  threshold: number
  /** How often two different people are at least as similar, 0 to 1. */
  falseMatchRate: number
}

/** All faces of one photo. */
export interface Detection {
  /** The faces, most confident first; empty when there is none. */
  faces: Array<Face>
  /** Index of the chosen face in `faces`; absent if there is none. */
  chosen?: number
  /** Why no face is chosen, for example `NO_FACE` or `SEVERAL_FACES`. */
  reason?: string
  /** Width of the upright photo in pixels. */
  width: number
  /** Height of the upright photo in pixels. */
  height: number
  /** The time of its steps; `extract` is 0. */
  milliseconds: Milliseconds
}

/** The engine that runs the networks. */
export interface EngineInfo {
  /** `onnxruntime` or `embedded`. */
  name: 'onnxruntime' | 'embedded'
  /** The engine's version, for example `1.28.0`. */
  version: string
  /** The library that was loaded, for ONNX Runtime. */
  library?: string
  /** Where the embedded engine computes though ONNX Runtime was allowed: why that could not be used. */
  fallbackReason?: string
  /**
   * What the program should know of it: it had loaded an ONNX Runtime of 1.29 or later before visavis, whose
   * telemetry can no longer be turned off.
   */
  warning?: string
  /** The network that makes templates, for example `mobilefacenet-192`. */
  model: string
}

/** One of the photos that a template was made of. */
export interface Enrolled {
  /** What was seen on it. */
  sample: Sample
  /**
   * How alike it is to the template that the other photos make without it. No match means that it probably shows
   * somebody else, or is too bad to be of use. Absent where there is no other photo.
   */
  others?: Comparison
}

/** A template made of several photos of one person. */
export interface Enrollment {
  /** What `Template` keeps. */
  template: NativeTemplate
  /** The photos, in their order. */
  photos: Array<Enrolled>
}

/** A template and what it was made from. */
export interface Extraction {
  /** What `Template` keeps. */
  template: NativeTemplate
  /** What was found in the photo. */
  sample: Sample
}

/** A face, in pixels from the top left corner of the upright photo. */
export interface Face {
  /** The box around it; it may reach beyond the photo. */
  bounds: Bounds
  /** Five places in it. */
  landmarks: Landmarks
  /** How sure the detector is, 0 to 1. */
  confidence: number
  /** How good the capture is, where the call asked for it. */
  quality?: Quality
}

/** Why a call failed. The JavaScript half makes an error of it. */
export interface Failure {
  /** The tag that no answer has. */
  failed: true
  /** The sentence for people. */
  message: string
  /** The stable name, for example `NO_FACE`. */
  code: string
  /** The stable number, for example 40; absent for what only this package has. */
  number?: number
  /** `probe` or `reference`. */
  side?: string
  /** The step that failed, for example `decode`. */
  stage?: string
  /** Which of several photos or templates it is about, from 0. */
  index?: number
  /** What the photographer can improve, for example `too_dark`. */
  advice: Array<string>
  /** The system's number, where the system refused to read a file. */
  errno?: number
}

/** The bytes of a photo that came as text: Base64, or a `data:` URL of it. */
export declare function fromBase64(text: string, maxBytes?: number | undefined | null): Buffer | Failure

/** Five places of a face. Right and left are the person's: the right eye is on an unmirrored photo's left. */
export interface Landmarks {
  /** Its middle. */
  rightEye: Point
  /** Its middle. */
  leftEye: Point
  /** Its tip. */
  nose: Point
  /** The corner. */
  mouthRight: Point
  /** The corner. */
  mouthLeft: Point
}

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
 * `options` are for the core, by its names. `hint` is an ONNX Runtime to try that the user did not name.
 */
export declare function open(options: Record<string, string>, hint: string | undefined | null, queueLength: number): NativeVerifier | Failure

/** A place in pixels from the top left corner of the upright photo. */
export interface Point {
  /** To the right. */
  x: number
  /** Downwards. */
  y: number
}

/** Capture quality of one face. Where ISO/IEC 29794-5 has a measure, it is that one, not mapped to 0..=100. */
export interface Quality {
  /** Distance between the eyes in pixels. Below about 30 the template suffers. */
  interEyeDistance: number
  /** How much fine detail the face shows, 0 (blurred) to 1 (sharp). */
  sharpness: number
  /** Luminance mean of the face, in linear light, 0 to 1. */
  brightness: number
  /** Standard deviation of the luminance, 0 to 0.5. */
  contrast: number
  /** Part of the face that is nearly black, 0 to 1. */
  underExposure: number
  /** Part of the face that is nearly white, 0 to 1. */
  overExposure: number
  /** Entropy of the face's luminances in bits, 0 to 8. */
  dynamicRange: number
  /** How similar the light on both cheeks is, 0 (one in the dark) to 1 (the same). */
  illuminationUniformity: number
  /** Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees. */
  yaw: number
  /** Degrees by which the head is raised; an estimate, accurate to about 15 degrees. */
  pitch: number
  /** Degrees by which the head is tilted towards its own left shoulder. */
  roll: number
  /** What a better photo needs; empty for a good one. */
  advice: import('../index.js').Advice[]
}

/** One of many templates, and how similar it is. */
export interface Ranked {
  /** Its place in the list. */
  index: number
  /** How similar the two faces are. */
  comparison: Comparison
}

/** Reads the result of `toBytes`. */
export declare function readTemplate(bytes: Uint8Array): NativeTemplate | Failure

/** One thing to do. `quality`: whether the capture quality of the faces is measured. */
export type Request =
  | { task: 'start' }
  | { task: 'verify'; probe: Source; reference: Source; quality: boolean; threshold?: number }
  | { task: 'detect'; photo: Source; quality: boolean }
  | { task: 'extract'; photo: Source; quality: boolean }
  | { task: 'enroll'; photos: Array<Source>; quality: boolean; threshold?: number }
  | { task: 'extractFace'; photo: Source; landmarks: Landmarks }
  | { task: 'draw'; photo: Source }
  | { task: 'crop'; photo: Source; bounds: Bounds; margin: number }

/** What was found in one photo. */
export interface Sample {
  /** The chosen face. */
  face: Face
  /** How many faces were found. */
  faceCount: number
  /** Width of the upright photo in pixels. */
  width: number
  /** Height of the upright photo in pixels. */
  height: number
  /** The time of its steps. */
  milliseconds: Milliseconds
  /** What a better photo needs: `too_small` and `several_faces` in any case, the rest where the quality was asked for. */
  advice: import('../index.js').Advice[]
}

/** One photo, or for a verification a template instead. Raw pixels have no gaps between the rows. */
export type Source =
  | { form: 'file'; path: string }
  | { form: 'encoded'; bytes: Uint8Array }
  | { form: 'pixels'; bytes: Uint8Array; width: number; height: number; channels: number; bgr: boolean }
  | { form: 'template'; template: NativeTemplate }
  | { form: 'invalid'; message: string }

/** What came out of a verification. */
export interface Verification {
  /** How similar the two faces are. */
  comparison: Comparison
  /** What was found in the probe, unless it is a template. */
  probe?: Sample
  /** What was found in the reference, unless it is a template. */
  reference?: Sample
}

/** The version of this package. */
export declare function version(): string
