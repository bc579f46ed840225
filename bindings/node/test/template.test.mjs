// Templates: stored, read, compared, and never printed with their values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Template, VisavisError } from 'visavis';
import { photo, verifier } from './support.mjs';

const { template } = verifier().extractSync(photo('astronaut.jpg'));
const other = verifier().extractSync(photo('hopper.jpg')).template;

test('a comparison equals a verification, in two steps', async () => {
  const verdict = await verifier().verify(photo('astronaut.jpg'), photo('hopper.jpg'));
  const { probe, reference, ...comparison } = verdict;
  assert.deepEqual(Object.keys(comparison).sort(), ['falseMatchRate', 'integerScore', 'isMatch', 'score', 'similarity', 'threshold']);
  assert.equal(comparison.integerScore, Math.floor(comparison.score));
  assert.deepEqual(verifier().compare(template, other), comparison);
  assert.deepEqual(verifier().compare(other, template), comparison);
  assert.equal(verifier().compare(template, template).similarity, 1);
});

test('bytes are read back identically, and are copies', () => {
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

test('a template takes the place of a photo', async () => {
  const photos = await verifier().verify(photo('astronaut.jpg'), photo('hopper.jpg'));
  const { probe, reference, ...comparison } = await verifier().verify(photo('astronaut.jpg'), other);
  assert.deepEqual([probe.face, reference], [photos.probe.face, undefined]);
  assert.deepEqual(comparison, verifier().compare(template, other));
  assert.equal(verifier().verifySync(template, photo('hopper.jpg')).score, photos.score);
  assert.deepEqual(await verifier().verify(template, other), { ...comparison, probe: undefined, reference: undefined });
  await assert.rejects(verifier().verify(template, photo('gray.png')), { code: 'NO_FACE', side: 'reference' });
  await assert.rejects(verifier().detect(template), { code: 'INVALID_ARGUMENT', message: 'a template is not a photo' });
});

test('every face has a template, not only the chosen one', async () => {
  const two = photo('two-people.jpg');
  const { faces, chosen } = await verifier().detect(two);
  const templates = await Promise.all(faces.map((face) => verifier().extractFace(two, face)));
  const counts = (await verifier().extract(two)).template;
  assert.ok(templates[chosen].toBuffer().equals(counts.toBuffer()));
  assert.ok(!verifier().compare(templates[0], templates[1]).isMatch);
  // A face may come from another process.
  const again = verifier().extractFaceSync(two, JSON.parse(JSON.stringify(faces[chosen])));
  assert.ok(again.toBuffer().equals(counts.toBuffer()));
  for (const wrong of [undefined, null, {}, { landmarks: [] }, { landmarks: { ...faces[0].landmarks, nose: { x: 1 } } }]) {
    await assert.rejects(verifier().extractFace(two, wrong), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => verifier().extractFaceSync(two, wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  const nowhere = Object.fromEntries(Object.keys(faces[0].landmarks).map((name) => [name, { x: NaN, y: Infinity }]));
  await assert.rejects(verifier().extractFace(two, { landmarks: nowhere }), VisavisError);
});

test('one template against many, best first', () => {
  const gallery = [other, template, other, template];
  const ranked = verifier().rank(template, gallery);
  assert.deepEqual(ranked.map(({ index }) => index), [1, 3, 0, 2]);
  assert.deepEqual(ranked, [1, 3, 0, 2].map((index) => ({ index, ...verifier().compare(template, gallery[index]) })));
  assert.deepEqual(verifier().rank(template, gallery, { top: 1, threshold: 100 }), [{ ...ranked[0], threshold: 100 }]);
  assert.deepEqual(verifier().rank(template, []), []);
  assert.equal(verifier().rank(template, gallery, { top: 1000 }).length, 4);
  assert.throws(() => verifier().rank(template, [other, {}]), { code: 'ERR_INVALID_ARG_TYPE', message: /^references\[1\] must be a Template/ });
  assert.throws(() => verifier().rank(template, [other], { top: 0 }), { code: 'INVALID_ARGUMENT' });
  const mixed = foreign(template);
  assert.throws(() => verifier().rank(template, [other, mixed]), { code: 'TEMPLATE_MISMATCH' });
});

test('a call may have its own threshold, without another verifier', async () => {
  const [a, b] = [photo('astronaut.jpg'), photo('hopper.jpg')];
  const { score, isMatch, threshold } = await verifier().verify(a, b);
  assert.deepEqual([isMatch, threshold], [false, 27]);
  assert.deepEqual([(await verifier().verify(a, b, { threshold: score })).isMatch, verifier().verifySync(a, b, { threshold: 11 }).threshold], [true, 11]);
  assert.ok(verifier().compare(template, other, { threshold: 0 }).isMatch);
  assert.ok(!verifier().compare(template, other, { threshold: 10.8 }).isMatch);
  for (const wrong of [-1, 100.5, NaN, Infinity]) {
    await assert.rejects(verifier().verify(a, b, { threshold: wrong }), { code: 'INVALID_ARGUMENT', number: 1 });
    assert.throws(() => verifier().compare(template, other, { threshold: wrong }), { code: 'INVALID_ARGUMENT' });
  }
  assert.throws(() => verifier().compare(template, other, { threshold: '30' }), { code: 'ERR_INVALID_ARG_TYPE' });
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
  // The layout that the core documents: magic, format 1, failed, no dimensions, model 0, CRC-32.
  const failed = Buffer.from(`56415654010100000000000000000000000000000000000000000000`.slice(0, 48), 'hex');
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(failed));
  const record = Template.fromBuffer(Buffer.concat([failed, sum]));
  assert.equal(record.dimensions, 0);
  assert.throws(() => verifier().compare(template, record), { code: 'TEMPLATE_FAILED', number: 5, side: 'reference', stage: 'compare' });
  assert.throws(() => verifier().compare(foreign(template), other), { code: 'TEMPLATE_MISMATCH', number: 4 });
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

/** The same template, as if another model had made it. */
function foreign(template) {
  const bytes = template.toBuffer();
  bytes[10] ^= 1;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return Template.fromBuffer(bytes);
}

/** Node 20 lacks zlib.crc32. */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
