// What went wrong, as error objects.

/** Why a call failed. */
export class VisavisError extends Error {
  /**
   * @param {string} message
   * @param {{ code: string, number?: number, side?: string, stage?: string, advice?: string[] }} details What is not known is not there.
   */
  constructor(message, { code, number, side, stage, advice = [] }) {
    super(message);
    this.code = code;
    if (number !== undefined) this.number = number;
    if (side !== undefined) this.side = side;
    if (stage !== undefined) this.stage = stage;
    if (advice.length > 0) this.advice = advice;
  }

  /** An error's own message is not among what JSON.stringify takes. */
  toJSON() {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

Object.defineProperty(VisavisError.prototype, 'name', { value: 'VisavisError', configurable: true, writable: true });

/** An argument or a setting outside its range. @param {string} message */
export const invalid = (message) => new VisavisError(message, { code: 'INVALID_ARGUMENT', number: 1 });

/**
 * An argument of the wrong type. Names the type only: the value may be a photo.
 * @param {string} name
 * @param {string} expected
 */
export function wrongType(name, expected, value) {
  const error = new TypeError(`${name} must be ${expected}, not ${kind(value)}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** @returns {string} */
function kind(value) {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  const { name } = Object.getPrototypeOf(value)?.constructor ?? {};
  return typeof name === 'string' && name ? `an instance of ${name}` : 'an object';
}

/** @param {{ message: string, code: string, number?: number, side?: string, stage?: string, advice?: string[] }} failure */
export function fromFailure({ message, code, side, ...more }) {
  const ours = code === 'INVALID_ARGUMENT' ? translated(message) : message;
  return new VisavisError(side ? `${side}: ${ours}` : ours, { code, side, ...more });
}

/** The core's names of options and its ranges, in JavaScript's words. @param {string} message */
const translated = (message) =>
  message
    .replace(/\b(min|max)_([a-z])/g, (_, bound, letter) => bound + letter.toUpperCase())
    .replace(/\bin (\S+)\.\.=(\S+),/, 'from $1 to $2,');

/** As the Node package reports that a signal aborted a call. @param {AbortSignal} signal */
export function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}
