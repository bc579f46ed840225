// 2,000 calls of all kinds leave the memory where it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Template } from 'visavis';
import { photo, pixels, verifier } from './support.mjs';

const small = photo('hopper-128.png');
const raw = pixels('astronaut.pgm');
const text = photo('text.jpg');
const { template } = verifier().extractSync(small);
const signal = new AbortController().signal;

/** Ten calls, two of them failures and one aborted. */
async function ten() {
  await Promise.allSettled([
    verifier().verify(small, small),
    verifier().verify(small, text),
    verifier().detect(small, { signal }),
    verifier().extract(small),
    verifier().detect(raw),
    verifier().detect('/nowhere'),
    verifier().detect(small, { signal: AbortSignal.abort() }),
  ]);
  verifier().detectSync(small);
  verifier().compare(template, Template.fromBuffer(template.toBuffer()));
  verifier().extractSync(small);
}

async function rss(calls) {
  for (let call = 0; call < calls; call += 10) await ten();
  gc();
  return process.memoryUsage().rss / 2 ** 20;
}

test('2,000 calls leave the memory where it was', { timeout: 600_000 }, async () => {
  const warm = await rss(600);
  const before = await rss(400);
  const after = await rss(2000);
  console.log(`resident: ${warm.toFixed(1)} MiB after 600 calls, ${before.toFixed(1)} after 1,000, ${after.toFixed(1)} after 3,000`);
  // A photo that is not freed would cost 40 MiB (its file) to 500 MiB (its pixels).
  assert.ok(after - before < 12, `${(after - before).toFixed(1)} MiB more`);
});
