// Every kind of photo, and what may happen to its memory during a call.
import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import sharp from 'sharp';
import { Verifier, fromBase64 } from 'visavis';
import { engines, path, photo, pixels, verifier } from './support.mjs';

const jpeg = photo('astronaut.jpg');
const other = photo('hopper.jpg');
/** Copies `bytes` into memory of another kind. */
const into = (buffer, bytes = jpeg) => {
  new Uint8Array(buffer).set(bytes);
  return buffer;
};

test('every kind of bytes and path gives the same verdict', async () => {
  const expected = await verifier().verify(jpeg, other);
  const padded = new Uint8Array(jpeg.length + 200);
  padded.set(jpeg, 100);
  // What Buffer.from() returns for small files: a part of memory that others use too.
  const pool = Buffer.alloc(jpeg.length + 200, 7).buffer;
  new Uint8Array(pool).set(jpeg, 56);
  const kinds = {
    Buffer: jpeg,
    'slice of a pool': Buffer.from(pool, 56, jpeg.length),
    Uint8Array: new Uint8Array(jpeg),
    'part of a Uint8Array': padded.subarray(100, 100 + jpeg.length),
    Uint8ClampedArray: new Uint8ClampedArray(jpeg),
    Int8Array: new Int8Array(jpeg),
    DataView: new DataView(padded.buffer, 100, jpeg.length),
    ArrayBuffer: into(new ArrayBuffer(jpeg.length)),
    'resizable ArrayBuffer': into(new ArrayBuffer(jpeg.length, { maxByteLength: 2 * jpeg.length })),
    SharedArrayBuffer: into(new SharedArrayBuffer(jpeg.length)),
    'view of a SharedArrayBuffer': new Uint8Array(into(new SharedArrayBuffer(jpeg.length))),
    path: path('astronaut.jpg'),
    'relative path': relative(process.cwd(), path('astronaut.jpg')),
    'file: URL': pathToFileURL(path('astronaut.jpg')),
  };
  for (const [kind, probe] of Object.entries(kinds)) {
    assert.equal((await verifier().verify(probe, other)).score, expected.score, kind);
    assert.equal(verifier().verifySync(probe, other).score, expected.score, `${kind}, sync`);
  }
});

test('raw pixels give what their file gives', async () => {
  const raw = pixels('astronaut.ppm');
  const file = await verifier().verify(photo('astronaut.ppm'), other);
  for (const probe of [
    raw,
    { data: raw.data, info: { format: 'raw', width: raw.width, height: raw.height, channels: 3, depth: 'uchar' } },
    { ...raw, data: new Uint8ClampedArray(raw.data) },
    { ...raw, data: into(new ArrayBuffer(raw.data.length), raw.data) },
    { ...raw, data: into(new SharedArrayBuffer(raw.data.length), raw.data) },
  ]) {
    assert.equal((await verifier().verify(probe, other)).score, file.score);
    assert.equal(verifier().verifySync(other, probe).score, verifier().verifySync(other, photo('astronaut.ppm')).score);
  }
  const rgba = Buffer.alloc((raw.data.length / 3) * 4, 255);
  for (let pixel = 0; 3 * pixel < raw.data.length; pixel += 1) raw.data.copy(rgba, 4 * pixel, 3 * pixel, 3 * pixel + 3);
  assert.equal((await verifier().verify({ ...raw, data: rgba, channels: 4 }, other)).score, file.score);
  const gray = await verifier().verify(pixels('astronaut.pgm'), other);
  assert.equal(gray.score, (await verifier().verify(photo('astronaut.pgm'), other)).score);
  assert.deepEqual((await verifier().detect(raw)).faces, (await verifier().detect(photo('astronaut.ppm'))).faces);
  const { template } = await verifier().extract(raw);
  assert.ok(template.toBuffer().equals(verifier().extractSync(photo('astronaut.ppm')).template.toBuffer()));
});

test('pixels from sharp, in every number of channels', async () => {
  const raw = (image) => image.raw().toBuffer({ resolveWithObject: true });
  const lossless = () => sharp(photo('astronaut.png'));
  const file = await verifier().verify(photo('astronaut.png'), other);
  const { data, info } = await raw(lossless().removeAlpha());
  assert.equal(info.channels, 3);
  assert.equal((await verifier().verify({ data, info }, other)).score, file.score);
  assert.equal((await verifier().verify({ data, ...info }, other)).score, file.score);
  const rgba = await raw(lossless().ensureAlpha());
  assert.deepEqual([rgba.info.channels, (await verifier().verify(rgba, other)).score], [4, file.score]);
  const gray = await raw(lossless().grayscale().removeAlpha());
  assert.deepEqual([gray.info.channels, (await verifier().detect(gray)).faces.length], [1, 1]);
  const invalid = { code: 'INVALID_PIXELS', number: 2, side: 'probe' };
  const sixteen = await lossless().toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
  assert.equal(sixteen.info.depth, 'ushort');
  await assert.rejects(verifier().verify(sixteen, other), invalid);
});

test('pixels with blue before red, as in OpenCV, need the option `order`', async () => {
  const raw = pixels('astronaut.ppm');
  const swapped = Buffer.from(raw.data);
  for (let at = 0; at < swapped.length; at += 3) [swapped[at], swapped[at + 2]] = [swapped[at + 2], swapped[at]];
  const { score } = await verifier().verify(raw, other);
  assert.equal((await verifier().verify({ ...raw, data: swapped, order: 'bgr' }, other)).score, score);
  assert.equal((await verifier().verify({ ...raw, order: 'rgb' }, other)).score, score);
  assert.notEqual((await verifier().verify({ ...raw, data: swapped }, other)).score, score);
  await assert.rejects(verifier().verify({ ...raw, order: 'BGR' }, other), { code: 'INVALID_ARGUMENT' });
});

test('a Blob, a File and streams of bytes are read asynchronously', async () => {
  const { score } = await verifier().verify(jpeg, other);
  const file = await openAsBlob(path('astronaut.jpg'));
  const kinds = {
    Blob: () => new Blob([jpeg.subarray(0, 1000), jpeg.subarray(1000)]),
    File: () => new File([jpeg], 'photo.jpg'),
    'Blob of a file': () => file,
    'body of a response': () => new Response(jpeg).body,
    'stream of Node': () => createReadStream(path('astronaut.jpg')),
    generator: async function* () { yield jpeg.subarray(0, 7); yield new Uint8Array(jpeg.subarray(7)).buffer; },
  };
  for (const [kind, make] of Object.entries(kinds)) {
    assert.equal((await verifier().verify(make(), other)).score, score, kind);
    assert.equal((await verifier().detect(make())).faces.length, 1, kind);
  }
  assert.equal((await verifier().verify(other, kinds.Blob())).score, verifier().verifySync(other, jpeg).score);
  const strict = new Verifier({ ...engines.at(-1)[1], maxBytes: 1000 });
  let read = 0;
  async function* endless() { for (;;) { read += 100; yield Buffer.alloc(100); } }
  await assert.rejects(strict.verify(endless(), other), { code: 'IMAGE_TOO_LARGE', side: 'probe' });
  assert.ok(read <= 1200, `${read} bytes were read`);
  await assert.rejects(strict.detect(new Blob([jpeg])), { code: 'IMAGE_TOO_LARGE' });
  await assert.rejects(verifier().detect(new Blob([])), { code: 'EMPTY_IMAGE' });
  async function* text() { yield 'text'; }
  await assert.rejects(verifier().detect(text()), { code: 'ERR_INVALID_ARG_TYPE', message: 'photo must be a stream of bytes, not string' });
  async function* failing() { throw new Error('the connection broke'); }
  await assert.rejects(verifier().detect(failing()), { message: 'the connection broke' });
  // Bytes passed together with a stream are copied before the call returns, as always.
  const changed = new Uint8Array(jpeg);
  const pending = verifier().verify(changed, new Blob([other]));
  changed.fill(0);
  assert.equal((await pending).score, score);
});

test('fromBase64() decodes a photo that arrived as text', async () => {
  const text = jpeg.toString('base64');
  for (const form of [text, `data:image/jpeg;base64,${text}`, text.replace(/.{76}/g, '$&\r\n'), jpeg.toString('base64url')]) {
    assert.ok(fromBase64(form).equals(jpeg));
  }
  assert.equal((await verifier().verify(fromBase64(text), other)).score, (await verifier().verify(jpeg, other)).score);
  const refused = (given, code, options) => assert.throws(() => fromBase64(given, options), (error) => error.code === code && !`${error}`.includes(text.slice(0, 20)));
  for (const wrong of [`${text}*`, text.slice(0, 1001), `data:image/jpeg,${text}`, 'photo.jpg']) refused(wrong, 'INVALID_ARGUMENT');
  refused(text, 'IMAGE_TOO_LARGE', { maxBytes: jpeg.length - 1 });
  for (const maxBytes of [-1, NaN]) refused(text, 'INVALID_ARGUMENT', { maxBytes });
  assert.ok(fromBase64(text, { maxBytes: jpeg.length }).equals(jpeg));
  for (const wrong of [jpeg, undefined, 7]) refused(wrong, 'ERR_INVALID_ARG_TYPE');
  refused(text, 'ERR_INVALID_ARG_TYPE', { maxBytes: '9' });
});

test('a URL is not fetched, and the error says so without repeating it', async () => {
  const urls = ['https://ann:secret@example.org/a.jpg', new URL('https://example.org/secret.jpg'), 'file:///secret.jpg', `data:image/jpeg;base64,${'secret'.repeat(1e5)}`];
  for (const url of urls) {
    for (const call of [() => verifier().verify(url, other), async () => verifier().verifySync(url, other)]) {
      await assert.rejects(call, (error) => {
        assert.deepEqual([error.code, error.side, error.stage, /secret/.test(error.message)], ['INVALID_ARGUMENT', 'probe', 'decode', false]);
        return /a URL is not fetched|decode its Base64/.test(error.message);
      });
    }
  }
  // It is reported in its turn, like every fault of a photo.
  await assert.rejects(verifier().verify(photo('text.jpg'), urls[0]), { code: 'UNSUPPORTED_FORMAT', side: 'probe' });
});

test('capture quality is measured on request', async () => {
  const asked = await verifier().verify(jpeg, other, { quality: true });
  const names = ['interEyeDistance', 'sharpness', 'brightness', 'contrast', 'underExposure', 'overExposure', 'dynamicRange', 'illuminationUniformity', 'yaw', 'pitch', 'roll', 'advice'];
  assert.deepEqual(Object.keys(asked.probe.face.quality).sort(), names.sort());
  assert.ok(asked.reference.face.quality.interEyeDistance > 10);
  assert.ok(Array.isArray(asked.probe.face.quality.advice));
  const plain = await verifier().verify(jpeg, other);
  assert.deepEqual(['quality' in plain.probe.face, plain.score], [false, asked.score]);
  const all = await verifier().detect(photo('two-people.jpg'), { quality: true });
  assert.ok(all.faces.length === 2 && all.faces.every(({ quality }) => quality.sharpness > 0));
  assert.ok(verifier().extractSync(jpeg, { quality: true }).sample.face.quality.sharpness > 0);
});

test('what makes a score unreliable is always reported', async () => {
  const small = await sharp(jpeg).resize(110, 110).png().toBuffer();
  const { probe, reference } = await verifier().verify(small, photo('two-people.jpg'));
  assert.deepEqual([probe.advice, reference.advice], [['too_small'], ['several_faces']]);
  assert.deepEqual((await verifier().extract(jpeg)).sample.advice, []);
});

test('a detection says what a better photo needs', async () => {
  const blurred = photo('astronaut-blurred.jpg');
  assert.deepEqual((await verifier().detect(blurred)).advice, []);
  assert.deepEqual((await verifier().detect(blurred, { quality: true })).advice, ['blurred']);
  const { reason, advice } = verifier().detectSync(photo('black.jpg'));
  assert.deepEqual([reason, advice], ['NO_FACE', ['too_dark']]);
});

test('faces drawn into the photo and cut out of it are PNG files', async () => {
  const two = photo('two-people.jpg');
  const { faces, width, height } = await verifier().detect(two);
  const decoded = (image) => sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const [drawn, plain] = await Promise.all([await verifier().draw(two), two].map(decoded));
  assert.deepEqual([drawn.info.width, drawn.info.height], [width, height]);
  assert.notDeepEqual(drawn.data, plain.data);
  const { bounds } = faces[0];
  const cropped = await sharp(await verifier().crop(two, faces[0], { margin: 0 })).metadata();
  assert.equal(cropped.format, 'png');
  assert.ok(Math.abs(cropped.width - bounds.width) <= 2 && Math.abs(cropped.height - bounds.height) <= 2, `${cropped.width}x${cropped.height}`);
  await assert.rejects(verifier().crop(two, { bounds: { x: 1e6, y: 0, width: 1, height: 1 } }), { code: 'INVALID_ARGUMENT' });
  for (const wrong of [undefined, {}, { bounds: { x: 1 } }]) await assert.rejects(verifier().crop(two, wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(verifier().draw(photo('text.jpg')), { code: 'UNSUPPORTED_FORMAT', stage: 'decode' });
});

test('answers are plain, to be stored and sent', async () => {
  const verdict = await verifier().verify(jpeg, other, { quality: true });
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
  assert.deepEqual(structuredClone(verdict), verdict);
  const detection = verifier().detectSync(photo('two-people.jpg'));
  assert.deepEqual(JSON.parse(JSON.stringify(detection)), detection);
});

test('the contents of a verdict, a detection and an extraction', async () => {
  const verdict = await verifier().verify(photo('two-people.jpg'), other);
  assert.ok(verdict.score >= 0 && verdict.score <= 100 && Math.abs(verdict.similarity) <= 1);
  assert.ok(Math.abs(verdict.falseMatchRate - 10 ** (-verdict.score / 10)) < 1e-6 || verdict.score === 0);
  assert.equal(verdict.probe.faceCount, 2);
  assert.equal(verdict.reference.faceCount, 1);
  assert.ok(verdict.probe.width > 100 && verdict.probe.height > 100 && verdict.probe.milliseconds.detect > 0);
  const detection = await verifier().detect(photo('two-people.jpg'));
  assert.equal(detection.faces.length, 2);
  assert.deepEqual(detection.faces[detection.chosen], verdict.probe.face);
  const { bounds, landmarks, confidence } = verdict.probe.face;
  assert.ok(bounds.width > 10 && bounds.height > 10 && confidence > 0.9);
  const { rightEye, leftEye, nose, mouthRight, mouthLeft } = landmarks;
  assert.ok(bounds.x < rightEye.x && rightEye.x < leftEye.x && rightEye.y < nose.y && nose.y < mouthRight.y);
  assert.ok(mouthRight.x < mouthLeft.x);
  const none = await verifier().detect(photo('gray.png'));
  assert.deepEqual([none.faces, none.chosen, none.reason], [[], undefined, 'NO_FACE']);
  const single = new Verifier({ ...engines.at(-1)[1], face: 'single' });
  assert.equal(single.detectSync(photo('two-people.jpg')).reason, 'SEVERAL_FACES');
  assert.equal((await verifier().extract(other)).sample.faceCount, 1);
});

test('photos may be changed or transferred as soon as the call has returned', async () => {
  const expected = await verifier().verify(jpeg, other);
  const [changed, transferred] = [into(new ArrayBuffer(jpeg.length)), into(new ArrayBuffer(jpeg.length))];
  const raw = pixels('astronaut.ppm');
  const data = into(new ArrayBuffer(raw.data.length), raw.data);
  const rawExpected = await verifier().verify(raw, other);
  const verdicts = [verifier().verify(changed, other), verifier().verify(transferred, other), verifier().verify({ ...raw, data }, other)];
  new Uint8Array(changed).fill(0);
  structuredClone(transferred, { transfer: [transferred] });
  structuredClone(data, { transfer: [data] });
  assert.equal(transferred.byteLength, 0);
  const scores = (await Promise.all(verdicts)).map((verdict) => verdict.score);
  assert.deepEqual(scores, [expected.score, expected.score, rawExpected.score]);
});

test('shared memory that another thread writes to does no harm', async () => {
  const shared = new Uint8Array(into(new SharedArrayBuffer(jpeg.length)));
  const writer = new (await import('node:worker_threads')).Worker(
    'const { workerData } = require("worker_threads"); for (;;) for (let i = 200; i < workerData.length; i++) workerData[i] ^= 1;',
    { eval: true, workerData: shared },
  );
  let settled = 0;
  for (let round = 0; round < 20; round += 1) {
    await verifier().verify(shared, other).then(
      () => (settled += 1),
      (error) => assert.equal(error.name, 'VisavisError') ?? (settled += 1),
    );
  }
  await writer.terminate();
  assert.equal(settled, 20);
});

test('a file is read in its turn, and takes at most maxBytes of memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-inputs-'));
  try {
    const file = join(folder, 'photo.jpg');
    writeFileSync(file, Buffer.concat([jpeg, Buffer.alloc(1 << 20)]));
    const strict = new Verifier({ ...engines.at(-1)[1], maxBytes: jpeg.length });
    for (const probe of [file, Buffer.alloc(jpeg.length + 1), Buffer.concat([jpeg, jpeg])]) {
      const expected = { name: 'VisavisError', code: 'IMAGE_TOO_LARGE', number: 23, side: 'probe', stage: 'decode' };
      await assert.rejects(strict.verify(probe, jpeg), expected);
      assert.throws(() => strict.verifySync(probe, jpeg), expected);
    }
    writeFileSync(file, jpeg);
    assert.ok((await strict.verify(file, file)).isMatch);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
