// Work off the event loop: concurrency, the bounded queue, AbortSignal.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';

import { Verifier } from 'visavis';
import { engines, path, photo, verifier } from './support.mjs';

const jpeg = photo('astronaut.jpg');
const other = photo('hopper.jpg');
const options = engines.at(-1)[1];

test('the event loop turns while 100 photos are verified', async () => {
  let done = 0;
  let turns = 0;
  const all = Promise.all(Array.from({ length: 100 }, () => verifier().verify(jpeg, other).then(() => (done += 1))));
  const turnsAtEach = [];
  while (done < 100) {
    await tick();
    turns += 1;
    turnsAtEach[done] ??= turns;
  }
  await all;
  // If verifications ran on the loop, it would turn about once for each; it turns far more often.
  assert.ok(turns > 1000, `${turns} turns`);
  assert.ok(turnsAtEach.filter(Boolean).length > 50, 'they settle one by one');
  console.log(`the event loop turned ${turns} times during 100 verifications`);
});

test("libuv's threads stay free", async () => {
  const busy = new Verifier({ ...options, workers: 8 });
  let settled = 0;
  const all = Promise.all(Array.from({ length: 64 }, () => busy.verify(jpeg, other).finally(() => (settled += 1))));
  await tick();
  // More threads than libuv has are busy with photos; file operations, which need libuv's threads, still complete.
  for (let file = 0; file < 8; file += 1) await stat(path('astronaut.jpg'));
  assert.ok(settled < 64, `${settled} of 64 had settled`);
  await all;
});

test('many concurrent calls get their own answers', async () => {
  const names = ['astronaut.jpg', 'hopper.jpg', 'astronaut-dark.jpg', 'hopper-128.png', 'gray.png', 'text.jpg'];
  const outcome = (promise) => promise.then(({ score }) => score, ({ code, side }) => `${code} ${side}`);
  const pairs = names.flatMap((probe) => names.map((reference) => [photo(probe), photo(reference)]));
  const expected = [];
  for (const pair of pairs) expected.push(await outcome(verifier().verify(...pair)));
  const several = new Verifier({ ...options, workers: 4 });
  const rounds = await Promise.all([0, 1, 2].map(() => Promise.all(pairs.map((pair) => outcome(several.verify(...pair))))));
  for (const round of rounds) assert.deepEqual(round, expected);
});

test('one call too many is QUEUE_FULL, and later there is room again', async () => {
  const narrow = new Verifier({ ...options, workers: 1, queueLength: 2 });
  const calls = Array.from({ length: 5 }, () => narrow.verify(jpeg, other));
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  const { reason } = outcomes[4];
  assert.deepEqual([reason.name, reason.code, reason.number], ['VisavisError', 'QUEUE_FULL', undefined]);
  assert.ok(!('stage' in reason) && !('side' in reason));
  const none = new Verifier({ ...options, workers: 1, queueLength: 0 });
  for (let call = 0; call < 3; call += 1) assert.ok(!(await none.verify(jpeg, other)).isMatch);
  await Promise.all([none.verify(jpeg, other), assert.rejects(none.detect(jpeg), { code: 'QUEUE_FULL' })]);
});

test('a signal that has aborted rejects at once', async () => {
  const reason = new Error('the answer is no longer needed');
  const expected = (error) => {
    assert.deepEqual([error.name, error.code, error.cause], ['AbortError', 'ABORT_ERR', reason]);
    return true;
  };
  const signal = AbortSignal.abort(reason);
  await assert.rejects(verifier().verify(jpeg, other, { signal }), expected);
  await assert.rejects(verifier().detect(jpeg, { signal }), expected);
  await assert.rejects(verifier().extract(jpeg, { signal }), expected);
});

test('a waiting call that is aborted is removed, and its place is free', async () => {
  const narrow = new Verifier({ ...options, workers: 1, queueLength: 3 });
  const controller = new AbortController();
  const running = narrow.verify(jpeg, other);
  const waiting = [1, 2, 3].map(() => narrow.verify(jpeg, other, { signal: controller.signal }));
  await assert.rejects(narrow.verify(jpeg, other), { code: 'QUEUE_FULL' });
  controller.abort();
  for (const call of waiting) await assert.rejects(call, { name: 'AbortError', code: 'ABORT_ERR' });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  // Only the aborted calls have settled, so this call takes one of the places that became free.
  assert.ok(!(await narrow.verify(jpeg, other)).isMatch);
  assert.ok(!(await running).isMatch);
});

test('a running call that is aborted rejects at once, and ends silently', async () => {
  const controller = new AbortController();
  const narrow = new Verifier({ ...options, workers: 1 });
  const call = narrow.verify(jpeg, other, { signal: controller.signal });
  setImmediate(() => controller.abort());
  await assert.rejects(call, { name: 'AbortError' });
  assert.ok((await narrow.verify(jpeg, jpeg)).isMatch);
});

test('a signal that outlives its calls keeps no listener', async () => {
  const { signal } = new AbortController();
  for (let call = 0; call < 20; call += 1) await verifier().verify(jpeg, other, { signal });
  await assert.rejects(verifier().verify(photo('text.jpg'), other, { signal }), { code: 'UNSUPPORTED_FORMAT' });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  await assert.rejects(verifier().verify(jpeg, other, { signal: AbortSignal.timeout(0) }), { name: 'AbortError' });
});

test('many calls with one signal do not leak, and Node does not warn of a leak', async () => {
  const { signal } = new AbortController();
  const warnings = [];
  process.on('warning', (warning) => warnings.push(warning));
  const calls = Array.from({ length: 30 }, () => verifier().verify(jpeg, other, { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  await Promise.all(calls);
  await tick();
  assert.deepEqual(warnings, []);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
