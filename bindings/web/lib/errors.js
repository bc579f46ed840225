// Turns failures of the core into error objects.

import { translated } from './refusal.js';
import { VisavisError } from './visavis-error.js';

/** @param {{ message: string, code: string, number?: number, side?: string, stage?: string, index?: number, advice?: string[] }} failure */
export function fromFailure({ message, code, side, ...more }) {
  const ours = code === 'INVALID_ARGUMENT' ? translated(message) : message;
  return new VisavisError(side ? `${side}: ${ours}` : ours, { code, side, ...more });
}
