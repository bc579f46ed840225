// @vladmandic/face-api on TensorFlow.js's WebAssembly backend: SSD MobileNet, 68 landmarks, and dlib's network for faces.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decode, prominent } from './subject-photo.mjs';

const require = createRequire(import.meta.url);

/** The default distance below which its FaceMatcher considers two faces to be one person. */
const DISTANCE = 0.6;

/** @returns {Promise<import('./protocol.mjs').Subject>} */
export async function faceApi() {
  const home = dirname(dirname(require.resolve('@vladmandic/face-api')));
  const api = require(join(home, 'dist/face-api.node-wasm.js'));
  require('@tensorflow/tfjs-backend-wasm').setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await api.tf.setBackend('wasm');
  await api.tf.ready();
  for (const net of [api.nets.ssdMobilenetv1, api.nets.faceLandmark68Net, api.nets.faceRecognitionNet]) {
    await net.loadFromDisk(join(home, 'model'));
  }
  return {
    name: '@vladmandic/face-api',
    about:
      `@vladmandic/face-api ${api.version}, TensorFlow.js ${api.tf.version_core}, ${api.tf.getBackend()}; ` +
      `threshold: distance ${DISTANCE}`,
    async extract(photo) {
      const { data, shape } = await decode(photo);
      const tensor = api.tf.tensor(data, shape, 'int32');
      const found = await api.detectAllFaces(tensor).withFaceLandmarks().withFaceDescriptors();
      api.tf.dispose(tensor);
      return prominent(found, ({ detection }) => detection.box, shape)?.descriptor ?? null;
    },
    compare(probe, reference) {
      const distance = api.euclideanDistance(probe, reference);
      return { value: -distance, match: distance < DISTANCE };
    },
  };
}
