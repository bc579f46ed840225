// A panic becomes an error, and the process and the verifier keep working.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';

import { images, program, root } from './support.mjs';

/** A build with the feature `test-panic`: a request with the photo "panic" panics. */
const build = process.env.VISAVIS_TEST_PANIC;
if (!build && process.env.CI) throw new Error('a build that panics is needed here: set VISAVIS_TEST_PANIC');

test('a panic is an error in every way of calling', { skip: !build && 'VISAVIS_TEST_PANIC is not set' }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-panic-'));
  try {
    mkdirSync(folder, { recursive: true });
    for (const part of ['index.js', 'lib', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
    cpSync(build, join(folder, basename(build)));
    const { code, stdout, stderr } = await program(
      `const { Verifier } = require('./index.js');
       const v = new Verifier({ engine: 'embedded', workers: 1 });
       const photo = ${JSON.stringify(join(images, 'astronaut.jpg'))};
       const say = (way) => ({ name, code, number, message }) => console.log(way, name, code, number, message);
       const panic = Buffer.from('panic');
       (async () => {
         await v.verify(panic, photo).catch(say('async'));
         try { v.verifySync(panic, photo) } catch (error) { say('sync')(error) }
         await Promise.all([v.detect(panic).catch(say('detect')), v.extract(panic).catch(say('extract'))]);
         try { v.detectSync(panic) } catch (error) { say('detectSync')(error) }
         console.log((await v.verify(photo, photo)).isMatch, v.verifySync(photo, photo).isMatch);
       })()`,
      { cwd: folder },
    );
    const reported = 'VisavisError PANIC 99 a defect in the library: on purpose';
    const lines = ['async', 'sync', 'detect', 'extract', 'detectSync'].map((way) => `${way} ${reported}\n`);
    assert.deepEqual([code, stdout], [0, `${lines.join('')}true true\n`]);
    // Rust's own report, for those who fix the defect; it holds nothing of the photo.
    assert.match(stderr, /panicked at/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
