// What a call through Node costs in addition to one through Rust, and what the copies cost.
//
//   npm run build && cargo build --release -p visavis-node --example node_reference && npm run bench
//
// The same pairs through Rust, verify() and verifySync() in turn, one worker each; medians of the ratios pair by pair.
// Processor time is the whole process's: the event loop, the copies and the garbage collector are included.
// process.cpuUsage() counts in microseconds.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Verifier } from 'visavis';
import { root, target } from '../scripts/platform.mjs';

const ROUNDS = Number(process.argv[2] ?? 21);
const library = process.env.VISAVIS_TEST_ONNXRUNTIME ?? join(target, 'onnxruntime', 'libonnxruntime.so.1.28.0');
const names = ['astronaut.jpg', 'astronaut-dark.jpg', 'astronaut-gray.jpg', 'astronaut-mirrored.jpg', 'hopper.jpg', 'hopper-mirrored.jpg'];
const files = names.map((name) => join(root, '../../tests/golden/images', name));
const photos = files.map((file) => readFileSync(file));
const pairs = photos.flatMap((_, probe) => photos.map((_, reference) => [probe, reference])).filter(([a, b]) => a < b);

const child = spawn(join(target, 'release/examples/node_reference'), [library, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const verifier = new Verifier({ onnxruntime: library, workers: 1 });

async function rust(probe, reference) {
  child.stdin.write(`${probe} ${reference}\n`);
  const [score, wall, processor] = (await lines.next()).value.split(' ').map(Number);
  return { score, wall: wall / 1e6, processor: processor / 1e6 };
}

async function node(call, probe, reference) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const { score } = await call(photos[probe], photos[reference]);
  const { user, system } = process.cpuUsage(used);
  return { score, wall: performance.now() - start, processor: (user + system) / 1e3 };
}

const subjects = {
  Rust: rust,
  'verify()': (...pair) => node((a, b) => verifier.verify(a, b), ...pair),
  'verifySync()': (...pair) => node((a, b) => verifier.verifySync(a, b), ...pair),
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const pair of pairs) {
    const order = Object.keys(subjects);
    order.push(...order.splice(0, round % order.length));
    for (const name of order) results[name].push(await subjects[name](...pair));
  }
}
child.stdin.end();

console.log(`${pairs.length} pairs, ${ROUNDS} rounds, ${verifier.engine.name} ${verifier.engine.version}`);
for (const name of Object.keys(subjects)) {
  const ratio = (what) => median(results[name].map((result, at) => result[what] / results.Rust[at][what])).toFixed(4);
  if (results[name].some(({ score }, at) => score !== results.Rust[at].score)) throw new Error(`${name}: the score differs`);
  const wall = median(results[name].map((result) => result.wall)).toFixed(3);
  console.log(`${name.padEnd(14)} median ${wall} ms; against Rust ${ratio('wall')} (wall), ${ratio('processor')} (processor time)`);
}

// The copies: how long a call blocks the event loop before it returns its promise.
const megapixels = 12;
for (const [what, photo] of [
  [`a JPEG of ${Math.round(photos[0].length / 1024)} KiB`, photos[0]],
  [`${megapixels} megapixels of RGB`, { data: Buffer.alloc(3 * megapixels * 1e6), width: 4000, height: 3000, channels: 3 }],
]) {
  const times = [];
  for (let round = 0; round < 25; round += 1) {
    const start = performance.now();
    const answer = verifier.detect(photo);
    times.push(performance.now() - start);
    await answer;
  }
  console.log(`event loop blocked by a call with ${what}: median ${median(times).toFixed(3)} ms`);
}

const { template } = verifier.extractSync(photos[0]);
const start = performance.now();
for (let call = 0; call < 100_000; call += 1) verifier.compare(template, template);
console.log(`compare(): ${((performance.now() - start) / 100).toFixed(2)} microseconds`);
