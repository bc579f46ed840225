'use strict';
// The error of a call that a signal aborted.

/** The same error that Node's own functions report when a signal aborts them. @param {AbortSignal} signal */
function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

module.exports = { aborted };
