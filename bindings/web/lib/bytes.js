// What counts as bytes.

export const EXPECTED = 'an ArrayBuffer or a view of bytes on one';

const VIEWS = [Uint8Array, Uint8ClampedArray, Int8Array, DataView];

/**
 * The bytes of a buffer or a view of bytes; undefined for anything else, including views with wider elements.
 * @returns {Uint8Array | undefined}
 */
export function bytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer) return new Uint8Array(value);
  if (VIEWS.some((view) => value instanceof view)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return undefined;
}
