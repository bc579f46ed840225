// How long the event loop is delayed while photos are verified: 50th and 99th percentile, and the maximum.
//
//   npm run build && node bench/event-loop.mjs [SECONDS]
//
// Two calls per core are always pending, with paths and bytes; the delay is that of a timer that fires every millisecond.
// The idle loop is measured first, because on a busy machine the operating system alone causes delays.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { verify, engine } from 'visavis';
import { root, target } from '../scripts/platform.mjs';

const SECONDS = Number(process.argv[2] ?? 10);
process.env.ORT_DYLIB_PATH ??= join(target, 'onnxruntime', 'libonnxruntime.so.1.28.0');
const path = (name) => join(root, '../../tests/golden/images', name);
const jpeg = readFileSync(path('astronaut.jpg'));

async function measure(what, work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const calls = await work(Date.now() + SECONDS * 1000);
  delay.disable();
  const ms = (nanoseconds) => `${(nanoseconds / 1e6).toFixed(2)} ms`;
  console.log(`${what}: p50 ${ms(delay.percentile(50))}, p99 ${ms(delay.percentile(99))}, maximum ${ms(delay.max)}; ${calls} calls`);
}

await measure('idle', (end) => sleep(end - Date.now()).then(() => 0));
await measure('under load, the first call included', async (end) => {
  let calls = 0;
  const client = async () => {
    for (; Date.now() < end; calls += 1) await verify(calls % 2 ? jpeg : path('astronaut.jpg'), path('hopper.jpg'));
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, client));
  return calls;
});
console.log(`engine: ${engine().name} ${engine().version}, ${availableParallelism()} cores`);
