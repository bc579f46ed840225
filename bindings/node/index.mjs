// The same objects as require('visavis') gives: one class of errors, one set of threads.
import visavis from './index.js';

export const {
  Template,
  Verifier,
  VisavisError,
  compare,
  crop,
  detect,
  detectSync,
  draw,
  engine,
  enroll,
  enrollSync,
  extract,
  extractFace,
  extractFaceSync,
  extractMany,
  extractSync,
  fromBase64,
  rank,
  verify,
  verifyMany,
  verifySync,
  version,
} = visavis;
