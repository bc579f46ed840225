// The types serve in strict programs of both kinds of modules. That they are what the sources give: scripts/build.mjs --check.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { version } from 'visavis';
import { root } from './support.mjs';

const tsc = (...options) => spawnSync(join(root, 'node_modules/.bin/tsc'), options, { cwd: root, encoding: 'utf8' });

for (const module of ['nodenext', 'node16']) {
  test(`tsc --strict compiles the usage files (${module})`, () => {
    const { status, stdout } = tsc('--project', 'test/types', '--module', module);
    assert.deepEqual([status, stdout], [0, '']);
  });
}

test('one version everywhere', () => {
  for (const file of ['package.json', 'package-lock.json']) {
    assert.equal(JSON.parse(readFileSync(join(root, file), 'utf8')).version, version, file);
  }
});
