// Types that both halves of the package have are the same, member by member. Nothing here runs.
import type * as node from '../../../node/index.js';
import type * as web from '../../lib/index.js';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** The type with all members expanded, so that two interfaces of the same shape are equal. */
type Flat<T> = T extends readonly (infer Item)[] ? Flat<Item>[] : T extends object ? { [Name in keyof T]: Flat<T[Name]> } : T;

const same = <One, Other>(_: Same<Flat<One>, Flat<Other>>) => {};

same<node.Advice, web.Advice>(true);
same<node.Bounds, web.Bounds>(true);
same<node.Comparison, web.Comparison>(true);
same<node.Detection, web.Detection>(true);
same<node.EngineInfo, web.EngineInfo>(true);
same<node.Enrolled, web.Enrolled>(true);
same<node.ErrorCode, web.ErrorCode>(true);
same<node.Face, web.Face>(true);
same<node.Landmarks, web.Landmarks>(true);
same<node.Milliseconds, web.Milliseconds>(true);
same<node.Point, web.Point>(true);
same<node.Quality, web.Quality>(true);
same<node.Ranked, web.Ranked>(true);
same<node.RawPixels, web.RawPixels>(true);
same<node.Sample, web.Sample>(true);
same<node.CallOptions, web.CallOptions>(true);
same<node.VerifyOptions, web.VerifyOptions>(true);
same<node.ManyOptions, web.ManyOptions>(true);
same<Omit<node.VerifierOptions, 'models' | 'onnxruntime' | 'workers'>, Omit<web.VerifierOptions, 'models' | 'worker'>>(true);
same<Pick<node.VisavisError, 'code' | 'number' | 'side' | 'stage' | 'index' | 'advice'>, Pick<web.VisavisError, 'code' | 'number' | 'side' | 'stage' | 'index' | 'advice'>>(true);
// A difference is detected.
same<node.Comparison, web.Sample>(false);
// Everything in the browser half is also in Node's, except these.
same<Exclude<keyof typeof web, keyof typeof node>, 'advice'>(true);
same<Exclude<keyof web.Verifier, keyof node.Verifier>, 'advice' | 'lowestMeasuredRate'>(true);
