// Every error: its class, code, number, side and stage; and hostile arguments.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';

import * as visavis from 'visavis';
import { Template, Verifier, VisavisError } from 'visavis';
import { images, path, photo, root, verifier } from './support.mjs';

const jpeg = photo('astronaut.jpg');

/** The call and its synchronous counterpart fail in the same way. */
async function fails(probe, reference, expected) {
  await assert.rejects(verifier().verify(probe, reference), expected);
  assert.throws(() => verifier().verifySync(probe, reference), expected);
}

test('one class of errors for ES modules and CommonJS', async () => {
  const common = createRequire(import.meta.url)('visavis');
  for (const [name, value] of Object.entries(visavis)) assert.equal(value, common[name], name);
  assert.deepEqual(Object.keys(visavis).sort(), Object.keys(common).sort());
  const error = await visavis.verify(photo('gray.png'), jpeg).catch((error) => error);
  assert.ok(error instanceof VisavisError && error instanceof common.VisavisError && error instanceof Error);
  assert.equal(error.name, 'VisavisError');
  assert.match(error.stack, /^VisavisError: probe: no face was found/);
  assert.deepEqual([error.code, error.number, error.side, error.stage], ['NO_FACE', 40, 'probe', 'choose']);
});

test('files that are not usable photos', async () => {
  for (const [file, code, number, stage] of [
    ['empty.jpg', 'EMPTY_IMAGE', 20, 'decode'],
    ['text.jpg', 'UNSUPPORTED_FORMAT', 21, 'decode'],
    ['truncated-50.jpg', 'CORRUPT_IMAGE', 22, 'decode'],
    ['claims-65500x65500.jpg', 'IMAGE_TOO_LARGE', 23, 'decode'],
    ['black.jpg', 'NO_FACE', 40, 'choose'],
  ]) {
    await fails(photo(file), jpeg, { name: 'VisavisError', code, number, side: 'probe', stage });
    await fails(jpeg, path(file), { name: 'VisavisError', code, number, side: 'reference', stage });
    await assert.rejects(verifier().extract(photo(file)), (error) => {
      assert.deepEqual([error.code, error.number, 'side' in error, error.stage], [code, number, false, stage]);
      return true;
    });
  }
  // A mixture of bytes and pixels keeps the order: an unreadable image before a missing face, probe before reference.
  const gray = { data: Buffer.alloc(300, 128), width: 10, height: 10, channels: 3 };
  await fails(gray, photo('text.jpg'), { code: 'UNSUPPORTED_FORMAT', side: 'reference' });
  await fails(photo('text.jpg'), gray, { code: 'UNSUPPORTED_FORMAT', side: 'probe' });
  await fails(jpeg, gray, { code: 'NO_FACE', side: 'reference' });
});

test('the first of several faults is reported, in every mix of inputs', async () => {
  const missing = path('no such file.jpg');
  const small = { data: Buffer.alloc(2), width: 10, height: 10, channels: 3 };
  const unread = [photo('text.jpg'), missing, path('text.jpg'), small, { ...small, width: NaN }, { ...small, channels: 2 }, 'a\0b', '/dev/zero', images];
  const blank = { data: Buffer.alloc(300, 128), width: 10, height: 10, channels: 3 };
  const faceless = [photo('gray.png'), path('gray.png'), blank];
  const side = async (probe, reference) => {
    const error = await verifier().verify(probe, reference).catch((error) => error);
    assert.throws(() => verifier().verifySync(probe, reference), (other) => other.side === error.side && other.code === error.code);
    return error.side;
  };
  for (const one of unread) {
    for (const other of [...unread, ...faceless]) assert.equal(await side(one, other), 'probe');
    for (const other of faceless) assert.equal(await side(other, one), 'reference');
  }
  for (const one of faceless) for (const other of faceless) assert.equal(await side(one, other), 'probe');
});

test('messages use the names and notation of JavaScript', async () => {
  const message = async (promise) => (await promise.catch((error) => error)).message;
  assert.equal(await message(verifier().verify({}, jpeg)).then((text) => /not an instance of Object$/.test(text)), true);
  assert.match(await message(verifier().verify(new Map(), jpeg)), /not an instance of Map$/);
  assert.throws(() => verifier().verifySync(new Blob([jpeg]), jpeg), /a Blob only in functions that return a promise, not an instance of Blob$/);
  for (const [option, value] of [['minFace', -1], ['maxBytes', 0], ['maxPixels', 0], ['threshold', 101], ['workers', 0]]) {
    const text = await message(Verifier.create({ [option]: value }));
    assert.ok(text.startsWith(option) && !/_|\.\.=/.test(text), text);
  }
});

test('an error says what the photographer can improve, if that is known', async () => {
  const dark = await verifier().detect(photo('black.jpg')).then(() => verifier().extract(photo('black.jpg'))).catch((error) => error);
  assert.deepEqual([dark.code, dark.advice], ['NO_FACE', ['too_dark']]);
  assert.match(dark.message, /more light/);
  assert.ok(!('advice' in (await verifier().extract(photo('text.jpg')).catch((error) => error))));
  const text = readFileSync(join(root, 'index.d.ts'), 'utf8');
  const [, union] = /^export type Advice =(.*?);/ms.exec(text);
  const types = [...union.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const names = [...readFileSync(join(root, '../../core/src/advice.rs'), 'utf8').matchAll(/Advice::\w+ => "(\w+)",/g)].map(([, name]) => name);
  assert.ok(names.length >= 8);
  assert.deepEqual(types.sort(), names.sort());
});

test('an error as JSON includes its message', async () => {
  const error = await verifier().verify(photo('gray.png'), jpeg).catch((error) => error);
  const { name, message, code, number, side, stage } = error;
  assert.deepEqual(JSON.parse(JSON.stringify({ error })), { error: { name, message, ...error } });
  assert.deepEqual([name, code, number, side, stage], ['VisavisError', 'NO_FACE', 40, 'probe', 'choose']);
});

test('pixels that do not fit', async () => {
  const data = Buffer.alloc(300);
  const pixels = { name: 'VisavisError', code: 'INVALID_PIXELS', number: 2 };
  for (const wrong of [
    { width: 11 }, { height: 9 }, { width: 0 }, { width: -10 }, { width: NaN }, { width: 1e308 }, { width: 2.5 },
    { height: Infinity }, { width: 2 ** 32 + 10 }, { channels: 2 }, { channels: -3 }, { channels: 0 }, { channels: 1e9 },
    { width: 4294967295, height: 4294967295, channels: 4 }, { data: Buffer.alloc(600) }, { data: Buffer.alloc(0) },
    { data, width: 100, height: 1, channels: 3, info: { width: 3, height: 3, channels: 3 } },
  ]) {
    await fails({ data, width: 10, height: 10, channels: 3, ...wrong }, jpeg, pixels);
  }
  const long = { data: Buffer.alloc(70_000 * 3), width: 70_000, height: 1, channels: 3 };
  await fails(jpeg, long, { ...pixels, side: 'reference', stage: 'decode' });
});

test('arguments of the wrong type', async () => {
  const type = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const wrong of [
    undefined, null, 1, 1n, true, Symbol('photo'), () => jpeg, {}, [], [...jpeg.subarray(0, 9)], new Date(), new Map(),
    new Uint16Array(9), new Float32Array(9), new BigInt64Array(9), new Proxy(jpeg, {}), Promise.resolve(jpeg),
    { data: 'text', width: 1, height: 1, channels: 1 }, { data: new Uint16Array(3), width: 1, height: 1, channels: 3 },
    { data: jpeg }, { data: jpeg, width: '1', height: 1, channels: 1 }, { data: jpeg, width: 1n, height: 1, channels: 1 },
    { data: jpeg, info: {} }, { data: jpeg, info: 7 },
  ]) {
    await fails(wrong, jpeg, type);
    await fails(jpeg, wrong, type);
    await assert.rejects(verifier().detect(wrong), type);
  }
  await fails(revoked.proxy, jpeg, TypeError);
  await fails(new URL('https://example.org/photo.jpg'), jpeg, { name: 'VisavisError', code: 'INVALID_ARGUMENT' });
  for (const wrong of [null, 1, 'x', Symbol('options')]) {
    await assert.rejects(verifier().verify(jpeg, jpeg, wrong), type);
    assert.throws(() => new Verifier(wrong), type);
  }
  for (const signal of [null, 1, {}, 'abort']) await assert.rejects(verifier().verify(jpeg, jpeg, { signal }), type);
  await assert.rejects(verifier().verify(jpeg, jpeg, { colour: 1 }), { code: 'INVALID_ARGUMENT' });
  const { template } = verifier().extractSync(jpeg);
  for (const wrong of [undefined, null, {}, template.toBuffer(), Object.create(Template.prototype), new Proxy(template, {})]) {
    assert.throws(() => verifier().compare(template, wrong), type);
    assert.throws(() => verifier().compare(wrong, template), type);
  }
});

test('hostile objects', async () => {
  const thrown = new Error('from a getter');
  const traps = ['width', 'height', 'channels', 'data', 'info'].map((name) =>
    Object.defineProperty({ data: jpeg, width: 1, height: 1, channels: 1 }, name, {
      get() {
        throw thrown;
      },
    }),
  );
  const has = new Proxy({}, { has: () => { throw thrown; } });
  for (const trap of [...traps, has]) await fails(trap, jpeg, thrown);
  const { proxy } = Proxy.revocable({ aborted: false }, { get: () => { throw thrown; } });
  await assert.rejects(verifier().verify(jpeg, jpeg, { signal: proxy }), thrown);
  // The memory is detached while the arguments are read.
  const detaching = () => {
    const data = new Uint8Array(jpeg).buffer;
    return { data, height: 1, channels: 1, get width() { return structuredClone(data, { transfer: [data] }).byteLength; } };
  };
  await assert.rejects(verifier().verify(detaching(), jpeg), TypeError);
  assert.throws(() => verifier().verifySync(jpeg, detaching()), TypeError);
  const given = new Uint8Array(jpeg);
  const later = { data: jpeg, height: 1, channels: 1, get width() { structuredClone(given.buffer, { transfer: [given.buffer] }); return 1; } };
  await assert.rejects(verifier().verify(given, later), { code: 'EMPTY_IMAGE', side: 'probe' });
  const detached = new Uint8Array(jpeg);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  await fails(detached, jpeg, { code: 'EMPTY_IMAGE' });
  await fails(detached.buffer, jpeg, { name: 'TypeError' });
  // Arrays that shrink under their views.
  const resizable = new ArrayBuffer(jpeg.length, { maxByteLength: jpeg.length });
  const fixed = new Uint8Array(resizable, 0, jpeg.length);
  resizable.resize(10);
  await fails(fixed, jpeg, { code: 'EMPTY_IMAGE' });
  await fails(new Uint8Array(resizable), jpeg, { code: 'UNSUPPORTED_FORMAT' });
  // Objects of another realm are recognised.
  const foreign = vm.runInNewContext('new Uint8Array(bytes)', { bytes: [...jpeg] });
  assert.ok((await verifier().verify(foreign, jpeg)).isMatch);
  // Properties that a program added to every object's prototype.
  Object.assign(Object.prototype, { path: '/nowhere', width: 1, height: 1, channels: 1, message: 'x', code: 'y' });
  try {
    assert.ok((await verifier().verify(jpeg, jpeg)).isMatch && verifier().verifySync(jpeg, jpeg).isMatch);
  } finally {
    for (const name of ['path', 'width', 'height', 'channels', 'message', 'code']) delete Object.prototype[name];
  }
  // A false length.
  const liar = new Uint8Array(jpeg);
  Object.defineProperties(liar, { length: { value: 1e9 }, byteLength: { value: 1e9 }, byteOffset: { value: 1e9 } });
  assert.ok((await verifier().verify(liar, jpeg)).isMatch);
});

test('files that cannot be read are errors as Node reports them', async () => {
  const missing = path('no such file.jpg');
  await fails(missing, jpeg, {
    name: 'Error', code: 'ENOENT', errno: -2, syscall: 'open', path: missing, side: 'probe',
    message: `ENOENT: no such file or directory, open '${missing}'`,
  });
  await fails(jpeg, images, { code: 'EISDIR', syscall: 'read', side: 'reference' });
  await fails('', jpeg, { code: 'ENOENT' });
  await fails('\ud800', jpeg, { code: 'ENOENT' });
  await fails(`${path('astronaut.jpg')}/deeper`, jpeg, { code: 'ENOTDIR' });
  await fails('/dev/zero', jpeg, { code: 'FILE_UNREADABLE', number: 6, side: 'probe' });
  const folder = mkdtempSync(join(tmpdir(), 'visavis-errors-'));
  try {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await fails(join(folder, 'pipe'), jpeg, { code: 'FILE_UNREADABLE' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a photo that is passed as text is not repeated', async () => {
  for (const text of [jpeg.toString('base64'), `data:image/jpeg;base64,${jpeg.toString('base64', 0, 90)}`, 'a\0b']) {
    const error = await verifier().verify(text, jpeg).catch((error) => error);
    assert.ok(error instanceof VisavisError && error.code === 'INVALID_ARGUMENT');
    assert.ok(error.message.length < 120 && !error.message.includes(text.slice(0, 40)), error.message);
  }
});

test('a text longer than any usual path is not repeated either', async () => {
  for (const text of [jpeg.toString('base64', 0, 900), 'a'.repeat(256)]) {
    const error = await verifier().verify(jpeg, text).catch((error) => error);
    assert.deepEqual([error.side, error.path], ['reference', undefined]);
    assert.match(error.message, /^(ENOENT|ENAMETOOLONG): .*, open a text of \d+ characters; is it Base64\?$/);
  }
});

test('the limits of photos apply to raw pixels too', async () => {
  const small = await Verifier.create({ engine: 'embedded', maxPixels: 99 });
  const raw = { data: Buffer.alloc(300), width: 10, height: 10, channels: 3 };
  await assert.rejects(small.detect(raw), { code: 'IMAGE_TOO_LARGE', number: 23, stage: 'decode' });
});

test('settings: unknown, of the wrong type, out of range', async () => {
  const invalid = { name: 'VisavisError', code: 'INVALID_ARGUMENT', number: 1 };
  for (const options of [
    { colour: 'red' }, { threads_per_worker: 1 }, { __proto__: null, toString: 1 }, { engine: 'gpu' }, { face: '' },
    { workers: 0 }, { workers: 1025 }, { workers: 1.5 }, { workers: -1 }, { workers: NaN }, { threshold: NaN },
    { threshold: 101 }, { threshold: -1 }, { minFace: 2 ** 32 }, { maxBytes: 0 }, { maxPixels: 1e300 }, { queueLength: -1 },
    { queueLength: 0.5 }, { queueLength: Infinity },
  ]) {
    assert.throws(() => new Verifier({ engine: 'embedded', ...options }), invalid, JSON.stringify(options));
    await assert.rejects(Verifier.create({ engine: 'embedded', ...options }), invalid, JSON.stringify(options));
  }
  for (const options of [{ workers: '2' }, { engine: 1 }, { face: null }, { queueLength: '1' }, { models: {} }, { threshold: 1n }]) {
    assert.throws(() => new Verifier(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  }
  assert.throws(() => new Verifier({ models: '/nowhere' }), { code: 'MODEL_NOT_FOUND', number: 60, stage: 'setup' });
  assert.throws(() => Verifier(), TypeError);
});

test('a verifier that cannot start rejects, and is not remembered', async () => {
  await assert.rejects(Verifier.create({ models: '/nowhere' }), { code: 'MODEL_NOT_FOUND', stage: 'setup' });
  await assert.rejects(Verifier.create({ colour: 'red' }), { code: 'INVALID_ARGUMENT' });
  assert.ok((await Verifier.create({ engine: 'embedded' })).verifySync(jpeg, jpeg).isMatch);
});
