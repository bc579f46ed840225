'use strict';
// Photos that are read asynchronously: a Blob or a File, a response's body, any stream of bytes.

const { types } = require('node:util');
const { bytes } = require('./bytes');
const { photo } = require('./photo');
const { wrongType } = require('./refusal');

const isStream = (value) =>
  value !== null && typeof value === 'object' && !types.isProxy(value) && (value instanceof Blob || Symbol.asyncIterator in value);

/**
 * The photos by name: returned at once, or as a promise if one of them is read asynchronously.
 * @param {Record<string, unknown>} given
 * @param {number} limit Reading stops just beyond this length, and the core rejects the photo.
 */
function photos(given, limit) {
  const entries = Object.entries(given);
  if (!entries.some(([, value]) => isStream(value))) {
    return Object.fromEntries(entries.map(([name, value]) => [name, photo(value, name)]));
  }
  const sources = entries.map(async ([name, value]) => {
    if (isStream(value)) return [name, { form: 'encoded', bytes: await collect(value, limit, name) }];
    const source = photo(value, name);
    // The caller may change the bytes while we wait.
    return [name, 'bytes' in source ? { ...source, bytes: new Uint8Array(source.bytes) } : source];
  });
  return Promise.all(sources).then(Object.fromEntries);
}

async function collect(stream, limit, name) {
  if (stream instanceof Blob) return new Uint8Array(await stream.slice(0, limit + 1).arrayBuffer());
  const parts = [];
  let length = 0;
  for await (const part of stream) {
    const view = bytes(part);
    if (!view) throw wrongType(name, 'a stream of bytes', part);
    parts.push(view);
    length += view.length;
    if (length > limit) break;
  }
  return Buffer.concat(parts, length);
}

module.exports = { photos };
