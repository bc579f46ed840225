// visavis in the browser: do these two photos show the same person? Nothing leaves the page. index.d.ts documents the
// interface.

import { Template } from './template.js';
import { Verifier } from './verifier.js';
import { VisavisError } from './visavis-error.js';

export { Template, Verifier, VisavisError };
export { version } from './version.js';

/** @type {Verifier | undefined} */
let shared;

/** The verifier of the functions below, with all defaults: its worker starts at the first call. */
const common = () => (shared ??= new Verifier());

export const advice = (...args) => common().advice(...args);
export const compare = (...args) => common().compare(...args);
export const detect = (...args) => common().detect(...args);
export const engine = () => common().engine;
export const enroll = (...args) => common().enroll(...args);
export const extract = (...args) => common().extract(...args);
export const extractFace = (...args) => common().extractFace(...args);
export const extractMany = (...args) => common().extractMany(...args);
export const rank = (...args) => common().rank(...args);
export const verify = (...args) => common().verify(...args);
export const verifyMany = (...args) => common().verifyMany(...args);
