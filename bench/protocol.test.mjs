// `node --test bench`: the protocol against tables worked out by hand. Needs nothing but Node.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as protocol from './protocol.mjs';

const { cases } = JSON.parse(await readFile(new URL('cases.json', import.meta.url), 'utf8'));

/** Identifies a photo by its one byte: even bytes have no face, and numbers that are close are alike. */
const fake = (name, calls) => ({
  name,
  async extract(photo) {
    calls.push(name);
    return photo[0] % 2 ? photo[0] : null;
  },
  compare: (probe, reference) => ({ value: -Math.abs(probe - reference), match: Math.abs(probe - reference) <= 2 }),
});

/** A folder with one-byte photos, for as long as `use` takes. */
async function photos(values, use) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    for (const [name, value] of Object.entries(values)) await writeFile(join(folder, name), Buffer.from([value]));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('rates and thresholds', () => {
  assert.equal(cases.length, 4);
  for (const { name, comparisons, own, threshold, best_threshold, best_accuracy } of cases) {
    const { accuracy, falseMatches, falseNonMatches, different, same } = protocol.rates(comparisons);
    const found = { accuracy, false_matches: falseMatches, false_non_matches: falseNonMatches, different, same };
    assert.deepEqual(found, own, name);
    const [best, wanted] = [protocol.bestThreshold(comparisons), Number(best_threshold)];
    assert.ok(best === wanted || Math.abs(best - wanted) < 1e-9, `${name}: ${best}`);
    assert.equal(protocol.rates(protocol.at(comparisons, best)).accuracy, best_accuracy, name);
    if (threshold !== undefined) assert.deepEqual(protocol.at(comparisons, threshold), comparisons, name);
  }
});

test('a photo is extracted once, and a failure is a non-match', async () => {
  const calls = [];
  await photos({ one: 1, three: 3, nine: 9, nobody: 2 }, async (folder) => {
    const file = join(folder, 'pairs.csv');
    await writeFile(file, 'path_a,path_b,same\none,three,1\none,nine,0\nnobody,one,1\n');
    const ran = await protocol.run(fake('fake', calls), folder, await protocol.pairsOf(file));
    assert.deepEqual([ran.photos, ran.failures, calls.length], [4, 1, 4]);
    assert.deepEqual(ran.comparisons, [
      { same: true, value: -2, match: true },
      { same: false, value: -8, match: false },
      { same: true, value: null, match: false },
    ]);
    const row = ['fake', '66.67 %', '33.33 %', '66.67 %', '0.00 % (0 of 1)', '50.00 % (1 of 2)', '1 of 4 photos'];
    assert.deepEqual(protocol.accuracyRow('fake', ran, -1), row);
  });
});

test('subjects take turns', async () => {
  const calls = [];
  await photos({ one: 1, three: 3 }, async (folder) => {
    const pair = { probe: 'one', reference: 'three', same: true };
    const times = await protocol.clock([fake('a', calls), fake('b', calls)], folder, [pair, pair], 2);
    assert.equal(times.length, 2);
  });
  // Once each to warm up, then two photos per pair and two pairs twice, with the subjects alternating in going first.
  assert.equal(calls.join(''), 'aabb' + 'aabbbbaa'.repeat(2));
  assert.deepEqual(protocol.timingRow('b', { wall: 3, processor: 1 }, { wall: 2, processor: 4 }), ['b', '1.50', '0.25']);
});

test('a part is taken from all over the table', () => {
  const pairs = Array.from({ length: 10 }, (_, index) => ({ probe: String(index), reference: '', same: index < 5 }));
  assert.deepEqual(protocol.spread(pairs, 4).map(({ probe }) => probe), ['0', '2', '5', '7']);
  assert.deepEqual(protocol.spread(pairs), pairs);
  assert.deepEqual(protocol.spread(pairs, 99), pairs);
});

test('a table is Markdown', () => {
  assert.equal(protocol.table(['', 'x'], [['a', '1']]), '|  | x |\n| --- | --- |\n| a | 1 |\n');
});
