// What the browser answers: the golden table, every kind of photo, templates, advice, and memory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { golden, inLanes, open, serve } from './harness.mjs';

const COLUMNS = 'name\toptions\tprobe\treference\tscore\terror\tside';
const NAMES = { face: String, min_face: Number, max_pixels: Number, max_bytes: Number };
const NATIVE = process.env.VISAVIS_TEST_NATIVE;

function options(text) {
  const entries = text.split(';').filter(Boolean).map((option) => option.split('='));
  for (const [name] of entries) assert.ok(name in NAMES, name);
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(entries.map(([name, value]) => [camel(name), NAMES[name](value)]));
}

/** The scores of the native embedded engine, if VISAVIS_TEST_NATIVE is the folder of the built Node package. */
const { Verifier } = NATIVE ? createRequire(import.meta.url)(NATIVE) : {};
const native = async (options, ...names) =>
  (await new Verifier({ ...options, engine: 'embedded', workers: 1 }).verify(...names.map((name) => join(golden, 'images', name)))).score;

/** Every case: a score within one point of the table's, which is from ONNX Runtime, or the error. */
async function goldenCases({ browser, url }) {
  const { page, close } = await open(browser, url);
  const lines = readFileSync(join(golden, 'cases.tsv'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
  assert.equal(lines.shift(), COLUMNS);
  let ran = 0;
  const apart = { 0: 0, 1: 0 };
  let largest = 0;
  await inLanes(lines, async (line, lane) => {
    const [title, settings, probe, reference, score, code, side, ...more] = line.split('\t');
    assert.deepEqual(more, [], title);
    const got = await page.evaluate(async ([key, options, probe, reference]) => {
      const verifiers = (globalThis.verifiers ??= {});
      verifiers[key] ??= new visavis.Verifier(options);
      return outcome(verifiers[key].verify(await photo(probe), await photo(reference)));
    }, [`${lane} ${settings}`, options(settings), probe, reference]);
    if (code) {
      assert.deepEqual([got.name, got.code, got.side ?? ''], ['VisavisError', code, side], `${title}: ${got.message}`);
    } else {
      const distance = Math.abs(Math.floor(got.score) - Number(score));
      assert.ok(score !== '' && distance <= 1, `${title}: ${got.score}, not ${score}: ${got.message}`);
      assert.equal(got.isMatch, got.score >= 27, title);
      apart[distance] += 1;
      if (NATIVE) {
        const theirs = await native(options(settings), probe, reference);
        largest = Math.max(largest, Math.abs(theirs - got.score));
        assert.ok(Math.abs(Math.floor(theirs) - Math.floor(got.score)) <= 1, `${title}: ${got.score}, native ${theirs}`);
        if (Math.floor(theirs) !== Math.floor(got.score)) console.log(`    ${title}: ${got.score}, native ${theirs}`);
      }
    }
    ran += 1;
  });
  assert.ok(ran > 100 && ran === lines.length, `${ran} of ${lines.length} cases ran`);
  const difference = NATIVE ? `; at most ${largest.toFixed(4)} from the native embedded engine` : '';
  console.log(`    ${ran} golden cases: ${apart[0]} with the table's integer score, ${apart[1]} one point away from it${difference}`);
  await close();
}

/** The golden enrolments. */
async function enrolments({ browser, url }) {
  const { page, close } = await open(browser, url);
  const [header, ...rows] = readFileSync(join(golden, 'enrolment.tsv'), 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));
  assert.deepEqual(header, ['name', 'photos', 'probe', 'score', 'error', 'index']);
  for (const [title, names, probe, score, error, index] of rows) {
    const got = await page.evaluate(async ([names, probe]) => {
      const photos = await Promise.all(names.map((name) => photo(name)));
      try {
        const { template, photos: seen } = await visavis.enroll(photos);
        const { integerScore } = await visavis.verify(await photo(probe), template);
        return { integerScore, compared: seen.map(({ others }) => others !== undefined) };
      } catch ({ code, index }) {
        return { code, index };
      }
    }, [names.split(';').filter(Boolean), probe]);
    if (error) {
      assert.deepEqual([got.code, got.index], [error, index === '' ? undefined : Number(index)], title);
      continue;
    }
    assert.ok(score !== '' && Math.abs(got.integerScore - Number(score)) <= 1, `${title}: ${got.integerScore}, not ${score}`);
    const count = names.split(';').length;
    assert.deepEqual(got.compared, Array(count).fill(count > 1), title);
  }
  console.log(`    ${rows.length} golden enrolments`);
  await close();
}

/** One photo has the same score in every form, or nearly the same for a frame of a video. */
async function everyForm({ browser, url }) {
  const { page, close } = await open(browser, url);
  const scores = await page.evaluate(async () => {
    const bytes = await photo('astronaut.png');
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const sizes = () => [bytes.byteLength, bitmap.width, pixels.data.byteLength];
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    const video = document.createElement('video');
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    await video.play();
    const shared = new SharedArrayBuffer(bytes.byteLength);
    new Uint8Array(shared).set(new Uint8Array(bytes));
    const forms = {
      blob: new Blob([bytes]),
      file: new File([bytes], 'astronaut.png'),
      buffer: bytes,
      view: new Uint8Array(bytes),
      clamped: new Uint8ClampedArray(bytes),
      signed: new Int8Array(bytes),
      data: new DataView(bytes),
      shared,
      part: new Uint8Array(await new Blob(['xxxx', bytes, 'xxxx']).arrayBuffer(), 4, bytes.byteLength),
      pixels,
      raw: { data: pixels.data, width: pixels.width, height: pixels.height, channels: 4 },
      bitmap,
      canvas,
      video,
    };
    const scores = {};
    for (const [name, form] of Object.entries(forms)) scores[name] = (await visavis.verify(form, bytes)).score;
    // The caller's objects are unchanged.
    scores.kept = sizes().every((size) => size > 0) ? 100 : 0;
    for (const track of video.srcObject.getTracks()) track.stop();
    return scores;
  });
  const { video, ...others } = scores;
  for (const [form, score] of Object.entries(others)) assert.equal(score, 100, form);
  assert.ok(video > 50, `a frame of the video: ${video}`);
  await close();
}

/** Answers have the form of the Node package's. */
async function shapes({ browser, url }) {
  const { page, close } = await open(browser, url);
  const found = await page.evaluate(async () => {
    const bytes = await photo('astronaut.jpg');
    const { template, sample } = await visavis.extract(bytes, { quality: true });
    const verdict = await visavis.verify(bytes, template);
    return {
      verdict: { ...verdict, probe: Object.keys(verdict.probe) },
      keys: Object.keys(verdict),
      detection: await visavis.detect(bytes),
      advice: [
        await visavis.detect(await photo('astronaut-blurred.jpg')),
        await visavis.detect(await photo('astronaut-blurred.jpg'), { quality: true }),
        await visavis.detect(await photo('black.jpg')),
      ].map(({ advice }) => advice),
      quality: Object.keys(sample.face.quality),
      engine: await visavis.engine(),
      version: visavis.version,
      template: [template.dimensions, template.model, JSON.stringify(template), template.toBuffer().constructor.name],
    };
  });
  assert.deepEqual(found.keys, ['score', 'integerScore', 'similarity', 'isMatch', 'threshold', 'falseMatchRate', 'probe']);
  assert.deepEqual(found.verdict.probe, ['face', 'faceCount', 'width', 'height', 'milliseconds', 'advice']);
  assert.deepEqual([found.verdict.score, found.verdict.integerScore, found.verdict.isMatch, found.verdict.threshold], [100, 100, true, 27]);
  assert.deepEqual(Object.keys(found.detection), ['faces', 'chosen', 'width', 'height', 'milliseconds', 'advice']);
  assert.deepEqual(found.advice, [[], ['blurred'], ['too_dark']]);
  assert.deepEqual(Object.keys(found.detection.faces[0].landmarks), ['rightEye', 'leftEye', 'nose', 'mouthRight', 'mouthLeft']);
  assert.deepEqual(Object.keys(found.detection.milliseconds), ['decode', 'detect', 'extract']);
  assert.ok(found.detection.milliseconds.detect > 0, 'the clock does not advance');
  assert.equal(found.quality.length, 12);
  assert.deepEqual([found.engine.name, found.engine.model], ['embedded', 'mobilefacenet-192']);
  const { version } = JSON.parse(readFileSync(join(golden, '../../bindings/node/package.json'), 'utf8'));
  assert.equal(found.version, version);
  assert.equal(found.template[0], 192);
  assert.match(found.template[1], /^[0-9a-f]{32}$/);
  assert.deepEqual(found.template.slice(2), ['{}', 'Uint8Array']);
  await close();
}

async function templates({ browser, url }) {
  const { page, close } = await open(browser, url);
  const found = await page.evaluate(async () => {
    const [bytes, other] = [await photo('astronaut.jpg'), await photo('hopper.jpg')];
    const mine = (await visavis.extract(bytes)).template;
    const read = visavis.Template.fromBuffer(mine.toBuffer());
    const { faces, chosen } = await visavis.detect(bytes);
    const face = await visavis.extractFace(bytes, faces[chosen]);
    const stranger = (await visavis.extract(other)).template;
    const damaged = mine.toBuffer();
    damaged[40] ^= 1;
    return {
      read: (await visavis.compare(mine, read)).score,
      face: (await visavis.compare(mine, face)).score,
      stranger: (await visavis.compare(mine, stranger, { threshold: 1 })).threshold,
      ranked: (await visavis.rank(mine, [stranger, read, face], { top: 2 })).map(({ index }) => index),
      none: await visavis.rank(mine, []),
      damaged: await outcome(visavis.compare(mine, visavis.Template.fromBuffer(damaged))),
    };
  });
  const { damaged, ...rest } = found;
  assert.deepEqual(rest, { read: 100, face: 100, stranger: 1, ranked: [1, 2], none: [] });
  assert.deepEqual([damaged.code, damaged.number, damaged.side], ['TEMPLATE_MALFORMED', 3, 'reference']);
  await close();
}

/** The advice for a person in front of a camera. */
async function advice({ browser, url }) {
  const { page, close } = await open(browser, url);
  const found = await page.evaluate(async () => {
    const of = async (name) => visavis.advice(await photo(name));
    const { data, width, height } = { data: new Uint8Array(3 * 640 * 480).fill(128), width: 640, height: 480 };
    const bitmap = await createImageBitmap(new Blob([await photo('astronaut.jpg')]));
    const canvas = new OffscreenCanvas(1600, 700);
    canvas.getContext('2d').drawImage(bitmap, 0, 100);
    const outcomes = [];
    for await (const outcome of visavis.extractMany([await photo('hopper.jpg'), await photo('gray.png')])) outcomes.push(outcome.status);
    return {
      good: await of('hopper.jpg'),
      blurred: (await of('astronaut-blurred.jpg')).advice,
      two: (await of('two-people.jpg')).advice,
      nobody: await visavis.advice({ data, width, height, channels: 3 }),
      offCentre: (await visavis.advice(canvas)).advice,
      outcomes,
    };
  });
  assert.ok(!found.good.advice.includes('no_face') && found.good.face.quality.sharpness > 0, JSON.stringify(found.good));
  assert.equal(found.good.ready, found.good.advice.length === 0);
  assert.ok(found.blurred.includes('blurred'), found.blurred.join());
  assert.ok(found.two.includes('several_faces'), found.two.join());
  assert.deepEqual([found.nobody.ready, found.nobody.advice[0], 'face' in found.nobody], [false, 'no_face', false]);
  assert.ok(found.offCentre.includes('off_centre'), found.offCentre.join());
  assert.deepEqual(found.outcomes, ['fulfilled', 'rejected']);
  await close();
}

/**
 * The worker's memory does not grow between few and many verifications. VISAVIS_TEST_VERIFIES=500 runs more, and also
 * measures the page's own memory, which takes a browser long. That measurement excludes the memory of modules, so the
 * worker is changed to report it.
 */
async function memory({ browser, folders }) {
  const report = (path, bytes) => (path.endsWith('/worker.js') ? `${bytes}`.replace('await init(', 'self.made = await init(') : bytes);
  const server = await serve(folders, { change: report });
  const { page, close } = await open(browser, server.url);
  const byHand = process.env.VISAVIS_TEST_VERIFIES;
  const run = async (count) => {
    const heap = await page.evaluate(async ([count, byHand]) => {
      const [probe, reference] = [await photo('astronaut.jpg'), await photo('hopper.jpg')];
      for (let at = 0; at < count; at += 1) await visavis.verify(at % 2 ? probe : reference, reference);
      return byHand ? (await performance.measureUserAgentSpecificMemory()).bytes : 0;
    }, [count, Boolean(byHand)]);
    return { heap, module: await page.workers()[0].evaluate(() => self.made.memory.buffer.byteLength) };
  };
  const count = Number(byHand ?? 20);
  const [before, after] = [await run(6), await run(count)];
  const mebibytes = ({ heap, module }) => `${(module / 2 ** 20).toFixed(1)} MiB${heap ? ` and ${(heap / 2 ** 20).toFixed(1)} MiB of JavaScript` : ''}`;
  console.log(`    the module has ${mebibytes(before)} after 6 verifications, ${mebibytes(after)} after ${count} more`);
  // A leak of a photo or of a network's input per call would exceed this.
  assert.ok(before.module > (16 << 20) && after.module - before.module <= (1 << 20), 'the module grows');
  assert.ok(after.heap <= before.heap + (2 << 20), 'the heap grows');
  await close();
  await server.stop();
}

export const tests = { goldenCases, enrolments, everyForm, shapes, templates, advice, memory };
