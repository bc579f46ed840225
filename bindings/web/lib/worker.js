// The worker: the core's module, its models, and one request after the other.

import init, { Core, Settings, Source } from './visavis.js';

/** The models whose SHA-256 the module knows. Every name is a literal, so that bundlers find the files. */
const MODELS = {
  'mobilefacenet.onnx': new URL('./models/mobilefacenet.onnx', import.meta.url),
  'retinaface-mnet025.onnx': new URL('./models/retinaface-mnet025.onnx', import.meta.url),
  'retinaface-mnet025-fine.onnx': new URL('./models/retinaface-mnet025-fine.onnx', import.meta.url),
};

/** A failure outside the core. */
class Refusal {
  constructor(failure) {
    this.failure = failure;
  }
}

/** The page's settings: the core's options, and the URL of the models. */
let settings;
/** The verifier, after the first request. @type {Promise<Core> | undefined} */
let core;

async function start() {
  const files = await models();
  const made = new Settings();
  for (const [name, value] of settings.core) made.set(name, value);
  for (const [name, bytes] of files) made.model(name, bytes);
  try {
    return Core.start(made);
  } finally {
    made.free();
  }
}

/** Loads the module and its models in parallel. */
async function models() {
  const loading = Object.entries(MODELS).map(async ([name, bundled]) => {
    const url = settings.models ? new URL(name, settings.models) : bundled;
    return [name, await load(url, 'MODEL_NOT_FOUND', 60)];
  });
  const [files] = await Promise.all([Promise.all(loading), module()]);
  return files;
}

async function module() {
  try {
    await init({ module_or_path: fetch(new URL('./visavis_bg.wasm', import.meta.url), { mode: 'same-origin' }) });
  } catch (error) {
    throw refusal(`the module cannot be loaded: ${error.message}`, 'ENGINE_UNAVAILABLE', 63);
  }
}

/** Loads a file from the page's own origin. */
async function load(url, code, number) {
  try {
    const response = await fetch(url, { mode: 'same-origin' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw refusal(`${url} cannot be read: ${error.message}`, code, number);
  }
}

const refusal = (message, code, number) => new Refusal({ message, code, number, stage: 'setup' });

/** @returns {Promise<Source>} */
async function source({ form, bytes, bitmap, width, height, channels, bgr }, side) {
  switch (form) {
    case 'template': return Source.template(bytes);
    case 'pixels': return Source.pixels(bytes, width, height, channels, bgr);
    case 'bitmap': return drawn(bitmap);
    default: return Source.encoded(bytes instanceof Blob ? await read(bytes, side) : bytes);
  }
}

/** The pixels of a picture that the browser decoded. */
function drawn(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return Source.pixels(new Uint8Array(data.buffer), width, height, 4, false);
}

/** @param {Blob} blob */
async function read(blob, side) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new Refusal({ message: `the file cannot be read: ${error.message}`, code: 'FILE_UNREADABLE', number: 6, side, stage: 'decode' });
  }
}

const TASKS = {
  start: (core) => JSON.parse(core.engine()),
  lowestMeasuredRate: (core) => core.lowest_measured_rate(),
  verify: async (core, { probe, reference, quality, threshold }) =>
    JSON.parse(core.verify(await source(probe, 'probe'), await source(reference, 'reference'), quality, threshold)),
  detect: async (core, { photo, quality }) => JSON.parse(core.detect(await source(photo), quality)),
  extract: async (core, { photo, quality }) => {
    const made = core.extract(await source(photo), quality);
    const answer = { template: made.template, sample: JSON.parse(made.sample) };
    made.free();
    return answer;
  },
  enroll: async (core, { photos, quality, threshold }) => {
    const sources = [];
    for (const photo of photos) sources.push(await source(photo));
    const made = core.enroll(sources, quality, threshold);
    const answer = { template: made.template, photos: JSON.parse(made.photos) };
    made.free();
    return answer;
  },
  extractFace: async (core, { photo, landmarks }) => core.extract_face(await source(photo), new Float32Array(landmarks)),
  compare: (core, { probe, reference, threshold }) => JSON.parse(core.compare(probe, reference, threshold)),
  rank: (core, { probe, references, top, threshold }) => JSON.parse(core.rank(probe, references, top, threshold)),
};

/** Describes a failure. The core reports it as JSON; anything else is a defect, after which the module is not used again. */
function failed(error) {
  if (error instanceof Refusal) return { failure: error.failure };
  if (typeof error === 'string') return { failure: JSON.parse(error) };
  return { failure: { message: String(error?.message ?? error), code: 'PANIC', number: 99 }, broken: true };
}

self.addEventListener('message', async ({ data: { task, ...given } }) => {
  if (task === 'set') {
    settings = given;
    return;
  }
  try {
    core ??= start();
    postMessage({ answer: await TASKS[task](await core, given) });
  } catch (error) {
    // A failure to start is not remembered.
    if (core && !(await core.then(() => true, () => false))) core = undefined;
    postMessage(failed(error));
  }
});
