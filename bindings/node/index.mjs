// The same objects as require('visavis') gives: one class of errors, one set of threads.
import visavis from './index.js';

export const {
  Template,
  Verifier,
  VisavisError,
  compare,
  detect,
  detectSync,
  engine,
  extract,
  extractSync,
  verify,
  verifySync,
  version,
} = visavis;
