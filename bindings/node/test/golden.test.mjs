// Every case of tests/golden/cases.tsv with both engines: Node must give the same answers as Rust.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Verifier, VisavisError } from 'visavis';
import { engines, enrolments, photo, table } from './support.mjs';

const COLUMNS = 'name\toptions\tprobe\treference\tscore\terror\tside';
const NAMES = { face: String, min_face: Number, max_pixels: Number, max_bytes: Number };

const lines = readFileSync(table, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
assert.equal(lines.shift(), COLUMNS);

function options(text) {
  const entries = text.split(';').filter(Boolean).map((option) => option.split('='));
  for (const [name] of entries) assert.ok(name in NAMES, name);
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(entries.map(([name, value]) => [camel(name), NAMES[name](value)]));
}

async function outcome(verifier, probe, reference) {
  try {
    const verdict = await verifier.verify(photo(probe), photo(reference));
    return { score: verdict.score, isMatch: verdict.isMatch };
  } catch (error) {
    assert.ok(error instanceof VisavisError, String(error));
    return { error: error.code, side: error.side };
  }
}

for (const [name, engine] of engines) {
  test(`the golden cases with ${name}`, async () => {
    const verifiers = new Map();
    let ran = 0;
    for (const line of lines) {
      const [title, settings, probe, reference, score, error, side, ...more] = line.split('\t');
      assert.deepEqual(more, [], title);
      if (!verifiers.has(settings)) verifiers.set(settings, new Verifier({ ...engine, ...options(settings) }));
      const got = await outcome(verifiers.get(settings), probe, reference);
      if (error) {
        assert.deepEqual(got, { error, side }, title);
      } else {
        const apart = Math.abs(Math.floor(got.score) - Number(score));
        assert.ok(score !== '' && apart <= (name === 'onnxruntime' ? 0 : 1), `${title}: ${got.score}, not ${score}`);
        assert.equal(got.isMatch, got.score >= 27, title);
      }
      ran += 1;
    }
    assert.ok(ran > 100 && ran === lines.length, `${ran} of ${lines.length} cases ran`);
    console.log(`${ran} golden cases with ${name}`);
  });
}

for (const [name, engine] of engines) {
  test(`the golden enrolments with ${name}`, async () => {
    const [header, ...rows] = readFileSync(enrolments, 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));
    assert.deepEqual(header, ['name', 'photos', 'probe', 'score', 'error', 'index']);
    const verifier = new Verifier(engine);
    for (const [title, names, probe, score, error, index] of rows) {
      const photos = names.split(';').filter(Boolean).map(photo);
      if (error) {
        const expected = { code: error, ...(index !== '' && { index: Number(index) }) };
        await assert.rejects(verifier.enroll(photos), expected, title);
        assert.throws(() => verifier.enrollSync(photos), expected, title);
        continue;
      }
      const { template, photos: seen } = await verifier.enroll(photos);
      const apart = Math.abs(verifier.verifySync(photo(probe), template).integerScore - Number(score));
      assert.ok(score !== '' && apart <= (name === 'onnxruntime' ? 0 : 1), title);
      assert.equal(seen.length, photos.length, title);
      assert.ok(seen.every(({ others }) => (others === undefined) === (photos.length === 1)), title);
    }
    assert.ok(rows.length >= 18);
  });
}
