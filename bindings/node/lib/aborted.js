'use strict';
// The error of a call that a signal aborted.

/** As Node's own functions report that a signal aborted them. @param {AbortSignal} signal */
function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

module.exports = { aborted };
