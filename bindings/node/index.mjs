// The same objects that require('visavis') returns, so that there is one error class and one set of threads.
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
