// The class Template: holds the bytes of a template, which only toBuffer() returns.

import { EXPECTED, bytes } from './bytes.js';
import { wrongType } from './refusal.js';

/** The bytes of a template; undefined for anything else. @type {(value: any) => Uint8Array<ArrayBuffer> | undefined} */
export let bytesOf;

/** The offsets of the number of dimensions and of the model's identity in a template's bytes. */
const [DIMENSIONS, MODEL, END_OF_MODEL] = [6, 8, 24];

export class Template {
  #bytes;

  static {
    bytesOf = (value) => (value !== null && typeof value === 'object' && #bytes in value ? value.#bytes : undefined);
  }

  /** @param {Uint8Array<ArrayBuffer>} own Bytes that nobody else will change. */
  constructor(own) {
    if (!(own instanceof Uint8Array)) throw wrongType('template', 'bytes from extract() or fromBuffer()', own);
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
