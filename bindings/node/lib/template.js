'use strict';
// The class Template: wraps a native handle that only this package can create.

const { inspect } = require('node:util');
const { EXPECTED, bytes } = require('./bytes');
const { successful } = require('./errors');
const native = require('./load');
const { wrongType } = require('./refusal');

/** The handle of a template; undefined for anything else. @type {(value: any) => import('./native').NativeTemplate | undefined} */
let handleOf;

class Template {
  #handle;

  static {
    handleOf = (value) => (value !== null && typeof value === 'object' && #handle in value ? value.#handle : undefined);
  }

  /** @param {import('./native').NativeTemplate} handle */
  constructor(handle) {
    if (!(handle instanceof native.NativeTemplate)) throw wrongType('handle', 'a handle from extract() or fromBuffer()', handle);
    this.#handle = handle;
  }

  static fromBuffer(buffer) {
    const view = bytes(buffer);
    if (!view) throw wrongType('buffer', EXPECTED, buffer);
    return new Template(successful(native.readTemplate(view)));
  }

  toBuffer() {
    return this.#handle.toBytes();
  }

  get dimensions() {
    return this.#handle.dimensions();
  }

  get model() {
    return this.#handle.model().toString('hex');
  }

  [inspect.custom]() {
    return `Template(${this.dimensions} dimensions)`;
  }
}

module.exports = { Template, handleOf };
