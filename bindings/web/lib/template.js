// The class Template: the bytes of a template, which never leave it by themselves.

import { EXPECTED, bytes } from './bytes.js';
import { wrongType } from './refusal.js';

/** The bytes of a template; nothing for anything else. @type {(value: any) => Uint8Array<ArrayBuffer> | undefined} */
export let bytesOf;

/** Where a template's bytes have the number of its dimensions, and the identity of its model. */
const [DIMENSIONS, MODEL, END_OF_MODEL] = [6, 8, 24];

export class Template {
  #bytes;

  static {
    bytesOf = (value) => (value !== null && typeof value === 'object' && #bytes in value ? value.#bytes : undefined);
  }

  /** @param {Uint8Array<ArrayBuffer>} own What nobody else will change. */
  constructor(own) {
    if (!(own instanceof Uint8Array)) throw wrongType('template', 'what extract() or fromBuffer() makes', own);
    this.#bytes = own;
  }

  static fromBuffer(buffer) {
    const view = bytes(buffer);
    if (!view) throw wrongType('buffer', EXPECTED, buffer);
    return new Template(new Uint8Array(view));
  }

  toBuffer() {
    return this.#bytes.slice();
  }

  get dimensions() {
    const { buffer, byteLength } = this.#bytes;
    return byteLength < MODEL ? 0 : new DataView(buffer).getUint16(DIMENSIONS, true);
  }

  get model() {
    return Array.from(this.#bytes.subarray(MODEL, END_OF_MODEL), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
