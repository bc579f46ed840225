'use strict';

/**
 * Why a verification, a detection, an extraction or a comparison failed. The codes are those of every visavis
 * library; the README lists them.
 */
class VisavisError extends Error {
  /** The stable name, for example `'NO_FACE'`. @type {string} @readonly */
  code;
  /** The stable number, for example 40; `null` for `'QUEUE_FULL'`, which this package alone has. @type {number | null} @readonly */
  number;
  /** Which photo it is about, where it is about one of two. @type {'probe' | 'reference' | null} @readonly */
  side;
  /** Which step failed. @type {'setup' | 'decode' | 'detect' | 'choose' | 'extract' | 'compare' | null} @readonly */
  stage;

  /**
   * @param {string} message
   * @param {{ code: string, number?: number | null, side?: string | null, stage?: string | null }} details
   */
  constructor(message, { code, number, side, stage }) {
    super(message);
    this.code = code;
    this.number = number ?? null;
    this.side = /** @type {VisavisError['side']} */ (side ?? null);
    this.stage = /** @type {VisavisError['stage']} */ (stage ?? null);
  }
}

Object.defineProperty(VisavisError.prototype, 'name', { value: 'VisavisError', configurable: true, writable: true });

exports.VisavisError = VisavisError;
