// Run by hand: compares the module in Chromium with the native embedded engine and two other packages for browsers, on the
// same photos and at the same time: each verifies one pair in turn.
//
// node browser.mjs WEB PAIRS_CSV [COUNT [SUBJECT...]]; WEB is the output of `cargo xtask web --release`, PAIRS_CSV lists pairs
// of photos in its own folder (path_a, path_b, same). bindings/node must be built (npm run build), and bench/ installed (npm ci).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

import { cleanUp, launch, serve } from '../test/harness.mjs';

const repository = join(import.meta.dirname, '../../..');
const [web, table, most = '300', ...wanted] = process.argv.slice(2);
const photos = dirname(table);
const peers = join(repository, 'bench/node_modules');

/** The requested number of pairs, spread evenly over the list, half of them genuine. */
function pairs() {
  const all = readFileSync(table, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
  const half = (same) => {
    const those = all.filter((pair) => pair[2] === same);
    const step = those.length / (Number(most) / 2);
    return Array.from({ length: Number(most) / 2 }, (_, index) => those[Math.floor(index * step)]);
  };
  const [same, different] = [half('1'), half('0')];
  return same.flatMap((pair, index) => [pair, different[index]]);
}

/** The subjects that run in the page. Each returns `verify(one, other)` for two Blobs, which gives a similarity and a verdict, or null. */
const IN_PAGE = {
  async visavis() {
    const { Verifier } = await import('/web/index.js');
    const verifier = await Verifier.create();
    return async (one, other) => verifier.verify(one, other).then(({ score, isMatch }) => [score, isMatch], () => null);
  },
  async human() {
    const { Human } = await import('/peers/@vladmandic/human/dist/human.esm.js');
    const off = { enabled: false };
    const human = new Human({
      backend: 'wasm', wasmPath: '/peers/@tensorflow/tfjs-backend-wasm/dist/', modelBasePath: '/peers/@vladmandic/human/models/',
      cacheSensitivity: 0, filter: off, body: off, hand: off, object: off, gesture: off, segmentation: off,
      face: { enabled: true, detector: { rotation: true, maxDetected: 10 }, mesh: { enabled: true }, description: { enabled: true }, iris: off, emotion: off },
    });
    await human.load();
    const embedding = async (blob) => {
      const bitmap = await createImageBitmap(blob);
      const { face } = await human.detect(bitmap);
      return face.filter((face) => face.embedding?.length).sort((a, b) => b.box[2] * b.box[3] - a.box[2] * a.box[3])[0]?.embedding;
    };
    return async (one, other) => {
      const [a, b] = [await embedding(one), await embedding(other)];
      return a && b ? [-human.match.distance(a, b), human.match.similarity(a, b) > 0.5] : null;
    };
  },
  async 'face-api'() {
    const api = await import('/peers/@vladmandic/face-api/dist/face-api.esm.js');
    api.tf.setWasmPaths?.('/peers/@tensorflow/tfjs-backend-wasm/dist/');
    await api.tf.setBackend('wasm');
    await api.tf.ready();
    for (const net of [api.nets.ssdMobilenetv1, api.nets.faceLandmark68Net, api.nets.faceRecognitionNet]) await net.loadFromUri('/peers/@vladmandic/face-api/model/');
    globalThis.backend = api.tf.getBackend();
    const descriptor = async (blob) => {
      const bitmap = await createImageBitmap(blob);
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
      const found = await api.detectAllFaces(canvas).withFaceLandmarks().withFaceDescriptors();
      return found.sort((a, b) => b.detection.box.area - a.detection.box.area)[0]?.descriptor;
    };
    return async (one, other) => {
      const [a, b] = [await descriptor(one), await descriptor(other)];
      if (!a || !b) return null;
      const distance = api.euclideanDistance(a, b);
      return [-distance, distance < 0.6];
    };
  },
};

async function native() {
  const { Verifier } = createRequire(import.meta.url)(join(repository, 'bindings/node'));
  const verifier = new Verifier({ engine: 'embedded', workers: 1 });
  return async (one, other) => verifier.verify(one, other).then(({ score, isMatch }) => [score, isMatch], () => null);
}

/** The best accuracy at any threshold; a pair without a value counts as different people. */
function bestAccuracy(outcomes) {
  const right = (threshold) => outcomes.filter(({ value, same }) => (value !== null && value >= threshold) === same).length;
  const values = outcomes.map(({ value }) => value).filter((value) => value !== null);
  return Math.max(...[...values, Infinity].map(right)) / outcomes.length;
}

const middle = (numbers, part = 0.5) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)];

const server = await serve({ web, peers, photos }, { policy: '' });
const { browser } = await launch();
const subjects = {};
if (!wanted.length || wanted.includes('native')) subjects.native = { verify: await native(), outcomes: [], times: [] };
for (const [name, start] of Object.entries(IN_PAGE)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  const began = performance.now();
  await page.evaluate(`(${start.toString().replace(/^async '?[\w-]+'?\(/, 'async function (')})().then((verify) => { globalThis.verify = verify; })`);
  console.log(`${name}: ready after ${(performance.now() - began).toFixed(0)} ms`);
  subjects[name] = { page, outcomes: [], times: [] };
}
let scores = 0;
for (const [number, [one, other, same]] of pairs().entries()) {
  for (const [name, subject] of Object.entries(subjects)) {
    let outcome;
    if (name === 'native') {
      const files = [one, other].map((file) => readFileSync(join(photos, file)));
      const start = performance.now();
      const answer = await subject.verify(...files);
      outcome = [answer, performance.now() - start];
    } else {
      outcome = await subject.page.evaluate(async (files) => {
        const blobs = await Promise.all(files.map(async (file) => (await fetch(`/photos/${file}`)).blob()));
        const start = performance.now();
        const answer = await verify(...blobs);
        return [answer, performance.now() - start];
      }, [one, other]);
    }
    const [answer, time] = outcome;
    subject.outcomes.push({ same: same.trim() === '1', value: answer?.[0] ?? null, match: answer?.[1] ?? false });
    // The first few are for warming up.
    if (number >= 5) subject.times.push(time);
  }
  const [a, b] = [subjects.native, subjects.visavis].map((subject) => subject?.outcomes.at(-1).value);
  if (a === undefined || b === undefined) continue;
  if (Math.floor(a) === Math.floor(b)) scores += 1;
  else console.log(`  ${one} ${other}: native ${a}, browser ${b}`);
}
console.log(`${cpus().length} cores of ${cpus()[0].model}; ${browser.version()}; ${scores} integer scores equal the native ones`);
for (const [name, { outcomes, times }] of Object.entries(subjects)) {
  const right = outcomes.filter(({ same, match }) => same === match).length / outcomes.length;
  const none = outcomes.filter(({ value }) => value === null).length;
  const percent = (part) => `${(100 * part).toFixed(1)} %`;
  console.log(`${name}: ${outcomes.length} pairs, accuracy ${percent(right)} at its own threshold, ${percent(bestAccuracy(outcomes))} at its best, ${none} without an answer; ` +
    `median ${middle(times).toFixed(0)} ms a pair, 95 % within ${middle(times, 0.95).toFixed(0)} ms`);
}
await browser.close();
cleanUp();
process.exit();
