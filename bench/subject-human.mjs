// @vladmandic/human on TensorFlow.js's WebAssembly backend, set as its documentation recommends for comparing faces: with
// mesh and rotation. https://github.com/vladmandic/human/wiki/Embedding (April 2023)

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decode, prominent } from './subject-photo.mjs';

const require = createRequire(import.meta.url);

/** Above this similarity two faces match, according to its documentation. */
const THRESHOLD = 0.5;

/** Where this package's build for WebAssembly expects to fetch models from; answered from its own folder. */
const MODELS = 'http://models/';

const OFF = { enabled: false };
const CONFIG = {
  backend: 'wasm',
  modelBasePath: MODELS,
  // Otherwise the answer for the previous photo would be reused, as suits a video.
  cacheSensitivity: 0,
  filter: OFF,
  face: {
    enabled: true,
    detector: { rotation: true, maxDetected: 10 },
    mesh: { enabled: true },
    description: { enabled: true },
    iris: OFF,
    emotion: OFF,
  },
  body: OFF,
  hand: OFF,
  object: OFF,
  gesture: OFF,
  segmentation: OFF,
};

/** @returns {Promise<import('./protocol.mjs').Subject>} */
export async function human() {
  const home = dirname(dirname(require.resolve('@vladmandic/human')));
  globalThis.fetch = async (url) => {
    const name = String(url);
    if (!name.startsWith(MODELS)) throw new Error(`nothing is fetched here: ${name}`);
    return new Response(await readFile(join(home, 'models', name.slice(MODELS.length))));
  };
  // The package's exports name this file in a way that Node does not find.
  const { Human } = require(join(home, 'dist/human.node-wasm.js'));
  const wasmPath = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`;
  const engine = new Human({ ...CONFIG, wasmPath });
  await engine.load();
  const { simd, multithread } = engine.env.wasm;
  return {
    name: '@vladmandic/human',
    about:
      `@vladmandic/human ${engine.version}, TensorFlow.js ${engine.tf.version.tfjs}, ${engine.tf.getBackend()} ` +
      `(SIMD ${simd}, threads ${multithread}); threshold: similarity above ${THRESHOLD}`,
    async extract(photo) {
      const { data, shape } = await decode(photo);
      const tensor = engine.tf.tensor(data, [1, ...shape], 'int32');
      const { face, error } = await engine.detect(tensor);
      engine.tf.dispose(tensor);
      if (error) throw new Error(error);
      const described = face.filter(({ embedding }) => embedding?.length);
      const box = ({ box: [x, y, width, height] }) => ({ x, y, width, height });
      return prominent(described, box, shape)?.embedding ?? null;
    },
    compare(probe, reference) {
      // Its similarity is rounded to hundredths; the distance behind it is finer.
      const value = -engine.match.distance(probe, reference);
      return { value, match: engine.match.similarity(probe, reference) > THRESHOLD };
    },
  };
}
