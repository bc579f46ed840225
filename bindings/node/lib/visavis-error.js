'use strict';
// The class VisavisError.

class VisavisError extends Error {
  /**
   * @param {string} message
   * @param {{ code: string, number?: number, side?: string, stage?: string, index?: number, advice?: string[] }} details Unknown members are omitted.
   */
  constructor(message, { code, number, side, stage, index, advice = [] }) {
    super(message);
    this.code = code;
    if (number !== undefined) this.number = number;
    if (side !== undefined) this.side = side;
    if (stage !== undefined) this.stage = stage;
    if (index !== undefined) this.index = index;
    if (advice.length > 0) this.advice = advice;
  }

  /** JSON.stringify omits an error's message. */
  toJSON() {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

Object.defineProperty(VisavisError.prototype, 'name', { value: 'VisavisError', configurable: true, writable: true });

module.exports = { VisavisError };
