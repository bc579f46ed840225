'use strict';
// What counts as bytes.

const { types } = require('node:util');

const EXPECTED = 'a Buffer, an ArrayBuffer or a view of bytes on one';

/**
 * The bytes of a buffer or a view of bytes; undefined for anything else, including views with wider elements.
 * @returns {Uint8Array | undefined}
 */
function bytes(value) {
  if (types.isAnyArrayBuffer(value)) return unshared(new Uint8Array(value));
  if (types.isUint8Array(value)) return unshared(value);
  if (types.isUint8ClampedArray(value) || types.isInt8Array(value) || types.isDataView(value)) {
    return unshared(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return undefined;
}

/**
 * Other threads may write to shared memory at any time. JavaScript may copy it all the same; native code must not.
 * @param {Uint8Array} view
 */
const unshared = (view) => (types.isSharedArrayBuffer(view.buffer) ? new Uint8Array(view) : view);

module.exports = { EXPECTED, bytes };
