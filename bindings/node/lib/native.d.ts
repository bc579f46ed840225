export declare class NativeVerifier {
  run(kind: Kind, photos: Array<PhotoSource>): EngineInfo | Verdict | Detection | Extraction | Failure
  submit(id: number, kind: Kind, photos: Array<PhotoSource>): Failure | null
  cancel(id: number): boolean
  hold(alive: boolean): void
  compare(probe: Uint8Array, reference: Uint8Array): Comparison | Failure
}
export interface Bounds { x: number; y: number; width: number; height: number }
export interface Comparison { score: number; similarity: number; isMatch: boolean; falseMatchRate: number }
export interface Detection { faces: Face[]; chosen?: number; reason?: string; width: number; height: number; milliseconds: Milliseconds }
export interface EngineInfo { name: 'onnxruntime' | 'embedded'; version: string; library?: string; fallbackReason?: string; model: string }
export interface Extraction { template: Buffer; sample: Sample }
export interface Face { bounds: Bounds; landmarks: [x: number, y: number][]; confidence: number }
export interface Failure { message: string; code?: string; number?: number; side?: string; stage?: string; errno?: number; syscall?: string; path?: string }
export type Kind = 'start' | 'verify' | 'detect' | 'extract';
export interface Milliseconds { decode: number; detect: number; extract: number }
export declare function open(options: Record<string, string>, found: string | undefined | null, queueLength: number, settle: (id: number, answer: EngineInfo | Verdict | Detection | Extraction | Failure) => void): NativeVerifier | Failure
export interface PhotoSource { path?: string; bytes?: Uint8Array; width?: number; height?: number; channels?: number }
export interface Sample { face: Face; faceCount: number; width: number; height: number; milliseconds: Milliseconds }
export interface TemplateInfo { dimensions: number; model: string }
export declare function templateInfo(bytes: Uint8Array): TemplateInfo | Failure
export interface Verdict { score: number; similarity: number; isMatch: boolean; falseMatchRate: number; probe: Sample; reference: Sample }
export declare function version(): string
