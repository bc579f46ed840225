// Templates: stored, read, compared, and silent about their values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Template } from 'visavis';
import { photo, verifier } from './support.mjs';

const { template } = verifier().extractSync(photo('astronaut.jpg'));
const other = verifier().extractSync(photo('hopper.jpg')).template;

test('a comparison is the verification, in two steps', async () => {
  const verdict = await verifier().verify(photo('astronaut.jpg'), photo('hopper.jpg'));
  const { probe, reference, ...comparison } = verdict;
  assert.deepEqual(Object.keys(comparison).sort(), ['falseMatchRate', 'integerScore', 'isMatch', 'score', 'similarity', 'threshold']);
  assert.equal(comparison.integerScore, Math.floor(comparison.score));
  assert.deepEqual(verifier().compare(template, other), comparison);
  assert.deepEqual(verifier().compare(other, template), comparison);
  assert.equal(verifier().compare(template, template).similarity, 1);
});

test('bytes read back to the bit, and are copies', () => {
  const stored = template.toBuffer();
  const read = Template.fromBuffer(stored);
  for (const form of [new Uint8Array(stored), new Uint8Array(stored).buffer, new DataView(new Uint8Array(stored).buffer)]) {
    assert.ok(Template.fromBuffer(form).toBuffer().equals(stored));
  }
  stored.fill(0);
  template.toBuffer().fill(0);
  assert.ok(read.toBuffer().equals(template.toBuffer()) && read.toBuffer()[0] !== 0);
  assert.deepEqual([read.dimensions, read.model], [192, template.model]);
  assert.match(read.model, /^[0-9a-f]{32}$/);
});

test('damaged bytes are malformed, wherever the damage is', () => {
  const stored = template.toBuffer();
  const malformed = { name: 'VisavisError', code: 'TEMPLATE_MALFORMED', number: 3 };
  for (let at = 0; at < stored.length; at += 7) {
    const damaged = Buffer.from(stored);
    damaged[at] ^= 0x20;
    assert.throws(() => Template.fromBuffer(damaged), malformed, `byte ${at}`);
    assert.throws(() => Template.fromBuffer(stored.subarray(0, at)), malformed, `cut at ${at}`);
  }
  assert.throws(() => Template.fromBuffer('text'), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => Template.fromBuffer(), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a record of a failure to extract, and another model', () => {
  // As docs of the core lay it out: magic, format 1, failed, no dimensions, model 0, CRC-32.
  const failed = Buffer.from(`56415654010100000000000000000000000000000000000000000000`.slice(0, 48), 'hex');
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(failed));
  const record = Template.fromBuffer(Buffer.concat([failed, sum]));
  assert.equal(record.dimensions, 0);
  assert.throws(() => verifier().compare(template, record), { code: 'TEMPLATE_FAILED', number: 5, side: 'reference', stage: 'compare' });
  const foreign = template.toBuffer();
  foreign[10] ^= 1;
  foreign.writeUInt32LE(crc32(foreign.subarray(0, -4)), foreign.length - 4);
  assert.throws(() => verifier().compare(Template.fromBuffer(foreign), other), { code: 'TEMPLATE_MISMATCH', number: 4 });
});

test('no printed form holds a value', () => {
  const values = new Float32Array(new Uint8Array(template.toBuffer().subarray(24, -4)).buffer);
  const forms = [inspect(template), inspect({ template }, { depth: 9, showHidden: true }), JSON.stringify({ template }), `${template}`];
  for (const form of forms) {
    for (const value of values) assert.ok(!form.includes(String(value).slice(0, 7)), form);
  }
  assert.equal(inspect(template), 'Template(192 dimensions)');
  assert.deepEqual(Object.keys(template), []);
});

/** zlib.crc32 came with Node 22. */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
