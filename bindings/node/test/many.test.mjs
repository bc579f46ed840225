// Lists of photos: order, bounds, failures among the outcomes, progress, and leaving early.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Verifier } from 'visavis';
import { all, engines, path, photo, verifier } from './support.mjs';

const options = engines.at(-1)[1];
const names = ['astronaut.jpg', 'hopper.jpg', 'gray.png', 'text.jpg', 'astronaut-dark.jpg'];
const pairs = names.flatMap((probe) => names.map((reference) => [path(probe), photo(reference)]));

/** All outcomes, in a form to compare. */
async function collect(outcomes) {
  const found = [];
  for await (const { status, value, reason } of outcomes) {
    found.push(status === 'fulfilled' ? value.score : `${reason.code} ${reason.side}`);
  }
  return found;
}

test('outcomes come in the order of the pairs, failures among them', async () => {
  const expected = [];
  for (const pair of pairs) {
    expected.push(await verifier().verify(...pair).then(({ score }) => score, ({ code, side }) => `${code} ${side}`));
  }
  const done = [];
  assert.deepEqual(await collect(verifier().verifyMany(pairs, { onProgress: (count) => done.push(count) })), expected);
  assert.deepEqual(done, pairs.map((_, at) => at + 1));
  assert.ok(expected.some((outcome) => typeof outcome === 'number') && expected.includes('NO_FACE probe'));
  for (const concurrency of [1, 3, 100]) assert.deepEqual(await collect(verifier().verifyMany(pairs, { concurrency })), expected);
});

test('a list that is longer than the queue is processed completely, and is not read ahead', async () => {
  const narrow = new Verifier({ ...options, workers: 1, queueLength: 1 });
  let taken = 0;
  let done = 0;
  let ahead = 0;
  async function* stream() {
    for (; taken < 30; taken += 1) {
      ahead = Math.max(ahead, taken - done);
      yield photo('hopper-128.png');
    }
  }
  for await (const { status } of narrow.extractMany(stream())) {
    assert.equal(status, 'fulfilled');
    done += 1;
  }
  assert.deepEqual([taken, done], [30, 30]);
  assert.ok(ahead <= 2, `${ahead} photos were read ahead`);
});

test('the options apply to every call', async () => {
  const [verdict] = await all(verifier().verifyMany([[path('hopper.jpg'), path('hopper.jpg')]], { threshold: 100, quality: true }));
  assert.deepEqual([verdict.value.threshold, verdict.value.isMatch], [100, verdict.value.score === 100]);
  assert.ok(verdict.value.probe.face.quality.sharpness > 0);
  const [extraction] = await all(verifier().extractMany([path('hopper.jpg')], { quality: true }));
  assert.ok(extraction.value.sample.face.quality.sharpness > 0 && extraction.value.template.dimensions === 192);
});

test('a signal ends it, and so does leaving the loop', async () => {
  const narrow = new Verifier({ ...options, workers: 1 });
  const controller = new AbortController();
  const seen = [];
  const ended = (async () => {
    for await (const outcome of narrow.verifyMany(pairs, { signal: controller.signal, concurrency: 20 })) {
      seen.push(outcome.status);
      controller.abort();
    }
  })();
  await assert.rejects(ended, { name: 'AbortError', code: 'ABORT_ERR' });
  assert.deepEqual(seen, ['fulfilled']);
  for await (const _ of narrow.verifyMany(pairs, { concurrency: 20 })) break;
  // If leaving the loop did not cancel them, nineteen calls would still be waiting.
  const empty = new Verifier({ ...options, workers: 1, queueLength: 20 });
  for await (const _ of empty.verifyMany(pairs, { concurrency: 20 })) break;
  await Promise.all(Array.from({ length: 20 }, () => empty.detect(path('hopper-128.png'))));
});

test('invalid arguments', async () => {
  for (const wrong of [{ concurrency: 0 }, { concurrency: 1.5 }, { colour: 1 }]) {
    assert.throws(() => verifier().verifyMany([], wrong), { code: 'INVALID_ARGUMENT' });
  }
  for (const wrong of [{ concurrency: '2' }, { onProgress: 1 }, { signal: {} }, { quality: 1 }, null]) {
    assert.throws(() => verifier().verifyMany([], wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  const [outcome, another] = await all(verifier().verifyMany([[1, 2], 3]));
  assert.equal(outcome.reason.code, 'ERR_INVALID_ARG_TYPE');
  assert.ok(another.reason instanceof TypeError);
  assert.deepEqual(await all(verifier().verifyMany([])), []);
});
